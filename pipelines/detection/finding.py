"""What a detector has found, by sensor, and the words for it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pipelines.detection.judgement import Kind, Source

MOST_OTHERS = 3
"""Sensors named as those that explain another, at most."""

LONGEST = 1e9
"""Numbers from here on are read more easily with an exponent."""

NEAR_ZERO = 0.05
"""Below this share of the deviation's size an expected value is too close to 0 for a percentage to say anything."""


class Finding(NamedTuple):
    """How far one part of the twin is from the usual, and what it shows.

    Attributes
    ----------
    distance
        From the usual, in boundaries.
    share
        Of all findings' squared distances.
    value, expected
        In the sensor's unit; of `SPREAD` steps, 1 being the usual; of `ARRIVAL` seconds between messages; of
        `ISOLATION` rarity.
    deviation
        Standard deviation of single values, in the same.
    others
        Sensors that explain this one, the most telling first.
    """

    source: Source
    distance: float
    share: float
    value: float
    expected: float
    deviation: float
    others: tuple[str, ...] = ()

    @property
    def deviations(self) -> float:
        """The value's distance from the expected one in standard deviations, with its sign."""
        return (self.value - self.expected) / self.deviation if self.deviation > 0.0 else 0.0


def words(finding: Finding, units: Mapping[str, str], lasting_s: float = 0.0) -> str:
    """A finding as an operator reads it.

    Parameters
    ----------
    units
        Of each sensor.
    lasting_s
        For how long it has been so, s.

    >>> power = Finding(Source(Kind.RELATION, "power"), 2.0, 1.0, 34.2, 30.0, 0.7, ("flow", "pressure"))
    >>> words(power, {"power": "kW"}, 360.0)
    'power is 34.2 kW, 14 % above the 30 kW that flow and pressure explain, for 6 min'
    """
    sensor = finding.source.sensor
    unit = units.get(sensor, "1")
    said = _said(finding, sensor, "" if unit == "1" else f" {unit}")
    return f"{said}, for {duration(lasting_s)}" if lasting_s >= 1.0 else said


def _said(finding: Finding, sensor: str, unit: str) -> str:
    value, expected = finding.value, finding.expected
    match finding.source.kind:
        case Kind.RELATION:
            explained = f"the {figure(expected, 4)}{unit} that {listed(finding.others)} explain"
            return f"{sensor} is {figure(value, 5)}{unit}, {_off(finding)} {explained}"
        case Kind.SPREAD if value < 1.0:
            return f"{sensor} hardly moves: its steps are {figure(1 / max(value, 1e-3), 2)} times smaller than usual"
        case Kind.SPREAD:
            return f"{sensor} is restless: its steps are {figure(value, 2)} times larger than usual"
        case Kind.ARRIVAL:
            return f"messages come every {duration(value)} instead of every {duration(expected)}"
        case Kind.ISOLATION:
            return f"{listed(finding.others)} have hardly ever been seen in this combination"
        case Kind.NOVELTY:
            return f"{sensor} shows {figure(value, 5)}{unit} in a way that it never did before"
        case _:
            return f"{sensor} is {figure(value, 5)}{unit}, {_off(finding)} its usual {figure(expected, 4)}{unit}"


def _off(finding: Finding) -> str:
    """How far off, in per cent where that means something, and on which side."""
    gap = finding.value - finding.expected
    side = "below" if gap < 0 else "above"
    if abs(finding.expected) < max(NEAR_ZERO * abs(gap), finding.deviation):
        return f"{abs(finding.deviations):.1f} standard deviations {side}"
    return f"{figure(abs(100 * gap / finding.expected), 2)} % {side}"


def duration(seconds: float) -> str:
    """A time span in the unit that suits it.

    >>> duration(0.25), duration(90.0), duration(5_400.0), duration(200_000.0)
    ('0.25 s', '1.5 min', '1.5 h', '2.3 d')
    """
    for unit, size in (("d", 86_400.0), ("h", 3_600.0), ("min", 60.0)):
        if seconds >= size:
            return f"{figure(seconds / size, 2)} {unit}"
    return f"{seconds:.2g} s"


def figure(number: float, digits: int) -> str:
    """A number with so many significant digits, and no exponent as long as it can be read without one.

    >>> figure(3.14159, 3), figure(99.6, 2), figure(123456.7, 5), figure(1e20, 2)
    ('3.14', '100', '123457', '1e+20')
    """
    return f"{number:.0f}" if 10.0**digits - 0.5 <= abs(number) < LONGEST else f"{number:.{digits}g}"


def listed(names: Sequence[str]) -> str:
    """Names as an enumeration, a few of them.

    >>> listed(("flow", "pressure", "speed", "torque"))
    'flow, pressure, speed and others'
    """
    if not names:
        return "the other sensors"
    if len(names) > MOST_OTHERS:
        return f"{', '.join(names[:MOST_OTHERS])} and others"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
