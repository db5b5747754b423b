"""How fast the engine evaluates a country.

    make bench                      215 and 41,352 centers
    python benchmarks/evaluate.py 215 1000 ...

Generates N centers on the country's real townships in a database of its own (var/bench), then, in
one process and one run: a first official run through the ledger, a run in which nothing changed,
and the floor of docs/performance: reading the same facts and COPYing the same findings ready-made.
Only the ratios of one run mean anything; machines differ.
"""

import csv
import gzip
import os
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ["PORTAL_HOME"] = str(ROOT / "var" / "bench")

import django  # noqa: E402

from portal import embedded  # noqa: E402

embedded.start_if_needed()
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from centers.models import ROW_MODELS, Center, Filing, Person, Section  # noqa: E402
from evaluation.models import Finding, Run, Shard, Verdict  # noqa: E402
from evaluation.selectors.facts import SHAPES  # noqa: E402
from evaluation.services import evaluations, packs, results  # noqa: E402
from portal.jurisdictions.models import Division  # noqa: E402
from portal.users.models import User  # noqa: E402

AS_OF = date(2025, 12, 31)
AT = datetime(2026, 1, 5, tzinfo=UTC)
BATCH = 5_000
COUNTRY = 41_352


def townships(count: int) -> Iterator[tuple[str, str, str]]:
    """(code, name, district code) of the country's townships, from the start again when more."""
    path = Path(__file__).parent / "data" / "china_townships.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [(row["code"], row["name"], row["parent_code"]) for row in csv.DictReader(file)]
    for number in range(count):
        yield rows[number % len(rows)]


def generate(count: int) -> None:
    """Enter ``count`` centers with accepted sections; triggers are off while they are entered."""
    random.seed(count)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        clerk = User.objects.create_user(f"clerk{count}", full_name="评测", password=None)
        country, _ = Division.objects.get_or_create(
            code="000000", defaults={"name": "全国", "kind": "municipality", "path": "000000/"}
        )
        places = _divisions(list(townships(count)), country)
        for start in range(0, count, BATCH):
            _enter(range(start, min(start + BATCH, count)), places, clerk)
        cursor.execute("ANALYZE")


def _divisions(rows: list[tuple[str, str, str]], country: Division) -> list[Division]:
    districts = {
        code: Division(
            code=code, name=code, kind="district", parent=country, path=f"000000/{code}/"
        )
        for code in dict.fromkeys(district for _code, _name, district in rows)
    }
    Division.objects.bulk_create(districts.values(), ignore_conflicts=True)
    districts = {d.code: d for d in Division.objects.filter(code__in=list(districts))}
    below = {
        code: Division(
            code=code,
            name=name,
            kind="town",
            parent=districts[district],
            path=f"{districts[district].path}{code}/",
        )
        for code, name, district in rows
    }
    Division.objects.bulk_create(below.values(), ignore_conflicts=True, batch_size=BATCH)
    found = {d.code: d for d in Division.objects.filter(code__in=list(below))}
    return [found[code] for code, _name, _district in rows]


def _enter(numbers: range, places: list[Division], clerk: User) -> None:
    centers = Center.objects.bulk_create(
        Center(code=f"N{n:07d}", name=f"社会组织服务中心{n}", division=places[n]) for n in numbers
    )
    people = Person.objects.bulk_create(
        Person(center=center, code=f"P{k}", name=f"人员{k}") for center in centers for k in range(4)
    )
    filings = Filing.objects.bulk_create(
        Filing(
            center=center,
            source="demo",
            status="accepted",
            opened_by=clerk,
            opened_at=AT,
            submitted_by=clerk,
            submitted_at=AT,
        )
        for center in centers
    )
    for kind in SHAPES:
        sections = Section.objects.bulk_create(
            Section(
                filing=filing,
                center_id=filing.center_id,
                kind=kind,
                status="accepted",
                decided_by=clerk,
                decided_at=AT,
            )
            for filing in filings
        )
        model = ROW_MODELS[kind]
        model.objects.bulk_create(
            (
                model(section=section, position=position, **row)
                for n, section in enumerate(sections)
                for position, row in enumerate(ROWS[kind](n, centers, people), start=1)
            ),
            batch_size=BATCH,
        )


def _profile(n: int, centers: list[Center], people: list[Person]) -> list[dict[str, Any]]:
    return [
        {
            "name": centers[n].name,
            "registration_status": random.choice(["registered"] * 9 + ["unregistered"]),
            "registered_on": date(2018, 1, 1),
            "legal_representative": people[4 * n],
        }
    ]


def _staff(n: int, centers: list[Center], people: list[Person]) -> list[dict[str, Any]]:
    return [
        {
            "person": people[4 * n + k],
            "post": "staff" if k else "director",
            "employment_type": random.choice(["labour_contract"] * 5 + ["part_time"]),
            "is_full_time": random.choice([True] * 5 + [False]),
            "is_council_appointed": True if k == 0 else None,
            "is_openly_recruited": bool(k % 2),
            "starts_on": date(2020, 1, 1) + timedelta(days=random.randrange(2000)),
        }
        for k in range(random.randint(2, 4))
    ]


def _premises(n: int, centers: list[Center], people: list[Person]) -> list[dict[str, Any]]:
    return [
        {
            "exclusive_area_m2": Decimal(random.randrange(1800, 9000)) / 100,
            "shared_area_m2": Decimal(60),
            "share_ratio": Decimal("0.25"),
            "adequacy": "satisfies",
            "has_signage": random.random() > 0.1,
            "has_equipment": True,
            "starts_on": date(2019, 1, 1),
        }
        for _ in range(random.randint(1, 2))
    ]


def _accounts(n: int, centers: list[Center], people: list[Person]) -> list[dict[str, Any]]:
    return [{"holder": centers[n].name, "starts_on": date(2019, 1, 1)}]


def _funding(n: int, centers: list[Center], people: list[Person]) -> list[dict[str, Any]]:
    year = {"starts_on": date(2025, 1, 1), "ends_on": AS_OF, "fiscal_year": 2025}
    return [
        {
            "form": random.choice(["grant", "purchase"]),
            "purpose": "basic_operation",
            "amount_yuan": Decimal(300_000),
            **year,
        },
        {"form": "donation", "purpose": "project", "amount_yuan": Decimal(20_000), **year},
        {"form": "earned_income", "fiscal_year": 2025, "amount_yuan": Decimal(n % 3 * 1000)},
    ]


def _governance(n: int, centers: list[Center], people: list[Person]) -> list[dict[str, Any]]:
    return [
        {"member_count": 5, "starts_on": date(2023, 1, 1), "ends_on": date(2025 + n % 3, 12, 31)}
    ]


ROWS: dict[str, Callable[..., list[dict[str, Any]]]] = {
    "profile": _profile,
    "staff": _staff,
    "premises": _premises,
    "accounts": _accounts,
    "funding": _funding,
    "governance": _governance,
}


def official_run() -> float:
    """Seconds of one official run through the ledger, computed by this process."""
    started = time.perf_counter()
    country = Division.objects.get(code="000000")
    run = evaluations.request(division=country, as_of=AS_OF, by=None, at=AT)
    for pk in Shard.objects.filter(run=run).order_by("pk").values_list("pk", flat=True):
        evaluations.compute(shard_id=pk, at=AT)
    assert Run.objects.get(pk=run.pk).status == "done"
    return time.perf_counter() - started


def read_facts() -> float:
    """Seconds to read every fact, shard by shard, and do nothing with it."""
    started = time.perf_counter()
    ids = list(Center.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), evaluations.SHARD_SIZE):
        sections = Section.objects.filter(
            center__in=ids[start : start + evaluations.SHARD_SIZE], kind__in=list(SHAPES)
        )
        latest = list(sections.accepted_last().values_list("id", "kind", "center_id"))
        for kind, (_fact, columns) in SHAPES.items():
            of_kind = [pk for pk, section_kind, _center in latest if section_kind == kind]
            rows = ROW_MODELS[kind].objects.filter(section__in=of_kind)
            list(rows.values_list("section_id", "position", *columns))
    return time.perf_counter() - started


def copy_findings() -> float:
    """Seconds to COPY the findings and verdicts just computed, ready-made, into empty tables."""
    seconds = 0.0
    with connection.cursor() as cursor:
        for model, columns in (
            (Finding, results.FINDING_COLUMNS),
            (Verdict, results.VERDICT_COLUMNS),
        ):
            table = model._meta.db_table
            cursor.execute(f"CREATE TEMP TABLE floor_{table} (LIKE {table} INCLUDING ALL)")
            path = ROOT / "var" / "bench" / f"{table}.copy"
            names = ", ".join(columns)
            with path.open("w+b") as file:
                cursor.copy_expert(f"COPY {table} ({names}) TO STDOUT", file)
                file.seek(0)
                started = time.perf_counter()
                cursor.copy_expert(f"COPY floor_{table} ({names}) FROM STDIN", file)
                seconds += time.perf_counter() - started
            path.unlink()
            cursor.execute(f"DROP TABLE floor_{table}")
    return seconds


def clear() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE centers_center, evaluation_finding, evaluation_verdict, evaluation_run,"
            " audit_auditevent, users_user CASCADE"
        )


def measure(count: int) -> None:
    clear()
    generate(count)
    read = read_facts()
    first = official_run()
    unchanged = official_run()
    floor = read + copy_findings()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{count:>8,} centers  first run {first:7.2f} s  {count / first:8,.0f} centers/s"
        f"  {first / floor:5.2f} × floor"
        f" | unchanged {unchanged:7.2f} s  {unchanged / read:5.2f} × reading"
        f" | floor {floor:6.2f} s (reading {read:.2f} s) | peak {peak:,.0f} MB"
    )


def main(counts: list[int]) -> None:
    call_command("migrate", verbosity=0)
    packs.load_all(at=AT)
    for count in counts:
        measure(count)
    clear()


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]] or [215, COUNTRY])
