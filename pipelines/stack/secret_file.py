"""Tokens and passwords on disk, readable by their owner only."""

import os
import secrets
from pathlib import Path


def read_secret(path: Path) -> str | None:
    """The secret in a file, or None if there is none yet."""
    try:
        return path.read_text(encoding="ascii").strip() or None
    except FileNotFoundError:
        return None


def write_secret(path: Path, value: str) -> None:
    """Store a secret with mode 0600 in a directory of mode 0700.

    The file appears whole or not at all, and is never open to others, not even for a moment.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(value + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)


def ensure_secret(path: Path) -> str:
    """The secret in a file; a random one (256 bits) is made and stored first if there is none."""
    value = read_secret(path)
    if value is None:
        value = secrets.token_urlsafe(32)
        write_secret(path, value)
    return value
