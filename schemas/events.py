"""CloudEvents 1.0 attributes of outgoing messages (Kafka protocol binding, binary mode)."""

from enum import StrEnum

SPEC_VERSION = "1.0"


class EventType(StrEnum):
    """`ce_type` of each outgoing message."""

    STATE = "io.twinstream.state.v1"
    ALERT = "io.twinstream.alert.v1"
    HISTORICAL_ALERT = "io.twinstream.alert.historical.v1"
    MODEL = "io.twinstream.model.v1"
    DEADLETTER = "io.twinstream.deadletter.v1"
    POINTS = "io.twinstream.points.v1"


DATA_SCHEMA = {
    EventType.STATE: "schemas/json/TwinState.json",
    EventType.ALERT: "schemas/json/AlertTransition.json",
    EventType.HISTORICAL_ALERT: "schemas/json/AlertTransition.json",
    EventType.MODEL: "schemas/json/ModelEvent.json",
    EventType.DEADLETTER: "schemas/json/DeadLetter.json",
    EventType.POINTS: "line-protocol",
}
"""`ce_dataschema`: where the body's schema stands in the repository."""
