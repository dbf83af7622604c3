"""What each part of the detector is known not to tell."""

from pipelines.detection.judgement import Kind

LIMITS = {
    Kind.LEVEL: "tells that a sensor has moved, not why; a change slower than some hundred samples is no alert",
    Kind.SPREAD: "tells that a sensor's steps have changed; a plant that is switched off is still, too",
    Kind.RELATION: "knows straight relations, as far as they were seen; in a mode that was never seen it is a guess",
    Kind.ISOLATION: "tells that a combination is rare, not that it is wrong; looks at one message in four",
    Kind.ARRIVAL: "tells how often messages come by their event time, not whether any was lost",
    Kind.NOVELTY: "tells that it was never seen, not that it is wrong; a moment raises no alert",
}
"""By kind, as it is told with an alert."""
