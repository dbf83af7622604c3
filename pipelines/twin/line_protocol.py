"""InfluxDB line protocol: tags escaped, every number a float, nothing written for what isn't finite.

Source: InfluxDB v2 reference, "Line protocol".
"""

import math
from collections.abc import Mapping

import orjson

from schemas.influx import Tag

FieldValue = float | str
Fields = dict[str, FieldValue | None]
"""Fields of a point by name; None is not written."""

_TAG_ESCAPES = str.maketrans({",": "\\,", "=": "\\=", " ": "\\ "})
_TEXT_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"'})


def tag_set(tags: Mapping[Tag, str]) -> str:
    """The tags of a point, sorted by key as InfluxDB stores them.

    >>> tag_set({Tag.TWIN_ID: "a b,c=d"})
    'twin_id=a\\\\ b\\\\,c\\\\=d'
    """
    return ",".join(f"{key}={value.translate(_TAG_ESCAPES)}" for key, value in sorted(tags.items()) if value)


def line(head: str, fields: Mapping[str, FieldValue | None], ts_ns: int) -> str | None:
    """One line of measurement and tags `head`; None if no field is left to write.

    >>> line("m,s=x", {"v": 25.0, "text": 'say "no"', "bad": float("nan")}, 1)
    'm,s=x v=25.0,text="say \\\\"no\\\\"" 1'
    >>> line("m,s=x", {"bad": None}, 1) is None
    True
    """
    written = [f"{name}={_field(value)}" for name, value in fields.items() if value is not None and _writable(value)]
    return f"{head} {','.join(written)} {ts_ns}" if written else None


def _writable(value: FieldValue) -> bool:
    return isinstance(value, str) or math.isfinite(value)


def _field(value: FieldValue) -> str:
    if isinstance(value, str):
        # A line break would end the line; a text may lose it, a point may not.
        return '"' + value.translate(_TEXT_ESCAPES).replace("\n", " ").replace("\r", " ") + '"'
    return numbers([float(value)])[0]


def numbers(values: list[float]) -> list[str]:
    """Finite floats as InfluxDB reads them, in their shortest exact form; all at once, which costs a tenth of `repr`.

    >>> numbers([25.0, 0.1, 1e16])
    ['25.0', '0.1', '1e+16']
    """
    return orjson.dumps(values).decode()[1:-1].split(",")
