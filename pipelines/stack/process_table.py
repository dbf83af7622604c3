"""Questions to the kernel's process table (Linux, /proc)."""

import os
from functools import cache
from pathlib import Path

_STATE, _SESSION, _START_TICKS = 0, 3, 19  # positions in /proc/<pid>/stat after the command's closing bracket
_DEAD_STATES = frozenset("ZXx")


@cache
def boot_id() -> str:
    """An id that changes with each boot: process ids and start ticks repeat after one."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def start_ticks(pid: int, include_zombies: bool = False) -> int | None:
    """When a process started, in kernel ticks since boot; None if there is no such process, or only its zombie."""
    fields = _stat_fields(pid)
    if fields is None or (fields[_STATE] in _DEAD_STATES and not include_zombies):
        return None
    return int(fields[_START_TICKS])


def process_uptime_s(pid: int) -> float | None:
    """Seconds since a process started, or None if it is gone."""
    ticks = start_ticks(pid)
    if ticks is None:
        return None
    since_boot_s = float(Path("/proc/uptime").read_text(encoding="ascii").split()[0])
    return max(0.0, since_boot_s - ticks / os.sysconf("SC_CLK_TCK"))


def session_members(session: int, mark: str) -> list[int]:
    """Living processes of a session that have `mark` ("NAME=value") in their environment."""
    return [
        pid
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit()
        and (fields := _stat_fields(pid := int(entry.name))) is not None
        and fields[_STATE] not in _DEAD_STATES
        and int(fields[_SESSION]) == session
        and mark.encode() in _environment(pid)
    ]


def _environment(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return []  # gone, or another user's: not ours in either case


def _stat_fields(pid: int) -> list[str] | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # the command's name stands in brackets and may itself hold blanks and brackets
    return text.rpartition(")")[2].split()
