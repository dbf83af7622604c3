"""Documents of definition files before they are checked: each is a twin type or a twin."""

from dataclasses import dataclass
from pathlib import Path

from pipelines.catalog.errors import CatalogError
from pipelines.catalog.written import Entries, Scalar
from pipelines.catalog.yaml_file import read_yaml

SUFFIXES = frozenset({".yaml", ".yml"})


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """What one document of a file says; two documents are never the same, even if they say the same."""

    root: Entries

    @property
    def is_twin(self) -> bool:
        """Whether it is a twin, not a type."""
        return "twin" in self.root.parts

    @property
    def name(self) -> str | None:
        """The twin's id or the type's name; None if it is no text, which the check will tell."""
        return self.text("twin" if self.is_twin else "type")

    def text(self, key: str) -> str | None:
        """The text under a key; None if there is none."""
        written = self.root.parts.get(key)
        value = written.value if isinstance(written, Scalar) else None
        return value if isinstance(value, str) else None


def definition_files(path: Path) -> list[Path]:
    """The YAML files that a path stands for: itself, or all in a directory and below, in order of their names.

    Raises
    ------
    CatalogError
        If there is none.
    """
    if path.is_file():
        return [path]
    found = sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES and file.is_file())
    if not found:
        raise CatalogError(f"{path}: no YAML file here; name a file or a directory with *.yaml files")
    return found


def read_documents(file: Path) -> list[Document]:
    """The documents of one file, which `---` separates.

    Raises
    ------
    CatalogError
        If the file is no YAML, or a document is neither a twin type nor a twin.
    """
    documents = []
    for root in read_yaml(file):
        if not isinstance(root, Entries) or not {"type", "twin"} & root.parts.keys():
            raise CatalogError(f"{root.at}: a document needs 'type' with 'sensors', or 'twin' with its 'type'")
        documents.append(Document(root))
    return documents
