"""A bureau's sheet of 100,000 organizations brought in (P9): python -m benchmarks.imports [ROWS]

The portal's way, with every check, from the upload to the written register; beside it the floor,
which reads the cells, copies them and inserts them with no check at all; and django-import-export
as it ships, which previews and then imports, on a sample that is scaled.
"""

import argparse
import logging
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from import_export.fields import Field
from import_export.formats.base_formats import XLSX
from import_export.resources import ModelResource
from import_export.widgets import ForeignKeyWidget
from python_calamine import load_workbook
from stdnum.cn import uscc

from benchmarks import generation
from organizations.models import Organization, Transfer, TransferRow
from organizations.resources.organization import OrganizationResource
from organizations.services import transfers
from portal.jurisdictions.models import Division
from portal.users import services as users
from portal.users.models import User
from portal.workbooks import SheetContent, write

ROWS = 100_000
# So many rows by django-import-export; the rest would take an hour.
SAMPLE = 2_000
FIRST_DAY = date(2000, 1, 1)
# What the floor writes, by the place of its column in the sheet.
FLOOR_COLUMNS = {
    "name": 2,
    "uscc": 3,
    "registered_on": 6,
    "domicile": 7,
    "actual_address": 8,
    "scope": 10,
    "supervising_unit": 11,
    "legal_representative": 12,
    "contact_name": 13,
    "registered_capital_yuan": 15,
    "staff_count": 16,
    "full_time_count": 17,
}
FLOOR = """
INSERT INTO organizations_organization (
    name, uscc, org_type, division_id, registered_on, status, supervising_unit, domicile,
    actual_address, scope, legal_representative, contact_name, registered_capital_yuan,
    staff_count, full_time_count, initials, old_certificate_no, version
)
SELECT name, uscc, 'social_service_institution', %s, registered_on::date, 'normal',
    supervising_unit, domicile, actual_address, scope, legal_representative, contact_name,
    registered_capital_yuan::numeric * 10000, staff_count::numeric::int,
    full_time_count::numeric::int, '', '', 1
FROM raw
ON CONFLICT (uscc) DO UPDATE SET name = EXCLUDED.name, version = organizations_organization.version
"""
FLOOR_NAMES = """
INSERT INTO organizations_organizationname (organization_id, name, from_on, doc_no, entered_at)
SELECT o.id, o.name, o.registered_on, '', now()
FROM raw JOIN organizations_organization o USING (uscc)
"""
FLOOR_DOMICILES = """
INSERT INTO organizations_organizationdomicile
    (organization_id, address, division_id, from_on, doc_no, entered_at)
SELECT o.id, o.domicile, o.division_id, o.registered_on, '', now()
FROM raw JOIN organizations_organization o USING (uscc)
"""
FLOOR_INSPECTIONS = """
INSERT INTO organizations_inspection
    (organization_id, year, kind, status, return_count, conclusion, doc_no, version)
SELECT o.id, year, 'institution', 'concluded', 0, 'qualified', '', 1
FROM raw JOIN organizations_organization o USING (uscc) CROSS JOIN (VALUES (2024), (2025)) y (year)
ON CONFLICT (organization_id, year) DO UPDATE SET conclusion = EXCLUDED.conclusion
"""


class AsShipped(ModelResource):
    """What the documentation of django-import-export shows for such a table."""

    name = Field("name", "名称●")
    uscc = Field("uscc", "统一社会信用代码●")
    org_type = Field("org_type", "type")
    division = Field("division", "place", ForeignKeyWidget(Division, "pk"))
    registered_on = Field("registered_on", "登记日期●")
    scope = Field("scope", "业务范围")
    domicile = Field("domicile", "住所")

    class Meta:
        model = Organization
        import_id_fields = ("uscc",)
        fields = ("name", "uscc", "org_type", "division", "registered_on", "scope", "domicile")

    def __init__(self, place: Division) -> None:
        super().__init__()
        self.place = place

    def before_import_row(self, row: Any, **_kwargs: Any) -> None:
        """Its widgets know no words for codes, and towns of one name only."""
        row["type"], row["place"] = "social_service_institution", self.place.pk


def main(rows: int) -> None:
    """Make the workbook, take the three ways, print the figures."""
    logging.disable(logging.INFO)
    call_command("migrate", verbosity=0)
    district, officer = prepare()
    with tempfile.TemporaryDirectory() as folder:
        path, sample = Path(folder) / "all.xlsx", Path(folder) / "sample.xlsx"
        made = timed(lambda: save(path, district, rows))
        save(sample, district, SAMPLE)
        megabytes = path.stat().st_size / 1024 / 1024
        say(f"{timezone.localdate()} {rows:,} rows, {megabytes:.1f} MB, written in {made:.0f} s")
        lowest = floor(path, district)
        ours = brought_in(path, district, officer, rows)
        shipped = as_shipped(sample, district) * rows / SAMPLE
    say(
        f"P9  {ours:.1f} s for {rows:,} rows: {ours / lowest:.2f} × the floor ({lowest:.1f} s);"
        f" django-import-export {shipped:,.0f} s (from {SAMPLE:,} rows):"
        f" {shipped / ours:.0f} × slower"
    )
    empty()


@transaction.atomic
def prepare() -> tuple[Division, User]:
    """A district of the country, and its officer."""
    generation.clear()
    empty()
    generation.divisions(5_000)
    district = Division.objects.filter(kind=Division.Kind.DISTRICT).order_by("path")[0]
    officer = User.objects.create_user("officer", full_name="评测", password=None, is_staff=True)
    users.assign(
        user=officer, role="district_officer", division=district, by=officer, at=timezone.now()
    )
    return district, officer


def empty() -> None:
    """No organization and no workbook."""
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE organizations_organization, organizations_transfer RESTART IDENTITY CASCADE"
        )


def save(path: Path, district: Division, rows: int) -> None:
    """The sheet, as the portal's own export writes it."""
    places = list(
        Division.objects.within(district.path).townships().values_list("name", flat=True)
    )
    layout = OrganizationResource.layout()
    write([SheetContent(layout.title, layout.columns, _rows(places, rows))], path)


def _rows(places: list[str], count: int) -> Iterator[Mapping[str, Any]]:
    for n in range(count):
        body = f"52310199MJ{n:07d}"
        yield {
            "name": f"{places[n % len(places)]}第{n}社区服务中心",
            "uscc": body + uscc.calc_check_digit(body),
            "org_type": "民办非企业单位",
            "authority_level": "区",
            "registered_on": FIRST_DAY + timedelta(days=n % 9_000),
            "domicile": f"幸福路{n % 3_000}号",
            "actual_address": f"平安路{n % 2_000}号",
            "township": places[n % len(places)],
            "scope": "为老服务、社区助餐、公益活动",
            "supervising_unit": "区民政局",
            "legal_representative": "王芳",
            "contact_name": "李梅",
            "contact_phone": f"138{n:08d}",
            "registered_capital_yuan": 30_000 + n % 100 * 10_000,
            "staff_count": 5 + n % 20,
            "full_time_count": n % 5,
            "party_unit": "联合",
            "has_party_liaison": "有",
            "community_kind": "生活服务",
            "is_charity": False,
            "can_raise_publicly": False,
            "grade": "3A",
            "grade_until": date(2030, 12, 31),
            "inspection_last": "合格",
            "inspection_before": "基本合格",
            "status": "正常",
        }


def floor(path: Path, district: Division) -> float:
    """Cells by calamine, COPY, INSERT … ON CONFLICT into the same tables, no check, no sealing;
    taken back afterwards."""
    place = Division.objects.within(district.path).townships()[0]

    def run() -> None:
        sheet = load_workbook(path).get_sheet_by_index(0)
        lines = []
        for number, cells in enumerate(sheet.iter_rows()):
            if number:
                said = (str(cells[index - 1]) for index in FLOOR_COLUMNS.values())
                lines.append("\t".join(said) + "\n")
        columns = ", ".join(FLOOR_COLUMNS)
        with connection.cursor() as cursor, tempfile.TemporaryFile("w+") as file:
            texts = ", ".join(f"{name} text" for name in FLOOR_COLUMNS)
            cursor.execute(f"CREATE TEMP TABLE raw ({texts}) ON COMMIT DROP")
            file.writelines(lines)
            file.seek(0)
            cursor.copy_expert(f"COPY raw ({columns}) FROM STDIN", file)
            cursor.execute(FLOOR, [place.pk])
            cursor.execute("ANALYZE raw, organizations_organization")
            cursor.execute(FLOOR_NAMES)
            cursor.execute(FLOOR_DOMICILES)
            cursor.execute(FLOOR_INSPECTIONS)

    return rolled_back(run)


def brought_in(path: Path, district: Division, officer: User, rows: int) -> float:
    """The portal's way: kept, checked, compared, confirmed, written."""
    upload = SimpleUploadedFile(path.name, path.read_bytes())
    at = timezone.now()
    started = time.perf_counter()
    transfer = transfers.request_import(
        table="organizations", district=district, upload=upload, by=officer, at=at
    )
    transfers.work(transfer_id=transfer.pk, at=at)
    transfer.refresh_from_db()
    checked = time.perf_counter() - started
    transfers.confirm(
        transfer=transfer,
        mode=Transfer.Mode.ALL_OR_NOTHING,
        version=transfer.version,
        by=officer,
        at=at,
    )
    transfers.work(transfer_id=transfer.pk, at=at)
    transfer.refresh_from_db()
    seconds = time.perf_counter() - started
    if transfer.status != Transfer.Status.DONE or Organization.objects.count() != rows:
        raise RuntimeError(f"{transfer.status}: {transfer.message}")
    say(f"P9  checked in {checked:.1f} s, written in {seconds - checked:.1f} s")
    TransferRow.objects.filter(transfer=transfer).delete()
    return seconds


def as_shipped(path: Path, district: Division) -> float:
    """django-import-export previews, then imports; taken back afterwards."""
    empty()
    place = Division.objects.within(district.path).townships()[0]

    def run() -> None:
        for dry_run in (True, False):
            dataset = XLSX().create_dataset(path.read_bytes())
            result = AsShipped(place).import_data(dataset, dry_run=dry_run, raise_errors=True)
            if result.has_errors() or result.has_validation_errors():
                raise RuntimeError("django-import-export refused the sample")

    return rolled_back(run)


def rolled_back(act: Callable[[], None]) -> float:
    """Seconds of ``act``, its writing undone."""
    with transaction.atomic():
        seconds = timed(act)
        transaction.set_rollback(True)
    return seconds


def timed(act: Callable[[], None]) -> float:
    """Seconds of ``act``."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def say(text: str) -> None:
    """Print at once: a run takes minutes."""
    print(text, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.imports")
    parser.add_argument("rows", nargs="?", type=int, default=ROWS)
    main(parser.parse_args().rows)
