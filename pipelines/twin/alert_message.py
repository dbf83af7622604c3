"""An alert's transition as operators and programs read it."""

from collections.abc import Mapping, Sequence

from pipelines.alarms.identity import alert_id
from pipelines.detection.judgement import Kind
from pipelines.twin.event_time import to_datetime
from pipelines.twin.explanation import basis, contributions
from pipelines.twin.health import HealthEpisode
from pipelines.twin.line_protocol import Fields, line, tag_set
from pipelines.twin.outputs import Outputs
from pipelines.twin.record import Record
from pipelines.twin.runtime import ANOMALY, Runtime
from schemas.alert import AlertTransition, Transition
from schemas.definition import Severity
from schemas.events import EventType
from schemas.explanation import Contribution
from schemas.influx import Measurement, Tag
from schemas.topics import Topic

SOURCE_DEGRADED = "source-degraded"
"""A gateway or device of which too much is rejected."""


def announce_anomaly(
    runtime: Runtime,
    transition: Transition,
    ts_ns: int,
    outputs: Outputs,
    why: str | None = None,
) -> None:
    """Tell one transition of the anomaly alert, with what contributes most to it.

    `why` replaces the usual summary.
    """
    contributing = contributions(runtime, ts_ns)
    alert = AlertTransition(
        alert_id=runtime.episode_id,
        twin_id=runtime.twin.twin_id,
        twin_type=runtime.twin.twin_type,
        condition=ANOMALY,
        transition=transition,
        sequence=runtime.episode.sequence,
        ts=to_datetime(ts_ns),
        raised_at=to_datetime(runtime.episode.raised_ns),
        severity=Severity.HIGH,
        historical=not runtime.episode.live,
        score=runtime.score,
        summary=why or _summary(runtime, transition, contributing),
        contributions=contributing,
        basis=basis(runtime),
    )
    tell(alert, runtime.twin.tags, ts_ns, outputs)


def announce_health(
    runtime: Runtime,
    condition: str,
    sensor: str | None,
    episode: HealthEpisode,
    transition: Transition,
    ts_ns: int,
    summary: str,
    outputs: Outputs,
) -> None:
    """Tell one transition of a condition of the twin's data, and remember if it was not news."""
    runtime.untold |= not episode.live
    alert = AlertTransition(
        alert_id=runtime.health_id(condition, sensor, episode.raised_ns),
        twin_id=runtime.twin.twin_id,
        twin_type=runtime.twin.twin_type,
        condition=condition,
        sensor=sensor,
        transition=transition,
        sequence=episode.sequence,
        ts=to_datetime(ts_ns),
        raised_at=to_datetime(episode.raised_ns),
        severity=Severity.LOW if sensor is not None else Severity.MEDIUM,
        historical=not episode.live,
        summary=summary,
    )
    tags = runtime.twin.tags if sensor is None else {**runtime.twin.tags, Tag.SENSOR: sensor}
    tell(alert, tags, ts_ns, outputs)


def announce_source(
    source: str,
    bucket: str,
    episode: HealthEpisode,
    transition: Transition,
    ts_ns: int,
    summary: str,
    outputs: Outputs,
) -> None:
    """Tell that too much of what a source sends is rejected, or no longer."""
    alert = AlertTransition(
        alert_id=alert_id(f"{bucket}/{source}", SOURCE_DEGRADED, episode.raised_ns),
        condition=SOURCE_DEGRADED,
        source=source,
        transition=transition,
        sequence=episode.sequence,
        ts=to_datetime(ts_ns),
        raised_at=to_datetime(episode.raised_ns),
        severity=Severity.MEDIUM,
        summary=summary,
    )
    tell(alert, {Tag.SOURCE: source, Tag.BUCKET: bucket}, ts_ns, outputs)


def tell(alert: AlertTransition, tags: Mapping[Tag, str], ts_ns: int, outputs: Outputs) -> None:
    """Put a transition on `twin.alerts`, and into InfluxDB so that dashboards can mark it."""
    outputs.records.append(
        Record(
            topic=Topic.ALERTS,
            key=alert.twin_id or alert.source,
            value=alert.model_dump_json().encode(),
            id=f"{alert.alert_id}-{alert.sequence}",
            type=EventType.HISTORICAL_ALERT if alert.historical else EventType.ALERT,
            ts_ns=ts_ns,
        )
    )
    fields: Fields = {
        "active": 0.0 if alert.transition is Transition.CLEARED else 1.0,
        "historical": float(alert.historical),
        "score": alert.score,
        "severity": alert.severity.value,
        "alert_id": alert.alert_id,
        "summary": alert.summary,
    }
    outputs.point(line(f"{Measurement.ALERT},{tag_set({**tags, Tag.CONDITION: alert.condition})}", fields, ts_ns))


def _summary(runtime: Runtime, transition: Transition, contributing: Sequence[Contribution]) -> str:
    twin_id = runtime.twin.twin_id
    if transition is Transition.CLEARED or not contributing:
        return f"{twin_id} is back within its usual values"
    # What lasts raised the alert; what is new in this moment comes beside it.
    lasting = (one for one in contributing if one.detector != Kind.NOVELTY)
    return f"{twin_id}: {next(lasting, contributing[0]).words}"
