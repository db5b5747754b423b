"""What working on hundreds of centers at once needs."""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, BooleanField, Func, Value


class _AnyOf(Func):
    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()


def any_of(column: str, ids: Iterable[int]) -> Func:
    """What ``column__in=ids`` asks, with the ids as one array.

    A statement of hundreds of placeholders takes longer to write than to answer.
    """
    return _AnyOf(column, Value(list(ids), output_field=ArrayField(BigIntegerField())))


@contextmanager
def uncollected() -> Iterator[None]:
    """Within it Python's cycle collector rests.

    A batch makes rows and outcomes by the ten thousand, none of them in a cycle; looking through
    all of them again and again would take longer than the rules.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
