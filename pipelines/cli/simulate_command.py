"""simulate: a pump station with faults into Kafka."""

import time
from threading import Event
from typing import Annotated

import typer

from pipelines.cli.console import console, errors_told, tell
from pipelines.cli.options import WAIT_S, Bootstrap, Home, Prefix, kafka_address
from pipelines.connectors.kafka_publisher import KafkaPublisher
from pipelines.feed.definitions import await_defined, publish_definitions
from pipelines.feed.station_feed import StationFeed
from pipelines.feed.station_plan import DISTURBED, StationPlan, auto_schedule, pump_names, station_definitions
from pipelines.simulation.disturbance import DisturbanceRates
from pipelines.simulation.schedule import FaultSchedule

NO_FAULTS = "none"
AUTO_FAULTS = "auto"


def simulate(
    *,
    home: Home = None,
    bootstrap_servers: Bootstrap = None,
    topic_prefix: Prefix = "",
    pumps: Annotated[int, typer.Option(min=2, max=10_000, help="Pumps of the station.")] = 12,
    period: Annotated[float, typer.Option(min=0.001, help="Seconds between observations of a pump.")] = 0.25,
    seconds: Annotated[float, typer.Option(min=1, help="How long to run; Ctrl-C ends it sooner.")] = 300.0,
    fault: Annotated[
        list[str] | None,
        typer.Option("--fault", help="twin:fault:start:duration in seconds, 'auto' or 'none'; may be repeated."),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same plant.")] = 1,
    disturb: Annotated[
        bool, typer.Option(help="Send duplicates, late and corrupt messages, NaN and null, too.")
    ] = True,
) -> None:
    """Run a simulated pump station in real time, with faults; the ground truth goes to twin.truth.

    Examples:

        twinstream simulate

        twinstream simulate --pumps 4 --seconds 60 --fault pump-1:dry-run:30:20 --fault pump-2:cavitation:40:10
    """
    with errors_told():
        address = kafka_address(home, bootstrap_servers)
        pump_ids = pump_names(pumps)
        with KafkaPublisher(address) as publisher:
            publish_definitions(publisher, station_definitions(pump_ids), topic_prefix)
            with console.status("waiting for the twin job"):
                await_defined(address, pump_ids, WAIT_S, topic_prefix)
            start_ns = time.time_ns()
            plan = StationPlan(
                pump_ids=pump_ids,
                schedule=_schedule(fault or [AUTO_FAULTS], pump_ids, start_ns, seconds, seed),
                seed=seed,
                period_s=period,
                start_ns=start_ns,
                run_id=f"simulate-{start_ns}",
                rates=DISTURBED if disturb else DisturbanceRates(),
            )
            _run_station(StationFeed(plan, publisher, topic_prefix), plan, seconds)


def _schedule(faults: list[str], pump_ids: tuple[str, ...], start_ns: int, seconds: float, seed: int) -> FaultSchedule:
    try:
        if faults == [NO_FAULTS]:
            return FaultSchedule()
        if faults == [AUTO_FAULTS]:
            return auto_schedule(pump_ids, start_ns, seconds, seed)
        return FaultSchedule.parse(faults, start_ns)
    except ValueError as error:
        raise typer.BadParameter(f"{error}; or choose --fault none") from error


def _run_station(feed: StationFeed, plan: StationPlan, seconds: float) -> None:
    stop = Event()
    tell(f"{len(plan.pump_ids)} pumps, {len(plan.schedule.intervals)} faults, {seconds:g} s; Ctrl-C ends it")
    try:
        with console.status("simulating"):
            feed.run(int(seconds / plan.period_s), stop)
    except KeyboardInterrupt:
        tell("stopped")
    for interval in feed.begun:
        tell(f"  {interval.fault.kind.value:20} {interval.twin_id}")
    sent = feed.disturbances
    tell(f"sent {sent.sent.messages} messages with {sent.sent.observations} observations, of which")
    tell(f"  {sent.duplicates.observations} repeated, {sent.late.observations} late, {sent.rejectable} unusable")
