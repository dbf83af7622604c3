"""What the detector is and takes for granted, in sentences for a model card."""

from pipelines.detection.feedback import LEAST, MOST


def assumptions() -> tuple[str, ...]:
    """One sentence each; they hold for the detector as it is in this release.

    >>> all(sentence.endswith(".") for sentence in assumptions())
    True
    """
    return (
        "Each sensor is followed over a short and a long time (7 and 150 samples); how far the two are apart, against "
        "what is usual for it, is its distance. What changes more slowly than the long one is followed, not told.",
        "Judged so are its level, its restlessness, and what it shows beyond what the other sensors explain by linear "
        "regression; of the twin, how often messages come and how rare a combination is, where sensors have ranges "
        "(half-space trees).",
        "Sensors are looked at together when each has sent since the last time: as often as the slowest of them.",
        "The twin's distance is the largest of these, each in its own boundaries. Setpoints explain, but have none.",
        "A daily cycle is taken out once a whole day is known, by hours of working days and weekends in UTC; holidays "
        "and cycles of other lengths count as deviations, or as noise where they were there from the beginning.",
        "While an alert stands nothing is learned by what is warm.",
        "An alert that never gets far beyond its boundary widens it, up to three times, since the sensor may wander.",
        "A value that is further from all that the sensor has ever shown than anything of late makes the score high "
        "for that moment; it raises no alert.",
        f"Labels of alerts move the boundaries of the sensor that contributed most, to between {LEAST:g} and {MOST:g} "
        "times their usual distance.",
    )
