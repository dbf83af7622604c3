"""A twin's states as dashboards order and colour them."""

from grafana_foundation_sdk.models.dashboard import ValueMap, ValueMappingResult

from schemas.state import TwinCondition

COLORS = {
    TwinCondition.NEVER_SEEN: "text",
    TwinCondition.NORMAL: "green",
    TwinCondition.WARMING: "blue",
    TwinCondition.ANOMALOUS: "red",
}
"""From the state that needs least attention to the one that needs most."""

LEVELS = {state: float(level) for level, state in enumerate(COLORS)}


def level_of(text: str) -> str:
    """Flux that turns a state into its level, so that the worst of an interval is its maximum.

    >>> level_of("r.state").split(" else ")[0]
    'if r.state == "anomalous" then 3.0'
    """
    worst_first = sorted(LEVELS.items(), key=lambda item: item[1], reverse=True)
    return " else ".join([*(f'if {text} == "{state}" then {level}' for state, level in worst_first[:-1]), "0.0"])


def level_mapping() -> ValueMap:
    """Shows a level as its state."""
    return ValueMap({f"{level:g}": _result(state, index) for index, (state, level) in enumerate(LEVELS.items())})


def state_mapping() -> ValueMap:
    """Shows a state in its colour."""
    return ValueMap({state.value: _result(state, index) for index, state in enumerate(COLORS)})


def _result(state: TwinCondition, index: int) -> ValueMappingResult:
    return ValueMappingResult(text=state.value.replace("_", " "), color=COLORS[state], index=index)
