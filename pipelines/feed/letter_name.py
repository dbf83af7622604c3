"""Dead letters by the beginning of their id, as people type it."""

from collections.abc import Sequence

from pipelines.feed.stored_letter import StoredLetter

MAX_LISTED = 20


class LetterNameError(ValueError):
    """A beginning of an id that names no letter, or more than it may."""


def letters_named(letters: Sequence[StoredLetter], beginning: str) -> list[StoredLetter]:
    """The letter whose id this is, else those of the message that this names, else all whose id begins so.

    Offset 7 is the beginning of offset 70, too: who names a message in full means that message.

    Raises
    ------
    LetterNameError
        If there is none.
    """
    found = (
        [stored for stored in letters if stored.id == beginning]
        or [stored for stored in letters if str(stored.origin) == beginning]
        or [stored for stored in letters if stored.id.startswith(beginning)]
    )
    if not found:
        raise LetterNameError(f"no dead letter has an id that begins with {beginning!r}; see twinstream dlq list")
    return found


def letter_named(letters: Sequence[StoredLetter], beginning: str) -> StoredLetter:
    """The one letter whose id begins so.

    Raises
    ------
    LetterNameError
        If there is none, or several: it lists them.
    """
    found = letters_named(letters, beginning)
    if len(found) > 1:
        raise _several(beginning, found)
    return found[0]


def letters_of_message(letters: Sequence[StoredLetter], beginning: str) -> list[StoredLetter]:
    """The letters whose id begins so, which must be of one message: it may have one for each reason.

    Raises
    ------
    LetterNameError
        If there is none, or of several messages: it lists them.
    """
    found = letters_named(letters, beginning)
    if len({stored.origin for stored in found}) > 1:
        raise _several(beginning, found)
    return found


def _several(beginning: str, found: Sequence[StoredLetter]) -> LetterNameError:
    ids = [stored.id for stored in found[:MAX_LISTED]]
    if len(found) > MAX_LISTED:
        ids.append(f"and {len(found) - MAX_LISTED} more")
    return LetterNameError(
        f"{len(found)} ids begin with {beginning!r}; write more of the one meant:\n" + "\n".join(ids)
    )
