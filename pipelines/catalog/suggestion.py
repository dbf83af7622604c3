"""What somebody may have meant by a name that there is not."""

from collections.abc import Collection
from difflib import get_close_matches

MOST_LISTED = 20


def close_names(name: str, known: Collection[str], most: int = 1) -> list[str]:
    """The names that look most like it; capitals make no difference.

    >>> close_names("perid", ["range", "period"]), close_names("COLOUR", ["unit"])
    (['period'], [])
    """
    by_folded = {each.casefold(): each for each in sorted(known)}
    return [by_folded[match] for match in get_close_matches(name.casefold(), list(by_folded), n=most)]


def suggestion(name: str, known: Collection[str]) -> str:
    """Either the name that is close, or which ones there are.

    >>> suggestion("perid", ["range", "period"]), suggestion("colour", ["unit", "range"]), suggestion("x", [])
    ('did you mean period?', 'there are range, unit', 'there are none')
    """
    if close := close_names(name, known):
        return f"did you mean {close[0]}?"
    return f"there are {listing(known)}"


def listing(known: Collection[str]) -> str:
    """The names in order; of many, the first ones.

    >>> listing(["b", "a"]), listing([])
    ('a, b', 'none')
    """
    names = sorted(known)
    more = len(names) - MOST_LISTED
    return (", ".join(names[:MOST_LISTED]) or "none") + (f" and {more} more" if more > 0 else "")
