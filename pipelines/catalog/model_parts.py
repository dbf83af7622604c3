"""What can stand at a path of a definition file, as the models of `schemas` have it."""

from collections.abc import Sequence
from types import NoneType, UnionType
from typing import Annotated, TypeGuard, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

Model = type[BaseModel]
_UNIONS = (Union, UnionType)


def keys_at(model: Model, path: Sequence[str | int]) -> list[str]:
    """The keys that may stand in the mapping at a path; none where any may, or where there is no mapping.

    >>> from schemas.definition import TwinType
    >>> keys_at(TwinType, ("sensors", "flow"))[:3], keys_at(TwinType, ("sensors",))
    (['unit', 'range', 'resolution'], [])
    """
    return [name for each in _choices(_type_at(model, path)) if _is_model(each) for name in each.model_fields]


def meaning_at(model: Model, path: Sequence[str | int]) -> str:
    """What the value at a path is and looks like; empty where nobody said.

    >>> from schemas.definition import TwinType
    >>> meaning_at(TwinType, ("sensors", "flow", "period"))
    'a number with ms, s, min, h or d, such as 500ms'
    """
    *above, name = path
    for each in _choices(_type_at(model, above)):
        if _is_model(each) and name in each.model_fields:
            field = each.model_fields[str(name)]
            return _described(field.annotation) or _said(field)
    return ""


def is_choice(model: Model, path: Sequence[str | int]) -> bool:
    """Whether the value at a path is one of several models; pydantic names them in its paths, files do not.

    >>> from schemas.definition import TwinType
    >>> is_choice(TwinType, ("predict", "flow")), is_choice(TwinType, ("sensors", "flow"))
    (True, False)
    """
    return len(_choices(_type_at(model, path))) > 1


def _type_at(model: Model, path: Sequence[str | int]) -> object:
    current: object = model
    for name in path:
        choices = _choices(current)
        if len(choices) > 1:
            current = next((each for each in choices if getattr(each, "__name__", "") == name), choices[0])
        elif _is_model(choices[0]):
            found = choices[0].model_fields.get(str(name))
            current = None if found is None else found.annotation
        else:
            # Of a mapping the type of its values, of a list that of its items.
            arguments = [each for each in get_args(choices[0]) if each is not Ellipsis]
            current = arguments[-1] if arguments else None
    return current


def _choices(annotation: object) -> list[object]:
    """The types that an annotation allows, without null and what else is said of them."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _choices(get_args(annotation)[0])
    if origin in _UNIONS:
        return [choice for each in get_args(annotation) if each is not NoneType for choice in _choices(each)]
    return [annotation]


def _described(annotation: object) -> str:
    """What is said of a type itself, as of every duration, wherever it stands."""
    if get_origin(annotation) is Annotated:
        return next((_said(each) for each in get_args(annotation)[1:] if isinstance(each, FieldInfo)), "")
    if get_origin(annotation) in _UNIONS:
        return next(filter(None, map(_described, get_args(annotation))), "")
    return ""


def _said(field: FieldInfo) -> str:
    example = f", such as {field.examples[0]}" if field.examples else ""
    return f"{field.description}{example}" if field.description else ""


def _is_model(annotation: object) -> TypeGuard[Model]:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
