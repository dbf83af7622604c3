"""Grafana's dashboards as code: `python -m dashboards.generate` writes what Grafana reads."""
