"""Detection on values that can be trusted: score, alert, drift, and when to learn."""

from collections.abc import Mapping
from typing import NamedTuple

from pipelines.detection.drift import Drifted
from pipelines.detection.judgement import Judgement, Source
from pipelines.twin.alert_message import announce_anomaly
from pipelines.twin.compiled import CompiledTwin
from pipelines.twin.model_message import record_change, record_warm
from pipelines.twin.outputs import Outputs
from pipelines.twin.relearning import relearn
from pipelines.twin.runtime import Runtime, is_missing
from schemas.alert import Transition
from schemas.definition import DriftResponse
from schemas.model_event import ModelChange

_WHAT = {
    Drifted.RESIDUAL: "the usual level of a sensor has moved, too slowly for an alert",
    Drifted.ERROR: "values are further from what is expected of them than they used to be",
}

_BEHIND_DRIFT, _BEHIND_RELEARN = 1, 2
"""Nanoseconds that keep apart what happens to a twin's models in one moment: in InfluxDB it would be one point."""


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
    if absent := detector.standing - values.keys():
        detector.set_aside(name for name in absent if is_missing(runtime.sensors[name], ts_ns))
    judgement = detector.judge(ts_ns, values, doubtful)
    held = len(absent & detector.standing) if absent else 0
    runtime.score = judgement.score
    runtime.surprise, runtime.surprised = judgement.surprise, judgement.surprised
    if judgement.score is None:
        _warm_up(runtime, judgement, ts_ns, outputs)
        return Judged(judgement, held, drift=False)
    lasting = _follow(runtime, ts_ns, judgement, outputs, historical=historical)
    drifted = lasting or _watch_drift(runtime, ts_ns, judgement, outputs)
    detector.learn(judgement, alert=runtime.episode.active)
    if detector.budget.moved():
        _record_boundary(runtime, ts_ns, outputs)
    return Judged(judgement, held, drifted)


def _warm_up(runtime: Runtime, judgement: Judgement, ts_ns: int, outputs: Outputs) -> None:
    """Learn while nothing is judged yet, and tell once when that is over."""
    detector = runtime.detector
    if runtime.learning_since_ns is None and detector.samples:
        runtime.learning_since_ns = ts_ns
    warm = runtime.warm
    detector.learn(judgement)
    runtime.warm = detector.warm
    if runtime.warm and not warm:
        record_warm(runtime, ts_ns, outputs)


def _follow(runtime: Runtime, ts_ns: int, judgement: Judgement, outputs: Outputs, *, historical: bool) -> bool:
    """Move the anomaly alert on, and tell it as news where historical data showed it first; whether it is drift."""
    episode, detector, rule = runtime.episode, runtime.detector, runtime.twin.rule
    own, lasted = detector.distance(episode.source) if episode.active else 0.0, episode.lasting
    transition = episode.observe(ts_ns, judgement.distance, judgement.worst, own, rule, historical=historical)
    if transition is None and episode.active and not episode.live and not historical:
        transition = episode.go_on()
    if transition is Transition.RAISED:
        runtime.labels.opened(episode.raised_ns, episode.sensor or None)
        runtime.unsettle()
    if transition is not None:
        announce_anomaly(runtime, transition, ts_ns, outputs)
    if transition is Transition.CLEARED:
        _settle(runtime, ts_ns, outputs, adopted=False)
    return episode.lasting and not lasted and _last(runtime, ts_ns, outputs)


def _settle(runtime: Runtime, ts_ns: int, outputs: Outputs, *, adopted: bool) -> None:
    """Go on from where the alert has ended; a boundary that is wider by it is put on record."""
    episode, detector = runtime.episode, runtime.detector
    boundary = detector.boundary(episode.sensor)
    detector.settle(Source.of(episode.source), episode.peak, adopted=adopted)
    if (now := detector.boundary(episode.sensor)) > boundary:
        reason = f"a weak alert: the boundary of {episode.sensor} moves from {boundary:.3g} to {now:.3g}"
        record_change(
            runtime, ModelChange.THRESHOLD, reason, ts_ns, outputs, sensor=episode.sensor or None, boundary=now
        )


def _last(runtime: Runtime, ts_ns: int, outputs: Outputs) -> bool:
    """An alert has lasted so long that its level is the new normal, unless the twin is not to take it for that."""
    response = _response(runtime.twin)
    after = runtime.twin.rule.adopt_after
    what = f"{runtime.episode.sensor or 'the twin'} was in alert for {after} samples"
    reason = f"{what}; response: {response}"
    record_change(runtime, ModelChange.DRIFT, reason, ts_ns, outputs)
    if response is DriftResponse.ADAPT:
        why = f"{what}: what it shows now is taken for normal"
        announce_anomaly(runtime, runtime.episode.clear(), ts_ns, outputs, why)
        _settle(runtime, ts_ns, outputs, adopted=True)
    elif response is DriftResponse.RELEARN:
        _relearn(runtime, f"{what}: it learns anew", ts_ns, outputs)
    return True


def _watch_drift(runtime: Runtime, ts_ns: int, judgement: Judgement, outputs: Outputs) -> bool:
    """Look for what changes too slowly for an alert."""
    detector = runtime.detector
    if runtime.episode.active or detector.samples < runtime.twin.drift_after:
        return False
    drifted = runtime.drift.update(judgement.distance, detector.wander)
    if drifted is None:
        return False
    response = _response(runtime.twin)
    record_change(runtime, ModelChange.DRIFT, f"{_WHAT[drifted]}; response: {response}", ts_ns, outputs)
    if response is DriftResponse.ADAPT:
        detector.anchor()
    elif response is DriftResponse.RELEARN:
        _relearn(runtime, f"drift: {_WHAT[drifted]}", ts_ns, outputs)
    return True


def _relearn(runtime: Runtime, reason: str, ts_ns: int, outputs: Outputs) -> None:
    samples = relearn(runtime, None, ts_ns, reason, outputs)
    record_change(runtime, ModelChange.RELEARN, reason, ts_ns + _BEHIND_DRIFT, outputs, samples=samples)


def _record_boundary(runtime: Runtime, ts_ns: int, outputs: Outputs) -> None:
    stretch = runtime.detector.budget.stretch
    boundary = runtime.twin.detector.boundary * stretch
    week = runtime.twin.detector.false_alarms_per_week
    reason = f"{week:g} false alarms a week are allowed: all boundaries are {stretch:.2f} times those of the profile"
    record_change(runtime, ModelChange.THRESHOLD, reason, ts_ns + _BEHIND_RELEARN, outputs, boundary=boundary)


def _response(twin: CompiledTwin) -> DriftResponse:
    return twin.definition.type.detect.drift.response
