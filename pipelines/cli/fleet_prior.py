"""What a new twin of a type may start with: how far its sensors usually stray, as the twins of the type have it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from statistics import median

from pipelines.cli.dlq_tables import when
from pipelines.cli.foreign_text import plain
from schemas.state import TwinState


def learned_deviations(states: Iterable[TwinState]) -> dict[str, list[float]]:
    """By sensor, in order, those of the twins that have learned one, in the sensor's unit.

    >>> learned_deviations([])
    {}
    """
    found: defaultdict[str, list[float]] = defaultdict(list)
    for state in states:
        if state.training is not None:
            for sensor, deviation in state.training.deviations.items():
                found[sensor].append(deviation)
    return dict(sorted(found.items()))


def usual_deviations(states: Iterable[TwinState]) -> dict[str, float]:
    """By sensor, the median over the twins that have learned it, in the sensor's unit.

    >>> usual_deviations([])
    {}
    """
    return {sensor: median(each) for sensor, each in learned_deviations(states).items()}


def prior_yaml(twin_type: str, twins: int, deviations: Mapping[str, float], now: datetime) -> str:
    """The part of a type's YAML file that lets a new twin start warm; no deviation is 0."""
    lines = [
        f"# Fleet prior of {plain(twin_type)}: medians of {twins} twins, {when(now)}. It belongs into the type's file.",
        "detect:",
        "  priors:",
        *(f"    {sensor}: {deviation:.4g}" for sensor, deviation in deviations.items()),
    ]
    return "\n".join(lines) + "\n"
