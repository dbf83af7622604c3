"""A roster's own books: what no twin owns, and what is known of sources."""

from dataclasses import astuple, dataclass

import orjson

from pipelines.twin.health import HealthEpisode
from pipelines.twin.ledger import Ledger
from pipelines.twin.ledger_json import ledger_of_json, ledger_to_json
from pipelines.twin.sources import Sources, SourceTally


class BucketCountError(RuntimeError):
    """State and settings disagree on how twins are spread; going on would split twins in two."""


@dataclass(slots=True)
class Books:
    """Counts of messages that no twin owns, every source, and how many twins were created because they sent."""

    buckets: int
    ledger: Ledger
    sources: Sources
    created: int = 0

    def encode(self) -> bytes:
        """The books as bytes for the store."""
        return orjson.dumps(
            {
                "buckets": self.buckets,
                "ledger": ledger_to_json(self.ledger),
                "sources": {name: astuple(tally) for name, tally in self.sources.tallies.items()},
                "created": self.created,
            }
        )


def load_books(encoded: bytes | None, bucket: str, buckets: int) -> Books:
    """The books that a store holds, or new ones.

    Raises
    ------
    BucketCountError
        If the store was filled under another number of buckets.
    """
    if encoded is None:
        return Books(buckets, Ledger(), Sources(bucket))
    own = orjson.loads(encoded)
    if own["buckets"] != buckets:
        raise BucketCountError(
            f"the stored twins are spread over {own['buckets']} buckets, the settings say {buckets}; "
            f"set buckets to {own['buckets']}, or start without the stored state"
        )
    tallies = {
        name: SourceTally(seen, rejected, None if episode is None else HealthEpisode(*episode))
        for name, (seen, rejected, episode) in own["sources"].items()
    }
    return Books(buckets, ledger_of_json(own["ledger"]), Sources(bucket, tallies), own["created"])
