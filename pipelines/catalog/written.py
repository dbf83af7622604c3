"""Values as they stand in YAML files, each with its place, so that what is wrong can be shown where it was written."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Spot:
    """A line of a file, in the form that editors take.

    >>> str(Spot(Path("pump.yaml"), 7))
    'pump.yaml:7'
    """

    file: Path
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value: text, number, yes or no, date, or null."""

    value: object
    at: Spot


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    parts: tuple["Written", ...]
    at: Spot


@dataclass(frozen=True, slots=True)
class Entries:
    """A mapping; each value's place is that of its key."""

    parts: dict[str, "Written"]
    at: Spot


Written = Scalar | Items | Entries


def plain(written: Written) -> object:
    """The value without its places.

    >>> here = Spot(Path("pump.yaml"), 1)
    >>> plain(Entries({"range": Items((Scalar(0, here), Scalar(5, here)), here)}, here))
    {'range': [0, 5]}
    """
    if isinstance(written, Scalar):
        return written.value
    if isinstance(written, Items):
        return [plain(part) for part in written.parts]
    return {name: plain(part) for name, part in written.parts.items()}


def part_at(written: Written, name: str | int) -> Written | None:
    """The entry of that name, or the item of that number; None if there is none.

    >>> here = Spot(Path("pump.yaml"), 1)
    >>> part_at(Items((Scalar("x", here),), here), 0).value, part_at(Scalar(5, here), "unit")
    ('x', None)
    """
    if isinstance(written, Entries):
        return written.parts.get(str(name))
    if isinstance(written, Items) and isinstance(name, int) and name < len(written.parts):
        return written.parts[name]
    return None


def nearest(root: Written, path: Sequence[str | int]) -> Written:
    """What stands at the path, or else its nearest ancestor that is written.

    >>> root = Entries({"flow": Entries({}, Spot(Path("pump.yaml"), 3))}, Spot(Path("pump.yaml"), 1))
    >>> nearest(root, ("flow", "range", 0)).at.line
    3
    """
    found = root
    for name in path:
        part = part_at(found, name)
        if part is None:
            break
        found = part
    return found
