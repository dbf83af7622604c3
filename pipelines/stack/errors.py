"""The one error of the local stack."""

from pathlib import Path


class StackError(Exception):
    """Something of the local stack is missing, taken, dead or late.

    The message names the thing, the place and the remedy, and is fit to be shown to the user as it is.
    """


def last_lines(path: Path, count: int = 15) -> str:
    """The last lines of a log file, for an error's text; says so if there are none.

    Reads at most the last 64 kB, so that a log of gigabytes costs nothing.
    """
    if not path.exists():
        return f"  (no log at {path})"
    with path.open("rb") as stream:
        stream.seek(0, 2)
        stream.seek(max(0, stream.tell() - 65_536))
        lines = stream.read().decode(errors="replace").splitlines()[-count:]
    return "\n".join(f"  {line}" for line in lines) or f"  ({path} is empty)"
