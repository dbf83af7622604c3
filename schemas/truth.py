"""What a simulator did to a plant, on `twin.truth`: the ground truth that detection is judged by."""

from pydantic import AwareDatetime

from schemas.base import Identifier, WireModel


class InjectedFault(WireModel):
    """A named fault of one twin, with the event times between which it acts."""

    twin_id: Identifier
    fault: Identifier
    start: AwareDatetime
    end: AwareDatetime
    run_id: str
