"""Checkpoints on disk: which one is the newest that is complete."""

from collections.abc import Iterable
from pathlib import Path

# The first bytes of every checkpoint's metadata, by Flink's Checkpoints.HEADER_MAGIC_NUMBER.
_MAGIC = b"\x49\x60\x67\x2d"


def is_complete(checkpoint: Path) -> bool:
    """Whether a `chk-<n>` directory holds a whole checkpoint.

    Flink writes `_metadata` last, after all state; a kill in between leaves the directory without it, or with
    an empty file.
    """
    try:
        with (checkpoint / "_metadata").open("rb") as stream:
            return stream.read(len(_MAGIC)) == _MAGIC
    except (FileNotFoundError, NotADirectoryError):
        return False


def newest_complete(root: Path, job_ids: Iterable[str]) -> Path | None:
    """The newest complete checkpoint of these jobs below `root`, by its time of writing; None if there is none.

    >>> newest_complete(Path("/nowhere"), ["00000000000000000000000000000000"]) is None
    True
    """
    complete = [
        checkpoint for job_id in job_ids for checkpoint in (root / job_id).glob("chk-*") if is_complete(checkpoint)
    ]
    # two in one tick of the file system's clock: the higher number is the newer
    return max(complete, key=_age_key, default=None)


def _age_key(checkpoint: Path) -> tuple[int, int]:
    number = checkpoint.name.removeprefix("chk-")
    return (checkpoint / "_metadata").stat().st_mtime_ns, int(number) if number.isdigit() else -1
