"""What working on hundreds of centers at once needs."""

import gc
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import BigIntegerField, BooleanField, Func, QuerySet, Value

T = TypeVar("T")
END: Any = object()
# Stands for the ids in a statement that is compiled before they are known.
ANY_IDS = (-1,)


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


def compiled(found: "QuerySet[Any, Any]") -> Callable[[Iterable[int]], list[tuple[Any, ...]]]:
    """What fetches the rows of a query over ``any_of(column, ANY_IDS)`` for other ids.

    For one center Django would take longer to write a statement than PostgreSQL to answer it.
    """
    compiler = found.query.get_compiler(connection=connection)
    statement, parameters = compiler.as_sql()
    values = list(parameters)
    place = values.index(list(ANY_IDS))
    converters = compiler.get_converters([column for column, *_rest in compiler.select])

    def fetch(ids: Iterable[int]) -> list[tuple[Any, ...]]:
        given = [*values[:place], list(ids), *values[place + 1 :]]
        with connection.cursor() as cursor:
            cursor.execute(statement, given)
            rows = cursor.fetchall()
        if not converters:
            return rows
        return [tuple(row) for row in compiler.apply_converters(rows, converters)]

    return fetch


def ahead(things: Iterator[T]) -> Iterator[T]:
    """The things, each of which is read while the one before is used: PostgreSQL works on the next
    while Python works on the last.

    They are read in a thread of their own on this thread's connection, so in its transaction.
    """
    ours = connections[DEFAULT_DB_ALIAS]
    ours.inc_thread_sharing()
    try:
        with ThreadPoolExecutor(1, initializer=_lend, initargs=(ours,)) as reader:
            coming = reader.submit(next, things, END)
            while (thing := coming.result()) is not END:
                coming = reader.submit(next, things, END)
                yield thing
    finally:
        ours.dec_thread_sharing()


def _lend(ours: Any) -> None:
    connections[DEFAULT_DB_ALIAS] = ours
