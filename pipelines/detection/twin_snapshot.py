"""What of a twin's detector is stored."""

from typing import NamedTuple

from pipelines.detection.feedback import Feedback
from pipelines.detection.sensor_group import GroupSnapshot
from pipelines.detection.sensor_model import SensorSnapshot


class TwinSnapshot(NamedTuple):
    """A `TwinDetector`, or what of it has changed since it was stored as a whole."""

    sensors: dict[str, SensorSnapshot]
    standing: tuple[str, ...]
    arrivals: tuple[bytes, bytes]
    group: GroupSnapshot | None
    budget: bytes
    feedback: dict[str, Feedback]

    def since(self, whole: "TwinSnapshot") -> "TwinSnapshot":
        """A whole snapshot of one of what has changed since, and of the whole before it."""
        sensors = {
            name: sensor._replace(season=whole.sensors[name].season, novelty=whole.sensors[name].novelty)
            for name, sensor in self.sensors.items()
        }
        group = self.group
        if group is not None and whole.group is not None:
            group = group._replace(relation=whole.group.relation, isolation=whole.group.isolation)
        return self._replace(sensors=sensors, group=group)
