"""A type laid over the one that it extends."""

from collections.abc import Mapping

from pipelines.catalog.written import Entries, Items, Scalar, Written

NOT_INHERITED = ("type", "version", "extends")
ALARMS = "alarms"


def merged(parent: Entries, child: Entries) -> Entries:
    """The child, completed by what it inherits; every value keeps the place where it was written.

    Mappings are merged key by key and alarms by their id; any other value of the child replaces the parent's. Null
    removes what is inherited.
    """
    inherited = {name: part for name, part in parent.parts.items() if name not in NOT_INHERITED}
    parts = _laid_over(inherited, child.parts)
    above, below = inherited.get(ALARMS), child.parts.get(ALARMS)
    if isinstance(above, Items) and isinstance(below, Items):
        parts[ALARMS] = _by_id(above, below)
    return Entries(parts, child.at)


def _laid_over(inherited: Mapping[str, Written], own: Mapping[str, Written]) -> dict[str, Written]:
    parts = dict(inherited)
    for name, part in own.items():
        above = inherited.get(name)
        if above is not None and isinstance(part, Scalar) and part.value is None:
            del parts[name]
        elif isinstance(above, Entries) and isinstance(part, Entries):
            parts[name] = Entries(_laid_over(above.parts, part.parts), part.at)
        else:
            parts[name] = part
    return parts


def _by_id(above: Items, below: Items) -> Items:
    """The parent's alarms, those replaced that the child names again, and the child's others behind them."""
    left = list(below.parts)
    kept = []
    for alarm in above.parts:
        same = next((each for each in left if _id(each) is not None and _id(each) == _id(alarm)), None)
        if same is not None:
            left.remove(same)
        kept.append(alarm if same is None else same)
    return Items((*kept, *left), below.at)


def _id(alarm: Written) -> object:
    written = alarm.parts.get("id") if isinstance(alarm, Entries) else None
    return written.value if isinstance(written, Scalar) else None
