"""The district's annual-inspection campaign: its days, who is due, and its end."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import translation
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from organizations.models import Campaign, Inspection, InspectionCalendar, Organization
from organizations.rules import inspections as rules
from organizations.selectors import inspections as reading
from organizations.services import nobody_due
from portal.audit import services as audit
from portal.errors import Conflict, DomainError
from portal.jurisdictions.models import Division
from portal.transitions import edit, lock, transition
from portal.users.models import User

# One statement, so that ten thousand organizations cost what one costs. Who has a row of the year
# already keeps it; one that no campaign has joins this one.
WRITE_DOWN = """
    INSERT INTO organizations_inspection
        (organization_id, year, kind, campaign_id, status, exempt_reason, return_count, doc_no,
         version)
    SELECT organization.id, %(year)s, %(kind)s, %(campaign)s,
        CASE WHEN organization.registered_on > %(last)s THEN 'exempt' ELSE 'not_started' END,
        CASE WHEN organization.registered_on > %(last)s THEN 'six_months' END,
        0, '', 1
    FROM organizations_organization organization
    JOIN jurisdictions_division place ON place.id = organization.division_id
    WHERE place.path LIKE %(within)s
        AND organization.status = ANY(%(standing)s)
        AND organization.org_type = ANY(%(types)s)
        AND COALESCE(organization.is_charity, FALSE) = %(charity)s
        AND COALESCE(organization.authority_level, %(level)s) = %(level)s
        AND (organization.registered_on IS NULL OR organization.registered_on <= %(end)s)
    ORDER BY organization.id
    ON CONFLICT (organization_id, year) DO UPDATE
        SET campaign_id = EXCLUDED.campaign_id, version = organizations_inspection.version + 1
        WHERE organizations_inspection.campaign_id IS NULL
            AND organizations_inspection.kind = EXCLUDED.kind
"""
_record = audit.Trail[Campaign]("organizations.campaign", lambda campaign: campaign.district.path)


class DaysOutOfOrder(DomainError):
    """The days of an inspection do not follow one another, or not the year inspected."""


class DocumentMissing(DomainError):
    """Days are set without the document that sets them."""


class YearNotOver(DomainError):
    """A campaign is opened for a year that has not ended."""


class NotADistrict(DomainError):
    """A campaign is opened, or days are set, where nobody inspects."""


class StillRunning(DomainError):
    """A campaign is closed before its last day has passed."""


@transaction.atomic
def set_days(
    *,
    year: int,
    kind: str,
    division: Division,
    opens_on: date,
    authority_due_on: date,
    doc_no: str,
    by: User,
    at: datetime,
    unit_due_on: date | None = None,
    version: int | None = None,
) -> InspectionCalendar:
    """The days that a notice sets for a municipality or a district; ``version`` of the row that is
    replaced, None of a new one.

    Raises ``DaysOutOfOrder``, ``DocumentMissing``, ``NotADistrict``, and ``Conflict``.
    """
    if division.kind not in (Division.Kind.MUNICIPALITY, Division.Kind.DISTRICT):
        raise NotADistrict(_("Days are set for a district or for the municipality."))
    if not doc_no.strip():
        raise DocumentMissing(_("Name the notice that sets these days."))
    _refuse_disorder(year, opens_on, unit_due_on, authority_due_on)
    days: dict[str, Any] = {
        "opens_on": opens_on,
        "unit_due_on": unit_due_on,
        "authority_due_on": authority_due_on,
        "doc_no": doc_no.strip(),
    }
    found = InspectionCalendar.objects.filter(year=year, kind=kind, division=division).first()
    before = {name: getattr(found, name, None) for name in days}
    if found is None:
        found = _enter_days(year, kind, division, days, by, at)
    elif version is None:
        raise Conflict(_("The days of this year and kind are set already. Load the page again."))
    else:
        edit(found, version=version, **days, entered_by=by, entered_at=at)
    audit.record(
        action="organizations.inspection_calendar.set_days",
        by=by,
        at=at,
        target=found,
        division_path=division.path,
        changes=audit.compared(before, days),
    )
    return found


@transaction.atomic
def open_campaign(
    *, district: Division, year: int, kind: str, by: User, at: datetime, title: str = ""
) -> Campaign:
    """Open the campaign and write a row for every organization due; one that is there already is
    only completed. An institution registered after 30 June of the year is written down as exempt;
    whom the municipality or the ministry registered, they inspect.

    Raises ``YearNotOver`` and ``NotADistrict``.
    """
    if district.kind != Division.Kind.DISTRICT:
        raise NotADistrict(_("A campaign is a district's."))
    if year >= localdate(at).year:
        raise YearNotOver(
            _("%(year)s has not ended: it is inspected from the beginning of %(next)s.")
            % {"year": year, "next": year + 1}
        )
    # Everybody reads it, whatever language the screen of the officer is in.
    with translation.override(settings.LANGUAGE_CODE):
        named = title.strip() or f"{year} {Campaign(kind=kind).get_kind_display()}"
    opened, is_new = Campaign.objects.get_or_create(
        district=district,
        year=year,
        kind=kind,
        defaults={"title": named[:60], "opened_by": by, "opened_at": at},
    )
    written = _write_down(_held_open(opened))
    nobody_due.note(division=district, year=year, by=by, at=at)
    if is_new or written:
        _record(opened, "open", by=by, at=at, changes={"inspections": [None, str(written)]})
    return opened


@transaction.atomic
def add_missing(*, campaign: Campaign, by: User, at: datetime) -> int:
    """Write down who is due and came into the register since; how many were written.

    Raises ``Conflict`` when the campaign was closed.
    """
    held = _held_open(campaign)
    written = _write_down(held)
    nobody_due.note(division=held.district, year=held.year, by=by, at=at)
    if written:
        _record(held, "add_missing", by=by, at=at, changes={"inspections": [None, str(written)]})
    return written


@transaction.atomic
def close_campaign(*, campaign: Campaign, version: int, by: User, at: datetime) -> Campaign:
    """End it: whoever has not filed by now did not take part. The authority may still take a late
    filing in.

    Raises ``StillRunning`` before the last day has passed, and ``Conflict``.
    """
    days = reading.days_of(year=campaign.year, kind=campaign.kind, division=campaign.district)
    if localdate(at) <= days.authority_due_on:
        raise StillRunning(
            _("The last day to file is %(day)s. Close the campaign once it has passed.")
            % {"day": days.authority_due_on}
        )
    lock(campaign, Campaign.Status.CLOSED, version=version)
    missed = campaign.inspections.filter(reading.UNFILED).exclude(status=Inspection.Status.MISSED)
    count = missed.update(status=Inspection.Status.MISSED, version=F("version") + 1)
    transition(campaign, Campaign.Status.CLOSED, version=version, closed_by=by, closed_at=at)
    _record(campaign, "close", by=by, at=at, changes={"missed": [None, str(count)]})
    return campaign


def _enter_days(
    year: int, kind: str, division: Division, days: dict[str, Any], by: User, at: datetime
) -> InspectionCalendar:
    try:
        with transaction.atomic():
            return InspectionCalendar.objects.create(
                year=year, kind=kind, division=division, entered_by=by, entered_at=at, **days
            )
    except IntegrityError as error:
        raise Conflict(
            _("The days of this year and kind are set already. Load the page again.")
        ) from error


def _refuse_disorder(year: int, opens_on: date, unit_due_on: date | None, last: date) -> None:
    if opens_on <= date(year, 12, 31):
        raise DaysOutOfOrder(
            _("%(year)s is inspected after its end: %(day)s lies before it.")
            % {"year": year, "day": opens_on}
        )
    days = [opens_on, unit_due_on or opens_on, last]
    if days != sorted(days):
        raise DaysOutOfOrder(
            _("Days follow one another: opening, supervising unit, registration authority.")
        )


def _held_open(campaign: Campaign) -> Campaign:
    """The campaign, which nobody closes while who is due is written down."""
    locked = Campaign.objects.select_for_update(no_key=True, of=("self",))
    held = locked.select_related("district").get(pk=campaign.pk)
    if held.status == Campaign.Status.CLOSED:
        raise Conflict(_("This campaign was closed before."))
    return held


def _write_down(campaign: Campaign) -> int:
    is_charity = campaign.kind == rules.CHARITY_REPORT
    types = [org for org, kind in rules.BY_TYPE.items() if is_charity or kind == campaign.kind]
    with connection.cursor() as cursor:
        cursor.execute(
            WRITE_DOWN,
            {
                "year": campaign.year,
                "kind": campaign.kind,
                "campaign": campaign.pk,
                "last": rules.last_inspected_on(campaign.kind, campaign.year),
                "end": date(campaign.year, 12, 31),
                "within": f"{campaign.district.path}%",
                "standing": list(reading.STANDING),
                "types": types,
                "charity": is_charity,
                "level": Organization.AuthorityLevel.DISTRICT,
            },
        )
        return cursor.rowcount
