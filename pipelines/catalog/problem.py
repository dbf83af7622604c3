"""One thing that is wrong in a file."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pipelines.catalog.errors import CatalogError
from pipelines.catalog.written import Spot


@dataclass(frozen=True, slots=True)
class Problem:
    """Where something is wrong, what it is, and what helps.

    >>> from pathlib import Path
    >>> str(Problem(Spot(Path("pump.yaml"), 7), "sensors.flow.unit", "is missing; add it"))
    'pump.yaml:7: sensors.flow.unit: is missing; add it'
    """

    at: Spot
    path: str
    text: str
    contract: str = field(default="", compare=False)
    """The model that says what can be written there."""

    def __str__(self) -> str:
        return f"{self.at}: {self.path}: {self.text}"


def raise_all(problems: Iterable[Problem]) -> None:
    """Tell all problems in one error, by file and line, each once however many types inherit it.

    Raises
    ------
    CatalogError
        If there is any.
    """
    found = sorted(set(problems), key=lambda problem: (str(problem.at.file), problem.at.line, problem.path))
    if found:
        contracts = sorted({problem.contract for problem in found if problem.contract})
        see = [f"see schemas/json/{contract}.json" for contract in contracts]
        raise CatalogError("\n".join([*map(str, found), *see]))
