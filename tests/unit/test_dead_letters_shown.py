"""What others wrote is shown whole, and never obeyed."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from pipelines.cli.dlq_tables import group_table, letter_fields, letter_table, obstacle_lines, resend_table
from pipelines.cli.foreign_text import plain
from pipelines.cli.raw_view import raw_view
from pipelines.feed.letter_groups import Grouping, grouped
from pipelines.feed.letter_replay import plan_replay
from pipelines.feed.stored_letter import StoredLetter
from tests.unit.letters import HOSTILE, letter


def rendered(*parts: object, width: int = 80) -> str:
    console = Console(width=width, force_terminal=False)
    with console.capture() as capture:
        for part in parts:
            console.print(part)
    return capture.get()


@pytest.mark.parametrize("width", [40, 80, 200])
def test_hostile_names_neither_command_the_terminal_nor_break_the_tables(width) -> None:
    stored = StoredLetter(
        HOSTILE,
        letter(
            reason=HOSTILE, remedy=HOSTILE, key=HOSTILE, twin_id=HOSTILE, source=HOSTILE, sensors=(HOSTILE,) * 9
        ).letter,
    )
    plan = plan_replay([stored, letter(1, topic=HOSTILE)])
    shown = rendered(
        *(group_table(grouped([stored], by), by) for by in (Grouping.REASON, Grouping.TWIN, Grouping.SOURCE)),
        letter_table([stored], 1),
        letter_fields(stored),
        resend_table(plan.messages, 1),
        *obstacle_lines(plan),
        width=width,
    )
    assert {character for character in shown if unicodedata.category(character)[0] == "C"} == {"\n"}
    flat = "".join(shown.split()).replace("│", "")
    assert "\\x1b[2J" in flat, "what was written must be told"
    assert "[boldred]x[/]" in flat, "brackets must stay as they are"


@given(st.text())
def test_no_text_at_all_reaches_the_terminal_as_a_command(text) -> None:
    shown = plain(text)
    assert not [character for character in shown if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    assert shown == text or any(unicodedata.category(character)[0] in "CZ" for character in text)


def test_a_name_without_end_is_cut_in_the_list() -> None:
    shown = rendered(letter_table([letter(sensors=("x" * 100_000,), remedy="y" * 1_000)], 1))
    assert shown.count("\n") < 40


def test_json_is_indented_and_otherwise_as_it_was_sent() -> None:
    raw = '{"a":1e400,"a":1.0,"b":[],"c":[{"d":"\\u001b ü\x9b , {"}],"n":NaN,"i":' + "9" * 5_000 + "}"
    lines = list(raw_view(raw.encode(), truncated=False))
    assert lines == [
        "{",
        '  "a": 1e400,',
        '  "a": 1.0,',
        '  "b": [],',
        '  "c": [',
        "    {",
        '      "d": "\\u001b ü\\x9b , {"',
        "    }",
        "  ],",
        '  "n": NaN,',
        f'  "i": {"9" * 5_000}',
        "}",
    ]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda s: st.lists(s) | st.dictionaries(st.text(), s)
    )
)
def test_indented_json_still_says_the_same(value) -> None:
    assert json.loads("\n".join(raw_view(json.dumps(value).encode(), truncated=False))) == value


def test_nesting_does_not_blow_up_what_is_shown() -> None:
    wide = b'{"a":' * 800 + b"[" + b"1," * 20_000 + b"1]" + b"}" * 800
    deeper = b"[" * 30_000
    assert sum(len(line) for raw in (wide, deeper) for line in raw_view(raw, truncated=False)) < 2_000_000


def test_text_is_shown_as_text_and_bytes_in_hex() -> None:
    assert list(raw_view(b"value=1\x1b[2J\r\nnext", truncated=False)) == ["value=1\\x1b[2J\\r", "next"]
    assert list(raw_view(b"\xff\xfe\x1b", truncated=False)) == [f"00000000  {'ff fe 1b':47}  |...|"]


def test_a_character_cut_in_two_is_no_reason_for_a_hex_dump() -> None:
    assert list(raw_view("grün".encode()[:3], truncated=True)) == ["gr"]
    assert next(iter(raw_view("grün".encode()[:3], truncated=False))).startswith("00000000")
