"""What a gateway does to frames on their way to Kafka, the accidents of the way included, all of them counted."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

import orjson

from pipelines.simulation.disturbance import Disturbance, DisturbanceRates, Disturbances
from pipelines.simulation.randomness import random_stream
from pipelines.simulation.station import Frame
from pipelines.twin.event_time import NS_PER_MS

NOT_A_NUMBER = orjson.Fragment(b"NaN")
"""The bare token that some devices write, and that JSON doesn't have."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A message for `twin.telemetry`, as Kafka takes it."""

    key: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class _Outgoing:
    """A message with the number of observations in it."""

    message: Sent
    observations: int


@dataclass(slots=True)
class _Line:
    """One twin's way through the gateway."""

    rng: Random
    next_seq: int = 0
    held: _Outgoing | None = None


class Gateway:
    """Turns frames into joint observations (JSON), and disturbs some of them at given rates.

    Each twin has a random stream of its own. A value that is NaN or null stands in its place among good ones: a
    consumer is to refuse the value, not the message. What overtakes a late message is itself left undisturbed.

    Parameters
    ----------
    seed
        Determines all randomness.
    rates
        How often each disturbance happens; never when left out.
    source
        The name that messages carry in `source`.

    >>> gateway = Gateway(seed=1)
    >>> [sent] = gateway.send([Frame("pump-1", 1_700_000_000_000_000_000, {"flow": 41.2})])
    >>> sent.key, sent.value.decode()  # doctest: +NORMALIZE_WHITESPACE
    (b'pump-1',
     '{"twin_id":"pump-1","ts":1700000000000,"values":{"flow":41.2},"seq":0,"source":"gateway-1"}')
    >>> gateway.disturbances.sent
    Tally(messages=1, observations=1)
    """

    def __init__(self, seed: int, rates: DisturbanceRates | None = None, source: str = "gateway-1") -> None:
        self._seed = seed
        self._rates = rates or DisturbanceRates()
        self._source = source
        self._lines: dict[str, _Line] = {}
        self._disturbances = Disturbances()

    @property
    def disturbances(self) -> Disturbances:
        """What has been sent and done so far."""
        return self._disturbances

    def send(self, frames: Iterable[Frame]) -> Iterator[Sent]:
        """The messages of these frames; at their end, what is still held back follows, in order.

        Pass the frames of a whole run as one iterator: a message can be late only behind a later frame of that run.
        """
        for frame in frames:
            yield from self._pass(frame)
        for line in self._lines.values():
            # Nothing has overtaken these: they are in order, hence not late.
            yield from self._release(line)

    def _pass(self, frame: Frame) -> Iterator[Sent]:
        line = self._lines.setdefault(frame.twin_id, _Line(random_stream(self._seed, "gateway", frame.twin_id)))
        disturbance = self._rates.draw(line.rng)
        if line.held is not None:
            yield self._transmit(self._outgoing(frame, frame.values, line))
            self._note(Disturbance.LATE, line.held.observations)
            yield from self._release(line)
        elif disturbance is Disturbance.LATE:
            line.held = self._outgoing(frame, frame.values, line)
        elif disturbance in (Disturbance.NOT_A_NUMBER, Disturbance.NULL):
            spoiled = NOT_A_NUMBER if disturbance is Disturbance.NOT_A_NUMBER else None
            values = {**frame.values, line.rng.choice(sorted(frame.values)): spoiled}
            self._note(disturbance, 1)
            yield self._transmit(self._outgoing(frame, values, line))
        else:
            outgoing = self._outgoing(frame, frame.values, line)
            yield self._transmit(outgoing)
            if disturbance is not None:
                extra = outgoing if disturbance is Disturbance.DUPLICATE else _torn(outgoing, line.rng)
                self._note(disturbance, extra.observations)
                yield self._transmit(extra)

    def _release(self, line: _Line) -> Iterator[Sent]:
        held, line.held = line.held, None
        if held is not None:
            yield self._transmit(held)

    def _outgoing(self, frame: Frame, values: Mapping[str, float | orjson.Fragment | None], line: _Line) -> _Outgoing:
        body = {
            "twin_id": frame.twin_id,
            "ts": frame.ts_ns // NS_PER_MS,
            "values": dict(values),
            "seq": line.next_seq,
            "source": self._source,
        }
        line.next_seq += 1
        return _Outgoing(Sent(frame.twin_id.encode(), orjson.dumps(body)), len(values))

    def _transmit(self, outgoing: _Outgoing) -> Sent:
        self._disturbances = self._disturbances.transmitted(outgoing.observations)
        return outgoing.message

    def _note(self, disturbance: Disturbance, observations: int) -> None:
        self._disturbances = self._disturbances.noted(disturbance, 1, observations)


def _torn(outgoing: _Outgoing, rng: Random) -> _Outgoing:
    """The beginning of a message and a byte that no UTF-8 text can hold: never valid JSON, and one observation."""
    message = outgoing.message
    cut = rng.randrange(1, len(message.value))
    return _Outgoing(Sent(message.key, message.value[:cut] + b"\xff"), 1)
