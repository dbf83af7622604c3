"""A new twin of a known type starts with what the others have shown (field case C31)."""

from datetime import UTC, datetime

import pytest
import yaml

from pipelines.cli.fleet_prior import prior_yaml, usual_deviations
from pipelines.testing.builders import Log, definition, feed, new_roster, noise
from pipelines.testing.readers import alerts, model_events, scores, states
from pipelines.twin.roster import Roster
from pipelines.twin.store import MemoryStore
from schemas.definition import Detection, TwinDefinition
from schemas.state import TwinState

NEEDED = 7
"""Samples that a short mean needs."""


def new_twin(priors: dict[str, float], warm_up: int = 400) -> TwinDefinition:
    base = definition()
    detect = Detection(warm_up=warm_up, priors=priors)
    return base.model_copy(update={"type": base.type.model_copy(update={"detect": detect})})


def grown(twin_id: str, deviation: float, seed: int) -> TwinState:
    log, roster = Log(definition(twin_id, warm_up=100)), new_roster()
    log.observe_all("t1", noise(600, 40.0, deviation, seed=seed))
    feed(log, roster)
    return states(roster.publish())[twin_id]


def test_a_twin_tells_how_far_its_sensors_usually_stray():
    # The mean of white noise over FAST samples has 1 / (2 FAST - 1) of its variance.
    assert grown("one", 2.0, seed=1).training.deviations["t1"] == pytest.approx(2.0 / 13**0.5, rel=0.4)


def test_the_prior_is_the_median_of_the_fleet():
    fleet = [grown(str(number), deviation, number) for number, deviation in enumerate((0.5, 0.5, 0.6, 0.5, 50.0))]
    assert 0.5 / 13**0.5 < usual_deviations(fleet)["t1"] < 0.5 / 4**0.5


def test_what_is_written_is_a_part_of_a_types_file():
    deviations = usual_deviations([grown("one", 0.5, 1)])
    written = yaml.safe_load(prior_yaml("pump\x1b[2J", 1, deviations, datetime.now(UTC)))
    assert Detection.model_validate(written["detect"]).priors["t1"] == pytest.approx(deviations["t1"], rel=1e-3)


def test_with_a_prior_a_twin_is_judged_after_a_few_samples():
    log = Log(new_twin({"t1": 0.14}))
    log.observe_all("t1", noise(60))
    outputs = feed(log)
    assert scores(outputs)[:NEEDED] == [None] * NEEDED
    assert all(score is not None for score in scores(outputs)[NEEDED:])
    assert [event.change for event in model_events(outputs)] == ["warm"]
    assert alerts(outputs) == []


def test_and_finds_a_fault_that_it_could_not_know_by_itself():
    values = [*noise(40, 30.0), *noise(20, 45.0, seed=2)]
    known, unknown = Log(new_twin({"t1": 0.14})), Log(new_twin({}))
    known.observe_all("t1", values)
    unknown.observe_all("t1", values)
    assert [alert.transition for alert in alerts(feed(known))] == ["raised"]
    assert alerts(feed(unknown)) == []


def test_its_own_level_is_its_own():
    for level in (-200.0, 0.0, 3_000.0):
        log = Log(new_twin({"t1": 0.14}))
        log.observe_all("t1", noise(300, level))
        assert alerts(feed(log)) == []


def test_the_state_says_how_many_samples_are_needed_and_how_long_that_takes():
    log, roster = Log(new_twin({"t1": 0.14})), new_roster()
    log.observe_all("t1", noise(4))
    feed(log, roster)
    warming = states(roster.publish())["case"].warming
    assert (warming.samples, warming.needed) == (4, NEEDED)
    assert warming.remaining_s == pytest.approx(3.0)


def test_without_one_the_rest_of_the_warm_up_is_told_in_time_and_survives_a_restart():
    log, store = Log(definition(warm_up=250)), MemoryStore()
    for number, value in enumerate(noise(50)):
        log.observe(6 * 3600 * number, t1=value)
    feed(log, Roster(store, "0"))
    for roster in (Roster(store, "0"), Roster(store, "0")):
        warming = states(roster.publish())["case"].warming
        assert (warming.samples, warming.needed) == (50, 250)
        assert warming.remaining_s == pytest.approx(200 * 6 * 3600)
