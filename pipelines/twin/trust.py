"""What models may make of a value that is not bad and yet not plainly good."""

from schemas.quality import Flaw

NOT_JUDGED = frozenset({Flaw.REWARMING, Flaw.COUNTER_RESET})
"""Beside bad values, those with which no alert may begin."""

NOT_LEARNED = NOT_JUDGED | {Flaw.SPIKE}
"""Beside bad values, those that would teach what is not so."""
