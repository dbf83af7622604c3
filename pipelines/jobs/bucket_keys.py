"""Keys of buckets that Flink spreads evenly over its workers.

Flink assigns a key to one of `KEY_GROUPS` key groups by a hash, and runs of key groups to workers. With a handful of
keys chance is unkind: of eight keys "0" to "7", eight workers would get 2, 2, 2, 1, 1, 0, 0 and 0.
"""

from itertools import count

KEY_GROUPS = 128
"""Flink's maximum parallelism. It is part of the state's format: a job can't be restored with another."""

_MASK = 0xFFFFFFFF


def bucket_keys(buckets: int) -> list[str]:
    """A key for each bucket, the first one of "3", "3.1", "3.2" and so on in the middle of the bucket's key groups.

    >>> bucket_keys(4)
    ['0.79', '1.39', '2.47', '3.241']
    """
    return [_key(bucket, buckets) for bucket in range(buckets)]


def key_group(key: str) -> int:
    """The key group of a row that holds one text, as Flink's `KeyGroupRangeAssignment` finds it.

    >>> key_group("0"), key_group("1")
    (32, 30)
    """
    text = 0
    for letter in key.encode("utf-16-be")[1::2]:  # ASCII: String.hashCode works on UTF-16 units
        text = (31 * text + letter) & _MASK
    return _murmur((31 + 31 + text) & _MASK) % KEY_GROUPS


def _key(bucket: int, buckets: int) -> str:
    middle = (2 * bucket + 1) * KEY_GROUPS // (2 * buckets)
    candidates = (f"{bucket}.{salt}" if salt else f"{bucket}" for salt in count())
    return next(key for key in candidates if key_group(key) == middle)


def _murmur(code: int) -> int:
    """Flink's `MathUtils.murmurHash`: MurmurHash3 of one 32-bit number, made positive."""
    code = _rotated(code * 0xCC9E2D51 & _MASK, 15) * 0x1B873593 & _MASK
    code = (_rotated(code, 13) * 5 + 0xE6546B64) & _MASK ^ 4
    code = (code ^ code >> 16) * 0x85EBCA6B & _MASK
    code = (code ^ code >> 13) * 0xC2B2AE35 & _MASK
    code ^= code >> 16
    return code if code < 2**31 else (2**32 - code) & 0x7FFFFFFF


def _rotated(code: int, by: int) -> int:
    return (code << by | code >> 32 - by) & _MASK
