"""Several pumps side by side, observed at a fixed period."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count as count_from
from random import Random

from pipelines.simulation.condition import HEALTHY
from pipelines.simulation.demand import DemandCycle
from pipelines.simulation.faults import pump_condition, sensor_offsets
from pipelines.simulation.pump import PUMP_INSTRUMENTS, Pump
from pipelines.simulation.randomness import random_stream
from pipelines.simulation.schedule import FaultInterval, FaultSchedule, nanoseconds


@dataclass(frozen=True, slots=True)
class Frame:
    """All sensors of one twin at one event time (epoch ns), each in its own unit and resolution."""

    twin_id: str
    ts_ns: int
    values: Mapping[str, float]


class _InstrumentedPump:
    """A pump with its own demand and its own randomness."""

    def __init__(self, seed: int, pump_id: str, period_s: float) -> None:
        self._rng: Random = random_stream(seed, pump_id)
        # No two pumps of a station run at quite the same point.
        cycle = DemandCycle(mean=DemandCycle().mean + self._rng.uniform(-0.04, 0.04))
        self._demands = cycle.values(self._rng)
        self._pump = Pump(demand=cycle.mean)
        self._period_s = period_s

    def observe(self, ts_ns: int, acting: FaultInterval | None) -> Mapping[str, float]:
        """The readings one period later."""
        severity = acting.severity_at(ts_ns) if acting else 0.0
        condition = pump_condition(acting.fault.kind, severity) if acting else HEALTHY
        state = self._pump.step(next(self._demands), self._period_s, self._rng, condition)
        readings = state.read(self._rng)
        if acting:
            for sensor, offset in sensor_offsets(acting.fault.kind, severity).items():
                readings[sensor] = PUMP_INSTRUMENTS[sensor].shown(readings[sensor] + offset)
        return readings


class PumpStation:
    """Pumps of one seed: the same seed gives the same frames, and one more pump changes no other's.

    Parameters
    ----------
    pump_ids
        Twin ids of the pumps.
    seed
        Determines all randomness.
    period_s
        Event time between two observations of a pump, s; at least 0.001, as telemetry carries milliseconds.
    schedule
        The faults to inject; none when left out.

    >>> station = PumpStation(["pump-1", "pump-2"], seed=7, period_s=1.0)
    >>> [(frame.twin_id, frame.ts_ns) for frame in station.frames(start_ns=0, count=2)]
    [('pump-1', 0), ('pump-2', 0), ('pump-1', 1000000000), ('pump-2', 1000000000)]
    """

    def __init__(
        self, pump_ids: Sequence[str], seed: int, period_s: float, schedule: FaultSchedule | None = None
    ) -> None:
        if not period_s >= 0.001:
            raise ValueError(f"period {period_s} s: must be 0.001 s or more")
        if len(set(pump_ids)) != len(pump_ids):
            raise ValueError(f"pump ids must differ: {', '.join(pump_ids)}")
        self.pump_ids = tuple(pump_ids)
        self.seed = seed
        self.period_s = period_s
        self.schedule = schedule or FaultSchedule()
        unknown = {interval.twin_id for interval in self.schedule.intervals} - set(pump_ids)
        if unknown:
            raise ValueError(f"faults of {', '.join(sorted(unknown))}, but the pumps are {', '.join(pump_ids)}")

    def frames(self, start_ns: int, count: int | None = None) -> Iterator[Frame]:
        """`count` observations of every pump, or observations without end; each call starts from warm pumps."""
        pumps = {twin_id: _InstrumentedPump(self.seed, twin_id, self.period_s) for twin_id in self.pump_ids}
        period_ns = nanoseconds(self.period_s)
        for index in count_from() if count is None else range(count):
            ts_ns = start_ns + index * period_ns
            for twin_id, pump in pumps.items():
                yield Frame(twin_id, ts_ns, pump.observe(ts_ns, self.schedule.acting(twin_id, ts_ns)))
