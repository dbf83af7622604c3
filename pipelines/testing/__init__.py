"""Builders and readers for tests; nothing at run time imports this."""
