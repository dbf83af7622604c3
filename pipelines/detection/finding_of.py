"""What one source of a distance shows, found in what was learned of it."""

from math import exp

from pipelines.detection.channel import Channel
from pipelines.detection.finding import MOST_OTHERS, Finding
from pipelines.detection.judgement import Kind, Source
from pipelines.detection.sensor_group import SensorGroup
from pipelines.detection.sensor_model import SensorModel


def finding_of(
    source: Source, distance: float, share: float, model: SensorModel | None, group: SensorGroup | None, pace: Channel
) -> Finding:
    """The finding of a source.

    Parameters
    ----------
    model
        Of its sensor, if it is one.
    group
        Of all sensors, if there are several.
    pace
        The logarithm of the seconds between two messages.
    """
    if model is not None:
        value = model.newest
        if source.kind is Kind.SPREAD:
            return Finding(source, distance, share, model.restlessness, 1.0, 1.0)
        if source.kind is Kind.RELATION and group is not None:
            explained, deviation = value - model.unexplained, model.relation.deviation
            others = group.relation.explaining(source.sensor, MOST_OTHERS)
            return Finding(source, distance, share, value, explained, deviation, others)
        if source.kind is Kind.NOVELTY:
            # A value that moves no level, as a spike, can be new.
            value = model.novelty.shown
        return Finding(source, distance, share, value, model.expected, model.level.deviation)
    if source.kind is Kind.ISOLATION and group is not None:
        rarity = group.rarity
        return Finding(source, distance, share, rarity.fast, rarity.slow, rarity.deviation, group.ranged)
    usual = exp(pace.slow)
    return Finding(source, distance, share, exp(pace.fast), usual, usual * pace.deviation)
