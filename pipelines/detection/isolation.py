"""How seldom the sensors have been seen in this combination: half-space trees within the sensors' ranges."""

import math
from array import array
from collections.abc import Mapping
from operator import attrgetter
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

MOST_FRESH = 64
"""Combinations that are remembered one by one until all is stored as a whole."""

_L_MASS, _R_MASS = attrgetter("l_mass"), attrgetter("r_mass")

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

    __slots__ = ("_fresh", "_limits", "_nodes", "_stored", "_trees", "sensors", "settled")

    def __init__(self, limits: Limits) -> None:
        self._limits = dict(sorted(limits.items()))
        self.sensors = tuple(self._limits)
        self._trees = anomaly.HalfSpaceTrees(
            n_trees=TREES, height=HEIGHT, window_size=WINDOW, limits=dict(self._limits), seed=SEED
        )
        self._nodes: list[Any] = []
        self._fresh = array("d")
        self._stored: tuple[bytes, bytes] | None = None
        self.settled = False

    def rarity(self, values: Mapping[str, float]) -> float:
        """How rare a combination is: 0 for the most common, up to 6.9; 0 as long as the first window lasts."""
        self._recall()
        left = 1.0 - float(self._trees.score_one(self._within(values)))
        return -math.log(min(1.0, max(left, 0.0) + FAINTEST))

    def learn(self, values: Mapping[str, float]) -> None:
        """Count a combination; `values` has a finite value for each of `sensors`."""
        self._recall()
        within = self._within(values)
        self._count(within)
        if len(self._fresh) < MOST_FRESH * len(within):
            self._fresh.extend(within.values())
        else:
            self.settled = False

    def _count(self, within: dict[str, float]) -> None:
        self._trees.learn_one(within)
        if not self._nodes:
            self._nodes = [node for tree in self._trees.trees for node in tree.iter_dfs()]

    def _within(self, values: Mapping[str, float]) -> dict[str, float]:
        newest = [values[name] for name in self.sensors]
        if not -INFINITE < (total := sum(newest)) < INFINITE:
            raise unfinite(total)
        limits = self._limits
        return {
            name: min(max(value, limits[name][0]), limits[name][1])
            for name, value in zip(self.sensors, newest, strict=True)
        }

    def stored(self) -> None:
        """It was stored as a whole: `change` counts from here."""
        self.settled = True
        del self._fresh[:]

    def whole(self) -> bytes:
        """All masses, and how full the window is; empty before the first combination."""
        self._recall()
        nodes = self._nodes
        if not nodes:
            return b""
        head = bytes((self._trees.counter, self._trees._first_window))
        return head + bytes(map(_L_MASS, nodes)) + bytes(map(_R_MASS, nodes))

    def change(self) -> bytes:
        """The combinations that were counted since `stored`."""
        return self._fresh.tobytes() if self._stored is None else self._stored[1]

    def restore(self, whole: bytes, change: bytes) -> Self:
        """Go on where both were taken. The trees are grown, the same for the same limits, when they are needed."""
        self._stored = (whole, change)
        self.settled = True
        return self

    def _recall(self) -> None:
        if self._stored is None:
            return
        (whole, change), self._stored = self._stored, None
        if whole:
            self._count(self._within(dict.fromkeys(self.sensors, 0.0)))  # which grows them
            self._trees.counter, self._trees._first_window = whole[0], bool(whole[1])
            size = len(self._nodes)
            for place, node in enumerate(self._nodes, start=2):
                node.l_mass, node.r_mass = whole[place], whole[place + size]
        self._fresh = array("d", change)
        width = len(self.sensors)
        for begin in range(0, len(self._fresh), width):
            self._count(dict(zip(self.sensors, self._fresh[begin : begin + width], strict=True)))
