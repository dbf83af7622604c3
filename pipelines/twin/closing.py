"""Alerts whose ground is gone: a twin that is retired, or sensors that mean something else from now on."""

from collections.abc import Iterable

from pipelines.twin.alert_message import announce_anomaly
from pipelines.twin.compiled import CompiledTwin
from pipelines.twin.conditions import clear
from pipelines.twin.outputs import Outputs
from pipelines.twin.runtime import Runtime


def close_anomaly(runtime: Runtime, ts_ns: int, why: str, outputs: Outputs) -> None:
    """Clear the anomaly alert, if it is active, for another reason than that the values are usual again."""
    if runtime.episode.active:
        announce_anomaly(runtime, runtime.episode.clear(), ts_ns, outputs, why)


def close_all(runtime: Runtime, outputs: Outputs) -> None:
    """Clear every alert of a twin that is retired, so that none stands for ever."""
    why = f"{runtime.twin.twin_id} is retired"
    _close_sensors(runtime, runtime.sensors, why, outputs)
    for condition, episode in runtime.health.items():
        clear(runtime, condition, None, episode, runtime.newest_ns or 0, why, outputs)
    runtime.health.clear()
    close_anomaly(runtime, runtime.newest_ns or 0, why, outputs)


def close_redefined(runtime: Runtime, twin: CompiledTwin, outputs: Outputs) -> None:
    """Clear the alerts that rest on sensors which a new definition changes or drops, or on detection that it ends."""
    why = f"{twin.twin_id} was defined anew"
    changed = runtime.changed_by(twin)
    _close_sensors(runtime, changed, why, outputs)
    if not twin.detecting or len(changed) == len(runtime.sensors):
        close_anomaly(runtime, runtime.newest_ns or 0, why, outputs)


def _close_sensors(runtime: Runtime, names: Iterable[str], why: str, outputs: Outputs) -> None:
    for name in names:
        sensor = runtime.sensors[name]
        for condition, episode in sensor.health.items():
            clear(runtime, condition, name, episode, sensor.ts_ns, why, outputs)
        sensor.health.clear()
