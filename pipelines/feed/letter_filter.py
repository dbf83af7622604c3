"""Which dead letters are wanted."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import TypeAdapter, ValidationError

from pipelines.feed.stored_letter import StoredLetter
from schemas.duration import Duration, duration_ns

_DURATION: TypeAdapter[str] = TypeAdapter(Duration)


@dataclass(frozen=True, slots=True)
class LetterFilter:
    """What a letter must be like; what is None, or empty, is not asked.

    Attributes
    ----------
    topic
        Where the rejected message came from, without the installation's prefix.
    since, until
        When the message was first seen: from the one on, before the other.
    ids
        Beginnings of ids, of which one must fit.

    >>> LetterFilter().asks, LetterFilter(reason="not_json").asks
    (False, True)
    """

    reason: str | None = None
    twin_id: str | None = None
    source: str | None = None
    topic: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    ids: tuple[str, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether it asks for anything at all."""
        return self != LetterFilter()

    def matches(self, stored: StoredLetter) -> bool:
        """Whether the letter is all that is asked."""
        letter = stored.letter
        return (
            self.reason in (None, letter.reason)
            and self.twin_id in (None, letter.twin_id)
            and self.source in (None, letter.source)
            and self.topic in (None, letter.topic)
            and (self.since is None or letter.first_seen_at >= self.since)
            and (self.until is None or letter.first_seen_at < self.until)
            and (not self.ids or stored.id.startswith(self.ids))
        )


def parse_moment(text: str, now: datetime) -> datetime:
    """A moment as people write it: a duration back from now, or a time with its zone.

    Raises
    ------
    ValueError
        If it is neither.

    >>> from datetime import UTC
    >>> now = datetime(2024, 5, 1, 12, tzinfo=UTC)
    >>> parse_moment("2h", now).hour, parse_moment("2024-05-01T06:00:00Z", now).hour
    (10, 6)
    """
    try:
        return now - timedelta(microseconds=duration_ns(_DURATION.validate_python(text)) // 1_000)
    except OverflowError as error:
        raise ValueError(f"{text} back lies before the first year there is; leave it out for all") from error
    except ValidationError:
        return _parse_time(text)


def _parse_time(text: str) -> datetime:
    remedy = "write how far back, such as 30min, 2h or 7d, or a time with its zone, such as 2024-05-01T06:00:00Z"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no time; {remedy}") from error
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} names no zone; {remedy}")
    return moment
