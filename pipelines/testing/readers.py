"""What follows from messages, as its consumers read it."""

from collections.abc import Iterable
from typing import NamedTuple

from pipelines.detection.sensor_model import SensorModel
from pipelines.twin.outputs import Outputs
from pipelines.twin.record import Record
from pipelines.twin.runtime import Runtime
from schemas.alert import AlertTransition
from schemas.deadletter import DeadLetter
from schemas.model_event import ModelEvent
from schemas.state import TwinState
from schemas.topics import Topic


def alerts(outputs: Outputs) -> list[AlertTransition]:
    """The alert transitions, in order."""
    return [AlertTransition.model_validate_json(body) for body in _bodies(outputs.records, Topic.ALERTS)]


def dead_letters(outputs: Outputs) -> list[DeadLetter]:
    """The dead letters, in order."""
    return [DeadLetter.model_validate_json(body) for body in _bodies(outputs.records, Topic.DEADLETTER)]


def model_events(outputs: Outputs) -> list[ModelEvent]:
    """What happened to models, in order."""
    return [ModelEvent.model_validate_json(body) for body in _bodies(outputs.records, Topic.MODELS)]


def states(outputs: Outputs) -> dict[str, TwinState]:
    """The newest state of each twin."""
    found = [TwinState.model_validate_json(body) for body in _bodies(outputs.records, Topic.STATE)]
    return {state.twin_id: state for state in found}


def scores(outputs: Outputs) -> list[float | None]:
    """The score of each telemetry message."""
    return [verdict.score for verdict in outputs.verdicts]


def fields(line: str) -> dict[str, str]:
    """The fields of a line of line protocol whose texts hold neither blank nor comma.

    >>> fields('observation,sensor=a\\\\ b value=1.0,quality="good" 17')
    {'value': '1.0', 'quality': '"good"'}
    """
    pairs = line.rsplit(" ", 2)[1].split(",")
    return dict(pair.split("=", 1) for pair in pairs)


class Usual(NamedTuple):
    """What is taken for usual of a sensor, to the last bit; not what is remembered so that it is no news again."""

    level: bytes
    spread: bytes
    relation: bytes
    season: tuple[object, ...]
    steps: tuple[float, float]


def models(runtime: Runtime) -> dict[str, SensorModel]:
    """Copies of what a twin has learned of its sensors."""
    settings, learned = runtime.twin.detector, runtime.detector.snapshot().sensors
    return {name: SensorModel(name, settings.sensor(name)).restore(sensor) for name, sensor in learned.items()}


def usual(runtime: Runtime) -> dict[str, Usual]:
    """What a twin takes for usual of its sensors."""
    return {name: _usual(model) for name, model in models(runtime).items()}


def _usual(model: SensorModel) -> Usual:
    season = model.season
    return Usual(
        model.level.packed(),
        model.spread.packed(),
        model.relation.packed(),
        (season.whole(), season.hour, season.source, season.total, season.count),
        (model.short, model.long),
    )


def _bodies(records: Iterable[Record], topic: Topic) -> list[bytes]:
    return [record.value for record in records if record.topic is topic and record.value is not None]
