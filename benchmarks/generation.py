"""Centers on the country's real townships, with everything they file, made inside the database.

What a center has depends on its number alone, so every run of one size judges the same facts.
"""

import csv
import gzip
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection, models, transaction

from centers.models import ROW_MODELS, Center, Filing, Person, Section
from centers.models.functions import FUNCTIONS
from portal.jurisdictions.models import Division
from portal.users.models import User

COUNTRY = "000000"
PERSONS = 4
KINDS = list(ROW_MODELS)
# When the facts were accepted, in SQL.
ACCEPTED_AT = "timestamptz '2026-01-05 00:00+00'"

# Per kind: how many rows section n has, and its columns; k is the row's position, {year} the year
# of the date judged. `pick(n, salt)` is a fraction from 0 to 1.
ROWS: dict[str, tuple[str, dict[str, str]]] = {
    "profile": (
        "1",
        {
            "name": "'社会组织服务中心' || n",
            "uscc": "'52310000' || lpad(n::text, 10, '0')",
            "registration_status": "CASE WHEN pick(n, 1) < 0.9 THEN 'registered'"
            " ELSE 'unregistered' END",
            "registered_on": "date '2018-01-01'",
            "operating_model": "'self_run'",
            "legal_representative_id": f"{PERSONS} * n - {PERSONS - 1}",
            "last_inspection": "'qualified'",
        },
    ),
    "staff": (
        "2 + (pick(n, 2) * 3)::int % 3",
        {
            "person_id": f"{PERSONS} * (n - 1) + k",
            "post": "CASE k WHEN 1 THEN 'director' ELSE 'staff' END",
            "employment_type": "CASE WHEN pick(n, 10 + k) < 0.8 THEN 'labour_contract'"
            " ELSE 'part_time' END",
            "is_full_time": "pick(n, 20 + k) < 0.8",
            "is_council_appointed": "CASE k WHEN 1 THEN true END",
            "is_openly_recruited": "k % 2 = 0 AND pick(n, 3) < 0.7",
            "starts_on": "date '2020-01-01' + (pick(n, 30 + k) * 1800)::int",
        },
    ),
    "premises": (
        "1 + (pick(n, 4) < 0.5)::int",
        {
            "exclusive_area_m2": "round((18 + 72 * pick(n, 40 + k))::numeric, 2)",
            "shared_area_m2": "60",
            "share_ratio": "0.25",
            "adequacy": "CASE WHEN pick(n, 5) < 0.9 THEN 'satisfies' ELSE 'basically' END",
            "has_signage": "pick(n, 50 + k) < 0.9",
            "has_equipment": "pick(n, 60 + k) < 0.9",
            "right_kind": "'free_use'",
            "starts_on": "date '2019-01-01'",
        },
    ),
    "accounts": ("1", {"holder": "'社会组织服务中心' || n", "starts_on": "date '2019-01-01'"}),
    "funding": (
        "3",
        {
            "fiscal_year": "{year} - (k = 3)::int",
            "form": "CASE k WHEN 1 THEN CASE WHEN pick(n, 6) < 0.5 THEN 'grant' ELSE 'purchase'"
            " END WHEN 2 THEN 'donation' ELSE 'earned_income' END",
            "purpose": "CASE k WHEN 1 THEN 'basic_operation' WHEN 2 THEN 'project' END",
            "amount_yuan": "CASE k WHEN 1 THEN 300000 WHEN 2 THEN 20000 ELSE n % 3 * 1000 END",
            "starts_on": "CASE WHEN k < 3 THEN make_date({year}, 1, 1) END",
            "ends_on": "CASE WHEN k < 3 THEN make_date({year}, 12, 31) END",
        },
    ),
    "governance": (
        "1",
        {
            "member_count": "5",
            "has_supervisor": "pick(n, 7) < 0.8",
            "starts_on": "make_date({year} - 2, 1, 1)",
            "ends_on": "make_date({year} - 1 + (n % 3)::int, 12, 31)",
        },
    ),
    # A year's figures of 22 functions; one in twenty was left blank.
    "functions": (
        "22",
        {
            "fiscal_year": "{year}",
            "function": "(ARRAY[{functions}])[k]",
            "count": "CASE WHEN pick(n, 100 + k) > 0.05 THEN (pick(n, 200 + k) * 12)::int END",
        },
    ),
    "statutory": (
        "4",
        {
            "matter": "(ARRAY['seal_filing', 'registered_change', 'branches', 'capital'])[k]",
            "occurred_on": "CASE k WHEN 2 THEN make_date({year}, 2, 1) END",
            "done_on": "CASE k WHEN 2 THEN make_date({year}, 2, 1) + (pick(n, 8) * 60)::int END",
            "is_so": "CASE k WHEN 1 THEN true WHEN 3 THEN false END",
            "non_state_share": "CASE k WHEN 4 THEN 0.5 END",
        },
    ),
}


def clear() -> None:
    """Empty every table that holds centers, results or people; numbers begin at 1 again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE centers_center, jurisdictions_division, evaluation_finding,"
            " evaluation_verdict, evaluation_run, evaluation_pack, users_user, audit_auditevent"
            " RESTART IDENTITY CASCADE"
        )


@transaction.atomic
def generate(count: int, as_of: date) -> None:
    """Enter ``count`` centers, all of whose sections were accepted; triggers do not fire."""
    _begin()
    clerk = User.objects.create_user("clerk", full_name="评测", password=None)
    places = divisions(count)
    numbers = f"generate_series(1, {count}) n"
    place = f"{places.start} + (n - 1) % {len(places)}"
    _insert(Center, numbers, id="n", code="'N' || lpad(n::text, 7, '0')", name="'中心' || n",
            division_id=place)  # fmt: skip
    of_center = f"{numbers}, generate_series(1, {PERSONS}) k"
    _insert(Person, of_center, id=f"{PERSONS} * (n - 1) + k", center_id="n", code="'P' || k",
            name="'人员' || k")  # fmt: skip
    _file(numbers, KINDS, as_of, clerk, ACCEPTED_AT)
    _restart_numbers()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _begin() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "CREATE OR REPLACE FUNCTION pick(n bigint, salt bigint) RETURNS float"
            " LANGUAGE sql IMMUTABLE PARALLEL SAFE AS"
            " 'SELECT (hashint8extended(n, salt) & 65535) / 65536.0'"
        )


def _file(numbers: str, kinds: list[str], as_of: date, clerk: User, at: str, **cells: str) -> None:
    """A filing per center number ``n``, with an accepted section of each kind."""
    filing, section = _next_number(Filing), _next_number(Section)
    who = {"opened_by_id": str(clerk.pk), "submitted_by_id": str(clerk.pk)}
    times = {"opened_at": at, "submitted_at": at}
    _insert(Filing, numbers, id=f"{filing} + n", center_id="n", source="'demo'",
            status="'accepted'", **who, **times)  # fmt: skip
    functions = ", ".join(f"'{code}'" for code in FUNCTIONS)
    for index, kind in enumerate(kinds):
        number = f"{section} + {len(kinds)} * n + {index}"
        _insert(Section, numbers, id=number, filing_id=f"{filing} + n", center_id="n",
                kind=f"'{kind}'", status="'accepted'", decided_by_id=str(clerk.pk),
                decided_at=at)  # fmt: skip
        how_many, columns = ROWS[kind]
        source = f"{numbers}, LATERAL generate_series(1, {how_many}) k"
        filled = {
            column: expression.replace("{year}", str(as_of.year)).replace("{functions}", functions)
            for column, expression in (columns | cells).items()
        }
        _insert(ROW_MODELS[kind], source, section_id=number, position="k", **filled)


@transaction.atomic
def change(every: int, count: int, as_of: date, clerk: User) -> None:
    """Of every so-manieth center, accept premises of another size."""
    _begin()
    numbers = f"generate_series({every}, {count}, {every}) n"
    area = f"round((10 + {every % 7} + n % 5)::numeric, 2)"
    _file(numbers, ["premises"], as_of, clerk, "now()", exclusive_area_m2=area)
    _restart_numbers()


def _insert(model: type[models.Model], source: str, /, **cells: str) -> None:
    """INSERT … SELECT; a column that is not named takes the model's default."""
    for field in model._meta.concrete_fields:
        is_given = field.column in cells or field.primary_key
        if not (is_given or field.null or field.has_db_default()):
            cells[field.column] = _literal(field)
    columns, values = ", ".join(f'"{name}"' for name in cells), ", ".join(cells.values())
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{model._meta.db_table}" ({columns}) SELECT {values} FROM {source}'
        )


def _literal(field: Any) -> str:
    default = field.get_default()
    if isinstance(default, bool | int):
        return str(default).lower()
    return f"'{default}'"


def _next_number(model: type[models.Model]) -> int:
    return model.objects.aggregate(last=models.Max("id"))["last"] or 0


def _restart_numbers() -> None:
    with connection.cursor() as cursor:
        for model in (Center, Person, Filing, Section):
            table = model._meta.db_table
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
            )


def _townships() -> Iterator[tuple[str, str, str]]:
    """(code, name, district code)."""
    path = Path(__file__).parent / "data" / "china_townships.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield row["code"], row["name"], row["parent_code"]


def divisions(count: int) -> range:
    """The country, its districts and townships; the range of the townships' ids."""
    country = Division.objects.create(
        code=COUNTRY, name="全国", kind="municipality", path=f"{COUNTRY}/"
    )
    townships = list(islice(_townships(), count))
    codes = dict.fromkeys(district for _code, _name, district in townships)
    districts = {
        code: Division(
            code=code, name=code, kind="district", parent=country, path=f"{COUNTRY}/{code}/"
        )
        for code in codes
    }
    Division.objects.bulk_create(districts.values())
    towns = [
        Division(
            code=code,
            name=name,
            kind="town",
            parent=districts[district],
            path=f"{districts[district].path}{code}/",
        )
        for code, name, district in townships
    ]
    Division.objects.bulk_create(towns, batch_size=5_000)
    return range(towns[0].pk, towns[-1].pk + 1)
