"""The bytes of a message as a person can read them."""

import codecs
import json
import re
from collections.abc import Iterator

from pipelines.cli.foreign_text import plain

MAX_INDENT = 20
"""Levels of nesting that are indented; deeper ones stand below each other, so that hostile nesting stays short."""

_ROW = 16
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s"{}\[\],:]+')


def raw_view(raw: bytes, *, truncated: bool) -> Iterator[str]:
    r"""Lines that are safe to print: indented JSON, else text, else a hex dump.

    JSON is only indented: numbers, doubled keys and escapes stand there as they were sent.

    >>> list(raw_view(b'{"a":1e400,"a":[]}', truncated=False))
    ['{', '  "a": 1e400,', '  "a": []', '}']
    >>> list(raw_view(b"\xff\x00A", truncated=False))
    ['00000000  ff 00 41                                         |..A|']
    """
    try:
        # Where the bytes were cut, the last character may be cut in two.
        text = codecs.getincrementaldecoder("utf-8")().decode(raw, final=not truncated)
    except UnicodeDecodeError:
        return _hex_dump(raw)
    lines = _indented(text) if _is_json(text) else iter(text.split("\n"))
    return (plain(line) for line in lines)


def _is_json(text: str) -> bool:
    try:
        # Python refuses to turn very long numbers into integers; here they stay text.
        json.loads(text, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return False
    return True


def _indented(text: str) -> Iterator[str]:
    """Lines of a JSON text; no recursion, and nothing of it is changed but the blanks between its parts."""
    parts = _TOKEN.findall(text)
    line, depth = "", 0
    for number, part in enumerate(parts):
        before = parts[number - 1] if number else ""
        after = parts[number + 1] if number + 1 < len(parts) else ""
        if part in ("}", "]") and before not in ("{", "["):
            yield line
            depth -= 1
            line = _indent(depth) + part
        elif part in ("{", "[") and after not in ("}", "]"):
            yield line + part
            depth += 1
            line = _indent(depth)
        elif part == ",":
            yield line + part
            line = _indent(depth)
        else:
            line += ": " if part == ":" else part
    yield line


def _indent(depth: int) -> str:
    return "  " * min(depth, MAX_INDENT)


def _hex_dump(raw: bytes) -> Iterator[str]:
    for start in range(0, len(raw), _ROW):
        row = raw[start : start + _ROW]
        shown = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in row)
        yield f"{start:08x}  {row.hex(' '):<{_ROW * 3 - 1}}  |{shown}|"
