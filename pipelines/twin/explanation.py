"""Why a twin is judged as it is, for programs and for people."""

from collections.abc import Mapping

from pipelines.detection.finding import Finding, words
from pipelines.detection.judgement import Kind
from pipelines.detection.limits import LIMITS
from pipelines.twin.event_time import NS_PER_SECOND, to_datetime
from pipelines.twin.runtime import Runtime
from schemas.explanation import Basis, Contribution

MOST = 3
"""Contributions told, the largest first."""


def contributions(runtime: Runtime, ts_ns: int) -> tuple[Contribution, ...]:
    """What contributes most to the twin's distance from the usual at an event time; nothing if all is usual."""
    episode = runtime.episode
    lasting_s = (ts_ns - episode.since_ns) / NS_PER_SECOND if episode.active else 0.0
    units = {name: rules.unit for name, rules in runtime.twin.sensors.items()}
    findings = runtime.detector.findings(MOST, runtime.surprise, runtime.surprised)
    return tuple(_contribution(finding, units, lasting_s) for finding in findings)


def _contribution(finding: Finding, units: Mapping[str, str], lasting_s: float) -> Contribution:
    momentary = finding.source.kind is Kind.NOVELTY
    return Contribution(
        sensor=finding.source.sensor or None,
        detector=finding.source.kind,
        share=min(1.0, finding.share),
        value=finding.value,
        expected=finding.expected,
        deviations=finding.deviations,
        words=words(finding, units, 0.0 if momentary else lasting_s),
    )


def basis(runtime: Runtime) -> Basis:
    """What the twin's anomaly alert rests on, active or not."""
    episode = runtime.episode
    return Basis(
        since=to_datetime(episode.since_ns) if episode.since_ns else None,
        model_version=runtime.model_version,
        samples=runtime.detector.samples,
        limits=LIMITS[Kind(episode.kind)] if episode.kind else LIMITS[Kind.LEVEL],
    )
