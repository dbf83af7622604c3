"""Why an input was not accepted, as a value."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Every reason for a rejection; the names stand on `twin.deadletter` and in the counters."""

    EMPTY = "empty"
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
    NO_ZONE = "no_zone"
    MISSING_SENSOR = "missing_sensor"
    UNKNOWN_SENSOR = "unknown_sensor"
    MISSING_VALUE = "missing_value"
    NULL_VALUE = "null_value"
    NON_FINITE = "non_finite"
    NOT_NUMERIC = "not_numeric"
    TYPE_BOOL = "type_bool"
    OUT_OF_LIMITS = "out_of_limits"
    UNKNOWN_UNIT = "unknown_unit"
    BAD_QUALITY = "bad_quality"
    BAD_SEQ = "bad_seq"
    BAD_DEFINITION = "bad_definition"
    REFUSED_BY_INFLUX = "refused_by_influx"


@dataclass(frozen=True, slots=True)
class Rejected:
    """An input that is not accepted: why, and what its sender can do.

    >>> Rejected(Reason.NULL_VALUE, "leave the sensor out when it has no value").reason.value
    'null_value'
    """

    reason: Reason
    remedy: str
