"""Other engines at ten of the construction rules, on the same centers.

They read figures per center that PostgreSQL adds up for them, judge, and write findings into a
table like the portal's. Unlike the portal they do not know dates, unknown cells, parameters per
district or why a row did not count: the generated centers ask for none of it, so the findings are
the same, and `same_as_the_portals` holds them to it.
"""

import io
import time
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.db import connection, transaction

from centers.models import Center
from evaluation.models import Finding, Pack
from evaluation.selectors import parameters
from evaluation.services import results

RULES = (
    *("ST-02", "ST-04", "ST-05", "ST-06", "ST-07"),
    *("ST-08", "ST-09", "ST-10", "ST-12", "ST-14"),
)
TABLE = "peer_finding"

# One row per center: id, then what FIGURES names.
FIGURES = (
    *("director_full_time", "director_counted", "counted", "with_director"),
    *("seconded", "recruited", "adequate", "area", "signage", "equipment"),
    *("committed", "earned"),
)
QUERY = """
WITH latest AS (
    SELECT DISTINCT ON (center_id, kind) id, center_id, kind FROM centers_section
    WHERE status = 'accepted' AND center_id <= {last}
    ORDER BY center_id, kind, decided_at DESC, id DESC
), staff AS (
    SELECT center_id,
        bool_or(post = 'director' AND is_full_time) AS director_full_time,
        bool_or(post = 'director' AND employment_type = ANY({types})) AS director_counted,
        count(DISTINCT person_id) FILTER (
            WHERE post <> 'director' AND is_full_time AND employment_type = ANY({types})
        ) AS counted,
        count(DISTINCT person_id) FILTER (
            WHERE is_full_time AND employment_type = ANY({types})
        ) AS with_director,
        bool_or(employment_type = 'seconded_community_worker') AS seconded,
        bool_or(is_openly_recruited) AS recruited
    FROM latest JOIN centers_staffrow r ON r.section_id = latest.id
    WHERE (starts_on IS NULL OR starts_on <= '{as_of}')
        AND (ends_on IS NULL OR ends_on >= '{as_of}')
    GROUP BY center_id
), premises AS (
    SELECT center_id,
        bool_or(adequacy = 'satisfies') AS adequate,
        sum(exclusive_area_m2 + coalesce(shared_area_m2 * share_ratio, 0))::numeric(12, 2) AS area,
        bool_or(has_signage) AS signage,
        bool_or(has_equipment) AS equipment
    FROM latest JOIN centers_premisesrow r ON r.section_id = latest.id
    WHERE (starts_on IS NULL OR starts_on <= '{as_of}')
        AND (ends_on IS NULL OR ends_on >= '{as_of}')
    GROUP BY center_id
), funding AS (
    SELECT center_id,
        coalesce(sum(amount_yuan) FILTER (
            WHERE form IN ('grant', 'purchase') AND purpose = 'basic_operation'
                AND starts_on <= '{as_of}' AND ends_on >= '{as_of}'
        ), 0)::numeric(16, 2) AS committed,
        coalesce(sum(amount_yuan) FILTER (
            WHERE form = 'earned_income' AND fiscal_year = {year}
        ), 0)::numeric(16, 2) AS earned
    FROM latest JOIN centers_fundingrow r ON r.section_id = latest.id
    GROUP BY center_id
)
SELECT center_id, {figures}
FROM staff JOIN premises USING (center_id) JOIN funding USING (center_id)
ORDER BY center_id
"""


def query(as_of: date, last: int) -> str:
    """The figures of the centers with the lowest ids."""
    values = _parameters(as_of)
    types = ", ".join(f"'{name}'" for name in sorted(values["counted_types"]))
    return QUERY.format(
        as_of=as_of,
        last=last,
        year=as_of.year - 1,
        types=f"ARRAY[{types}]",
        figures=", ".join(FIGURES),
    )


def as_rows(as_of: date, last: int) -> list[tuple[Any, ...]]:
    """As Python objects."""
    with connection.cursor() as cursor:
        cursor.execute(query(as_of, last))
        return cursor.fetchall()


def as_csv(as_of: date, last: int) -> bytes:
    """As CSV with a header, the fastest that PostgreSQL gives."""
    file = io.BytesIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY ({query(as_of, last)}) TO STDOUT (FORMAT csv, HEADER)", file)
    return file.getvalue()


def wording(as_of: date) -> dict[str, tuple[str, str, str]]:
    """Rule → reason when met, reason when not, and its figures as JSON with {names} to fill in."""
    values = _parameters(as_of)
    area = f'"threshold_m2":"{values["min_area"]:.2f}","policy":"{values["shared_area_policy"]}"'
    staff = f'"required":{values["min_fulltime_staff"]}'
    money = f'"floor_yuan":null,"basis":"{values["funding_basis"]}"'
    return {
        "ST-02": ("director_in_post", "director_not_fulltime", "{}"),
        "ST-04": (
            "fulltime_{counted}_of_{required}",
            "fulltime_{counted}_of_{required}",
            '{"counted":{counted},' + staff + ',"counted_with_director":{with_director},'
            '"counted_without_director":{counted}}',
        ),
        "ST-05": ("community_worker_assigned", "no_community_worker", "{}"),
        "ST-06": ("openly_recruited", "not_openly_recruited", "{}"),
        "ST-07": ("premises_adequate", "premises_not_adequate", "{}"),
        "ST-08": (
            "area_ok",
            "area_{counted_area_m2}_of_{threshold_m2}",
            '{"counted_area_m2":"{area}",' + area + "}",
        ),
        "ST-09": ("signage_in_place", "no_signage", "{}"),
        "ST-10": ("equipment_in_place", "no_equipment", "{}"),
        "ST-12": (
            "basic_operation_committed",
            "no_basic_operation_commitment",
            '{"counted_yuan":"{committed}",' + money + "}",
        ),
        "ST-14": (
            "earned_income",
            "no_earned_income",
            f'{{"fiscal_year":{as_of.year - 1},"earned_yuan":"{{earned}}"}}',
        ),
    }


def stamp(as_of: date) -> str:
    """The cells that every finding repeats: series, date, run, time."""
    return f"{as_of}\t{as_of}\t0\t{as_of}"


def pack(as_of: date) -> Pack:
    """The pack in force with these rules alone, for the portal."""
    whole = parameters.pack_in_force(as_of)
    chosen = [rule for rule in whole.content["rules"] if rule["id"] in RULES]
    limits = {
        name: declared | {"rules": [rule for rule in declared["rules"] if rule in RULES]}
        for name, declared in whole.content["parameters"].items()
        if not {*RULES}.isdisjoint(declared.get("rules", ()))
    }
    content = {"code": "ten-rules", "rules": chosen, "parameters": limits}
    found, _is_new = Pack.objects.get_or_create(
        code="ten-rules",
        version=1,
        defaults={
            "division_code": "000000",
            "effective_from": whole.effective_from,
            "sha256": "0" * 64,
            "content": whole.content | content,
            "loaded_at": whole.loaded_at,
        },
    )
    return found


def centers_per_second(
    peer: Callable[[date, int], Iterable[bytes]], as_of: date, last: int
) -> float:
    """How fast a peer reads, judges and writes the centers with the lowest ids."""
    with connection.cursor() as cursor:
        table = Finding._meta.db_table
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        cursor.execute(f"CREATE TABLE {TABLE} (LIKE {table} INCLUDING ALL)")
    command = f"COPY {TABLE} ({', '.join(results.FINDING_COLUMNS)}) FROM STDIN"
    started = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        for lines in peer(as_of, last):
            cursor.copy_expert(command, io.BytesIO(lines), 1 << 16)
    seconds = time.perf_counter() - started
    same_as_the_portals(as_of, last)
    return min(last, Center.objects.count()) / seconds


def same_as_the_portals(as_of: date, last: int) -> None:
    """Stop where a peer finds anything else than the portal did, or leaves anything out."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT rule, count(*) FROM (SELECT * FROM {TABLE}) peer FULL JOIN ("
            f" SELECT * FROM {Finding._meta.db_table} WHERE superseded_at IS NULL"
            " AND series_on = %s AND center_id <= %s) own USING (center_id, rule)"
            " WHERE (peer.outcome, peer.reason, peer.figures)"
            " IS DISTINCT FROM (own.outcome, own.reason, own.figures) GROUP BY rule",
            [as_of, last],
        )
        differing = cursor.fetchall()
    if differing:
        raise SystemExit(f"The findings differ from the portal's: {differing}")


def _parameters(as_of: date) -> dict[str, Any]:
    settings = parameters.settings_for([""], parameters.pack_in_force(as_of), as_of)
    return dict(settings[""].values)
