"""What a document names that its model can't know: units, time zones, types; and names that stand twice."""

from collections.abc import Collection, Iterator
from zoneinfo import available_timezones

from pipelines.catalog.inheritance import unknown_type
from pipelines.catalog.problem import Problem
from pipelines.catalog.suggestion import close_names
from pipelines.catalog.validation import problem_at
from pipelines.catalog.written import Entries
from pipelines.twin.definition_message import known_zone
from pipelines.twin.units import check_unit
from schemas.definition import TwinInstance, TwinType


def type_problems(root: Entries, twin_type: TwinType) -> Iterator[Problem]:
    """What is wrong with a type that its model allows."""
    for name, sensor in twin_type.sensors.items():
        if (unknown := check_unit(sensor.unit)) is not None:
            yield problem_at(root, ("sensors", name, "unit"), unknown.remedy)
    first: dict[str, int] = {}
    for number, alarm in enumerate(twin_type.alarms):
        if first.setdefault(alarm.id, number) != number:
            text = f"{alarm.id!r} is the id of alarm {first[alarm.id]}, too; give it another id"
            yield problem_at(root, ("alarms", number, "id"), text)


def twin_problems(root: Entries, twin: TwinInstance, types: Collection[str]) -> Iterator[Problem]:
    """What is wrong with a twin that its model allows."""
    if twin.type not in types:
        yield problem_at(root, ("type",), unknown_type(twin.type, types))
    if twin.time_zone is not None and not known_zone(twin.time_zone):
        close = close_names(twin.time_zone, available_timezones())
        remedy = f"did you mean {close[0]}?" if close else "write one like Europe/Berlin"
        text = f"twin {twin.twin!r}: there is no time zone {twin.time_zone!r}; {remedy}"
        yield problem_at(root, ("time_zone",), text)
