"""Ids that are the same on every replay."""

import hashlib


def alert_id(twin_id: str, condition: str, raised_ns: int) -> str:
    """The id of the episode of `condition` that began at event time `raised_ns`.

    >>> alert_id("pump-1", "anomaly", 0) == alert_id("pump-1", "anomaly", 0)
    True
    """
    text = f"{twin_id}\x00{condition}\x00{raised_ns}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]
