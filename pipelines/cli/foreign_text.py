"""Text of others on a terminal: shown as it is, never obeyed."""

import unicodedata

from rich.text import Text

_LINE_BREAKS = frozenset({"Zl", "Zp"})


def plain(text: str, limit: int | None = None) -> str:
    """The text with every character that a terminal acts on, or does not show, written out; cut to `limit`.

    Escape sequences, line breaks, and marks that turn the direction of writing are such. The result still has to be
    kept from being read as markup: see `foreign`.

    >>> plain("t1\\x1b[2J"), plain("line\\nbreak"), plain("pressure", limit=5)
    ('t1\\\\x1b[2J', 'line\\\\nbreak', 'pres…')
    """
    if limit is not None and len(text) > limit:
        text = f"{text[: limit - 1]}…"
    return "".join(_visible(character) for character in text)


def foreign(text: str | None, limit: int | None = None) -> Text:
    """The same for a table: square brackets in it are no markup; nothing is shown as a dash.

    >>> foreign("[bold]pump[/]").plain, foreign(None).plain
    ('[bold]pump[/]', '-')
    """
    return Text("-", style="dim") if text is None else Text(plain(text, limit))


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] == "C" or category in _LINE_BREAKS:
        return character.encode("unicode_escape").decode()
    return character
