"""The floor: reading the facts that an evaluation reads, and writing ready-made what it wrote."""

import multiprocessing
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, connections, transaction

from benchmarks import HOME
from centers.models import Center
from evaluation.models import Finding, Verdict
from evaluation.selectors import facts
from evaluation.services import evaluations, results

TABLES = ((Finding, results.FINDING_COLUMNS), (Verdict, results.VERDICT_COLUMNS))


@dataclass(frozen=True)
class Floor:
    """Seconds that one process takes, and two at once."""

    read: float
    copy: float
    read_by_two: float
    copy_by_two: float


def measure() -> Floor:
    """Read what stands in the tables and copy the standing results into tables like theirs."""
    ids = list(Center.objects.order_by("pk").values_list("pk", flat=True))
    halves = ids[: len(ids) // 2], ids[len(ids) // 2 :]
    _export(ids, halves)
    try:
        return Floor(
            read=_together(_read, [ids]),
            copy=_copied(["all"]),
            read_by_two=_together(_read, halves),
            copy_by_two=_copied(["first", "second"]),
        )
    finally:
        for model, _columns in TABLES:
            for part in ("all", "first", "second"):
                _path(model, part).unlink(missing_ok=True)


def _together(work: Callable[[Any], None], shares: Sequence[Any]) -> float:
    """Seconds until as many processes as there are shares have done theirs."""
    connections.close_all()
    context = multiprocessing.get_context("fork")
    ready = context.Barrier(len(shares) + 1)
    processes = [context.Process(target=_do, args=(work, share, ready)) for share in shares]
    for process in processes:
        process.start()
    ready.wait()
    started = time.perf_counter()
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        raise SystemExit("The floor could not be measured.")
    return time.perf_counter() - started


def _do(work: Callable[[Any], None], share: Any, ready: Any) -> None:
    with connection.cursor():
        ready.wait()
    work(share)
    connection.close()


def _read(ids: Sequence[int]) -> None:
    """Every fact of the centers, shard by shard, of which nothing is made."""
    for start in range(0, len(ids), evaluations.SHARD_SIZE):
        share = ids[start : start + evaluations.SHARD_SIZE]
        sections = facts.sections_accepted_last(share)
        for kind in facts.SHAPES:
            facts.rows_of(kind)([pk for pk, of_kind, _center in sections if of_kind == kind])


def _export(ids: Sequence[int], halves: Sequence[Sequence[int]]) -> None:
    """Leave what stands in files, for all centers and for each half of them."""
    shares = {"all": ids, "first": halves[0], "second": halves[1]}
    with connection.cursor() as cursor:
        for model, columns in TABLES:
            names, table = ", ".join(columns), model._meta.db_table
            for part, share in shares.items():
                low, high = (share[0], share[-1]) if share else (0, -1)
                with _path(model, part).open("wb") as file:
                    cursor.copy_expert(
                        f"COPY (SELECT {names} FROM {table} WHERE superseded_at IS NULL"
                        f" AND center_id BETWEEN {low} AND {high}) TO STDOUT",
                        file,
                    )


def _copied(parts: Sequence[str]) -> float:
    """Seconds to COPY the files, one process each, into empty tables with the same indexes."""
    with connection.cursor() as cursor:
        for model, _columns in TABLES:
            table = model._meta.db_table
            cursor.execute(f"DROP TABLE IF EXISTS floor_{table}")
            cursor.execute(f"CREATE TABLE floor_{table} (LIKE {table} INCLUDING ALL)")
    seconds = _together(_copy, parts)
    with connection.cursor() as cursor:
        for model, _columns in TABLES:
            cursor.execute(f"DROP TABLE floor_{model._meta.db_table}")
    return seconds


@transaction.atomic
def _copy(part: str) -> None:
    with connection.cursor() as cursor:
        for model, columns in TABLES:
            command = f"COPY floor_{model._meta.db_table} ({', '.join(columns)}) FROM STDIN"
            with _path(model, part).open("rb") as file:
                cursor.copy_expert(command, file, 1 << 16)


def _path(model: type[Finding] | type[Verdict], part: str) -> Path:
    return HOME / f"{model._meta.db_table}-{part}.copy"
