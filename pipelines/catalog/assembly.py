"""From documents to checked types and twins; all that is wrong is gathered and told together."""

from collections.abc import Iterable
from typing import TypeVar

from pydantic import BaseModel

from pipelines.catalog.checks import twin_problems, type_problems
from pipelines.catalog.documents import Document
from pipelines.catalog.inheritance import Types, resolved
from pipelines.catalog.problem import Problem, raise_all
from pipelines.catalog.validation import validated
from pipelines.catalog.written import Entries
from schemas.definition import TwinInstance, TwinType

Checked = TypeVar("Checked", bound=BaseModel)


class Assembly:
    """Types with all that they inherit, and twins.

    Parameters
    ----------
    library
        The types that ship with the product.
    documents
        Types and twins of the user.

    Raises
    ------
    CatalogError
        If anything is wrong with them.
    """

    def __init__(self, library: Iterable[Document], documents: Iterable[Document]) -> None:
        self._problems: list[Problem] = []
        documents = list(documents)
        own = self._by_name(document for document in documents if not document.is_twin)
        twins = self._by_name(document for document in documents if document.is_twin)
        documents_of_types = Types(self._by_name(library), own)
        self.types = self._types(documents_of_types)
        self.twins = self._twins(twins, documents_of_types)
        raise_all(self._problems)

    def _by_name(self, documents: Iterable[Document]) -> dict[str, Document]:
        found: dict[str, Document] = {}
        for document in documents:
            name = document.name
            if name is None:
                self._checked(document.root, TwinInstance if document.is_twin else TwinType)
            elif (first := found.setdefault(name, document)) is not document:
                key = "twin" if document.is_twin else "type"
                at = first.root.parts[key].at
                text = f"{key} {name!r} is defined twice, first in {at}; keep one"
                self._problems.append(Problem(document.root.parts[key].at, key, text))
        return found

    def _types(self, documents: Types) -> dict[str, TwinType]:
        found = {}
        for name, document in documents.in_use.items():
            root = resolved(documents, document)
            if isinstance(root, Problem):
                self._problems.append(root)
            elif (twin_type := self._checked(root, TwinType)) is not None:
                self._problems += type_problems(root, twin_type)
                found[name] = twin_type
        return found

    def _twins(self, documents: dict[str, Document], types: Types) -> dict[str, TwinInstance]:
        found = {}
        known = types.in_use
        for twin_id, document in documents.items():
            if (twin := self._checked(document.root, TwinInstance)) is not None:
                self._problems += twin_problems(document.root, twin, known)
                found[twin_id] = twin
        return found

    def _checked(self, root: Entries, model: type[Checked]) -> Checked | None:
        result = validated(root, model)
        if not isinstance(result, list):
            return result
        self._problems += result
        return None
