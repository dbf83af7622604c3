"""How seldom the sensors have been seen in this combination: half-space trees within the sensors' ranges."""

import math
from collections.abc import Iterator, Mapping
from typing import Any, Self

from river import anomaly

from pipelines.detection.finite import INFINITE, unfinite

TREES = 10
HEIGHT = 5
WINDOW = 250
"""Observations over which the masses are counted; below 256, so that each fits a byte."""

SEED = 42
FAINTEST = 1e-3
"""Smallest share of mass told apart: the rarest combination has a rarity of 6.9."""

Limits = Mapping[str, tuple[float, float]]


class Isolation:
    """River's HalfSpaceTrees (Tan, Ting and Liu 2011) with limits from the sensors' ranges.

    The trees divide the ranges at random; without limits they are blind (field case C30). Values outside are taken for
    the nearest bound. The score is told as a rarity, -log of the mass left, since River's own score is crowded below 1.

    Parameters
    ----------
    limits
        Range of each sensor that takes part.

    >>> from random import Random
    >>> rng, isolation = Random(1), Isolation({"t": (0.0, 100.0)})
    >>> for _ in range(1_000):
    ...     isolation.learn({"t": rng.gauss(20.0, 0.5)})
    >>> isolation.rarity({"t": 20.0}) < 1.0 < 2.0 < isolation.rarity({"t": 80.0})
    True
    """

    __slots__ = ("_limits", "_trees", "sensors", "settled")

    def __init__(self, limits: Limits) -> None:
        self._limits = dict(sorted(limits.items()))
        self.sensors = tuple(self._limits)
        self._trees = anomaly.HalfSpaceTrees(
            n_trees=TREES, height=HEIGHT, window_size=WINDOW, limits=dict(self._limits), seed=SEED
        )
        self.settled = False

    def rarity(self, values: Mapping[str, float]) -> float:
        """How rare a combination is: 0 for the most common, up to 6.9; 0 as long as the first window lasts."""
        left = 1.0 - float(self._trees.score_one(self._within(values)))
        return -math.log(min(1.0, max(left, 0.0) + FAINTEST))

    def learn(self, values: Mapping[str, float]) -> None:
        """Count a combination; `values` has a finite value for each of `sensors`."""
        self._trees.learn_one(self._within(values))
        if self._trees.counter == 0:
            self.settled = False

    def _within(self, values: Mapping[str, float]) -> dict[str, float]:
        newest = [values[name] for name in self.sensors]
        if not -INFINITE < (total := sum(newest)) < INFINITE:
            raise unfinite(total)
        limits = self._limits
        return {
            name: min(max(value, limits[name][0]), limits[name][1])
            for name, value in zip(self.sensors, newest, strict=True)
        }

    def whole(self) -> bytes:
        """The masses of the last full window, which stand until the next."""
        return bytes(node.r_mass for node in self._nodes()) if not self._trees._first_window else b""

    def change(self) -> bytes:
        """The masses of the window that is being filled."""
        return bytes((self._trees.counter, *(node.l_mass for node in self._nodes())))

    def restore(self, whole: bytes, change: bytes) -> Self:
        """Go on where both were taken. The trees themselves are the same for the same limits."""
        trees, counter = self._trees, change[0]
        if len(change) > 1:
            trees.learn_one(self._within(dict.fromkeys(self.sensors, 0.0)))  # which grows them
            trees.counter, trees._first_window = counter, not whole
            for node, mass in zip(self._nodes(), change[1:], strict=True):
                node.l_mass = mass
            for node, mass in zip(self._nodes(), whole, strict=False):
                node.r_mass = mass
        self.settled = True
        return self

    def _nodes(self) -> Iterator[Any]:
        return (node for tree in self._trees.trees for node in tree.iter_dfs())
