"""The numbers of an object as bytes, by the names of its attributes: read in one call, since it is done per message."""

from collections.abc import Iterable
from operator import attrgetter
from struct import Struct
from typing import Self


class Scalars:
    """Floats of an object and of the objects within it, in a fixed order.

    Parameters
    ----------
    names
        Attributes, with a dot where they are an inner object's; two at least.

    >>> class Point:
    ...     x, y = 1.0, 2.0
    >>> point, scalars = Point(), Scalars("x", "y")
    >>> packed = scalars.pack(point)
    >>> point.x = 5.0
    >>> scalars.restore(point, packed)
    >>> point.x
    1.0
    """

    def __init__(self, *names: str) -> None:
        self.names = names
        self._read = attrgetter(*names)
        self._struct = Struct(f"<{len(names)}d")

    @classmethod
    def of(cls, parts: Iterable[tuple[str, "Scalars"]], *names: str) -> Self:
        """Those of inner objects, each behind its attribute's name, and of the object itself."""
        return cls(*(f"{part}.{name}" for part, inner in parts for name in inner.names), *names)

    def pack(self, owner: object) -> bytes:
        """The numbers as they are."""
        return self._struct.pack(*self._read(owner))

    def restore(self, owner: object, packed: bytes) -> None:
        """Set the numbers as they were, to the last bit."""
        for name, number in zip(self.names, self._struct.unpack(packed), strict=True):
            *path, last = name.split(".")
            inner = owner
            for part in path:
                inner = getattr(inner, part)
            setattr(inner, last, number)
