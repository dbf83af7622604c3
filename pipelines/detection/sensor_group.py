"""What the sensors of a twin say together."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Self

from pipelines.detection.channel import Channel
from pipelines.detection.isolation import Isolation, Limits
from pipelines.detection.judgement import Kind, Source
from pipelines.detection.relation import Relation
from pipelines.detection.sensor_model import SensorModel

ISOLATED_EVERY = 4
"""Half-space trees cost as much as all else: they look at one set of values in so many."""

ISOLATION_FACTOR = 2.0
ISOLATION_FLOOR = 0.2
"""Their boundary is wider than a level's, and the rarity of a common combination is known to no better than this."""

_ISOLATION = Source(Kind.ISOLATION)


class GroupSnapshot(NamedTuple):
    """A `SensorGroup`; the wholes are empty in a change between two of them.

    Attributes
    ----------
    held
        Newest value of each that takes part, in the order of their names; None where there was none.
    awaited
        Those that have not sent since the last look, as bits in that order.
    told
        Whether what was found last still counts.
    """

    sensors: tuple[str, ...]
    held: tuple[float | None, ...]
    awaited: int
    turn: int
    told: bool
    relation: tuple[bytes, ...]
    relation_change: tuple[bytes, ...]
    isolation: bytes
    isolation_change: bytes
    rarity: bytes


class SensorGroup:
    """Sensors that are looked at together, whenever each has sent since the last time.

    Parameters
    ----------
    sensors
        All that may explain each other.
    limits
        Range of each sensor that has one; with two and more the combinations are counted, too.
    boundary, warm_up
        As of a sensor by itself.

    Attributes
    ----------
    known
        The sensors, with those that are too many to take part.
    told
        Whether what was found last still counts.
    """

    __slots__ = (
        "_awaited",
        "_fresh",
        "_held",
        "_isolation",
        "_turn",
        "_watched",
        "known",
        "rarity",
        "relation",
        "told",
    )

    def __init__(self, sensors: Sequence[str], limits: Limits, boundary: float, warm_up: int) -> None:
        self.known = frozenset(sensors)
        self.relation = Relation(sensors)
        ranged = {name: limits[name] for name in self.relation.sensors if name in limits}
        self._isolation = Isolation(ranged) if len(ranged) > 1 else None
        self.rarity = Channel(ISOLATION_FACTOR * boundary, max(1, warm_up // ISOLATED_EVERY), ISOLATION_FLOOR)
        self._held: dict[str, float] = {}
        self._awaited = set(self.relation.sensors)
        self._turn = 0
        self._fresh = self.told = False
        self._watched: list[Channel] = []

    def observe(self, values: Mapping[str, float], models: Mapping[str, SensorModel]) -> Iterator[tuple[Source, float]]:
        """Take finite values of one event time; the distances that are known anew, in boundaries.

        A sensor without a model explains others and is not judged.
        """
        sensors, awaited = self.relation.sensors, self._awaited
        for name in sensors:
            if name in values:
                self._held[name] = values[name]
                awaited.discard(name)
        self._fresh = not awaited
        if not self._fresh:
            return
        awaited.update(sensors)
        self.told = True
        self._watched.clear()
        residuals = self.relation.observe(self._held)
        if residuals is not None:
            for name, residual in zip(sensors, residuals, strict=True):
                if (model := models.get(name)) is not None:
                    model.residual = residual
                    model.relation.observe(residual)
                    self._watched.append(model.relation)
                    if model.relation.warm:
                        yield model.relation_source, model.relation.distance
        if self._isolation is not None:
            yield from self._isolated(self._isolation)

    @property
    def ranged(self) -> tuple[str, ...]:
        """The sensors whose combinations are counted."""
        return () if self._isolation is None else self._isolation.sensors

    def _isolated(self, isolation: Isolation) -> Iterator[tuple[Source, float]]:
        self._turn = (self._turn + 1) % ISOLATED_EVERY
        if self._turn:
            return
        rarity = self.rarity
        rarity.observe(isolation.rarity(self._held))
        self._watched.append(rarity)
        if rarity.warm:
            yield _ISOLATION, self._rareness

    @property
    def _rareness(self) -> float:
        """A combination that is more common than usual is no matter."""
        return self.rarity.distance if self.rarity.fast > self.rarity.slow else 0.0

    def latest(self, models: Mapping[str, SensorModel]) -> Iterator[tuple[Source, float]]:
        """The distances that are known, in boundaries."""
        if not self.told:
            return
        for name in self.relation.sensors:
            if (model := models.get(name)) is not None and model.relation.warm:
                yield model.relation_source, model.relation.distance
        if self._isolation is not None and self.rarity.warm:
            yield _ISOLATION, self._rareness

    def learn(self, *, calm: bool, alert: bool) -> None:
        """Let the values observed last teach how the sensors hang together."""
        if not self._fresh:
            return
        for channel in self._watched:
            channel.learn(calm=calm, alert=alert)
        if calm and not alert:
            self.relation.learn()
            if self._isolation is not None and not self._turn:
                self._isolation.learn(self._held)

    def settle(self, source: Source, peak: float, *, adopted: bool) -> None:
        """An alert has ended: see `Channel.settle`. What the sensors are together, the models of each know."""
        own = peak if source == _ISOLATION else 0.0
        if adopted:
            self.rarity.settle(own, adopted=True)
        else:
            self.rarity.recover(own)

    @property
    def unsettled(self) -> bool:
        """Whether more has changed than a change between two wholes says."""
        return not self.relation.settled or (self._isolation is not None and not self._isolation.settled)

    def stored(self) -> None:
        """It was stored as a whole."""
        self.relation.settled = True
        if self._isolation is not None:
            self._isolation.stored()

    def snapshot(self, *, whole: bool) -> GroupSnapshot:
        """What was learned, or what of it has changed since it was stored as a whole."""
        isolation = self._isolation
        sensors = self.relation.sensors
        return GroupSnapshot(
            tuple(sorted(self.known)),
            tuple(map(self._held.get, sensors)),
            sum(1 << place for place, name in enumerate(sensors) if name in self._awaited),
            self._turn,
            self.told,
            self.relation.whole() if whole else (),
            self.relation.change(),
            isolation.whole() if whole and isolation is not None else b"",
            isolation.change() if not whole and isolation is not None else b"",
            self.rarity.packed(),
        )

    def restore(self, snapshot: GroupSnapshot) -> Self:
        """Go on bit for bit where a whole snapshot was taken."""
        sensors = self.relation.sensors
        self._held = {name: held for name, held in zip(sensors, snapshot.held, strict=True) if held is not None}
        self._awaited = {name for place, name in enumerate(sensors) if snapshot.awaited >> place & 1}
        self._turn, self.told = snapshot.turn, snapshot.told
        self.relation.restore(snapshot.relation, snapshot.relation_change)
        if self._isolation is not None:
            self._isolation.restore(snapshot.isolation, snapshot.isolation_change)
        self.rarity.restore(snapshot.rarity)
        return self
