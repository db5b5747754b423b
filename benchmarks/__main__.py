"""The command line: sizes in, one report out."""

import argparse
import logging
import math
import os
import platform
import statistics
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from benchmarks import acceptance, engine, floor, generation, loop, peers, serving
from benchmarks.peers import decision_tables, duckdb_tables, numpy_arrays, polars_columns
from benchmarks.workers import PROCESSES, workers
from centers.models import Center
from evaluation.models import Finding
from evaluation.services import packs

SIZES = [215, 41_352]
# zen-engine takes long: it judges so many centers, and its speed is what counts.
TABLE_SAMPLE = 5_000
NIGHTS = {"unchanged": "nothing changed", "few": "0.1 % changed", "many": "20 % changed"}
VECTORISED = {
    "polars": polars_columns.judge,
    "DuckDB": duckdb_tables.judge,
    "NumPy": numpy_arrays.judge,
}


@dataclass(frozen=True)
class Growth:
    """What one size cost."""

    centers: int
    seconds: float
    peak_mb: float


def main(sizes: list[int], *, is_growth_only: bool) -> None:
    """Measure every size and print the figures."""
    # The portal's own lines about every call would stand between the figures.
    logging.disable(logging.INFO)
    call_command("migrate", verbosity=0)
    python = f"Python {platform.python_version()}"
    say(f"{timezone.localdate()}, {os.cpu_count()} cores, {python}, {server()}")
    grown = [measure(count, is_growth_only=is_growth_only) for count in sizes]
    for before, after in pairwise(grown):
        exponent = math.log(after.seconds / before.seconds, after.centers / before.centers)
        say(f"P5  growth {before.centers:,} → {after.centers:,}: exponent {exponent:.2f}")
    generation.clear()


def measure(count: int, *, is_growth_only: bool) -> Growth:
    """Everything about one number of centers, or what tells how time and memory grow."""
    today = timezone.localdate()
    generation.clear()
    packs.load_all(at=timezone.now())
    generation.generate(count, today)
    say(f"\n{count:,} centers")
    with workers() as pair:
        first = engine.first(pair)
        written = Finding.objects.count()
        nights = engine.nights(pair, count, today)
        peak_mb = pair.peak_mb
    ground = floor.measure()
    say(
        f"P1  first evaluation {first:.2f} s ({count / first:,.0f} centers/s,"
        f" {written:,} findings): {first / (ground.read + ground.copy):.2f} × the floor in one"
        f" process ({ground.read:.2f} s reading + {ground.copy:.2f} s COPY),"
        f" {first / (ground.read_by_two + ground.copy_by_two):.2f} × the floor in {PROCESSES}"
    )
    for name, seconds in vars(nights).items():
        say(
            f"P2  night, {NIGHTS[name]} {seconds:.2f} s: {seconds / ground.read:.2f} × reading in"
            f" one process, {seconds / ground.read_by_two:.2f} × in {PROCESSES}"
        )
    if not is_growth_only:
        slow = loop.seconds_per_center(today) * count
        say(f"P3  ORM loop {slow:,.1f} s (from {loop.SAMPLE} centers): {slow / first:.0f} × slower")
        serving.measure()
        compare(count, today)
        accept(today)
    say(f"P5  peak memory of a worker process {peak_mb:.0f} MB")
    return Growth(count, first, peak_mb)


def compare(count: int, today: date) -> None:
    """The ten rules of `peers`, each engine as fast as it can on this machine."""
    # A day of its own, so that nothing stands; the same facts hold on it.
    day = today.replace(day=1)
    own = count / engine.alone(peers.pack(day), day)
    say(f"P4  ten rules, this engine in one process {own:,.0f} centers/s")
    sample = min(count, TABLE_SAMPLE)
    speeds = {"zen-engine": peers.centers_per_second(decision_tables.judge, day, sample)}
    for name, judge in VECTORISED.items():
        speeds[name] = peers.centers_per_second(judge, day, count)
    for name, speed in speeds.items():
        say(f"P4  {name} {speed:,.0f} centers/s: this engine {own / speed:.2f} × as fast")


def accept(today: date) -> None:
    """Acceptances one after the other, the worker idle before each."""
    if Center.objects.count() < acceptance.REPEATS:
        return
    part_ms = acceptance.engine_ms(today.replace(month=1, day=1))
    with workers():
        seconds = sorted(acceptance.seconds_until_readable(acceptance.people()))
    p95 = statistics.quantiles(seconds, n=20)[-1]
    say(
        f"P6  acceptance to API: median {statistics.median(seconds) * 1000:.0f} ms,"
        f" p95 {p95 * 1000:.0f} ms; one center in the engine {part_ms:.1f} ms"
    )


def server() -> str:
    """The database's name and version."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 'PostgreSQL ' || current_setting('server_version')")
        return str(cursor.fetchone()[0])


def say(text: str) -> None:
    """Print at once: a run takes minutes."""
    print(text, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="make bench", description=main.__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES, help="numbers of centers")
    parser.add_argument("--growth", action="store_true", help="P1, P2 and P5 alone")
    given = parser.parse_args()
    main(given.sizes or SIZES, is_growth_only=given.growth)
