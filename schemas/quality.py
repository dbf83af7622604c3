"""How far a value can be trusted."""

from enum import StrEnum


class Quality(StrEnum):
    """The three levels of OPC UA status codes (Part 8, 5.4.1): good, uncertain, bad."""

    GOOD = "good"
    UNCERTAIN = "uncertain"
    BAD = "bad"
