"""Operator commands in Kafka: sent, and awaited until the twin job has obeyed."""

import time

from pipelines.connectors.kafka_publisher import KafkaPublisher
from pipelines.feed.dead_letters import read_dead_letters
from pipelines.feed.definitions import NotTakenError
from pipelines.feed.letter_filter import LetterFilter
from pipelines.feed.twin_watch import TwinWatch
from schemas.accounting import Counts
from schemas.command import Command
from schemas.state import TwinState
from schemas.topics import Topic, topic_name

_POLL_S = 0.2


class RefusedError(RuntimeError):
    """The twin job rejected a command; the message says why, and what to do."""


def encode_command(command: Command) -> bytes:
    """The body of a command message.

    >>> from schemas.command import RelearnCommand
    >>> encode_command(RelearnCommand(twin_id="pump-1", by="ada"))
    b'{"command":"relearn","twin_id":"pump-1","sensors":[],"by":"ada"}'
    """
    return command.model_dump_json(exclude_none=True).encode()


def publish_command(bootstrap_servers: str, command: Command, prefix: str = "") -> None:
    """Send a command and wait until the broker has it.

    Raises
    ------
    PublishError
        If the broker does not take it.
    """
    with KafkaPublisher(bootstrap_servers) as publisher:
        publisher.send(topic_name(Topic.COMMANDS, prefix), command.twin_id.encode(), encode_command(command))
        publisher.flush()


def send_and_await(bootstrap_servers: str, command: Command, timeout_s: float, prefix: str = "") -> TwinState:
    """Send a command and wait until the twin job tells that it has read one more of the twin; the twin as it is then.

    Raises
    ------
    NotTakenError
        If it does not tell in time.
    RefusedError
        If it has rejected the command.
    BrokerError, PublishError, TimeoutError
        If the broker does not answer, or not in time.
    """
    with TwinWatch(bootstrap_servers, prefix) as watch:
        known = watch.state(command.twin_id)
        before = Counts() if known is None else known.counts
        publish_command(bootstrap_servers, command, prefix)
        deadline = time.monotonic() + timeout_s
        while True:
            state = _one_more(watch, command.twin_id, before, deadline, timeout_s)
            if state.counts.commands_rejected <= before.commands_rejected:
                return state
            if (why := _why_refused(bootstrap_servers, command, prefix)) is not None:
                raise RefusedError(f"the twin job rejected it: {why}")
            # It was a command of somebody else.
            before = state.counts


def _one_more(watch: TwinWatch, twin_id: str, before: Counts, deadline: float, timeout_s: float) -> TwinState:
    """The twin once it has read more commands than before."""
    while (state := watch.state(twin_id)) is None or state.counts.commands <= before.commands:
        if time.monotonic() > deadline:
            raise NotTakenError(
                f"{twin_id} has not obeyed after {timeout_s:g} s, and will when the twin job runs: "
                "twinstream status, or start it: twinstream run twin"
            )
        watch.poll(_POLL_S)
    return state


def _why_refused(bootstrap_servers: str, command: Command, prefix: str) -> str | None:
    """What the newest dead letter of just this command says; None if there is none."""
    wanted = LetterFilter(topic=Topic.COMMANDS, twin_id=command.twin_id)
    body = encode_command(command)
    letters = [stored for stored in read_dead_letters(bootstrap_servers, prefix, wanted).letters if stored.raw == body]
    return f"{letters[-1].letter.reason}: {letters[-1].letter.remedy}" if letters else None
