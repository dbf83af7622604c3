"""Pure: detectors and drift on River; the only room that imports it."""
