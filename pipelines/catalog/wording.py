"""What pydantic finds, in words that help whoever wrote the file: what is wrong, and the remedy."""

import re
from collections.abc import Collection

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from pipelines.catalog.model_parts import keys_at, meaning_at
from pipelines.catalog.suggestion import suggestion

VALUE_LIMIT = 60

_MAPPING_WANTED = {"model_type", "dict_type"}
_NAME = "1 to 128 characters, none of them a control character, that end in neither a blank nor a backslash"


def worded(model: type[BaseModel], error: ErrorDetails, inherited: Collection[str] | None) -> str:
    """What is wrong and what helps.

    Parameters
    ----------
    model
        What the document is checked against.
    error
        What pydantic found.
    inherited
        What else there is beside the value, where null would remove what is inherited; None where nothing is.
    """
    kind, path = error["type"], error["loc"]
    if kind == "missing":
        return f"is missing; add it{_meaning(model, path)}"
    if kind == "extra_forbidden":
        return f"there is no such key; {suggestion(str(path[-1]), keys_at(model, path[:-1]))}"
    if path and path[-1] == "[key]":
        return f"can't be a name; write {_NAME}"
    if kind in _MAPPING_WANTED and error["input"] is None:
        return _nothing(path, inherited)
    return _wrong_value(model, error)


def shown_value(value: object) -> str:
    """A value as it is told, cut where it is long.

    >>> shown_value("5 s"), shown_value([5.0, 0])
    ("'5 s'", '[5.0, 0]')
    """
    text = repr(value)
    return text if len(text) <= VALUE_LIMIT else f"{text[: VALUE_LIMIT - 1]}…"


def _wrong_value(model: type[BaseModel], error: ErrorDetails) -> str:
    kind, path, value = error["type"], error["loc"], shown_value(error["input"])
    if kind in _MAPPING_WANTED:
        return f"{value} is no mapping; write 'key: value' pairs beneath it"
    if kind == "enum":
        # pydantic's list of members has no other form: "'low', 'medium' or 'high'".
        members = re.findall(r"'([^']+)'", error["msg"])
        return f"there is no {value}; {suggestion(str(error['input']), members)}"
    if kind == "string_type":
        return f"{value} is no text; put it in quotes{_meaning(model, path)}"
    if kind == "string_pattern_mismatch":
        return f"{value} can't be used; write {meaning_at(model, path) or _NAME}"
    message = error["msg"]
    if message.startswith("Input "):
        return f"{value} {message.removeprefix('Input ')}; mend it{_meaning(model, path)}"
    return f"{value}: {message[:1].lower()}{message[1:]}; mend it{_meaning(model, path)}"


def _meaning(model: type[BaseModel], path: tuple[str | int, ...]) -> str:
    meaning = meaning_at(model, path)
    return f" ({meaning})" if meaning else ""


def _nothing(path: tuple[str | int, ...], inherited: Collection[str] | None) -> str:
    if inherited is None:
        return "has no content; write {} for one without particulars, or take it out"
    return f"null removes what is inherited, and nothing of this name is; {suggestion(str(path[-1]), inherited)}"
