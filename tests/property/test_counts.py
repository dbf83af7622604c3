"""Nothing is lost in silence: every message and every reading is counted once, every refusal is on record."""

from hypothesis import given
from hypothesis import strategies as st

from pipelines.testing.builders import Log
from pipelines.testing.readers import dead_letters
from pipelines.testing.strategies import log_of, mixed_log, profile, steps
from pipelines.twin.outputs import Outputs
from pipelines.twin.roster import Roster
from pipelines.twin.shelf import Shelf
from pipelines.twin.store import MemoryStore
from schemas.accounting import Counts
from schemas.topics import Topic


def counted(log: Log) -> tuple[Counts, Outputs]:
    """The sum over all twins and the roster's own books, as a restarted roster finds them."""
    store = MemoryStore()
    outputs = Roster(store, "0").handle(log.messages)
    roster = Roster(store, "0")
    books = [roster.ledger.counts()]
    books += [roster.runtime(name).ledger.counts() for name in Shelf(store).twin_ids()]
    assert all(counts.balanced for counts in books)
    return Counts(**{name: sum(getattr(counts, name) for counts in books) for name in Counts.model_fields}), outputs


@profile(150)
@given(st.data())
def test_messages_readings_and_refusals_add_up(data):
    log = mixed_log(data.draw, size=30)
    counts, outputs = counted(log)
    telemetry = sum(message.topic is Topic.TELEMETRY for message in log.messages)
    assert counts.balanced
    assert counts.messages == telemetry == len(outputs.verdicts)
    assert counts.definitions == sum(message.topic is Topic.DEFINITIONS for message in log.messages)
    assert counts.commands == sum(message.topic is Topic.COMMANDS for message in log.messages)
    letters = dead_letters(outputs)
    of_telemetry = [letter for letter in letters if letter.topic == Topic.TELEMETRY]
    of_commands = [letter for letter in letters if letter.topic == Topic.COMMANDS]
    assert counts.rejected == sum(max(1, len(letter.sensors)) for letter in of_telemetry)
    assert counts.commands_rejected == len(of_commands)
    assert counts.definitions_rejected == len(letters) - len(of_telemetry) - len(of_commands)


@profile(60)
@given(steps(1.0, 0.0, -3.0))
def test_each_reading_of_a_good_log_is_counted_under_its_outcome(made):
    log = log_of(made)
    counts, _ = counted(log)
    readings = 2 * 14 + sum(len(values) * times for _, values, times in made)
    assert counts.read == readings
    assert counts.read - counts.rejected == counts.applied + counts.amended + counts.duplicate
