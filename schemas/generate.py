"""Writes the JSON Schema of every wire model: `python -m schemas.generate`, or `--check` to find stale files."""

import json
from pathlib import Path

from schemas.alert import AlertTransition
from schemas.base import WireModel
from schemas.command import COMMAND
from schemas.deadletter import DeadLetter
from schemas.definition import TwinDefinition, TwinInstance, TwinType
from schemas.generated import stale_files, write_or_check
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
    found = {model.__name__: model.model_json_schema() for model in WIRE_MODELS}
    # Not one model but the union of all commands, so that a reader has one schema for the topic.
    found["Command"] = COMMAND.json_schema()
    return {f"{name}.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for name, schema in found.items()}


def stale(directory: Path = DIRECTORY) -> list[str]:
    """Names of files that are missing, outdated or left over."""
    return stale_files(rendered(), directory)


if __name__ == "__main__":
    write_or_check(rendered(), DIRECTORY, "schemas.generate")
