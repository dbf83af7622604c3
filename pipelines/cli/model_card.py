"""The model card of a twin type (after Mitchell et al. 2019, doi:10.1145/3287560.3287596): only what the data say."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from pipelines.cli.dlq_tables import when
from pipelines.cli.fleet_prior import learned_deviations
from pipelines.cli.foreign_text import plain
from pipelines.detection.card import assumptions
from schemas.definition import DetectionProfile, DriftResponse, SensorRole, TwinDefinition, TwinType
from schemas.model_event import ModelChange, ModelEvent
from schemas.state import TwinState

_MEANS = {
    DriftResponse.ADAPT: ": a fault that lasts so long is taken for the new normal",
    DriftResponse.RELEARN: ": all that was learned is forgotten, and a fault that lasts so long is learned as normal",
    DriftResponse.FREEZE: ": the alert stands until an operator has the twin relearn",
}
_MARKUP = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>#|~&"})
_SHOWN = (ModelChange.WARM, ModelChange.DRIFT, ModelChange.RELEARN, ModelChange.RESET, ModelChange.THRESHOLD)


@dataclass(frozen=True, slots=True)
class TwinFacts:
    """What is known of one twin of the type; `state` is None where the twin job has not told it."""

    definition: TwinDefinition
    state: TwinState | None
    events: Sequence[ModelEvent]


def model_card(twin_type: str, twins: Sequence[TwinFacts], now: datetime) -> str:
    """The card as Markdown; there is at least one twin."""
    sections = (
        (f"# Model card: {_text(twin_type)}", _head(twins, now)),
        ("## Intended use", _use(twins)),
        ("## Detector and what it assumes", (f"- {sentence}" for sentence in assumptions())),
        ("## Training data", _training(twins)),
        ("## In operation", _operation(twins)),
        ("## Known limits and bias", _limits(twins)),
    )
    return "\n\n".join("\n".join((title, "", *lines)) for title, lines in sections) + "\n"


def _head(twins: Sequence[TwinFacts], now: datetime) -> Iterator[str]:
    versions = sorted({twin.definition.type.version for twin in twins})
    named = ", ".join(str(version) for version in versions)
    yield f"{len(twins)} twins, version {named} of the type. Figures as the twin job told them on {when(now)}."


def _use(twins: Sequence[TwinFacts]) -> Iterator[str]:
    yield "- Raises the alert `anomaly` when the values of a twin are unusual for it; each twin has a model of its own."
    yield "- It says which sensors are how far off, and not why: no cause is diagnosed and no fault is named."
    yield "- It is no protection: nothing that has to be safe may rest on it."
    for twin_type in _types(twins):
        profile = twin_type.detect.profile.value
        yield f"- Version {twin_type.version} has the detection profile `{profile}`; {_judged(twin_type)}."


def _judged(twin_type: TwinType) -> str:
    if twin_type.detect.profile is DetectionProfile.OFF:
        return "no sensor is judged"
    unjudged = (SensorRole.BINARY, SensorRole.SETPOINT)
    names = [_text(name) for name, spec in twin_type.sensors.items() if spec.role not in unjudged]
    return f"judged are {', '.join(names) or 'no sensors'}, each after {twin_type.detect.warm_up} values learned"


def _training(twins: Sequence[TwinFacts]) -> Iterator[str]:
    yield "Each twin learns while it runs, from its own values alone; there is no training set beside them."
    yield ""
    yield "| twin | state | samples learned | first value learned | newest value | version of the model |"
    yield "|---|---|---|---|---|---|"
    for twin in twins:
        yield f"| {' | '.join((_text(twin.definition.twin_id), *_span(twin.state)))} |"
    if deviations := learned_deviations(twin.state for twin in twins if twin.state is not None):
        yield ""
        yield "Error: what a sensor's mean of a few samples usually differs from the expected value by."
        yield ""
        yield "| sensor | unit | median of the twins | largest |"
        yield "|---|---|---|---|"
        units = {name: spec.unit for twin_type in _types(twins) for name, spec in twin_type.sensors.items()}
        for name, each in deviations.items():
            yield f"| {_text(name)} | {_text(units.get(name, '1'))} | {median(each):.3g} | {max(each):.3g} |"


def _span(state: TwinState | None) -> tuple[str, ...]:
    if state is None:
        return ("not told", *["-"] * 4)
    training = state.training
    since = "-" if training is None else "not kept" if training.since is None else when(training.since)
    return (
        state.state.value.replace("_", " "),
        str(0 if training is None else training.samples),
        since,
        "-" if state.ts is None else when(state.ts),
        str(state.model_version),
    )


def _operation(twins: Sequence[TwinFacts]) -> Iterator[str]:
    told = [twin.state.feedback for twin in twins if twin.state is not None and twin.state.feedback is not None]
    confirmed, false_alarms = sum(each.confirmed for each in told), sum(each.false_alarms for each in told)
    labelled = confirmed + false_alarms
    if labelled:
        share = f"{confirmed / labelled:.2f}"
        yield f"- Alerts labelled: {labelled}, of {len(told)} twins ({confirmed} confirmed, {false_alarms} false)."
        yield f"- Precision since the twins were defined: {share}, of the alerts that were labelled."
    else:
        yield "- No alert is labelled: the precision is not known."
    yield "- Recall is not known: nobody labels what raised no alert."
    counts = Counter(event.change for twin in twins for event in twin.events)
    first = min((event.ts for twin in twins for event in twin.events if event.ts is not None), default=None)
    if first is None:
        yield "- Nothing has happened to the models that is on record."
        return
    listed = ", ".join(f"{change.value} {counts[change]}" for change in _SHOWN)
    yield f"- On record since {when(first)} (`twin.models` is kept for 90 days): {listed}."


def _limits(twins: Sequence[TwinFacts]) -> Iterator[str]:
    yield "- Learned only from values that can be trusted: what is bad, a spike, or follows a drop-out teaches nothing."
    yield "- A twin that ran in one mode knows only that mode: the first of another one is unusual to it."
    yield "- What was wrong from the beginning is learned as normal."
    for twin_type in _types(twins):
        drift = twin_type.detect.drift
        yield (
            f"- Version {twin_type.version}: where one alert lasts for {drift.lasting} samples the response is "
            f"`{drift.response.value}`{_MEANS[drift.response]}."
        )
    yield "- Labels are given by people, to alerts only: they say nothing of what was missed or not labelled."
    if unready := [twin for twin in twins if not _ready(twin.state)]:
        names = ", ".join(_text(twin.definition.twin_id) for twin in unready)
        yield f"- {len(unready)} of {len(twins)} twins are not judged as yet: {names}."
    if moved := sorted(_moved(twins)):
        yield f"- Labels have moved boundaries of {len(moved)} sensors: {', '.join(moved)}."


def _ready(state: TwinState | None) -> bool:
    return state is not None and state.training is not None and state.warming is None


def _moved(twins: Iterable[TwinFacts]) -> set[str]:
    return {
        f"{_text(twin.definition.twin_id)}/{_text(event.sensor)}"
        for twin in twins
        for event in twin.events
        if event.change is ModelChange.THRESHOLD and event.sensor is not None
    }


def _types(twins: Sequence[TwinFacts]) -> list[TwinType]:
    """Each version of the type that twins have, once."""
    return list({twin.definition.type.version: twin.definition.type for twin in twins}.values())


def _text(name: str) -> str:
    """What others wrote, so that it is neither Markdown nor a command to a terminal."""
    return plain(name).translate(_MARKUP)
