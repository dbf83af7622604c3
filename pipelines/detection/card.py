"""What the detector is and takes for granted, in sentences for a model card."""

from pipelines.detection.feedback import LEAST, MOST


def assumptions() -> tuple[str, ...]:
    """One sentence each; they hold for the detector as it is in this release.

    >>> all(sentence.endswith(".") for sentence in assumptions())
    True
    """
    return (
        "Each sensor is judged by itself, by its distance from the mean of all values learned so far, in standard "
        "deviations of these (River's StandardAbsoluteDeviation, with the sensor's resolution as the least deviation).",
        "The twin's score is that of the sensor that is furthest off, measured by the sensor's own boundary.",
        "How sensors depend on each other is not modelled.",
        "A usual value is one level with noise about it: where a sensor follows a cycle, a trend or several modes, all "
        "of that counts as noise, and a fault within it is not found.",
        "Every value learned weighs the same, however old, so the level is followed ever more slowly.",
        "Values beyond the boundary are not learned, nor is any value while an anomaly alert is active.",
        f"Labels of alerts move the boundary of the sensor that contributed most, to between {LEAST:g} and {MOST:g} "
        "times its usual distance.",
    )
