"""The example in docs/definitions.md is one that can be applied."""

import re
from pathlib import Path

import pytest

from pipelines.catalog.catalog import load_catalog
from pipelines.twin.compiled import compile_definition
from pipelines.twin.definition_message import parse_definition
from schemas.definition import SensorRole, TwinDefinition

DOCUMENT = Path(__file__).parents[2] / "docs" / "definitions.md"


def test_the_documented_twin_is_taken_as_it_is_explained(tmp_path: Path):
    [example] = re.findall(r"```yaml\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "plant.yaml").write_text(example, encoding="utf-8")
    [definition] = [one for one in load_catalog([tmp_path]).definitions() if one.twin_id == "pump-7"]
    sent = parse_definition("pump-7", definition.model_dump_json().encode())
    assert isinstance(sent, TwinDefinition)
    twin = compile_definition(sent)
    assert twin.sensors["flow"].unit == "m3/h", "the unit is inherited"
    assert twin.sensors["flow"].high == 60
    assert "vibration" not in twin.sensors
    assert {"pressure", "speed", "outlet", "energy", "door"} <= twin.sensors.keys()
    assert twin.sensors["energy"].role is SensorRole.COUNTER
    assert (twin.detector.boundary, twin.detector.warm_up, twin.detector.false_alarms_per_week) == (4.25, 400, 1)
    assert twin.detector.priors == {"flow": pytest.approx(0.4**2)}
    assert (twin.rule.adopt_after, twin.timing.rewarm) == (500, 5)
    assert (twin.timing.window_ns, twin.clock.zone.key) == (2 * 10**9, "Europe/Berlin")
