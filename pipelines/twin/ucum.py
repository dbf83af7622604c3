"""The units of UCUM (https://ucum.org): what a code means.

ucumvert gives the grammar of UCUM, pint the arithmetic of dimensions. The units themselves are defined by UCUM's own
table, which comes with ucumvert, and not by ucumvert's mapping onto pint's units: version 0.3.2 takes `[cft_i]` for a
hundredth of a foot, `'` for a minute of time, `[Cal]` for a thousandth of itself and `[in_i'Hg]` 0.3 % too low. It also
means that no name of pint's is a unit here, and that factors are exact fractions until the last step.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from pipelines.twin.unit_spellings import ALIASES

if TYPE_CHECKING:
    import lark
    import pint

    Token: TypeAlias = lark.Token
    Tree: TypeAlias = lark.Tree[Token]
    Quantity: TypeAlias = pint.Quantity[Fraction]

# Texts from outside must cost no more than milliseconds: brackets cost the parser most, powers the arithmetic.
_MAX_BRACKETS = 8
_MAX_EXPONENT = 99

# The scales whose zero is not that of their dimension, in kelvin: the size of a degree, and where its scale begins.
_DEGREES = {"Cel": Fraction(1), "[degF]": Fraction(5, 9), "[degRe]": Fraction(5, 4)}
_ZERO = Fraction(0)
_ZEROS = {
    "Cel": Fraction("273.15"),
    "[degF]": Fraction("459.67") * Fraction(5, 9),
    "[degRe]": Fraction("273.15"),
}

# To UCUM these are numbers, so that mmol/L would be a count per litre and By would be 8. SI and pint know better.
_COUNTED = frozenset({"mol", "bit"})


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a text means: a value x is x * scale + offset in the base units of its dimension."""

    code: str
    scale: Fraction
    offset: Fraction
    dimension: object


def finite(number: Fraction) -> float | None:
    """The closest float, if there is one."""
    try:
        return float(number)
    except OverflowError:
        return None


class Ucum:
    """UCUM's table of units and its grammar, on a pint registry that knows no other unit.

    Attributes
    ----------
    near
        Units by their name, or by their code or alias in whatever case: what an unknown text may have meant.
    """

    def __init__(self) -> None:
        # Not at the top of the module: these imports take a third of a second.
        import pint  # noqa: PLC0415
        import ucumvert  # noqa: PLC0415
        from ucumvert import xml_util  # noqa: PLC0415

        self._table = {unit.code_cs: unit for unit in xml_util.get_units_with_full_definition()}
        self._prefixes = {
            prefix.attrib["Code"]: Fraction(prefix.find("{*}value").attrib["value"])
            for prefix in xml_util.root.findall("{*}prefix")
        }
        self._registry: pint.UnitRegistry[Fraction] = pint.UnitRegistry(None, non_int_type=Fraction)
        self._atoms: dict[str, Quantity] = {}
        self._parser = ucumvert.get_ucum_parser()
        self._parse = ucumvert.parse_ucum
        self._transformer = ucumvert.UcumToPintTransformer(ureg=self._registry)
        # lark finds its handlers by name: what ucumvert would ask pint's own units comes from the table instead.
        self._transformer.simple_unit = self._simple_unit
        self._transformer.annotatable = self._power
        self.near = self._by_name(xml_util.get_base_units() + xml_util.get_metric_units())

    def read(self, code: str) -> Meaning | None:
        """What a UCUM code means; None where the text is none, or its factor is beyond what a number can be."""
        from lark.exceptions import LarkError  # noqa: PLC0415

        if code.count("(") > _MAX_BRACKETS:
            return None
        try:
            tree = self._parse(code, self._parser)
            quantity = self._quantity(tree)
        except LarkError:  # of the grammar, or around what went wrong in a handler
            return None
        if not finite(quantity.magnitude):
            return None
        return Meaning(code, quantity.magnitude, _ZEROS.get(_only_atom(tree), _ZERO), quantity.units)

    def _quantity(self, tree: "Tree") -> "Quantity":
        value = self._transformer.transform(tree)
        # Annotations alone, such as {rev}, leave a token, or a plain number where they stand in a product.
        return value if isinstance(value, self._registry.Quantity) else self._registry.Quantity(Fraction(1))

    def _simple_unit(self, tokens: "list[Token]") -> "Quantity":
        *prefix, code = map(str, tokens)
        if code.isdigit():
            return self._registry.Quantity(Fraction(code))
        return self._prefixes[prefix[0]] * self._atom(code) if prefix else self._atom(code)

    def _power(self, unit_and_exponent: "tuple[Quantity, Token]") -> "Quantity":
        unit, token = unit_and_exponent
        exponent = int(token)
        if abs(exponent) > _MAX_EXPONENT:
            raise OverflowError(f"a power of {exponent} would take too long")
        powered: Quantity = unit**exponent
        return powered

    def _atom(self, code: str) -> "Quantity":
        if code not in self._atoms:
            self._atoms[code] = self._define(code)
        return self._atoms[code]

    def _define(self, code: str) -> "Quantity":
        if code in _DEGREES:
            degree: Quantity = self._atom("K") * _DEGREES[code]
            return degree
        unit = self._table.get(code)
        if unit is None or code in _COUNTED or unit.is_special or (unit.is_arbitrary and unit.defining_unit == "1"):
            # A dimension of its own: a scale that isn't linear (dB, pH) or by agreement (IU) converts to no other.
            name = f"unit_{code.encode().hex()}"  # codes are no names to pint
            self._registry.define(f"{name} = [{name}]")
            return self._registry.Quantity(Fraction(1), name)
        defined: Quantity = self._quantity(self._parser.parse(unit.defining_unit)) * Fraction(unit.conversion_factor)
        return defined

    def _by_name(self, metric: list[str]) -> dict[str, tuple[str, ...]]:
        codes = [*self._table, *metric, *(prefix + code for prefix in self._prefixes for code in metric)]
        named = [(code, code) for code in codes] + [(unit.name, code) for code, unit in self._table.items()]
        near: dict[str, set[str]] = {}
        for name, code in [*named, *ALIASES.items()]:
            near.setdefault(name.casefold(), set()).add(code)
        return {name: tuple(sorted(units)) for name, units in near.items()}


@cache
def ucum() -> Ucum:
    """The one table of the process, read when it is first asked for.

    >>> ucum().read("kPa").code
    'kPa'
    """
    return Ucum()


def _only_atom(tree: "Tree") -> str:
    """The atom of a text that is one unit, perhaps with prefix and annotation; in products there is none.

    A degree counts from its zero only by itself: Cel/min and kW.h/Cel are about differences.
    """
    if tree.data == "simple_unit":
        return str(tree.children[-1])
    first, *others = tree.children
    if isinstance(first, str) or (others and tree.data != "component"):
        return ""
    return _only_atom(first)
