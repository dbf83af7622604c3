"""From the bytes of a definition message to a twin's definition."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError

from pipelines.twin.rejection import Reason, Rejected
from pipelines.twin.units import check_unit
from schemas.base import problems
from schemas.definition import TwinDefinition


def parse_definition(twin_id: str, value: bytes | None) -> TwinDefinition | Rejected | None:
    """The definition for the twin that the key names; None where a null value retires it.

    >>> parse_definition("pump-1", b"{}").reason.value
    'bad_definition'
    """
    if value is None:
        return None
    try:
        definition = TwinDefinition.model_validate_json(value)
    except ValidationError as error:
        return Rejected(Reason.BAD_DEFINITION, f"mend {problems(error, 'the message')[0]}")
    if definition.twin_id != twin_id:
        return Rejected(Reason.KEY_MISMATCH, "key the definition by the twin_id that it names")
    return definition if (problem := _unusable(definition)) is None else Rejected(Reason.BAD_DEFINITION, problem)


def _unusable(definition: TwinDefinition) -> str | None:
    """What a definition names that does not exist."""
    if definition.time_zone is not None and not known_zone(definition.time_zone):
        return f"mend time_zone: there is no {definition.time_zone!r}; write one like Europe/Berlin"
    for name, sensor in definition.type.sensors.items():
        if (unknown := check_unit(sensor.unit)) is not None:
            return f"mend type.sensors.{name}.unit: {unknown.remedy}"
    return None


def known_zone(name: str) -> bool:
    """Whether there is a time zone of that name.

    >>> known_zone("Europe/Berlin"), known_zone("../etc/passwd")
    (True, False)
    """
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
