"""What became of every input."""

from enum import StrEnum

from pydantic import Field

from schemas.base import WireModel


class Outcome(StrEnum):
    """The one outcome of an observation."""

    APPLIED = "applied"
    AMENDED = "amended"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"


class Counts(WireModel):
    """Running totals. `read` is the number of observations found; it equals the sum of the four outcomes and `waiting`.

    A telemetry message that can't be taken apart counts as one observation, rejected.

    >>> Counts(messages=2, read=3, applied=2, rejected=1).balanced
    True
    """

    messages: int = Field(default=0, ge=0, description="telemetry messages read")
    read: int = Field(default=0, ge=0)
    applied: int = Field(default=0, ge=0)
    amended: int = Field(default=0, ge=0)
    duplicate: int = Field(default=0, ge=0)
    rejected: int = Field(default=0, ge=0)
    waiting: int = Field(default=0, ge=0, description="held in the reorder window: their outcome comes with time")
    definitions: int = Field(default=0, ge=0, description="definition messages read")
    definitions_rejected: int = Field(default=0, ge=0)
    commands: int = Field(default=0, ge=0, description="operator commands read")
    commands_rejected: int = Field(default=0, ge=0)

    @property
    def balanced(self) -> bool:
        """Whether every observation read has an outcome, or waits for it."""
        return self.read == self.applied + self.amended + self.duplicate + self.rejected + self.waiting
