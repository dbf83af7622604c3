"""Message logs that Hypothesis makes up. Needs the dev extra."""

import json
import math
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from pipelines.alarms.identity import alert_id
from pipelines.testing.builders import START_NS, START_S, Log, definition
from schemas.command import Label
from schemas.definition import TwinDefinition
from schemas.topics import Topic

SENSORS = ("t1", "t2")
TWINS = ("case", "other")


def profile(max_examples: int) -> settings:
    """The same examples in every run, whatever the machine's speed."""
    return settings(
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=max_examples,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def two_sensors(twin_id: str = TWINS[0]) -> TwinDefinition:
    """The twin that all logs here speak of; it is warm after ten samples."""
    return definition(twin_id, warm_up=10, t1={"unit": "degC", "range": [-50, 150]}, t2={"unit": "bar"})


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
"""Any JSON, with the NaN and Infinity that JSON does not know."""

_odd_times: st.SearchStrategy[Any] = st.sampled_from([None, True, "now", "2024-03-31T02:30:00", 0, -5, 1e400, [], {}])
_times = (
    st.integers(START_S, START_S + 600)
    | st.floats(START_S, START_S + 600)
    | _odd_times
    | st.sampled_from(["2023-11-14T22:13:25", "2024-10-27T02:30:00", "0001-01-01T00:00:00", "9999-12-31T23:59:59"])
)
_values: st.SearchStrategy[Any] = (
    st.floats(-100, 200)
    | st.sampled_from([None, True, float("nan"), float("inf"), 1e300, 10**40, "21.5", "1_000", "", [], {}])
    | st.fixed_dictionaries(
        {}, optional={"value": st.floats(), "unit": st.sampled_from(["bar", "kPa", 3]), "quality": json_values}
    )
)
_names = st.sampled_from([*SENSORS, "t1 ", "T1", "", "a\nb", "x" * 300])
_almost = st.fixed_dictionaries(
    {},
    optional={
        "ts": _times,
        "sensor": _names | json_values,
        "value": _values,
        "values": st.dictionaries(_names, _values, max_size=4) | json_values,
        "unit": json_values,
        "quality": st.sampled_from(["good", "bad", "best"]) | json_values,
        "seq": json_values,
        "historical": st.booleans() | json_values,
        "source": st.sampled_from(["gw-1", "x v=9 1\nm,s=y", ""]) | json_values,
        "twin_id": st.sampled_from([*TWINS, "nobody"]) | json_values,
    },
)


def _dumped(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=True).encode()


wild_bodies: st.SearchStrategy[bytes] = (
    st.binary(max_size=40) | json_values.map(_dumped) | _almost.map(_dumped) | st.sampled_from([b"", b" ", b"\xff\xfe"])
)
"""Bytes that may or may not be an observation."""

_unplaced = (
    st.binary(max_size=40).filter(lambda body: b"{" not in body)
    | st.sampled_from([None, b"", b"null", b"[]", b"42", b'{"ts":', b"{}", b"NaN", b'"x"', b"[" * 5_000])
    | json_values.map(lambda value: _dumped({"ts": START_S, "values": {"t1": None}, "note": value}))
    | _values.filter(lambda value: not isinstance(value, float | str | dict)).map(
        lambda value: _dumped({"ts": START_S, "sensor": "t2", "value": value})
    )
    | st.sampled_from(["NaN", "-Infinity", "1e999", '"NaN"', '"1_000"', "true"]).map(
        lambda token: f'{{"ts": {START_S + 300}, "values": {{"t1": {token}, "nobody": 1}}}}'.encode()
    )
)
junk: st.SearchStrategy[tuple[bytes | None, bytes | None]] = st.tuples(
    st.sampled_from([b"", None, b"other", b"\xff", b"case\n", b"x" * 500]), _unplaced
)
"""Key and body of a telemetry message from which nothing may be applied; an empty key is the twin's own."""

wild_keys: st.SearchStrategy[bytes | None] = st.sampled_from(
    [b"case", b"other", None, b"nobody", b"\xff", b"case\n"]
) | st.binary(max_size=20)

Steps = list[tuple[float, dict[str, float], int]]
"""Seconds since the message before, values, and how many messages alike."""


def steps(*seconds: float) -> st.SearchStrategy[Steps]:
    """Runs of calm and of wild values, the given seconds apart, so that alerts come and go."""
    values = st.dictionaries(
        st.sampled_from(SENSORS), st.sampled_from([20.0, 20.5, 21.0, 19.5, 20.25, 90.0, 300.0]), min_size=1
    )
    return st.lists(st.tuples(st.sampled_from(seconds), values, st.integers(1, 8)), max_size=12)


def log_of(made: Steps, calm: int = 14) -> Log:
    """The log of one twin that warms up on calm values and then sees the steps made up."""
    log = Log(two_sensors())
    for number in range(calm):
        log.observe(number, t1=20.0 + number % 3 * 0.5, t2=20.0 + number % 2 * 0.5)
    second = float(calm)
    for ahead, values, times in made:
        for _ in range(times):
            second += ahead
            log.observe(second, **values)
    return log


_numbers = st.floats() | st.integers(-(2**63), 2**63) | st.sampled_from([0, 1, 0.1, 50])
_spec = st.fixed_dictionaries(
    {},
    optional={
        "unit": st.sampled_from(["degC", "bar", "1", "[degF]", "dB"]),
        "range": st.sampled_from([[0, 100], [-1e308, 1e308], [0.1, 0.3]]),
        "resolution": st.sampled_from([0.1, 1, 5e-324, 1e308]),
        "role": st.sampled_from(["setpoint", "measurement", "measurement", "counter", "counter", "binary"]),
        "period": st.sampled_from(["1s", "1ms", "0s", "10s", "30d"]),
        "max_rate": st.sampled_from(["0/s", "1/s", "0.000000001/d", "999999999999/ms"]),
        "sentinels": st.lists(_numbers.filter(math.isfinite), max_size=3),
        "stuck_after": st.integers(2, 10),
        "allow_constant": st.booleans(),
        "age_limit": st.sampled_from(["0s", "1s", "1h"]),
        "modulus": st.sampled_from([1, 100, 1e308, 5e-324]),
    },
)
_broken_spec = st.fixed_dictionaries(
    {},
    optional={
        "unit": json_values,
        "range": st.lists(_numbers, max_size=3),
        "resolution": _numbers | json_values,
        "role": json_values,
    },
)
_type = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["pump", "a b,c=d"]),
        "sensors": st.dictionaries(st.sampled_from(["t1", "t2", "温 度"]), _spec, min_size=1),
    },
    optional={
        "version": st.integers(1, 2**63),
        "detect": st.fixed_dictionaries(
            {},
            optional={
                "warm_up": st.sampled_from([10, 12]),
                "rewarm": st.integers(0, 3),
                "profile": st.sampled_from(["off", "sensitive"]),
            },
        ),
        "timing": st.fixed_dictionaries(
            {},
            optional={
                "reorder_window": st.sampled_from(["0s", "1s", "5s", "1d"]),
                "max_future": st.sampled_from(["0s", "1h"]),
                "clock_tolerance": st.sampled_from(["0s", "1h"]),
                "live_within": st.sampled_from(["0s", "1s", "1h"]),
                "epoch_unit": st.sampled_from(["s", "ms", "us", "ns"]),
                "stale_after": st.sampled_from([1, 3]),
                "offline_after": st.sampled_from([1, 3, 1000]),
            },
        ),
        "unknown_sensors": st.sampled_from(["reject", "create"]),
        "max_sensors": st.sampled_from([1, 3]),
        "alarms": st.just([{"id": "x", "when": "t1 > 1"}]),
        "parameters": st.dictionaries(
            st.text("ab", min_size=1), st.fixed_dictionaries({"prior": _numbers}), max_size=1
        ),
    },
)
_broken_type = json_values | st.fixed_dictionaries(
    {"type": json_values, "sensors": st.dictionaries(st.text(max_size=6), _broken_spec, max_size=3)},
    optional={"version": json_values, "detect": json_values, "expect": json_values},
)
_whole = st.fixed_dictionaries(
    {"twin_id": st.just("case"), "type": _type},
    optional={
        "site": st.text("a =,\\", min_size=1).map(lambda s: s + "x"),
        "time_zone": st.sampled_from(["Europe/Berlin", "Nowhere", "../x"]),
    },
)
_broken = st.fixed_dictionaries(
    {"twin_id": st.sampled_from(["case", "case", "other"]), "type": st.one_of(_type, _broken_type)},
    optional={"site": json_values, "line": st.none() | st.just("")},
)
wild_definitions: st.SearchStrategy[bytes | None] = st.one_of(
    _whole.map(_dumped), _broken.map(_dumped), st.none(), wild_bodies
)
"""Bytes that may or may not be a definition."""


_label = st.fixed_dictionaries(
    {
        "command": st.just("label"),
        "alert_id": st.integers(14, 60).map(lambda second: alert_id("case", "anomaly", START_NS + second * 10**9)),
        "label": st.sampled_from([*Label]),
        "by": st.sampled_from(["ada", "Bert Ünlü", "bot\\1"]),
    },
    optional={"note": st.none() | st.text(max_size=20)},
)
_relearn = st.fixed_dictionaries(
    {"command": st.just("relearn"), "by": st.just("ada")},
    optional={
        "sensors": st.lists(st.sampled_from([*SENSORS, "t1 ", "T1"]), max_size=2),
        "reason": st.text(max_size=20),
    },
)
_almost_command = st.fixed_dictionaries(
    {},
    optional={
        "command": st.sampled_from(["label", "relearn", "dance"]) | json_values,
        "twin_id": st.sampled_from([*TWINS, "nobody"]) | json_values,
        "alert_id": json_values,
        "label": st.sampled_from(["confirmed", "CONFIRMED"]) | json_values,
        "sensors": json_values,
        "by": st.sampled_from(["ada", "", " ", "a\nb", "x" * 300]) | json_values,
        "note": json_values,
    },
)
wild_commands: st.SearchStrategy[bytes] = (
    (_label | _relearn).map(lambda body: _dumped({"twin_id": "case", **body}))
    | _almost_command.map(_dumped)
    | wild_bodies
)
"""Bytes that may or may not be a command."""


KINDS = (
    *("good",) * 8,
    *("fault",) * 3,
    *("wild", "wild", "junk", "junk", "define", "retire", "other", "redefine", "command", "command"),
)


def mixed_log(draw: Callable[[st.SearchStrategy[Any]], Any], size: int) -> Log:
    """A log of good and wild messages on all topics; `draw` draws from a strategy."""
    log = log_of([])
    second = float(len(log.messages))
    for kind in draw(st.lists(st.sampled_from(KINDS), min_size=size // 2, max_size=size)):
        if kind in {"good", "fault"}:
            value = draw(st.sampled_from([20.0, 20.5, 21.0])) if kind == "good" else 95.0
            ahead = draw(st.sampled_from([1.0, 1.0, 1.0, 1.0, 2.5, 0.0, -1.0]))
            for _ in range(draw(st.integers(1, 8))):
                second += ahead
                log.observe(second, t1=value, t2=value)
        elif kind == "wild":
            log.raw(draw(wild_bodies), key=draw(wild_keys))
        elif kind == "junk":
            key, body = draw(junk)
            log.raw(body, key=key)
        elif kind == "define":
            log.raw(draw(wild_definitions), Topic.DEFINITIONS, key=draw(st.just(b"case") | wild_keys))
        elif kind == "command":
            log.raw(draw(wild_commands), Topic.COMMANDS, key=draw(st.just(b"case") | wild_keys))
        elif kind == "retire":
            log.raw(None, Topic.DEFINITIONS, key=draw(st.sampled_from([b"case", b"other", b"nobody"])))
        elif kind == "other":
            log.raw(two_sensors("other").model_dump_json().encode(), Topic.DEFINITIONS, key=b"other")
        else:
            unit = draw(st.sampled_from(["K", "degC"]))
            log.define(definition(warm_up=draw(st.sampled_from([10, 12])), t1={"unit": unit}, t2={"unit": "bar"}))
    return log
