"""What definitions would change against those that stand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from schemas.definition import TwinDefinition

ALARMS = "alarms"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One value that differs.

    Attributes
    ----------
    path
        Where it stands in the definition file, as `sensors.flow.range`.
    before, after
        None where there is nothing.
    """

    path: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class TwinChange:
    """A twin that stands and would change."""

    definition: TwinDefinition
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What would become of each twin.

    Attributes
    ----------
    added
        Twins that do not stand yet.
    changed
        Twins that stand otherwise, with what would change.
    unchanged
        Twins that stand just so.
    elsewhere
        Ids of twins that stand and are not among the definitions; nothing happens to them.
    """

    added: tuple[TwinDefinition, ...]
    changed: tuple[TwinChange, ...]
    unchanged: tuple[TwinDefinition, ...]
    elsewhere: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether anything would change."""
        return bool(self.added or self.changed)

    @property
    def to_send(self) -> tuple[TwinDefinition, ...]:
        """The definitions that make the change."""
        return (*self.added, *(change.definition for change in self.changed))


def compare(standing: Mapping[str, TwinDefinition], wanted: Mapping[str, TwinDefinition]) -> Comparison:
    """Compare definitions with those that stand, both by the id of their twin.

    >>> from schemas.definition import TwinType
    >>> tank = TwinType(type="tank", unknown_sensors="create")
    >>> before = {"tank-1": TwinDefinition(twin_id="tank-1", type=tank)}
    >>> after = {"tank-1": TwinDefinition(twin_id="tank-1", type=tank, site="harbour")}
    >>> compare(before, after).changed[0].fields
    (FieldChange(path='site', before=None, after='harbour'),)
    """
    added, changed, unchanged = [], [], []
    for twin_id, definition in wanted.items():
        if twin_id not in standing:
            added.append(definition)
        elif fields := field_changes(standing[twin_id], definition):
            changed.append(TwinChange(definition, fields))
        else:
            unchanged.append(definition)
    elsewhere = tuple(sorted(standing.keys() - wanted.keys()))
    return Comparison(tuple(added), tuple(changed), tuple(unchanged), elsewhere)


def field_changes(before: TwinDefinition, after: TwinDefinition) -> tuple[FieldChange, ...]:
    """Every value that differs, as deep as it can be told; the order of sensors and of alarms means nothing."""
    if before == after:
        return ()
    old, new = _Dumps.of(before), _Dumps.of(after)
    paths = _differing((), old.whole, new.whole)
    return tuple(FieldChange(".".join(path), old.shown(path), new.shown(path)) for path in paths)


@dataclass(frozen=True, slots=True)
class _Dumps:
    """A definition as one mapping, as in a file: with all defaults, to compare, and without them, to show."""

    whole: dict[str, object]
    short: dict[str, object]

    @classmethod
    def of(cls, definition: TwinDefinition) -> "_Dumps":
        return cls(_dump(definition, short=False), _dump(definition, short=True))

    def shown(self, path: Sequence[str]) -> object:
        """What stands there; of a whole part only what was said of it."""
        value = _at(self.whole, path)
        return _at(self.short, path) if isinstance(value, dict) else value


def _dump(definition: TwinDefinition, *, short: bool) -> dict[str, object]:
    twin_type = definition.type
    place = definition.model_dump(mode="json", exclude={"type", "twin_id"}, exclude_defaults=short)
    parts = twin_type.model_dump(mode="json", exclude={ALARMS}, exclude_defaults=short)
    alarms = [alarm.model_dump(mode="json", exclude_defaults=short) for alarm in twin_type.alarms]
    by_id = {alarm.id: dumped for alarm, dumped in zip(twin_type.alarms, alarms, strict=True)}
    # Only files are refused for two alarms of one id; such a definition on the topic is compared as a list.
    return {**place, **parts, ALARMS: by_id if len(by_id) == len(alarms) else alarms}


def _at(dump: object, path: Sequence[str]) -> object:
    for name in path:
        if not isinstance(dump, dict):
            return None
        dump = dump.get(name)
    return dump


def _differing(path: tuple[str, ...], before: object, after: object) -> Iterator[tuple[str, ...]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in {**before, **after}:
            yield from _differing((*path, str(name)), before.get(name), after.get(name))
    elif before != after:
        yield path
