"""YAML files as values with their lines. What YAML lets pass and its writer did not mean is refused."""

from collections.abc import Iterator
from pathlib import Path

import yaml
from yaml.composer import ComposerError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from pipelines.catalog.errors import CatalogError
from pipelines.catalog.written import Entries, Items, Scalar, Spot, Written

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32
MAX_VALUES = 200_000
"""Values of one file, with each alias counted as often as it stands for something: few lines can mean billions."""

_TAG = "tag:yaml.org,2002:"
_MERGE = f"{_TAG}merge"
_BOOL = f"{_TAG}bool"
_PLAIN_TAGS = {f"{_TAG}map", f"{_TAG}seq"}


def read_yaml(file: Path) -> list[Written]:
    """The documents of a file, which `---` separates; empty ones are left out.

    Raises
    ------
    CatalogError
        If the file can't be read, is too large, or is no YAML that can be used.
    """
    text = _text(file)
    try:
        loader = _Loader(text)
        try:
            return list(_Tree(file, loader).documents())
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = "" if mark is None else f"{mark.line + 1}:"
        what = ", ".join(part for part in (error.context, error.problem) if part)
        remedy = "indent with blanks, not tabs" if r"'\t'" in what else "mend indentation, quotes or brackets there"
        raise CatalogError(f"{file}:{line} not YAML: {what}; {remedy}") from error
    except yaml.YAMLError as error:
        what = " ".join(str(error).split())
        raise CatalogError(f"{file}: not YAML: {what}; save it as plain text in UTF-8") from error


def _text(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise CatalogError(f"{file}: {error.strerror}; name a readable file") from error
    if len(raw) > MAX_BYTES:
        raise CatalogError(f"{file}: larger than {MAX_BYTES // 1024} KiB; split it into several files")
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise CatalogError(f"{file}:{line}: not YAML: no UTF-8 text; save it in UTF-8") from error


class _Loader(yaml.SafeLoader):
    """The safe loader, which also refuses what is nested beyond reason before it runs out of stack.

    As in YAML 1.2, only true and false are truth values: `profile: off` is a text, and a sensor may be called `on`.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012  # the base declares it
        first: [each for each in resolvers if each[0] != _BOOL or first in "tTfF"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    _depth = 0

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise ComposerError(problem=f"nested more than {MAX_DEPTH} levels deep", problem_mark=mark)
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1


class _Tree:
    """Turns the nodes of one file into values with lines."""

    def __init__(self, file: Path, loader: _Loader) -> None:
        self._file = file
        self._loader = loader
        self._values = 0

    def documents(self) -> Iterator[Written]:
        while self._loader.check_node():
            root = self._loader.get_node()
            if root is not None and root.tag != f"{_TAG}null":
                yield self._written(root, self._spot(root), 0)

    def _written(self, node: Node, at: Spot, depth: int) -> Written:
        self._values += 1
        if self._values > MAX_VALUES:
            raise CatalogError(f"{at}: more than {MAX_VALUES} values, aliases included; split the file into several")
        if depth > MAX_DEPTH:  # an alias within what it stands for has no end
            raise CatalogError(f"{at}: nested more than {MAX_DEPTH} levels deep, aliases included; write it flatter")
        if isinstance(node, ScalarNode):
            return Scalar(self._value(node, at), at)
        if node.tag not in _PLAIN_TAGS:
            raise CatalogError(f"{at}: the tag {node.tag!r} can't be used here; leave it out")
        if isinstance(node, SequenceNode):
            return Items(tuple(self._written(each, self._spot(each), depth + 1) for each in node.value), at)
        assert isinstance(node, MappingNode)  # noqa: S101  # there is no other kind
        return self._entries(node, at, depth)

    def _entries(self, node: MappingNode, at: Spot, depth: int) -> Entries:
        shared: dict[str, Written] = {}
        own: dict[str, Written] = {}
        for key, value in node.value:
            spot = self._spot(key)
            if key.tag == _MERGE:
                shared = {**self._shared(value, spot, depth), **shared}
                continue
            name = self._key(key, spot)
            if name in own:
                raise CatalogError(f"{spot}: {name}: stands twice, first in line {own[name].at.line}; keep one")
            own[name] = self._written(value, spot, depth + 1)
        return Entries({**shared, **own}, at)

    def _shared(self, node: Node, at: Spot, depth: int) -> dict[str, Written]:
        """What `<<` takes over from elsewhere; of several mappings the first one wins."""
        found: dict[str, Written] = {}
        for source in node.value if isinstance(node, SequenceNode) else [node]:
            written = self._written(source, self._spot(source), depth + 1)
            if not isinstance(written, Entries):
                raise CatalogError(f"{at}: <<: takes a mapping, or a list of them; name one by an alias such as *base")
            found = {**written.parts, **found}
        return found

    def _key(self, node: Node, at: Spot) -> str:
        name = self._value(node, at) if isinstance(node, ScalarNode) else None
        if isinstance(name, str):
            return name
        if isinstance(node, ScalarNode):
            raise CatalogError(f'{at}: {node.value}: a key must be a text; put it in quotes: "{node.value}"')
        raise CatalogError(f"{at}: a key must be a text, not a list or a mapping; write a name")

    def _value(self, node: ScalarNode, at: Spot) -> object:
        try:
            value: object = self._loader.construct_object(node)
        except (ValueError, OverflowError) as error:  # looks like a date or a number and is none
            raise CatalogError(f"{at}: {node.value[:60]}: {error}; mend it, or put it in quotes") from error
        return value

    def _spot(self, node: Node) -> Spot:
        return Spot(self._file, node.start_mark.line + 1)
