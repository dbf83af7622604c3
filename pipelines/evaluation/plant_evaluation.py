"""The twins of a simulated plant against what was done to it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median

from pipelines.evaluation.explanation import first_alert, unexplained
from pipelines.evaluation.plant_run import PlantRun
from pipelines.simulation.campaign import GAP_S, campaign
from pipelines.simulation.station import PumpStation
from schemas.alert import AlertTransition
from schemas.definition import TwinDefinition
from schemas.truth import InjectedFault

START_NS = 1_767_225_600 * 10**9
"""2026-01-01T00:00:00Z: the same settings give the same run at any time."""
MARGIN_S = 60.0
"""Event time from the end of the warm-up to the first fault at the earliest."""
HOURS_A_WEEK = 168.0


@dataclass(frozen=True, slots=True)
class PlantSettings:
    """What a run is made of.

    Attributes
    ----------
    hours, period_s
        Simulated time, h, and event time between two observations of a twin, s.
    seed
        Determines all randomness.
    faults_per_day
        Faults of each twin in 24 h of simulated time, as a mean; 0 for a plant without any.
    """

    hours: float = HOURS_A_WEEK
    period_s: float = 1.0
    seed: int = 7
    faults_per_day: float = 8.0

    @property
    def faults(self) -> int:
        """Faults of each twin in the whole run.

        >>> PlantSettings(hours=12.0).faults
        4
        """
        return round(self.faults_per_day * self.hours / 24)

    @property
    def observations(self) -> int:
        """Observations of each twin.

        >>> PlantSettings(hours=0.5, period_s=2.0).observations
        900
        """
        return int(self.hours * 3600 / self.period_s)


@dataclass(frozen=True, slots=True)
class KindResult:
    """One kind of fault: how many were injected and alerted, and the event time from start to alert, s."""

    kind: str
    injected: int
    alerted: int
    median_delay_s: float | None
    largest_delay_s: float | None


@dataclass(frozen=True, slots=True)
class PlantResult:
    """What the twins found, and what they found that was not there.

    Attributes
    ----------
    kinds
        The kinds of fault that were injected, by name.
    false_alerts
        Alerts that no fault explains: raised neither while one acted nor within `GRACE` behind it.
    recovery_alerts
        Those of the false alerts that came within `GAP_S` behind a fault: the twin had taken the fault for its usual
        state, and the return from it for a fault.
    reading_us
        Microseconds for a value, from the bytes of a message to the verdict; it differs from run to run.
    """

    settings: PlantSettings
    twins: int
    kinds: tuple[KindResult, ...]
    false_alerts: int
    recovery_alerts: int
    reading_us: float = field(compare=False)

    @property
    def injected(self) -> int:
        """Faults of all kinds."""
        return sum(kind.injected for kind in self.kinds)

    @property
    def alerted(self) -> int:
        """Faults of all kinds with an alert."""
        return sum(kind.alerted for kind in self.kinds)

    @property
    def false_alerts_per_week(self) -> float:
        """False alerts of a twin in a week of simulated time.

        >>> half_a_week = PlantSettings(hours=84.0)
        >>> PlantResult(half_a_week, 2, (), false_alerts=3, recovery_alerts=0, reading_us=7.6).false_alerts_per_week
        3.0
        """
        return self.false_alerts * HOURS_A_WEEK / (self.settings.hours * self.twins)


def evaluate_plant(
    definitions: Sequence[TwinDefinition], settings: PlantSettings, told: Callable[[int], None]
) -> PlantResult:
    """Run the pumps defined, with faults, and match their alerts with them; `told` is called as `PlantRun.run` does.

    Raises
    ------
    CampaignError
        If the faults don't fit into the time behind the warm-up.
    """
    twin_ids = [definition.twin_id for definition in definitions]
    warm_up = max(definition.type.detect.warm_up for definition in definitions)
    schedule = campaign(
        twin_ids,
        settings.faults,
        start_ns=START_NS,
        first_start_s=warm_up * settings.period_s + MARGIN_S,
        until_s=settings.hours * 3600,
        seed=settings.seed,
    )
    run = PlantRun(definitions, PumpStation(twin_ids, settings.seed, settings.period_s, schedule))
    run.run(START_NS, settings.observations, told)
    return plant_result(settings, schedule.truth(f"plant-{settings.seed}"), run)


def plant_result(settings: PlantSettings, truth: Sequence[InjectedFault], run: PlantRun) -> PlantResult:
    """The alerts of a run that has ended against the faults that were injected."""
    false = unexplained(truth, run.raised)
    return PlantResult(
        settings=settings,
        twins=len(run.definitions),
        kinds=tuple(_kind_result(kind, truth, run.raised) for kind in sorted({fault.fault for fault in truth})),
        false_alerts=len(false),
        recovery_alerts=sum(any(_behind(fault, alert) for fault in truth) for alert in false),
        reading_us=1e6 * run.seconds / run.readings,
    )


def _behind(fault: InjectedFault, alert: AlertTransition) -> bool:
    """Whether the alert came so soon behind the fault's end that nothing else can have caused it."""
    return alert.twin_id == fault.twin_id and timedelta() < alert.ts - fault.end <= timedelta(seconds=GAP_S)


def _kind_result(kind: str, truth: Sequence[InjectedFault], raised: Sequence[AlertTransition]) -> KindResult:
    faults = [fault for fault in truth if fault.fault == kind]
    firsts = [(fault, first_alert(fault, raised)) for fault in faults]
    delays_s = [(alert.ts - fault.start).total_seconds() for fault, alert in firsts if alert is not None]
    return KindResult(
        kind=kind,
        injected=len(faults),
        alerted=len(delays_s),
        median_delay_s=median(delays_s) if delays_s else None,
        largest_delay_s=max(delays_s, default=None),
    )
