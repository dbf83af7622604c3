"""A document against its model."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pipelines.catalog.model_parts import is_choice, keys_at
from pipelines.catalog.problem import Problem
from pipelines.catalog.suggestion import close_names
from pipelines.catalog.wording import shown_value, worded
from pipelines.catalog.written import Entries, nearest, part_at, plain

Checked = TypeVar("Checked", bound=BaseModel)
Path = tuple[str | int, ...]

WHOLE = "the document"


def validated(root: Entries, model: type[Checked]) -> Checked | list[Problem]:
    """The document as its model, or all that is wrong with it."""
    try:
        return model.model_validate(plain(root))
    except ValidationError as error:
        errors = _meant(model, error.errors(include_url=False))
        return [_problem(root, model, each) for each in errors]


def problem_at(root: Entries, path: Path, text: str, contract: str = "") -> Problem:
    """A problem with what stands at a path, at the line where that was written."""
    return Problem(nearest(root, path).at, shown_path(path), text, contract)


def shown_path(path: Path) -> str:
    """A path as it is told.

    >>> shown_path(("sensors", "flow", "range", 0)), shown_path(())
    ('sensors.flow.range.0', 'the document')
    """
    return ".".join(part if part.isprintable() else repr(part) for part in map(str, path)) or WHOLE


def _meant(model: type[BaseModel], errors: Iterable[ErrorDetails]) -> list[ErrorDetails]:
    """The errors that count: of several models that a value may be, those of the one that it is most like."""
    kept: list[ErrorDetails] = []
    by_choice: defaultdict[Path, defaultdict[str | int, list[ErrorDetails]]] = defaultdict(lambda: defaultdict(list))
    for error in _without_echoes(model, list(errors)):
        path = error["loc"]
        at = next((length for length in range(len(path)) if is_choice(model, path[:length])), None)
        if at is None:
            kept.append(error)
        else:
            by_choice[path[:at]][path[at]].append(error)
    return kept + [error for choices in by_choice.values() for error in min(choices.values(), key=len)]


def _without_echoes(model: type[BaseModel], errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """Leave out that a key is missing where it is there, but misspelt."""
    misspelt = {
        (*error["loc"][:-1], *close_names(str(error["loc"][-1]), keys_at(model, error["loc"][:-1])))
        for error in errors
        if error["type"] == "extra_forbidden"
    }
    return [error for error in errors if error["type"] != "missing" or error["loc"] not in misspelt]


def _problem(root: Entries, model: type[BaseModel], error: ErrorDetails) -> Problem:
    path = _written_path(model, error["loc"])
    if error["type"] == "value_error":
        path, text = _own_check(root, path, error["msg"].removeprefix("Value error, "))
    else:
        text = worded(model, error, _beside(root, path))
    return problem_at(root, path, text, model.__name__)


def _written_path(model: type[BaseModel], path: Path) -> Path:
    """The path without what pydantic adds to it."""
    return tuple(part for number, part in enumerate(path) if part != "[key]" and not is_choice(model, path[:number]))


def _own_check(root: Entries, path: Path, text: str) -> tuple[Path, str]:
    """What a check of the model says, as 'range [5, 0]: ...': such texts begin with the key that they are about."""
    key = text.split(" ", 1)[0].rstrip(":")
    written = part_at(nearest(root, path), key)
    if written is None:
        return path, text
    said = re.sub(rf"^{re.escape(key)}[^:;]*: ", "", text)
    if said != text and ";" not in said:
        said = f"{said}; it is {shown_value(plain(written))}"
    return (*path, key), said


def _beside(root: Entries, path: Path) -> set[str] | None:
    """The other keys of the mapping in which something inherits; None in a document that extends nothing."""
    above = nearest(root, path[:-1])
    if "extends" not in root.parts or not isinstance(above, Entries):
        return None
    return above.parts.keys() - {path[-1]}
