"""What every wire model shares: unknown keys are refused, values are frozen, JSON carries no NaN or Infinity."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

MAX_ID_LENGTH = 128

# A control character can't stand in a tag, and a trailing backslash would escape the delimiter behind it.
ID_PATTERN = r"^[^\x00-\x1f\x7f]*[^\x00-\x1f\x7f\\\s]$"

Identifier = Annotated[str, StringConstraints(min_length=1, max_length=MAX_ID_LENGTH, pattern=ID_PATTERN)]


class WireModel(BaseModel):
    """Base of every model on a topic or in a definition file.

    >>> class Example(WireModel):
    ...     name: Identifier
    >>> Example(name="pump-1").name
    'pump-1'
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, populate_by_name=True, use_enum_values=False
    )


def problems(error: ValidationError, whole: str) -> list[str]:
    """What is wrong, each with the path to it; `whole` names the document where the path is empty."""
    return [
        f"{'.'.join(str(part) for part in problem['loc']) or whole}: {problem['msg']}"
        for problem in error.errors(include_url=False, include_input=False)
    ]
