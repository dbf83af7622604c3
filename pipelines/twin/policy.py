"""What becomes of messages of twins that nobody has defined, and how many twins there may be."""

from dataclasses import dataclass
from enum import StrEnum

from schemas.definition import TwinDefinition, TwinType, UnknownSensors

AUTO_TYPE = "auto"
"""The type of twins of which nothing is known beforehand: its sensors are those that come."""


class UnknownTwins(StrEnum):
    """What becomes of messages of a twin that is not defined."""

    REJECT = "reject"
    """They wait a little for the definition, then they are dead letters."""
    QUARANTINE = "quarantine"
    """They wait until somebody defines the twin, as long as there is room."""
    CREATE = "create"
    """The twin is created, as long as there are fewer than the cap."""


@dataclass(frozen=True, slots=True)
class TwinPolicy:
    """How a roster deals with twins that it does not know, and with too many.

    Attributes
    ----------
    patience_ms
        How long a message waits for its twin's definition before it is rejected.
    most_created
        Twins that this roster creates by itself at most.
    most_twins
        Twins of this roster at most; definitions beyond are rejected.
    """

    unknown: UnknownTwins = UnknownTwins.REJECT
    patience_ms: int = 0
    most_created: int = 100
    most_twins: int = 100_000

    @property
    def waits(self) -> bool:
        """Whether a message of an unknown twin may wait."""
        if self.unknown is UnknownTwins.REJECT:
            return self.patience_ms > 0
        return self.unknown is UnknownTwins.QUARANTINE


def created_definition(twin_id: str) -> TwinDefinition:
    """A twin of which nothing is known but its id.

    >>> created_definition("pump-9").type.type
    'auto'
    """
    return TwinDefinition(twin_id=twin_id, type=TwinType(type=AUTO_TYPE, unknown_sensors=UnknownSensors.CREATE))
