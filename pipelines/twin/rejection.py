"""Why an input was not accepted, as a value."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Every reason for a rejection; the names stand on `twin.deadletter` and in the counters."""

    EMPTY = "empty"
    TOMBSTONE = "tombstone"
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    NOT_JSON = "not_json"
    NOT_OBJECT = "not_object"
    MISSING_TWIN_ID = "missing_twin_id"
    BAD_ID = "bad_id"
    KEY_MISMATCH = "key_mismatch"
    UNKNOWN_TWIN = "unknown_twin"
    MISSING_TS = "missing_ts"
    BAD_TS = "bad_ts"
    TS_IMPLAUSIBLE = "ts_implausible"
    TS_FUTURE = "ts_future"
    NO_ZONE = "no_zone"
    NO_SUCH_TIME = "no_such_time"
    MISSING_SENSOR = "missing_sensor"
    TOO_MANY_SENSORS = "too_many_sensors"
    TOO_MANY_TWINS = "too_many_twins"
    UNKNOWN_SENSOR = "unknown_sensor"
    MISSING_VALUE = "missing_value"
    NULL_VALUE = "null_value"
    NON_FINITE = "non_finite"
    NOT_NUMERIC = "not_numeric"
    TYPE_BOOL = "type_bool"
    OUT_OF_LIMITS = "out_of_limits"
    UNKNOWN_UNIT = "unknown_unit"
    UNIT_MISMATCH = "unit_mismatch"
    BAD_QUALITY = "bad_quality"
    NOT_BINARY = "not_binary"
    BAD_SEQ = "bad_seq"
    BAD_HISTORICAL = "bad_historical"
    BAD_DEFINITION = "bad_definition"
    BAD_COMMAND = "bad_command"
    UNKNOWN_ALERT = "unknown_alert"
    REFUSED_BY_INFLUX = "refused_by_influx"


@dataclass(frozen=True, slots=True)
class Rejected:
    """An input that is not accepted: why, and what its sender can do.

    >>> Rejected(Reason.NULL_VALUE, "leave the sensor out when it has no value").reason.value
    'null_value'
    """

    reason: Reason
    remedy: str
