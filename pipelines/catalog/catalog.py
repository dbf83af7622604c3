"""Types and twins together: what can be applied."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import schemas
from pipelines.catalog.assembly import Assembly
from pipelines.catalog.documents import Document, definition_files, read_documents
from pipelines.catalog.errors import CatalogError
from pipelines.catalog.inheritance import unknown_type
from schemas.definition import TwinDefinition, TwinInstance, TwinType

LIBRARY = Path(schemas.__file__).parent / "library"


@dataclass(slots=True)
class Catalog:
    """Twin types by name, and twins by id."""

    types: dict[str, TwinType] = field(default_factory=dict)
    twins: dict[str, TwinInstance] = field(default_factory=dict)

    def definitions(self) -> list[TwinDefinition]:
        """Every twin with its whole type.

        Raises
        ------
        CatalogError
            If a twin's type is not in the catalog.
        """
        return [self._definition(twin) for twin in self.twins.values()]

    def type_named(self, name: str) -> TwinType:
        """The type of that name.

        Raises
        ------
        CatalogError
            If there is none.
        """
        if name not in self.types:
            raise CatalogError(unknown_type(name, self.types))
        return self.types[name]

    def _definition(self, twin: TwinInstance) -> TwinDefinition:
        return TwinDefinition(twin_id=twin.twin, type=self.type_named(twin.type), **twin.levels())


def load_catalog(paths: Iterable[Path] = ()) -> Catalog:
    """The library, and the files and directories named.

    A type given there replaces the library's type of that name.

    >>> sorted(load_catalog().types)
    ['centrifugal-pump', 'gearbox']

    Raises
    ------
    CatalogError
        If a file can't be used; it tells all that is wrong, each with its file and line.
    """
    return _catalog(_documents(paths))


def load_type(name_or_file: str) -> TwinType:
    """A type of the library by its name, or the one type in a file.

    Raises
    ------
    CatalogError
        If there is no such type, or the file holds none or several, or what it holds is wrong.
    """
    path = Path(name_or_file)
    if path.suffix not in {".yaml", ".yml"} and not path.exists():
        return load_catalog().type_named(name_or_file)
    types = [document for document in read_documents(path) if not document.is_twin]
    if len(types) != 1:
        raise CatalogError(f"{path}: holds {len(types)} twin types; name a file with exactly one")
    return _catalog(types).type_named(types[0].name or "")


NOT_YET_EVALUATED = ("expect", "predict", "alarms", "controls")
"""Parts of a type that are checked and kept, and that this version does not act on."""


def not_evaluated(twin_type: TwinType) -> list[str]:
    """The parts of a type that the user wrote and this version does not act on, so that nobody relies on them."""
    return [part for part in NOT_YET_EVALUATED if getattr(twin_type, part)]


def _catalog(documents: Sequence[Document]) -> Catalog:
    assembly = Assembly(_documents([LIBRARY]), documents)
    return Catalog(assembly.types, assembly.twins)


def _documents(paths: Iterable[Path]) -> list[Document]:
    """What all files say; a file that is named twice is read once."""
    files = {file.resolve(): file for path in paths for file in definition_files(path)}
    documents: list[Document] = []
    failures = []
    for file in files.values():
        try:
            documents += read_documents(file)
        except CatalogError as error:
            failures.append(str(error))
    if failures:
        raise CatalogError("\n".join(failures))
    return documents
