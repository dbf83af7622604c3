"""Which type builds on which, and each type with all that it inherits."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import reduce

from pipelines.catalog.documents import Document
from pipelines.catalog.merging import merged
from pipelines.catalog.problem import Problem
from pipelines.catalog.suggestion import close_names, listing
from pipelines.catalog.written import Entries

EXTENDS = "extends"


@dataclass(frozen=True, slots=True)
class Types:
    """The documents of twin types: the library's, and those of the user, which replace the library's of their names.

    A type of the library builds on the library alone, whatever the user replaces, so that it always means the same.
    """

    library: Mapping[str, Document] = field(default_factory=dict)
    own: Mapping[str, Document] = field(default_factory=dict)

    @property
    def in_use(self) -> dict[str, Document]:
        """The types that twins can be of."""
        return {**self.library, **self.own}

    def parent(self, document: Document) -> Document | None:
        """The type that this one extends; a type that extends its own name builds on the library's."""
        name = document.text(EXTENDS)
        if name is None:
            return None
        if document not in self.own.values():
            return self.library.get(name)
        return (self.library if name == document.name and name in self.library else self.in_use).get(name)

    def known_to(self, document: Document) -> Collection[str]:
        """The names that it may extend."""
        return self.in_use if document in self.own.values() else self.library


def resolved(types: Types, document: Document) -> Entries | Problem:
    """A type with all that it inherits, or why that can't be told."""
    line = [document]
    while line[-1].text(EXTENDS) is not None:
        parent = types.parent(line[-1])
        if parent is None:
            return _unknown(types, line[-1])
        if parent in line:
            return _circle(line[line.index(parent) :])
        line.append(parent)
    return reduce(merged, (ancestor.root for ancestor in reversed(line)))


def unknown_type(name: str, known: Collection[str]) -> str:
    """What to tell somebody who names a type that there is not.

    >>> unknown_type("gaerbox", ["gearbox", "pump"])
    "no twin type 'gaerbox'; did you mean gearbox? There are gearbox, pump. Add a file with 'type: gaerbox'"
    """
    close = "".join(f"did you mean {match}? " for match in close_names(name, known))
    there = f"{'There' if close else 'there'} are {listing(known)}"
    return f"no twin type {name!r}; {close}{there}. Add a file with 'type: {name}'"


def _unknown(types: Types, document: Document) -> Problem:
    text = unknown_type(document.text(EXTENDS) or "", types.known_to(document))
    return Problem(document.root.parts[EXTENDS].at, EXTENDS, text)


def _circle(members: list[Document]) -> Problem:
    """Told of the same member whichever type leads into the circle, so that it is told once."""
    first = min(range(len(members)), key=lambda number: members[number].name or "")
    members = members[first:] + members[:first]
    names = " → ".join(str(member.name) for member in [*members, members[0]])
    remedy = "let one of them extend no other of these" if len(members) > 1 else "name another type, or leave it out"
    return Problem(members[0].root.parts[EXTENDS].at, EXTENDS, f"{names} is a circle; {remedy}")
