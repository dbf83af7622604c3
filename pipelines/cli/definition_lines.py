"""What would become of twins, a line each; what stands on a topic is shown and never obeyed."""

import json
from collections.abc import Iterator, Mapping

from rich.text import Text

from pipelines.catalog.comparison import Comparison, FieldChange
from pipelines.cli.foreign_text import plain

NOTHING = "(nothing)"
VALUE_LIMIT = 100
TEXT_LIMIT = 200


def comparison_lines(found: Comparison, unusable: Mapping[str, str]) -> Iterator[Text]:
    """New twins, changed ones with each change, how many stay, and those that the files do not name.

    Parameters
    ----------
    found
        What would change.
    unusable
        Twins on the topic whose message is no definition, and what is wrong with it.
    """
    for definition in found.added:
        yield _line("+", "green", f"{definition.twin_id} ({definition.type.type})")
    for change in found.changed:
        for each in change.fields:
            yield _line("~", "yellow", f"{change.definition.twin_id}: {_shown_change(each)}")
    if found.unchanged:
        yield _line("=", "dim", f"{len(found.unchanged)} unchanged")
    for twin_id in found.elsewhere:
        yield _line("?", "cyan", f"{twin_id} is defined but not in these files; twinstream retire {twin_id}")
    given = {definition.twin_id for definition in found.added}
    for twin_id, wrong in sorted(unusable.items()):
        remedy = "apply replaces it" if twin_id in given else f"apply it from a file, or twinstream retire {twin_id}"
        yield _line("!", "red", f"{twin_id}: what stands on the topic is no definition: {wrong}; {remedy}")


def shown_value(value: object) -> str:
    """A value as a definition file has it.

    >>> shown_value([0.0, 120.5]), shown_value({"unit": "bar"}), shown_value(None), shown_value(True)
    ('[0, 120.5]', '{unit: bar}', '(nothing)', 'true')
    """
    if value is None:
        return NOTHING
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {shown_value(part)}' for name, part in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(shown_value, value))}]"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return value if isinstance(value, str) else json.dumps(value)


def _shown_change(change: FieldChange) -> str:
    before, after = (plain(shown_value(value), VALUE_LIMIT) for value in (change.before, change.after))
    return f"{change.path} {before} → {after}"


def _line(mark: str, style: str, text: str) -> Text:
    return Text(f"{mark} ", style=style).append(plain(text))
