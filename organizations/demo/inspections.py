"""The annual inspection of 2025 in the demonstration district, some way on its way."""

from datetime import date, datetime

from centers.models import Center
from organizations.models import Inspection
from organizations.models.inspection import Kind
from organizations.services import campaigns, inspections
from portal.jurisdictions.models import Division
from portal.users.models import User

YEAR = 2025
DOC_NO = "海民社〔2026〕1号"
KINDS = (Kind.ASSOCIATION, Kind.INSTITUTION, Kind.CHARITY_REPORT)
FILED = (("with_unit", date(2026, 2, 10)), ("with_authority", date(2026, 2, 24)))
# How far the organizations are, in turn: most have filed.
WALKS: tuple[tuple[tuple[str, date], ...], ...] = (
    (("filling", date(2026, 2, 3)), ("with_unit", date(2026, 2, 12))),
    *(FILED,) * 3,
    (("with_authority", date(2026, 2, 11)), ("returned", date(2026, 2, 25))),
    *(FILED,) * 3,
    (),
    *(FILED,) * 2,
    (("filling", date(2026, 2, 3)),),
)
CONCLUDED = 4
CONCLUDED_ON = date(2026, 2, 27)


def load(*, district: Division, by: User, at: datetime) -> None:
    """Open the campaigns, note how far everybody is, and what C01 did to help."""
    campaigns.set_days(
        year=YEAR,
        kind=Kind.INSTITUTION,
        division=district,
        opens_on=date(2026, 1, 5),
        unit_due_on=date(2026, 4, 10),
        authority_due_on=date(2026, 6, 10),
        doc_no=DOC_NO,
        by=by,
        at=at,
    )
    for kind in KINDS:
        campaigns.open_campaign(district=district, year=YEAR, kind=kind, by=by, at=at)
    opened = Inspection.objects.within(district).filter(year=YEAR, status="not_started")
    found = opened.select_related("organization__division").order_by("pk")
    for position, inspection in enumerate(list(found)):
        _walk(inspection, WALKS[position % len(WALKS)], by, at)
    filed = Inspection.objects.within(district).filter(year=YEAR, status="with_authority")
    for inspection in filed.filter(kind=Kind.INSTITUTION).order_by("pk")[:CONCLUDED]:
        inspections.notify_conclusion(
            inspection=inspection,
            conclusion="qualified",
            concluded_on=CONCLUDED_ON,
            doc_no=DOC_NO,
            version=inspection.version,
            by=by,
            at=at,
        )
    for center in Center.objects.within(district).filter(code="C01"):
        _help(center, at)


def _walk(
    inspection: Inspection, walk: tuple[tuple[str, date], ...], by: User, at: datetime
) -> None:
    for to, on in walk:
        inspections.move(
            inspection=inspection, to=to, version=inspection.version, on=on, by=by, at=at
        )


def _help(center: Center, at: datetime) -> None:
    """Reminders to all of its township but the last, and a check of the first one's papers."""
    keeper = User.objects.filter(memberships__center=center).order_by("pk")[0]
    mine = Inspection.objects.filter(year=YEAR, organization__division=center.division)
    helped = list(mine.exclude(status="exempt").order_by("pk"))
    for inspection in helped[: max(1, len(helped) - 1)]:
        inspections.help(
            inspection=inspection,
            kind="remind",
            happened_on=date(2026, 1, 15),
            text="电话提醒年检时间和材料清单",
            center=center,
            by=keeper,
            at=at,
        )
    for inspection in helped[:1]:
        inspections.help(
            inspection=inspection,
            kind="precheck",
            happened_on=date(2026, 2, 9),
            text="预审年度报告书和财务会计报告",
            is_complete=True,
            center=center,
            by=keeper,
            at=at,
        )
