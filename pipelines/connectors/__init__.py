"""Clients of the systems around the pipeline; the only importer of their client libraries."""
