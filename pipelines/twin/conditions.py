"""Raising and clearing conditions of a twin's data, and telling late what historical data showed first."""

from pipelines.twin.alert_message import announce_health
from pipelines.twin.health import HealthEpisode, ended
from pipelines.twin.outputs import Outputs
from pipelines.twin.runtime import Runtime
from pipelines.twin.sensor import Sensor
from schemas.alert import Transition
from schemas.quality import Flaw, is_bad

_SAYS = {
    Flaw.BAD_STATUS: "is called bad by its sender",
    Flaw.SENTINEL: "is the number by which the device says that it has no value",
    Flaw.OUT_OF_RANGE: "is outside its range",
    Flaw.UNIT_SUSPECT: "fits its usual level only in another unit; check what the device sends",
    Flaw.RATE: "changed faster than it can",
    Flaw.STUCK: "does not move any more",
    Flaw.COUNTER_GLITCH: "jumped further than the counter can count",
}


def observe_health(
    runtime: Runtime, sensor: Sensor, ts_ns: int, flaw: Flaw | None, outputs: Outputs, *, historical: bool
) -> None:
    """Raise the condition of a bad value, and clear those that its sensor does not show any more."""
    rules = sensor.rules
    for condition, episode in tuple(sensor.health.items()):
        if ended(condition, episode, flaw):
            del sensor.health[condition]
            clear(
                runtime, condition, rules.name, episode, ts_ns, f"{_of(runtime, sensor)} can be trusted again", outputs
            )
    if flaw is not None and is_bad(flaw) and flaw not in sensor.health:
        episode = sensor.health[flaw.value] = HealthEpisode(ts_ns, live=not historical)
        summary = f"{_of(runtime, sensor)} {_SAYS[flaw]}: {sensor.value:g} {rules.unit}"
        announce_health(runtime, flaw.value, rules.name, episode, Transition.RAISED, ts_ns, summary, outputs)


def clear(
    runtime: Runtime,
    condition: str,
    sensor: str | None,
    episode: HealthEpisode,
    ts_ns: int,
    summary: str,
    outputs: Outputs,
) -> None:
    """Tell that a condition, which its owner has forgotten already, is over."""
    episode.sequence += 1
    announce_health(runtime, condition, sensor, episode, Transition.CLEARED, ts_ns, summary, outputs)


def tell_untold(runtime: Runtime, ts_ns: int, outputs: Outputs) -> None:
    """Tell as news each condition of the data that was raised on historical data and still stands."""
    for name, sensor in runtime.sensors.items():
        for condition, episode in sensor.health.items():
            if not episode.live:
                episode.live = True
                episode.sequence += 1
                summary = f"{_of(runtime, sensor)} still can't be trusted"
                announce_health(runtime, condition, name, episode, Transition.CONTINUES, ts_ns, summary, outputs)


def _of(runtime: Runtime, sensor: Sensor) -> str:
    return f"{sensor.rules.name} of {runtime.twin.twin_id}"
