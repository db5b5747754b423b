"""The register list at the size of the country (P10): python -m benchmarks.registers [ROWS]

The bureau's own list beside the admin as Django ships it, on the same rows, asked by the same
person whose role reaches the whole country: first page, last page, and a search. A search counts
what it found, so the count stands in its time; the count alone is measured too.
"""

import argparse
import logging
import statistics
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.core.management import call_command
from django.db import connection, transaction
from django.test import RequestFactory
from django.utils import timezone

from benchmarks import generation
from organizations.admin import OrganizationAdmin
from organizations.models import Organization
from organizations.selectors.names import initials_of
from portal.jurisdictions.models import Division
from portal.registers.paging import counted
from portal.users import services as users
from portal.users.models import User

ROWS = 890_000
REPEATS = 5
# The stock admin is slow: it is asked less often.
STOCK_REPEATS = 2
STEMS = (
    *("银龄互助服务中心", "社区食堂服务社", "儿童关爱中心", "助残服务中心", "调解工作室"),
    *("睦邻议事促进会", "书画爱好者协会", "太极拳协会", "社区公益基金会", "环保志愿服务中心"),
    *("商户联合会", "职业技能培训学校", "重阳敬老院", "民间音乐研究会", "养老服务社"),
)
# What people type: common and rare words, one character, words that never meet, initials, codes.
SEARCHES = (
    *("协会", "服务中心", "老", "重阳", "重阳敬老院", "民间音乐", "协会 基金会", "桂花"),
    *("77777", "编号77777社", "sqgyjjh", "zyjly", "tjqxh", "MJ0077", "52310000", "中心 7777"),
    *("海协", "不存在的名字", "100%", "虹桥 敬老院", "虹桥镇", "xh"),
)
SOURCE = """
INSERT INTO organizations_organization (
    name, initials, uscc, org_type, division_id, status, supervising_unit, version,
    old_certificate_no, scope, legal_representative, contact_name, domicile, actual_address
)
SELECT place.name || '编号' || n || '社' || stem.name,
    place.initials || 'bh' || n || 's' || stem.initials,
    CASE WHEN n %% 10 > 0 THEN '52310000MJ' || lpad(n::text, 7, '0') || '0' END,
    'social_service_institution', place.id, 'normal', '', 1, '', '', '', '', '', ''
FROM generate_series(1, %s) n
JOIN unnest(%s::bigint[], %s::text[], %s::text[]) WITH ORDINALITY
    AS place(id, name, initials, position) ON place.position = 1 + n %% %s
JOIN unnest(%s::text[], %s::text[]) WITH ORDINALITY
    AS stem(name, initials, position) ON stem.position = 1 + n / 7 %% %s
ORDER BY n
"""


class StockAdmin(ModelAdmin):
    """What the documentation shows."""

    list_display = OrganizationAdmin.list_display
    list_select_related = ("division",)
    search_fields = ("name", "uscc")
    ordering = ("-id",)


def main(rows: int) -> None:
    """Fill the register, ask both lists, print the figures."""
    logging.disable(logging.INFO)
    call_command("migrate", verbosity=0)
    person = prepare(rows)
    site = AdminSite()
    ours, stock = OrganizationAdmin(Organization, site), StockAdmin(Organization, site)
    report("first page", pages(ours, person, ({},)), pages(stock, person, ({},), STOCK_REPEATS))
    report(
        "last page",
        pages(ours, person, ({"p": ours_last(ours, person)},)),
        pages(stock, person, ({"p": -(-rows // stock.list_per_page)},), STOCK_REPEATS),
    )
    for text in SEARCHES:
        asked = ({"q": text},)
        each = pages(ours, person, asked)
        print(f"P10   “{text}” {statistics.median(each) * 1000:.0f} ms", flush=True)
    asked = tuple({"q": text} for text in SEARCHES)
    report("search", pages(ours, person, asked), pages(stock, person, asked, 1))
    seen = Organization.objects.visible_to(person)
    report(
        "count",
        timed(lambda: counted(seen), REPEATS),
        timed(seen.count, REPEATS),
    )


@transaction.atomic
def prepare(rows: int) -> User:
    """The rows, and an officer of the whole country."""
    generation.clear()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE organizations_organization RESTART IDENTITY CASCADE")
    places = list(generation.divisions(50_000))
    named = dict(Division.objects.in_bulk(places))
    names = [named[pk].name for pk in places]
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            SOURCE,
            [
                *(rows, places, names, list(map(initials_of, names)), len(places)),
                *(list(STEMS), list(map(initials_of, STEMS)), len(STEMS)),
            ],
        )
        cursor.execute("ANALYZE")
    seconds = time.perf_counter() - started
    print(f"{timezone.localdate()} {rows:,} organizations entered in {seconds:.0f} s", flush=True)
    person = User.objects.create_user("reader", full_name="评测", password=None, is_staff=True)
    country = Division.objects.get(code=generation.COUNTRY)
    users.assign(
        user=person, role="district_officer", division=country, by=person, at=timezone.now()
    )
    return person


def ours_last(admin: ModelAdmin, person: User) -> int:
    """The number of our last page."""
    return int(changelist(admin, person, {}).paginator.num_pages)


def changelist(admin: ModelAdmin, person: User, asked: dict[str, Any]) -> Any:
    """What the list's page is made of, its rows read."""
    request = RequestFactory().get("/", asked)
    request.user = person
    shown = admin.get_changelist_instance(request)
    list(shown.result_list)
    return shown


def pages(
    admin: ModelAdmin, person: User, asked: Iterable[dict[str, Any]], repeats: int = REPEATS
) -> list[float]:
    """Seconds of every page asked, so often."""
    seconds: list[float] = []
    for each in asked:
        seconds += timed(lambda each=each: changelist(admin, person, each), repeats)
    return seconds


def timed(act: Callable[[], Any], repeats: int) -> list[float]:
    """Seconds of each time."""
    found = []
    for _ in range(repeats):
        started = time.perf_counter()
        act()
        found.append(time.perf_counter() - started)
    return found


def report(what: str, ours: list[float], stock: list[float]) -> None:
    """Both sides of one figure."""
    p95 = statistics.quantiles(ours, n=20)[-1]
    ratio = statistics.mean(stock) / statistics.mean(ours)
    print(
        f"P10 {what}: median {statistics.median(ours) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms;"
        f" Django's own admin {statistics.mean(stock) * 1000:.0f} ms: {ratio:.1f} × as fast",
        flush=True,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.registers")
    parser.add_argument("rows", nargs="?", type=int, default=ROWS)
    main(parser.parse_args().rows)
