"""What a process and its descendants have used, from /proc (Linux)."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_STAT = Path("/proc/stat")
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_PARENT, _TIMES, _RESIDENT = 1, slice(11, 15), 21
"""Places in /proc/PID/stat behind the bracket; the times are user, system, and both of children that ended."""


@dataclass(frozen=True)
class Consumption:
    """CPU time since the start, and memory now."""

    cpu_s: float
    rss_mb: float


def consumption(root: int) -> Consumption:
    """Of a process and all its living descendants; memory that they share counts once for each."""
    stats = dict(_stats())
    tree = _tree(root, {pid: int(fields[_PARENT]) for pid, fields in stats.items()})
    ticks = sum(int(value) for pid in tree for value in stats[pid][_TIMES])
    pages = sum(int(stats[pid][_RESIDENT]) for pid in tree)
    return Consumption(ticks / _TICKS, pages * _PAGE / 1e6)


def descendants(root: int) -> set[int]:
    """The living descendants of a process."""
    return _tree(root, {pid: int(fields[_PARENT]) for pid, fields in _stats()}) - {root}


def others_cpu_s() -> float:
    """CPU time of all that is neither this process nor its descendant: only differences of it mean anything.

    Time that a virtual machine waits for its host counts, too.
    """
    # the first line: cpu, then user, nice, system, idle, iowait, irq, softirq, steal
    user, nice, system, _, _, irq, softirq, steal = map(int, _STAT.read_text(encoding="ascii").split(maxsplit=9)[1:9])
    return (user + nice + system + irq + softirq + steal) / _TICKS - consumption(os.getpid()).cpu_s


def _tree(root: int, parents: dict[int, int]) -> set[int]:
    tree = {root} & parents.keys()
    while grown := {pid for pid, parent in parents.items() if parent in tree} - tree:
        tree |= grown
    return tree


def _stats() -> Iterable[tuple[int, list[str]]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                text = (entry / "stat").read_text(encoding="utf-8", errors="replace")
            except (FileNotFoundError, ProcessLookupError):
                continue  # it ended meanwhile
            yield int(entry.name), text.rpartition(")")[2].split()
