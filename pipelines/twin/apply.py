"""Accepted readings, in their turn: each gets its place in its sensor's time, its quality, and what follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.detection.judgement import SensorJudgement
from pipelines.twin.alert_message import announce_health
from pipelines.twin.conditions import clear, observe_health, tell_untold
from pipelines.twin.event_time import NS_PER_MS
from pipelines.twin.health import HealthEpisode
from pipelines.twin.holding import Arrival
from pipelines.twin.judge import Judged, judge
from pipelines.twin.ledger import Note
from pipelines.twin.line_protocol import Fields, line, numbers
from pipelines.twin.outputs import Outputs, Verdict
from pipelines.twin.presence import pass_time, see
from pipelines.twin.recent import Standing
from pipelines.twin.runtime import Runtime
from pipelines.twin.sensor import Sensor
from pipelines.twin.trust import NOT_JUDGED, NOT_LEARNED
from schemas.accounting import Outcome
from schemas.alert import Transition
from schemas.quality import Flaw, is_bad, quality_of
from schemas.state import Presence

_BEST_FIRST = (Outcome.APPLIED, Outcome.AMENDED, Outcome.DUPLICATE)
_ONLINE = Presence.ONLINE

WORTH_A_SOURCE = 1 / 3
"""Score from which on its source is told: half of the boundary."""


@dataclass(slots=True)
class Taken:
    """What became of the readings of one message, besides what is counted at once.

    Attributes
    ----------
    applied
        Sensors that took a newer value, which stands in them.
    fresh
        What models see of those values that may be judged.
    doubtful
        Sensors whose values are judged and not learned.
    """

    applied: list[Sensor]
    fresh: dict[str, float]
    doubtful: set[str] | None = None
    amended: int = 0
    duplicate: int = 0


def apply(runtime: Runtime, arrival: Arrival, outputs: Outputs) -> None:
    """Take the readings of one message; the messages of a twin come here in the order in which they count."""
    newer = bool(arrival.readings) and arrival.ts_ns > (runtime.newest_ns or 0)
    historical, seen_ms = arrival.historical, min(arrival.ts_ns // NS_PER_MS, arrival.received_ms)
    if newer and not arrival.declared_historical:
        historical, seen_ms = _mind_time(runtime, arrival, seen_ms, outputs)
    taken = _take(runtime, arrival, seen_ms, outputs, historical=historical)
    ledger = runtime.ledger
    ledger.applied += len(taken.applied)
    ledger.amended += taken.amended
    ledger.duplicate += taken.duplicate
    judged = None
    if taken.applied:
        if newer:
            runtime.newest_ns = arrival.ts_ns
        if historical:
            ledger.notes[Note.HISTORICAL] += len(taken.applied)
        elif runtime.untold:
            runtime.untold = False
            tell_untold(runtime, arrival.ts_ns, outputs)
        if taken.fresh and runtime.twin.detecting:
            doubtful = frozenset(taken.doubtful or ())
            judged = judge(runtime, arrival.ts_ns, taken.fresh, doubtful, outputs, historical=historical)
        _write(runtime, taken.applied, arrival.ts_ns, judged, outputs)
    outputs.verdicts.append(_verdict(runtime, arrival.ts_ns, taken, judged))


def _mind_time(runtime: Runtime, arrival: Arrival, seen_ms: int, outputs: Outputs) -> tuple[bool, int]:
    """Find who fell silent before an observation, and what its delay says: whether it is history, and how old it is."""
    if seen_ms >= runtime.deadline_ms:
        pass_time(runtime, seen_ms, outputs)
    slow = (arrival.historical or runtime.lag.since_ms > 0) and _slow_clock(runtime, arrival)
    ahead = arrival.ts_ns - arrival.received_ms * NS_PER_MS > runtime.twin.timing.clock_tolerance_ns
    if ahead or runtime.health or arrival.historical:
        _watch_clock(runtime, arrival, ahead or slow, outputs)
    if slow:
        # Its time says nothing of its age: it is as old as its arrival.
        return False, arrival.received_ms
    if arrival.delay_ms is not None and not arrival.historical:
        _learn_delay(runtime, arrival.delay_ms)
    return arrival.historical, seen_ms


def _learn_delay(runtime: Runtime, delay_ms: int) -> None:
    """Follow the longest delay: at once when it grows, slowly when it shrinks."""
    if delay_ms > runtime.delay_ms:
        runtime.delay_ms = delay_ms
    else:
        runtime.delay_ms -= (runtime.delay_ms - delay_ms) >> 6


def _take(runtime: Runtime, arrival: Arrival, seen_ms: int, outputs: Outputs, *, historical: bool) -> Taken:
    """Give each reading its place in its sensor's time."""
    ts_ns, seq, declared = arrival.ts_ns, arrival.seq, arrival.declared_historical
    sensors = runtime.sensors
    taken = Taken([], {})
    applied, fresh = taken.applied, taken.fresh
    for name, value, claimed in arrival.readings:
        sensor = sensors[name]
        if ts_ns <= sensor.ts_ns:
            _amend(runtime, sensor, arrival, value, claimed, taken, outputs)
            continue
        flaw = sensor.take(ts_ns, value, seq, claimed)
        applied.append(sensor)
        if flaw is None and sensor.rules.plain:
            fresh[name] = value
        else:
            _doubt(runtime, sensor, flaw, taken)
        if sensor.health or (flaw is not None and is_bad(flaw)):
            observe_health(runtime, sensor, ts_ns, flaw, outputs, historical=historical)
        if declared:
            if sensor.presence is Presence.NEVER_SEEN:
                sensor.presence, sensor.seen_ms = Presence.OFFLINE, seen_ms
            continue
        sensor.seen_ms = max(sensor.seen_ms, seen_ms)
        if sensor.presence is not _ONLINE:
            see(runtime, sensor, seen_ms, arrival.received_ms, outputs)
    return taken


def _doubt(runtime: Runtime, sensor: Sensor, flaw: Flaw | None, taken: Taken) -> None:
    """Decide what models may see of a value that is not plainly good."""
    if flaw is not None:
        runtime.ledger.flaws[flaw] += 1
        if is_bad(flaw) or flaw in NOT_JUDGED:
            return
    name, value = sensor.rules.name, sensor.model_value
    if value is None:
        return
    taken.fresh[name] = value
    if flaw in NOT_LEARNED:
        taken.doubtful = {name} if taken.doubtful is None else taken.doubtful | {name}


def _amend(
    runtime: Runtime,
    sensor: Sensor,
    arrival: Arrival,
    value: float,
    claimed: Flaw | None,
    taken: Taken,
    outputs: Outputs,
) -> None:
    """A value that is not newer than the sensor's newest: it may change history, and never rolls the twin back."""
    ts_ns, notes = arrival.ts_ns, runtime.ledger.notes
    standing = sensor.recent.place(ts_ns, value, arrival.seq)
    if standing is Standing.REPEAT or standing is Standing.SUPERSEDED:
        taken.duplicate += 1
        if standing is Standing.SUPERSEDED:
            notes[Note.SUPERSEDED] += 1
        return
    taken.amended += 1
    flaw = sensor.static_flaw(value, claimed)
    fields: Fields = {"value": value}
    if standing is Standing.CORRECTION:
        notes[Note.CONFLICT] += 1
        if ts_ns == sensor.ts_ns:
            sensor.correct(value, flaw)
        # What stood there before may have had a flaw: a field can be overwritten, not removed.
        fields |= {"quality": quality_of(flaw), "flaw": flaw or "none"}
    else:
        notes[Note.LATE] += 1
        if flaw is not None:
            fields |= {"quality": flaw.quality, "flaw": flaw}
    outputs.point(line(sensor.rules.point, fields, ts_ns))


def _write(runtime: Runtime, applied: list[Sensor], ts_ns: int, judged: Judged | None, outputs: Outputs) -> None:
    """The points of the values applied, and of the twin if it was judged."""
    judgements = judged.judgement.sensors if judged is not None else {}
    written = iter(numbers(_numbers(applied, judgements)))
    points = outputs.points
    for sensor in applied:
        fields = f"value={next(written)},{_quality(sensor.flaw)}"
        if sensor.counter is not None and sensor.counter.rate is not None:
            fields += f",rate={next(written)}"
        if sensor.rules.name in judgements:
            fields += f",expected={next(written)},residual={next(written)},lower={next(written)},upper={next(written)}"
        points.append(f"{sensor.rules.point} {fields} {ts_ns}")
    if judged is not None:
        verdict: Fields = {
            "score": judged.judgement.score,
            "state": runtime.condition.value,
            "held": float(judged.held),
        }
        if (judged.judgement.score or 0.0) >= WORTH_A_SOURCE:
            source = judged.judgement.source
            verdict["distance"], verdict["source"] = judged.judgement.distance, f"{source.kind}/{source.sensor}"
        outputs.point(line(runtime.twin.point, verdict, ts_ns))


def _numbers(applied: list[Sensor], judgements: Mapping[str, SensorJudgement]) -> list[float]:
    """The numbers of all points of one message, in the order in which they are written."""
    found: list[float] = []
    for sensor in applied:
        found.append(sensor.value)
        if sensor.counter is not None and sensor.counter.rate is not None:
            found.append(sensor.counter.rate)
        judgement = judgements.get(sensor.rules.name)
        if judgement is not None:
            expected, half = judgement.expected, judgement.half_width
            found += (expected, judgement.value - expected, expected - half, expected + half)
    return found


def _quality(flaw: Flaw | None) -> str:
    return 'quality="good"' if flaw is None else f'quality="{flaw.quality}",flaw="{flaw}"'


def _verdict(runtime: Runtime, ts_ns: int, taken: Taken, judged: Judged | None) -> Verdict:
    counted = zip(_BEST_FIRST, (len(taken.applied), taken.amended, taken.duplicate), strict=True)
    return Verdict(
        twin_id=runtime.twin.twin_id,
        ts_ns=ts_ns,
        outcome=next((outcome for outcome, count in counted if count), Outcome.REJECTED),
        score=judged.judgement.score if judged else None,
        condition=runtime.condition,
        alert=runtime.episode.active,
        drift=judged.drift if judged else False,
    )


def _slow_clock(runtime: Runtime, arrival: Arrival) -> bool:
    """Whether the lag of an observation is its clock's fault, so that it is as live as it can be."""
    lag_ns = arrival.received_ms * NS_PER_MS - arrival.ts_ns
    return runtime.lag.slow_clock(lag_ns, arrival.received_ms, runtime.twin.timing.live_within_ns)


def _watch_clock(runtime: Runtime, arrival: Arrival, wrong: bool, outputs: Outputs) -> None:
    """Raise a condition of the twin while its clock is wrong, either way."""
    condition, twin_id = Flaw.CLOCK_SKEW.value, runtime.twin.twin_id
    if wrong and condition not in runtime.health:
        off_s = (arrival.ts_ns - arrival.received_ms * NS_PER_MS) / 1e9
        side = "ahead of" if off_s > 0 else "behind"
        episode = runtime.health[condition] = HealthEpisode(arrival.ts_ns, live=True)
        summary = f"the clock of {twin_id} is {abs(off_s):.0f} s {side} the broker's"
        announce_health(runtime, condition, None, episode, Transition.RAISED, arrival.ts_ns, summary, outputs)
    elif not wrong and not arrival.historical and (ended := runtime.health.pop(condition, None)) is not None:
        clear(runtime, condition, None, ended, arrival.ts_ns, f"the clock of {twin_id} is right again", outputs)
