"""models prior: what a new twin may start with, of the twins of its type as they are."""

import pytest
import yaml

from pipelines.feed.definitions import StandingDefinitions
from pipelines.testing.builders import Log, definition, feed, new_roster, noise
from pipelines.testing.readers import states
from schemas.definition import Detection
from tests.unit.test_models_cli import Topics


@pytest.fixture
def topics(monkeypatch):
    return Topics(monkeypatch)


def learn(topics: Topics, *deviations: float, samples: int = 400) -> None:
    """Twins whose sensor has noise of these deviations, in degC."""
    for number, deviation in enumerate(deviations):
        twin_id, roster = f"twin-{number}", new_roster()
        log = Log(definition(twin_id, warm_up=100))
        log.observe_all("t1", noise(samples, 20.0, deviation, seed=number))
        feed(log, roster)
        topics.states[twin_id] = states(roster.publish())[twin_id]
    topics.definitions = StandingDefinitions({name: definition(name) for name in topics.states}, {})


def test_it_is_yaml_of_a_types_detection_and_the_median_of_its_twins(topics):
    learn(topics, 0.5, 0.5, 9.0)
    shown = topics("prior", "case-type").stdout
    assert "medians of 3 twins" in shown
    priors = Detection.model_validate(yaml.safe_load(shown)["detect"]).priors
    assert 0.1 < priors["t1"] < 0.4


def test_it_is_written_to_a_file(topics, tmp_path):
    learn(topics, 0.5)
    out = tmp_path / "prior.yaml"
    assert "wrote the prior of 1 twins" in topics("prior", "case-type", "--out", str(out)).stdout
    assert "t1:" in out.read_text(encoding="utf-8")
    assert "can't be written" in topics("prior", "case-type", "--out", str(tmp_path / "no" / "x"), code=2).output


def test_twins_that_have_learned_too_little_and_types_without_twins_are_errors(topics):
    learn(topics, 0.5, samples=20)
    assert "has learned enough" in topics("prior", "case-type", code=2).output
    assert "did you mean case-type" in topics("prior", "case-typo", code=2).output
