"""The plant that every system under test gets: twins of one type, and their observations, made from a seed.

The values are noise round a level; from time to time a sensor leaves it for a few observations, so that alerts come
and go and the way from an event to its alert can be timed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from random import Random

from schemas.definition import TwinDefinition

WARM_UP = 20
CALM = 70
"""Observations of a twin between two excursions: an alert that was raised is cleared by 30 quiet ones."""
EXCURSION = 5
"""Observations that an excursion lasts: three raise an alert."""
POOL = 4_096
"""Rows of values that are made once and used again and again: making them must not cost more than taking them."""


@dataclass(frozen=True)
class Fleet:
    """`twins` twins of `sensors` sensors each.

    >>> Fleet(2, 1).twin_ids
    ('twin-0', 'twin-1')
    """

    twins: int
    sensors: int

    @cached_property
    def sensor_names(self) -> tuple[str, ...]:
        """Every twin's sensors."""
        return tuple(f"s{number}" for number in range(self.sensors))

    @cached_property
    def twin_ids(self) -> tuple[str, ...]:
        """All twins."""
        return tuple(f"twin-{number}" for number in range(self.twins))

    @cached_property
    def _twin_type(self) -> dict[str, object]:
        sensor = {"range": [-1000, 10000], "resolution": 0.01}
        return {
            "type": "bench",
            "sensors": dict.fromkeys(self.sensor_names, sensor),
            "max_sensors": max(64, self.sensors),
            "detect": {"profile": "balanced", "warm_up": WARM_UP},
        }

    def definition(self, twin_id: str) -> TwinDefinition:
        """What one twin is."""
        return TwinDefinition.model_validate({"twin_id": twin_id, "type": self._twin_type})

    @cached_property
    def _rows(self) -> list[tuple[bytes, bytes]]:
        """Values as JSON: one row as usual, and the same row with its first value far away."""
        rng, names = Random(1), self.sensor_names  # noqa: S311  # readings, not secrets
        rows = []
        for _ in range(POOL):
            usual = [f"{rng.gauss(50.0, 3.0):.2f}" for _ in names]
            far = [f"{rng.gauss(150.0, 3.0):.2f}", *usual[1:]]
            rows.append(
                tuple(
                    ",".join(f'"{name}":{value}' for name, value in zip(names, row, strict=True)).encode()
                    for row in (usual, far)
                )
            )
        return rows

    def observation(self, number: int, ts_ms: int) -> tuple[bytes, bytes]:
        """Key and body of the observation with a running number; twins take turns."""
        twin, turn = number % self.twins, number // self.twins
        twin_id = self.twin_ids[twin].encode()
        # Twins differ in when they leave their level, so that alerts are spread over time.
        phase = (turn + twin * 7) % (CALM + EXCURSION)
        away = turn > 2 * WARM_UP and phase >= CALM
        values = self._rows[number * 31 % POOL][away]
        return twin_id, b'{"twin_id":"%s","ts":%d,"values":{%s},"seq":%d}' % (twin_id, ts_ms, values, turn)

    def backlog(self, count: int, rate: float, end_ms: int, first: int = 0) -> Iterator[tuple[bytes, bytes]]:
        """Observations from the one numbered `first` on, as if they had been sent at `rate` a second until `end_ms`."""
        for number in range(count):
            yield self.observation(first + number, round(end_ms - (count - number) * 1000 / rate))
