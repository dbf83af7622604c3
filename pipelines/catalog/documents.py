"""YAML files as checked documents: each is a twin type or a twin."""

from collections.abc import Iterator
from pathlib import Path

import yaml
from pydantic import ValidationError

from pipelines.catalog.errors import CatalogError
from schemas.base import problems
from schemas.definition import TwinInstance, TwinType

Document = TwinType | TwinInstance
SUFFIXES = frozenset({".yaml", ".yml"})


def definition_files(path: Path) -> list[Path]:
    """The YAML files that a path stands for: itself, or all in a directory and below, in order of their names.

    Raises
    ------
    CatalogError
        If there is none.
    """
    if path.is_file():
        return [path]
    found = sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES)
    if not found:
        raise CatalogError(f"{path}: no YAML file here; name a file or a directory with *.yaml files")
    return found


def read_documents(file: Path) -> Iterator[Document]:
    """The documents of one file, which `---` separates.

    Raises
    ------
    CatalogError
        If the file is no YAML, or a document is neither a twin type nor a twin.
    """
    try:
        with file.open(encoding="utf-8") as text:
            parsed: list[object] = list(yaml.safe_load_all(text))
    except OSError as error:
        raise CatalogError(f"{file}: {error.strerror}; name a readable file") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CatalogError(f"{file}: not YAML: {error}") from error
    for document in parsed:
        if document is not None:
            yield _checked(file, document)


def _checked(file: Path, document: object) -> Document:
    if not isinstance(document, dict) or not ({"type", "twin"} & document.keys()):
        raise CatalogError(f"{file}: a document needs 'type' with 'sensors', or 'twin' with its 'type'")
    model: type[Document] = TwinInstance if "twin" in document else TwinType
    try:
        return model.model_validate(document)
    except ValidationError as error:
        found = "; ".join(problems(error, "document"))
        raise CatalogError(f"{file}: {found}; see schemas/json/{model.__name__}.json") from error
