"""The demo: a fleet of pumps and a replayed gearbox through the whole pipeline, watched and then accounted for."""
