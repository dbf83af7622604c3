"""Files that code generates and the repository holds: written, and checked for staleness."""

import sys
from collections.abc import Mapping
from pathlib import Path


def stale_files(wanted: Mapping[str, str], directory: Path) -> list[str]:
    """Names of JSON files in a directory that are missing, outdated or left over; `wanted` is text by file name."""
    found = {path.name: path.read_text(encoding="utf-8") for path in directory.glob("*.json")}
    return sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))


def write_files(wanted: Mapping[str, str], directory: Path) -> None:
    """Bring the JSON files of a directory up to date."""
    directory.mkdir(exist_ok=True)
    for path in directory.glob("*.json"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (directory / name).write_text(text, encoding="utf-8")


def write_or_check(wanted: Mapping[str, str], directory: Path, module: str) -> None:
    """What `python -m MODULE [--check]` does; ends with a message if `--check` finds stale files."""
    if "--check" not in sys.argv[1:]:
        write_files(wanted, directory)
    elif outdated := stale_files(wanted, directory):
        sys.exit(f"stale in {directory}: {', '.join(outdated)}; run: python -m {module}")
