"""What an operator's command does to a twin."""

from collections.abc import Mapping
from difflib import get_close_matches

from pipelines.alarms.labels import REMEMBERED
from pipelines.twin.command_message import parse_command
from pipelines.twin.event_time import NS_PER_MS
from pipelines.twin.message import Message
from pipelines.twin.model_message import Cause, record_change
from pipelines.twin.outputs import Outputs
from pipelines.twin.rejection import Reason, Rejected
from pipelines.twin.relearning import few, relearn
from pipelines.twin.runtime import Runtime
from schemas.command import Label, LabelCommand, RelearnCommand
from schemas.model_event import ModelChange

_WHAT = {Label.CONFIRMED: "a confirmed alert", Label.FALSE_ALARM: "a false alarm"}


def obey(runtime: Runtime, body: Mapping[str, object], message: Message, outputs: Outputs) -> Rejected | None:
    """Do what the command in a message's body says to the twin that it names; why not, where it can't be done."""
    command = parse_command(body)
    match command:
        case Rejected():
            return command
        case LabelCommand():
            return _label(runtime, command, message, outputs)
        case RelearnCommand():
            return _relearn(runtime, command, message, outputs)


def moment_ns(message: Message) -> int:
    """When the broker took a message that has no event time of its own, epoch ns.

    Below the millisecond stands the message's place in the log: two commands of one moment are two points.

    >>> from schemas.topics import Topic
    >>> moment_ns(Message(Topic.COMMANDS, None, None, 0, 17, received_ms=1))
    1000017
    """
    return message.received_ms * NS_PER_MS + message.offset % NS_PER_MS


def _label(runtime: Runtime, command: LabelCommand, message: Message, outputs: Outputs) -> Rejected | None:
    alerts = runtime.labels.alerts
    raised_ns = next((at for at in alerts if runtime.anomaly_id(at) == command.alert_id), None)
    if raised_ns is None:
        return Rejected(
            Reason.UNKNOWN_ALERT,
            f"take the id from twin.alerts: of the newest {REMEMBERED} anomaly alerts of {runtime.twin.twin_id}",
        )
    before = runtime.labels.label(raised_ns, command.label)
    runtime.unsettle()
    ts_ns, cause = moment_ns(message), Cause(command.by, message.id)
    record_change(
        runtime,
        ModelChange.LABEL,
        command.note or _WHAT[command.label],
        ts_ns,
        outputs,
        cause=cause,
        alert_id=command.alert_id,
        label=command.label,
    )
    sensor = alerts[raised_ns].sensor
    if sensor is not None and before is not command.label:
        _move_boundary(runtime, sensor, command, before, ts_ns, cause, outputs)
    return None


def _move_boundary(
    runtime: Runtime,
    sensor: str,
    command: LabelCommand,
    before: Label | None,
    ts_ns: int,
    cause: Cause,
    outputs: Outputs,
) -> None:
    """Have the detector mind a label, and take back what the alert's former label did."""
    detector = runtime.detector
    former = detector.boundary(sensor)
    if before is not None:
        detector.unmind(sensor, false_alarm=before is Label.FALSE_ALARM)
    detector.mind(sensor, false_alarm=command.label is Label.FALSE_ALARM)
    boundary = detector.boundary(sensor)
    if boundary == former:
        return
    moved = f"the boundary of {sensor} moves from {former:.3g} to {boundary:.3g} standard deviations"
    reason = f"{_WHAT[command.label]}: {moved}"
    record_change(
        runtime,
        ModelChange.THRESHOLD,
        reason,
        ts_ns,
        outputs,
        cause=cause,
        sensor=sensor,
        boundary=boundary,
        alert_id=command.alert_id,
        label=command.label,
    )


def _relearn(runtime: Runtime, command: RelearnCommand, message: Message, outputs: Outputs) -> Rejected | None:
    if unknown := [name for name in command.sensors if name not in runtime.sensors]:
        return Rejected(Reason.UNKNOWN_SENSOR, _why_unknown(unknown, runtime))
    what = few(command.sensors) if command.sensors else "all sensors"
    reason = f"{what}: {command.reason}" if command.reason else f"{what}, on command"
    why = f"{runtime.twin.twin_id} learns anew, by order of {command.by}"
    samples = relearn(runtime, command.sensors or None, runtime.newest_ns or 0, why, outputs)
    cause = Cause(command.by, message.id)
    record_change(runtime, ModelChange.RELEARN, reason, moment_ns(message), outputs, cause=cause, samples=samples)
    return None


def _why_unknown(unknown: list[str], runtime: Runtime) -> str:
    close = get_close_matches(unknown[0], runtime.sensors, n=1)
    meant = f"did you mean {close[0]}?" if close else f"there are {few(list(runtime.sensors))}"
    return f"{runtime.twin.twin_id} has no sensor {few(unknown)}; {meant}"
