"""Detection on values that can be trusted: score, alert, drift, and when to learn."""

from collections.abc import Mapping
from typing import NamedTuple

from pipelines.detection.baseline import Judgement
from pipelines.twin.alert_message import announce_anomaly
from pipelines.twin.model_message import record_change, record_warm
from pipelines.twin.outputs import Outputs
from pipelines.twin.relearning import relearn
from pipelines.twin.runtime import Runtime, is_missing
from schemas.alert import Transition
from schemas.model_event import ModelChange

RELEARN_AFTER = 500
"""Scores within one alert after which its level is taken as the new normal and learned afresh (field case C32)."""


class Judged(NamedTuple):
    """A judgement, how many sensors in it are represented by an earlier value, and whether drift was found."""

    judgement: Judgement
    held: int
    drift: bool


def judge(
    runtime: Runtime,
    ts_ns: int,
    values: Mapping[str, float],
    doubtful: frozenset[str],
    outputs: Outputs,
    *,
    historical: bool,
) -> Judged:
    """Score values in event-time order, raise or clear the alert, then learn unless the twin is in alert.

    Parameters
    ----------
    doubtful
        The sensors whose values are judged and not learned.
    historical
        Whether an alert that is raised now is not news.
    """
    detector = runtime.detector
    # Sensors that have no value in this message are represented by their latest one, while it is young enough.
    if absent := detector.latest.keys() - values.keys():
        detector.set_aside(name for name in absent if is_missing(runtime.sensors[name], ts_ns))
    judgement = detector.judge(values)
    held = len(detector.latest.keys() - values.keys()) if absent else 0
    score = runtime.score = judgement.score
    learned = {name: value for name, value in values.items() if name not in doubtful} if doubtful else values
    if score is None:
        _warm_up(runtime, learned, judgement, ts_ns, outputs)
        return Judged(judgement, held, drift=False)
    _follow(runtime, score, ts_ns, judgement, outputs, historical=historical)
    drifted = runtime.drift.update(score)
    if drifted:
        reason = f"the level of the score changed; it is {score:.2f} now"
        record_change(runtime, ModelChange.DRIFT, reason, ts_ns, outputs)
    if not runtime.episode.active:
        detector.learn(learned, judgement)
    elif runtime.episode.age >= RELEARN_AFTER:
        _relearn(runtime, ts_ns, judgement, outputs)
    return Judged(judgement, held, drifted)


def _warm_up(runtime: Runtime, values: Mapping[str, float], judgement: Judgement, ts_ns: int, outputs: Outputs) -> None:
    """Learn while nothing is judged yet, and tell once when that is over."""
    detector = runtime.detector
    fresh, warm = not detector.samples, detector.warm
    detector.learn(values, judgement)
    if fresh and detector.samples:
        runtime.learning_since_ns = ts_ns
    if detector.warm and not warm:
        record_warm(runtime, ts_ns, outputs)


def _follow(
    runtime: Runtime, score: float, ts_ns: int, judgement: Judgement, outputs: Outputs, *, historical: bool
) -> None:
    """Move the anomaly alert on, and tell it as news where historical data showed it first."""
    episode = runtime.episode
    transition = episode.observe(score, ts_ns, runtime.twin.rule, historical=historical)
    if transition is None and episode.active and not episode.live and not historical:
        transition = episode.go_on()
    if transition is Transition.RAISED:
        runtime.labels.opened(episode.raised_ns, runtime.detector.worst)
        runtime.unsettle()
    if transition is not None:
        announce_anomaly(runtime, transition, ts_ns, judgement, outputs)


def _relearn(runtime: Runtime, ts_ns: int, judgement: Judgement, outputs: Outputs) -> None:
    reason = f"in alert for {RELEARN_AFTER} samples: the level is taken as the new normal"
    why = f"{runtime.twin.twin_id} was {reason}"
    samples = relearn(runtime, None, ts_ns, judgement, why, outputs)
    record_change(runtime, ModelChange.RELEARN, reason, ts_ns, outputs, samples=samples)
