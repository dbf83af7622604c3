"""From the bytes of a definition message to a twin's definition."""

from pydantic import ValidationError

from pipelines.twin.rejection import Reason, Rejected
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
    return definition
