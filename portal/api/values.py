"""How answers write what they state."""

from functools import lru_cache

from django.utils.timezone import localtime


# A run gives thousands of rows the same times.
@lru_cache(maxsize=4096)
def time(moment):
    """A time with the offset of Shanghai, or None."""
    return None if moment is None else localtime(moment).isoformat(timespec="seconds")


def day(value):
    """A day, or None."""
    return None if value is None else value.isoformat()
