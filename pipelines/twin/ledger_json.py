"""A ledger as JSON."""

from collections import Counter
from typing import Any

from pipelines.twin.ledger import TOTALS, Ledger, Note
from pipelines.twin.rejection import Reason
from schemas.quality import Flaw

Json = dict[str, Any]
"""Decoded JSON: its shape is checked where it is read."""


def ledger_to_json(ledger: Ledger) -> Json:
    """A ledger's totals as JSON."""
    totals = {name: getattr(ledger, name) for name in TOTALS}
    return totals | {
        "reasons": {name.value: count for name, count in ledger.reasons.items()},
        "notes": {name.value: count for name, count in ledger.notes.items()},
        "flaws": {name.value: count for name, count in ledger.flaws.items()},
        "received_ms": ledger.received_ms,
    }


def ledger_of_json(state: Json) -> Ledger:
    """The ledger that `ledger_to_json` wrote."""
    return Ledger(
        reasons=Counter({Reason(name): count for name, count in state["reasons"].items()}),
        notes=Counter({Note(name): count for name, count in state["notes"].items()}),
        flaws=Counter({Flaw(name): count for name, count in state["flaws"].items()}),
        received_ms=state["received_ms"],
        # A counter that an earlier release did not have has counted nothing.
        **{name: state.get(name, 0) for name in TOTALS},
    )
