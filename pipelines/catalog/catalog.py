"""Types and twins together: what can be applied."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import schemas
from pipelines.catalog.documents import definition_files, read_documents
from pipelines.catalog.errors import CatalogError
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
            known = ", ".join(sorted(self.types))
            raise CatalogError(f"no twin type {name!r}; there are {known}. Add a file with 'type: {name}'")
        return self.types[name]

    def add(self, file: Path) -> None:
        """Take the documents of one file; a type given here replaces the library's type of that name."""
        for document in read_documents(file):
            if isinstance(document, TwinType):
                self.types[document.type] = document
            elif document.twin in self.twins:
                raise CatalogError(f"{file}: twin {document.twin!r} is defined twice; keep one")
            else:
                self.twins[document.twin] = document

    def _definition(self, twin: TwinInstance) -> TwinDefinition:
        return TwinDefinition(
            twin_id=twin.twin, type=self.type_named(twin.type), site=twin.site, area=twin.area, line=twin.line
        )


def load_catalog(paths: Iterable[Path] = ()) -> Catalog:
    """The library, and the files and directories named.

    >>> sorted(load_catalog().types)
    ['centrifugal-pump', 'gearbox']
    """
    catalog = Catalog()
    for file in definition_files(LIBRARY):
        catalog.add(file)
    for path in paths:
        for file in definition_files(path):
            catalog.add(file)
    return catalog


def load_type(name_or_file: str) -> TwinType:
    """A type of the library by its name, or the one type in a file.

    Raises
    ------
    CatalogError
        If there is no such type, or the file holds none or several.
    """
    path = Path(name_or_file)
    if path.suffix not in {".yaml", ".yml"} and not path.exists():
        return load_catalog().type_named(name_or_file)
    types = [document for document in read_documents(path) if isinstance(document, TwinType)]
    if len(types) != 1:
        raise CatalogError(f"{path}: holds {len(types)} twin types; name a file with exactly one")
    return types[0]


NOT_YET_EVALUATED = ("expect", "predict", "alarms", "controls")
"""Parts of a type that are checked and kept, and that this version does not act on."""


def not_evaluated(twin_type: TwinType) -> list[str]:
    """The parts of a type that the user wrote and this version does not act on, so that nobody relies on them."""
    return [part for part in NOT_YET_EVALUATED if getattr(twin_type, part)]
