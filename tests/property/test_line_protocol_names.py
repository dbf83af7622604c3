"""Every name that is accepted comes back from InfluxDB as it was given."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.testing.builders import START_S, Log, feed
from pipelines.testing.strategies import profile
from schemas.base import MAX_ID_LENGTH
from schemas.definition import SensorDefinition, TwinDefinition, TwinType

names = st.text(st.sampled_from("ab,= \\\"'#°温\u2028\u0085$%/") | st.characters(exclude_categories=["Cs", "Cc"]),
    min_size=1, max_size=MAX_ID_LENGTH,
).filter(lambda name: not name[-1].isspace() and not name.endswith("\\"))  # fmt: skip


def parsed(line: str) -> tuple[str, dict[str, str], str]:
    """Measurement, tags and the rest of a line, as the server's own reader takes it apart.

    A comma ends a tag and a blank ends the tags, unless a backslash stands before it; a backslash counts only before
    a comma, an equals sign or a blank.
    """
    end = re.search(r"(?<!\\) ", line).start()
    measurement, *pairs = re.split(r"(?<!\\),", line[:end])
    tags = dict(re.split(r"(?<!\\)=", pair) for pair in pairs)
    return measurement, {key: re.sub(r"\\([,= ])", r"\1", value) for key, value in tags.items()}, line[end + 1 :]


@profile(250)
@given(twin_id=names, sensor=names, site=names)
@example(twin_id="a b,c=d", sensor="Kühler °C/1", site='"q"')
@example(twin_id="a\\ b", sensor="a\\,b", site="a\\=b")
@example(twin_id="\\\\,x", sensor="=,  x", site=",")
@example(twin_id="x v=9 1,m", sensor="#c", site="温度1")
def test_names_come_back_as_they_were_given(twin_id, sensor, site):
    definition = TwinDefinition(
        twin_id=twin_id, type=TwinType(type="t", sensors={sensor: SensorDefinition()}), site=site
    )
    log = Log(definition)
    log.observe(0, **{sensor: 1.5})
    online, observation, judged = feed(log).points
    assert "\n" not in online + observation + judged
    place = {"twin_id": twin_id, "site": site, "twin_type": "t", "area": "unknown", "line": "unknown"}
    assert parsed(online) == ("twin", place, f'presence="online" {START_S * 10**9}')
    assert parsed(judged)[:2] == ("twin", place)
    assert parsed(observation) == (
        "observation",
        {**place, "sensor": sensor},
        f'value=1.5,quality="good" {START_S * 10**9}',
    )
