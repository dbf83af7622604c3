"""As many false alarms as a type allows: the boundary follows what a healthy twin shows."""

import pytest

from pipelines.detection.budget import LEAST, MOST, AlarmBudget
from pipelines.simulation.randomness import random_stream
from pipelines.testing.builders import Log, definition, feed, noise
from pipelines.testing.readers import alerts, model_events
from pipelines.twin.outputs import Outputs
from schemas.definition import Detection

WEEK_S = 7 * 24 * 3600


def distances(count: int, scale: float, seed: int) -> list[float]:
    """Distances with an exponential tail, of mean `scale`."""
    rng = random_stream(seed)
    return [rng.expovariate(1 / scale) for _ in range(count)]


@pytest.mark.parametrize("scale", [0.2, 0.3])
@pytest.mark.parametrize("seed", range(3))
def test_the_boundary_is_crossed_about_as_often_as_allowed(scale, seed):
    per_week, period_s = 20, 60.0
    budget = AlarmBudget(per_week)
    learned, held_out = distances(40_000, scale, seed), distances(100_000, scale, seed + 10)
    for number, distance in enumerate(learned):
        budget.observe(number * period_s, distance)
    crossed = sum(distance > budget.stretch for distance in held_out)
    expected = per_week * len(held_out) * period_s / WEEK_S
    assert expected / 3 < crossed < expected * 3


def test_fewer_allowed_are_a_wider_boundary():
    stretches = []
    for per_week in (100, 10, 1):
        budget = AlarmBudget(per_week)
        for number, distance in enumerate(distances(20_000, 0.3, 1)):
            budget.observe(60.0 * number, distance)
        stretches.append(budget.stretch)
    assert stretches == sorted(stretches)
    assert len(set(stretches)) == 3


def test_it_stays_within_reason_and_that_of_the_profile_until_enough_is_seen():
    wild, calm, few = AlarmBudget(1), AlarmBudget(1), AlarmBudget(1)
    for number in range(20_000):
        wild.observe(60.0 * number, 50.0 * (number % 2))
        calm.observe(60.0 * number, 1e-6)
    for number in range(1_000):
        few.observe(60.0 * number, 0.9)
    assert (wild.stretch, calm.stretch, few.stretch) == (MOST, LEAST, 1.0)


def fed(per_week: float | None) -> Outputs:
    """Rare bursts of some samples, of which the warm-up knows nothing, and a fault at the end."""
    base = definition(warm_up=200)
    detect = Detection(warm_up=200, false_alarms_per_week=per_week)
    log = Log(base.model_copy(update={"type": base.type.model_copy(update={"detect": detect})}))
    rng, values = random_stream(2), []
    while len(values) < 12_000:
        values += [rng.gauss(20.0, 0.5) for _ in range(rng.randrange(100, 250))]
        size = rng.expovariate(1 / 1.5)
        values += [rng.gauss(20.0 + size, 0.5) for _ in range(6)]
    values += noise(100, 60.0)
    for number, value in enumerate(values):
        log.observe(10 * number, t1=value)
    return feed(log)


def test_a_twin_with_a_budget_cries_no_more_and_still_finds_the_fault():
    free, bound = (alerts(fed(per_week)) for per_week in (None, 1.0))
    raised = [sum(alert.transition == "raised" for alert in each) for each in (free, bound)]
    assert raised[1] <= raised[0]
    assert bound[-1].transition == "raised"
    assert bound[-1].contributions[0].value > 55


def test_each_move_of_the_boundary_is_on_record():
    moves = [event for event in model_events(fed(1.0)) if event.change == "threshold" and "a week" in event.reason]
    assert moves
    assert all(event.boundary > 0 and event.by == "rule" for event in moves)
    assert not [event for event in model_events(fed(None)) if "a week" in event.reason]
