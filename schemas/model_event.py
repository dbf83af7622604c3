"""What happened to a twin's models, on `twin.models`: the audit trail."""

from enum import StrEnum

from pydantic import AwareDatetime

from schemas.base import Identifier, WireModel


class ModelChange(StrEnum):
    """The kinds of change."""

    DRIFT = "drift"
    RELEARN = "relearn"
    RESET = "reset"


class ModelEvent(WireModel):
    """One change of one model, and why."""

    twin_id: Identifier
    model: Identifier
    change: ModelChange
    reason: str
    ts: AwareDatetime | None = None
