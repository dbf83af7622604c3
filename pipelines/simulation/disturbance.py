"""What may go wrong between a plant and Kafka: how often, and how often it did."""

from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from typing import Self


class Disturbance(StrEnum):
    """What may happen to a frame on its way; at most one of them does."""

    DUPLICATE = "duplicates"
    """Its message is sent twice, byte for byte."""
    LATE = "late"
    """Its message comes right after the next one of the same twin."""
    CORRUPT = "corrupt"
    """A torn copy, which is no JSON, follows the good message."""
    NOT_A_NUMBER = "not_a_number"
    """One value is the bare token NaN."""
    NULL = "nulls"
    """One value is null."""


@dataclass(frozen=True, slots=True)
class DisturbanceRates:
    """The probability, for each frame, of each disturbance; their sum is at most 1.

    >>> DisturbanceRates(duplicates=0.9, late=0.2)
    Traceback (most recent call last):
    ...
    ValueError: disturbance rates must be 0 or more and add up to 1 at most
    """

    duplicates: float = 0.0
    late: float = 0.0
    corrupt: float = 0.0
    not_a_number: float = 0.0
    nulls: float = 0.0

    def __post_init__(self) -> None:
        rates = [self.of(disturbance) for disturbance in Disturbance]
        if not all(rate >= 0 for rate in rates) or not sum(rates) <= 1 + 1e-9:
            raise ValueError("disturbance rates must be 0 or more and add up to 1 at most")

    def of(self, disturbance: Disturbance) -> float:
        """The rate of one disturbance."""
        rate: float = getattr(self, disturbance.value)
        return rate

    def draw(self, rng: Random) -> Disturbance | None:
        """What happens to the next frame."""
        chance = rng.random()
        for disturbance in Disturbance:
            chance -= self.of(disturbance)
            if chance < 0:
                return disturbance
        return None


@dataclass(frozen=True, slots=True)
class Tally:
    """A number of messages, and of the observations in them."""

    messages: int = 0
    observations: int = 0

    def plus(self, messages: int, observations: int) -> Self:
        """The tally with these added."""
        return replace(self, messages=self.messages + messages, observations=self.observations + observations)


@dataclass(frozen=True, slots=True)
class Disturbances:
    """What a gateway sent and did: `sent` is everything, the others say how much of it was disturbed.

    A torn message counts as one observation, as in `schemas.accounting.Counts`. A pipeline that loses nothing finds
    `sent.observations`, of which it rejects `rejectable`, drops the duplicates and amends the late ones.
    """

    sent: Tally = Tally()
    duplicates: Tally = Tally()
    late: Tally = Tally()
    corrupt: Tally = Tally()
    not_a_number: Tally = Tally()
    nulls: Tally = Tally()

    @property
    def rejectable(self) -> int:
        """Observations that carry no usable value."""
        return self.corrupt.observations + self.not_a_number.observations + self.nulls.observations

    def noted(self, disturbance: Disturbance, messages: int, observations: int) -> Self:
        """The summary after the disturbance of these."""
        tally: Tally = getattr(self, disturbance.value)
        return replace(self, **{disturbance.value: tally.plus(messages, observations)})

    def transmitted(self, observations: int) -> Self:
        """The summary after one more message with that many observations."""
        return replace(self, sent=self.sent.plus(1, observations))
