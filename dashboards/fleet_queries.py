"""What the Fleet dashboard asks of InfluxDB."""

from dashboards.flux import AGE, ALERT_SCORE, AS_COLUMNS, DEBUG, EVER, SHOWN, newest, read
from dashboards.states import level_of
from schemas.accounting import Outcome
from schemas.influx import BUCKET, Measurement, Tag
from schemas.state import Presence, TwinCondition

_BY_TWIN = newest((Tag.TWIN_ID,), "_value")


def _fact(name: str, value: str) -> str:
    return f"""
  |> group()
  |> map(fn: (r) => ({{twin_id: r.twin_id, _field: "{name}", _value: {value}}}))"""


_FACTS = ("twin_type", "line", "state", "presence", "score", "alert", "age")

# Facts are texts in one column, then turned into one row a twin: a join fails where one side has no row, as before
# the first alert. The empty row makes sure that every column exists. A twin that was retired ends with zero
# definitions, one that was only defined has nothing but its counters.
_TWINS = f"""import "array"
import "internal/debug"

seed = array.from(rows: [{", ".join(f'{{twin_id: "", _field: "{name}", _value: ""}}' for name in _FACTS)}])
defined = {read(Measurement.PIPELINE, ["definitions"], EVER)}
  |> filter(fn: (r) => exists r.twin_id)
  |> last(){_BY_TWIN}
  |> filter(fn: (r) => r._value > 0.0)
judged = {read(Measurement.TWIN, ["state", "score"], EVER)}
  |> last(){AS_COLUMNS}
  |> filter(fn: (r) => exists r.state){newest((Tag.TWIN_ID,), "state")}
present = {read(Measurement.TWIN, ["presence"], EVER)}
  |> last(){_BY_TWIN}
observed = {read(Measurement.OBSERVATION, ["value"], EVER)}
  |> last(){_BY_TWIN}
alerted = {read(Measurement.ALERT, ["active", "summary"], EVER)}
  |> last(){AS_COLUMNS}
  |> filter(fn: (r) => exists r.twin_id){newest((Tag.TWIN_ID, Tag.CONDITION, Tag.SENSOR), "active")}
  |> filter(fn: (r) => r.active == 1.0)
twins = union(tables: [
  seed,
  defined{_fact("twin_type", "r.twin_type")},
  defined{_fact("line", 'r.site + " / " + r.area + " / " + r.line')},
  judged{_fact("state", "r.state")},
  judged
  |> filter(fn: (r) => exists r.score){_fact("score", "string(v: r.score)")},
  present{_fact("presence", "r._value")},
  observed{_fact("age", f"string(v: {AGE})")},
  alerted{_fact("alert", "r.summary")},
])
  |> group()
  |> pivot(rowKey: ["twin_id"], columnKey: ["_field"], valueColumn: "_value")
  |> filter(fn: (r) => r.twin_id != "" and exists r.twin_type)
  |> map(fn: (r) => ({{
    twin: r.twin_id,
    type: r.twin_type,
    place: r.line,
    state: if exists r.state then r.state else "{TwinCondition.NEVER_SEEN}",
    presence: if exists r.presence then r.presence else "{Presence.NEVER_SEEN}",
    score: if exists r.score then float(v: r.score) else debug.null(type: "float"),
    alert: if exists r.alert then r.alert else "",
    age: if exists r.age then float(v: r.age) else debug.null(type: "float"),
  }}))
"""

TWINS_WORST_FIRST = f"""{_TWINS}
twins
  |> map(fn: (r) => ({{r with level: {level_of("r.state")}}}))
  |> sort(columns: ["level", "score"], desc: true)
  |> drop(columns: ["level"])"""

_NO_TWIN = ", ".join(f'{{_field: "{state}", _value: 0}}' for state in TwinCondition)

TWINS_BY_STATE = f"""{_TWINS}
union(tables: [
  array.from(rows: [{_NO_TWIN}]),
  twins
  |> map(fn: (r) => ({{_field: r.state, _value: 1}})),
])
  |> group(columns: ["_field"])
  |> sum()
  |> map(fn: (r) => ({{r with _time: now()}}))"""

ALERTS = f"""{DEBUG}{read(Measurement.ALERT, ["active", "score", "summary"], SHOWN)}{AS_COLUMNS}
  |> group()
  |> map(fn: (r) => ({{
    time: r._time,
    twin: if exists r.twin_id then r.twin_id else r.source,
    condition: r.condition,
    transition: if r.active == 1.0 then "raised" else "cleared",
    score: {ALERT_SCORE},
    summary: r.summary,
  }}))
  |> sort(columns: ["time"], desc: true)
  |> limit(n: 200)"""


def _increase(condition: str) -> str:
    """How much running totals grew in each interval, all twins and buckets together.

    The growth is the difference from the last total before the range, or from zero for what began within it, so that
    the bars add up to what was counted. A twin that is retired hands its totals to its bucket: the one falls by what
    the other rises by.
    """
    totals = f"""filter(fn: (r) => r._measurement == "{Measurement.PIPELINE}" and ({condition}))"""
    return f"""inside = from(bucket: "{BUCKET}")
  |> {SHOWN}
  |> {totals}
  |> aggregateWindow(every: v.windowPeriod, fn: last, createEmpty: false)
  |> drop(columns: ["_start", "_stop"])
before = from(bucket: "{BUCKET}")
  |> range(start: 0, stop: v.timeRangeStart)
  |> {totals}
  |> last()
  |> drop(columns: ["_start", "_stop"])
zero = inside
  |> first()
  |> map(fn: (r) => ({{r with _time: time(v: 0), _value: 0.0}}))
union(tables: [zero, before, inside])
  |> sort(columns: ["_time"])
  |> difference()
  |> filter(fn: (r) => r._time >= v.timeRangeStart)
  |> group(columns: ["_time", "_field"])
  |> sum()
  |> group(columns: ["_field"])
  |> sort(columns: ["_time"])"""


OUTCOMES = _increase(" or ".join(f'r._field == "{outcome}"' for outcome in Outcome))

REJECTIONS = _increase("r._field =~ /^rejected_/")
