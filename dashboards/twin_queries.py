"""What the Twin dashboard asks of InfluxDB."""

from dashboards.flux import AGE, ALERT_SCORE, AS_COLUMNS, DEBUG, EVER, SHOWN, chosen, clean, newest, read, windows
from dashboards.states import level_of
from schemas.influx import BUCKET, Measurement, Tag

_TWIN = (Tag.TWIN_ID,)
_SENSOR = (Tag.TWIN_ID, Tag.SENSOR)

TWIN_NAMES = f"""import "influxdata/influxdb/schema"
schema.tagValues(
  bucket: "{BUCKET}",
  tag: "{Tag.TWIN_ID}",
  predicate: (r) => r._measurement == "{Measurement.TWIN}" or r._measurement == "{Measurement.PIPELINE}",
  start: 0,
)"""

SENSOR_NAMES = f"""import "influxdata/influxdb/schema"
schema.tagValues(
  bucket: "{BUCKET}",
  tag: "{Tag.SENSOR}",
  predicate: (r) => r._measurement == "{Measurement.OBSERVATION}" and {chosen(Tag.TWIN_ID)},
  start: 0,
)"""

_JUDGED = f"""{read(Measurement.TWIN, ["state", "score"], EVER, _TWIN)}
  |> last(){AS_COLUMNS}
  |> filter(fn: (r) => exists r.state){newest(_TWIN, "state")}"""

STATE = f"""{_JUDGED}
  |> map(fn: (r) => ({{r with _value: {level_of("r.state")}}})){clean()}"""

SCORE_NOW = f"""{_JUDGED}
  |> filter(fn: (r) => exists r.score)
  |> map(fn: (r) => ({{r with _value: r.score}})){clean()}"""

AGE_NOW = f"""{read(Measurement.OBSERVATION, ["value"], EVER, _TWIN)}
  |> last(){newest(_TWIN, "_value")}
  |> map(fn: (r) => ({{r with _value: {AGE}, _time: now()}})){clean()}"""

OPEN_ALERTS = f"""{DEBUG}{read(Measurement.ALERT, ["active", "score", "summary"], EVER, _TWIN)}
  |> last(){AS_COLUMNS}{newest((Tag.TWIN_ID, Tag.CONDITION, Tag.SENSOR), "active")}
  |> filter(fn: (r) => r.active == 1.0)
  |> group()
  |> map(fn: (r) => ({{since: r._time, condition: r.condition, score: {ALERT_SCORE}, summary: r.summary}}))
  |> sort(columns: ["since"], desc: true)"""

MEASURED = (
    read(Measurement.OBSERVATION, ["value", "expected", "lower", "upper"], SHOWN, _SENSOR)
    + windows("mean")
    + clean("_field")
)

RESIDUAL = read(Measurement.OBSERVATION, ["residual"], SHOWN, _SENSOR) + windows("mean") + clean("_field")

SCORE = read(Measurement.TWIN, ["score"], SHOWN, _TWIN) + windows("max") + clean("_field")

STATES = f"""{read(Measurement.TWIN, ["state"], SHOWN, _TWIN)}
  |> map(fn: (r) => ({{r with _value: {level_of("r._value")}}})){windows("max")}{clean(Tag.TWIN_ID)}"""

LAST_VALUES = f"""import "array"

seed = array.from(rows: [
  {{twin_id: "", sensor: "", _time: time(v: 0), value: 0.0, expected: 0.0, residual: 0.0, quality: ""}},
])
found = {read(Measurement.OBSERVATION, ["value", "expected", "residual", "quality"], EVER, _TWIN)}
  |> last(){AS_COLUMNS}
  |> filter(fn: (r) => exists r.quality){newest(_SENSOR, "quality")}
union(tables: [seed, found])
  |> group()
  |> filter(fn: (r) => r.sensor != "")
  |> map(fn: (r) => ({{
    sensor: r.sensor,
    value: r.value,
    expected: r.expected,
    residual: r.residual,
    quality: r.quality,
    age: {AGE},
  }}))
  |> sort(columns: ["sensor"])"""

ALERT_MARKS = f"""{read(Measurement.ALERT, ["active", "summary"], SHOWN, _TWIN)}{AS_COLUMNS}
  |> group()
  |> map(fn: (r) => ({{time: r._time, title: if r.active == 1.0 then "raised" else "cleared", text: r.summary}}))
  |> sort(columns: ["time"])"""

MODEL_MARKS = f"""{read(Measurement.MODEL, ["change", "reason"], SHOWN, _TWIN)}{AS_COLUMNS}
  |> group()
  |> map(fn: (r) => ({{time: r._time, title: r.change, text: r.reason}}))
  |> sort(columns: ["time"])"""
