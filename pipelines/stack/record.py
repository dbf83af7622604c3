"""Small JSON records that outlive a crash: each write replaces the file as a whole."""

import os
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from pipelines.stack.errors import StackError

Record = TypeVar("Record", bound=BaseModel)


def read_record(path: Path, model: type[Record]) -> Record | None:
    """The record in a file, or None if there is no such file.

    Raises:
        StackError: if the file is there and does not hold such a record.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        raise StackError(
            f"{path} is not a valid {model.__name__}: {error.error_count()} errors, the first: "
            f"{error.errors()[0]['msg']}. Mend it, or delete it and run `twinstream up` again."
        ) from error


def write_record(path: Path, record: BaseModel) -> None:
    """Write a record so that a reader sees the old one or the new one, never a half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("w", encoding="utf-8") as stream:
        stream.write(record.model_dump_json(indent=2) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)
