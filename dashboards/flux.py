"""Pieces of Flux that several queries share.

Traps of Grafana's side: its server replaces every `word.bucket`, `word.organization` and the like in the text, so the
tag `bucket` is never named as `r.bucket` here. A selection always stands in a regular expression as `${name:regex}`:
Grafana documents that format under "Variable syntax", "Regex"
(https://grafana.com/docs/grafana/latest/dashboards/variables/variable-syntax/#regex), and it escapes all that a
regular expression of Flux takes specially, the slash and `${` too. `doublequote` leaves a backslash alone, and `json`
quotes a single value in some releases and not in others.
"""

from collections.abc import Iterable

from schemas.influx import BUCKET, Measurement, Tag

EVER = "range(start: 0, stop: 2100-01-01T00:00:00Z)"
"""For what stands now: a replayed twin lives in the past, and its newest value counts wherever it is."""

SHOWN = "range(start: v.timeRangeStart, stop: v.timeRangeStop)"

VARIABLES = {Tag.TWIN_ID: "twin", Tag.SENSOR: "sensor"}


def chosen(tag: Tag) -> str:
    """The condition that a tag is one of the values selected.

    >>> chosen(Tag.SENSOR)
    'r.sensor =~ /^${sensor:regex}$/'
    """
    return f"r.{tag} =~ /^${{{VARIABLES[tag]}:regex}}$/"


def read(measurement: Measurement, fields: Iterable[str], period: str, where: Iterable[Tag] = ()) -> str:
    """Points of a measurement: these fields, this period, the tags as selected.

    >>> print(read(Measurement.TWIN, ["score"], SHOWN))
    from(bucket: "twins")
      |> range(start: v.timeRangeStart, stop: v.timeRangeStop)
      |> filter(fn: (r) => r._measurement == "twin" and (r._field == "score"))
    """
    wanted = " or ".join(f'r._field == "{name}"' for name in fields)
    lines = [
        f'from(bucket: "{BUCKET}")',
        period,
        f'filter(fn: (r) => r._measurement == "{measurement}" and ({wanted}))',
        *(f"filter(fn: (r) => {chosen(tag)})" for tag in where),
    ]
    return "\n  |> ".join(lines)


AS_COLUMNS = """
  |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")"""
"""Fields of one point side by side."""


def newest(by: Iterable[Tag], column: str) -> str:
    """The newest row of each, though a definition may have moved the twin and so started another series."""
    columns = ", ".join(f'"{tag}"' for tag in by)
    return f"""
  |> group(columns: [{columns}])
  |> sort(columns: ["_time"])
  |> last(column: "{column}")"""


def clean(*columns: str) -> str:
    """Only these columns: whatever else stays becomes a label and a part of the series' name."""
    names = ", ".join(f'"{name}"' for name in ("_time", "_value", *columns))
    return f"""
  |> keep(columns: [{names}])"""


ALERT_SCORE = 'if exists r.score then r.score else debug.null(type: "float")'
"""The score of an alert; alerts about data have none, and perhaps there are no others. Needs "internal/debug"."""

DEBUG = 'import "internal/debug"\n'

AGE = "float(v: int(v: now()) - int(v: r._time)) / 1000000000.0"
"""Seconds since the row's time."""


def windows(function: str) -> str:
    """One value for each interval that the panel's width allows."""
    return f"""
  |> aggregateWindow(every: v.windowPeriod, fn: {function}, createEmpty: false)"""
