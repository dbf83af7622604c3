"""The examples in docstrings say what the code does."""

import doctest
import importlib
import pkgutil

import pytest

import pipelines
import schemas

ROOMS = (
    *("alarms", "catalog", "cli", "connectors", "demo", "detection", "evaluation"),
    *("feed", "replay", "simulation", "stack", "testing", "twin"),
)


def modules() -> list[str]:
    names = [module.name for module in pkgutil.walk_packages(schemas.__path__, "schemas.")]
    for room in ROOMS:
        names += [
            module.name for module in pkgutil.walk_packages([f"{pipelines.__path__[0]}/{room}"], f"pipelines.{room}.")
        ]
    return sorted(names)


def test_every_room_is_looked_through():
    found = modules()
    for room in ROOMS:
        assert any(name.startswith(f"pipelines.{room}.") for name in found), room


@pytest.mark.parametrize("name", modules())
def test_examples_hold(name):
    results = doctest.testmod(importlib.import_module(name))
    assert results.failed == 0
