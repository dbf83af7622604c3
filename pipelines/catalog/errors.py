"""What can be wrong with definition files."""


class CatalogError(ValueError):
    """A definition file can't be used; the message names the file, the path in it, and the remedy."""
