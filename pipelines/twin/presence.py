"""Whether values still come: never seen, online, stale, offline.

A value is as old as its event time says, whenever it came: a message that a broker kept for days does not bring a
twin back. Silence makes no event, so it is looked for whenever time has passed: at a message by its own
time, and by a timer. What is told of it is dated by the deadline that passed, not by who noticed first.
"""

from pipelines.twin.alert_message import announce_health
from pipelines.twin.conditions import clear
from pipelines.twin.event_time import NS_PER_MS
from pipelines.twin.health import OFFLINE, SILENT, HealthEpisode
from pipelines.twin.line_protocol import line
from pipelines.twin.outputs import Outputs
from pipelines.twin.recent import REMEMBERED
from pipelines.twin.runtime import NEVER_MS, Runtime
from pipelines.twin.sensor import Sensor
from schemas.alert import Transition
from schemas.state import Presence

UNKNOWN_PERIOD_MS = 3_600_000
"""Assumed of a sensor of which neither its definition nor its history tells how often it sends."""

LEAST_LEARNED_MS = 5_000
"""A learned period is taken for at least this: it is a guess, and the network takes time, too."""

RECHECK_MS = 10_000
"""How often a twin is looked at, though no deadline passes: what is learned moves deadlines."""

LEARNED_FROM = REMEMBERED // 2
"""Values from which a period is learned."""

_HERE = (Presence.ONLINE, Presence.STALE)


def see(runtime: Runtime, sensor: Sensor, seen_ms: int, now_ms: int, outputs: Outputs) -> None:
    """Take note that a sensor has sent a value of this age; called only where its presence may change."""
    stale_ms, offline_ms = limits_ms(sensor, runtime.delay_ms)
    age_ms = now_ms - seen_ms
    presence = _presence(age_ms, stale_ms, offline_ms)
    if presence is sensor.presence:
        return
    before = runtime.presence
    sensor.presence = presence
    if presence is Presence.ONLINE:
        runtime.deadline_ms = min(runtime.deadline_ms, seen_ms + min(stale_ms, RECHECK_MS))
        _end_silence(runtime, sensor, seen_ms * NS_PER_MS, outputs)
    if runtime.presence is not before:
        _point(runtime, seen_ms * NS_PER_MS, outputs)


def pass_time(runtime: Runtime, now_ms: int, outputs: Outputs) -> bool:
    """Find the sensors that have fallen silent by a processing time; whether any has."""
    if now_ms < runtime.deadline_ms:
        return False
    before = runtime.presence
    silent: list[tuple[Sensor, int]] = []
    stale_since_ms = 0
    deadline_ms = NEVER_MS
    recheck_ms = now_ms + RECHECK_MS
    changed = False
    for sensor in runtime.sensors.values():
        stale_ms, offline_ms = limits_ms(sensor, runtime.delay_ms)
        if sensor.presence not in _HERE:
            if _left_behind(runtime, sensor):
                silent.append((sensor, sensor.seen_ms + offline_ms))
            continue
        presence = _presence(now_ms - sensor.seen_ms, stale_ms, offline_ms)
        changed |= presence is not sensor.presence
        sensor.presence = presence
        if presence is Presence.OFFLINE:
            silent.append((sensor, sensor.seen_ms + offline_ms))
        else:
            limit_ms = stale_ms if presence is Presence.ONLINE else offline_ms
            deadline_ms = min(deadline_ms, sensor.seen_ms + limit_ms + 1, recheck_ms)
            stale_since_ms = max(stale_since_ms, sensor.seen_ms + stale_ms)
    runtime.deadline_ms = deadline_ms
    _raise_silence(runtime, silent, outputs)
    if runtime.presence is not before:
        since_ms = max((at_ms for _, at_ms in silent), default=stale_since_ms)
        _point(runtime, since_ms * NS_PER_MS, outputs)
    return changed


def _left_behind(runtime: Runtime, sensor: Sensor) -> bool:
    """Whether a sensor stayed silent when its twin came back, and nobody was told."""
    return sensor.presence is Presence.OFFLINE and SILENT not in sensor.health and OFFLINE not in runtime.health


def limits_ms(sensor: Sensor, delay_ms: int) -> tuple[int, int]:
    """The ages of a value, in ms, beyond which its sensor is stale and offline.

    The reorder window and the usual delay are added to both: a value may be as old when it comes.
    """
    timing = sensor.rules.timing
    late_ms = timing.window_ns // NS_PER_MS + delay_ms
    if sensor.rules.period_ns:
        period_ms = sensor.rules.period_ns / NS_PER_MS
    elif len(sensor.recent) >= LEARNED_FROM:
        period_ms = max(sensor.due_ns / NS_PER_MS, LEAST_LEARNED_MS)
    else:
        period_ms = UNKNOWN_PERIOD_MS
    return round(timing.stale_after * period_ms) + late_ms, round(timing.offline_after * period_ms) + late_ms


def _presence(age_ms: int, stale_ms: int, offline_ms: int) -> Presence:
    if age_ms > offline_ms:
        return Presence.OFFLINE
    return Presence.STALE if age_ms > stale_ms else Presence.ONLINE


def _raise_silence(runtime: Runtime, silent: list[tuple[Sensor, int]], outputs: Outputs) -> None:
    """One alert for the twin if nothing comes any more, else one for each sensor; none where no period is declared."""
    due = [(sensor, at_ms) for sensor, at_ms in silent if sensor.rules.period_ns]
    if not due:
        return
    if runtime.presence is Presence.OFFLINE:
        since_ms = max(at_ms for _, at_ms in due)
        episode = runtime.health[OFFLINE] = HealthEpisode(since_ms * NS_PER_MS, live=True)
        summary = f"nothing comes from {runtime.twin.twin_id} any more"
        announce_health(runtime, OFFLINE, None, episode, Transition.RAISED, episode.raised_ns, summary, outputs)
        return
    for sensor, at_ms in due:
        episode = sensor.health[SILENT] = HealthEpisode(at_ms * NS_PER_MS, live=True)
        name = sensor.rules.name
        summary = f"{name} of {runtime.twin.twin_id} sends no more, others do"
        announce_health(runtime, SILENT, name, episode, Transition.RAISED, episode.raised_ns, summary, outputs)


def _end_silence(runtime: Runtime, sensor: Sensor, ts_ns: int, outputs: Outputs) -> None:
    name, twin_id = sensor.rules.name, runtime.twin.twin_id
    if (episode := runtime.health.pop(OFFLINE, None)) is not None:
        clear(runtime, OFFLINE, None, episode, ts_ns, f"{twin_id} is back", outputs)
    if (episode := sensor.health.pop(SILENT, None)) is not None:
        clear(runtime, SILENT, name, episode, ts_ns, f"{name} of {twin_id} is back", outputs)


def _point(runtime: Runtime, ts_ns: int, outputs: Outputs) -> None:
    outputs.point(line(runtime.twin.point, {"presence": runtime.presence.value}, ts_ns))
