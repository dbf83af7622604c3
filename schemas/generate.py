"""Writes the JSON Schema of every wire model: `python -m schemas.generate`, or `--check` to find stale files."""

import json
import sys
from pathlib import Path

from schemas.alert import AlertTransition
from schemas.base import WireModel
from schemas.deadletter import DeadLetter
from schemas.definition import TwinDefinition, TwinInstance, TwinType
from schemas.model_event import ModelEvent
from schemas.observation import JointObservation, Observation
from schemas.state import TwinState
from schemas.truth import InjectedFault

WIRE_MODELS: tuple[type[WireModel], ...] = (
    AlertTransition,
    DeadLetter,
    InjectedFault,
    JointObservation,
    ModelEvent,
    Observation,
    TwinDefinition,
    TwinInstance,
    TwinState,
    TwinType,
)
DIRECTORY = Path(__file__).parent / "json"


def rendered() -> dict[str, str]:
    """The text of each schema file, by file name."""
    return {
        f"{model.__name__}.json": json.dumps(model.model_json_schema(), indent=2, ensure_ascii=False) + "\n"
        for model in WIRE_MODELS
    }


def stale(directory: Path = DIRECTORY) -> list[str]:
    """Names of files that are missing, outdated or left over."""
    wanted = rendered()
    found = {path.name: path.read_text(encoding="utf-8") for path in directory.glob("*.json")}
    return sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))


def write(directory: Path = DIRECTORY) -> None:
    """Bring the directory up to date."""
    directory.mkdir(exist_ok=True)
    wanted = rendered()
    for path in directory.glob("*.json"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (directory / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        if outdated := stale():
            sys.exit(f"stale in {DIRECTORY}: {', '.join(outdated)}; run: python -m schemas.generate")
    else:
        write()
