"""Entries of the credit lists: taken over as the authority published them, matched with the
district's register by code, and set aside with a reason where they say nothing of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from organizations.models import CreditListing, Organization
from portal.audit import services as audit
from portal.cells import CellError, parse_credit_code
from portal.errors import Conflict, DomainError, given, together
from portal.jurisdictions.models import Division
from portal.transitions import edit_if
from portal.users.models import User

_record = audit.Trail[CreditListing](
    "organizations.credit_listing", lambda listing: listing.district.path
)


class ListRefused(DomainError):
    """Some entries cannot be taken; nothing is. ``problems`` are (row, what is wrong)."""

    def __init__(self, problems: Sequence[tuple[int, str]]) -> None:
        self.problems = tuple(problems)
        self.lines = [
            _("Row %(row)s: %(problem)s") % {"row": row, "problem": problem}
            for row, problem in self.problems
        ]
        super().__init__(together(self.lines))


class MatchRefused(DomainError):
    """The organization has another code, or lies in another district."""


@dataclass(frozen=True)
class Entry:
    """One entry as published. ``row`` is where it stood."""

    row: int
    uscc: str
    name: str
    kind: str
    listed_on: date
    removed_on: date | None = None
    grounds: str = ""
    authority: str = ""
    doc_no: str = ""


@dataclass(frozen=True)
class Result:
    """How many entries were new, had changed and were the same; how many of all have an
    organization of the district, and how many newly were removed."""

    new: int = 0
    changed: int = 0
    same: int = 0
    matched: int = 0
    unmatched: int = 0
    removed: int = 0


_Key = tuple[str, str, date]
# What a later publication can say differently of an entry.
TOLD = ("name", "removed_on", "grounds", "authority", "doc_no")


@transaction.atomic
def take(*, district: Division, rows: Iterable[Entry], by: User, at: datetime) -> Result:
    """Take entries over, all or none; again with the same ones nothing changes.

    What a blank says nothing of stays. Lists of one district are taken one after another. Raises
    ``ListRefused``.
    """
    Division.objects.select_for_update(no_key=True).get(pk=district.pk)
    entries = _checked(list(rows), localdate(at))
    held = CreditListing.objects.filter(district=district)
    known = {
        (each.uscc, each.kind, each.listed_on): each
        for each in held.filter(uscc__in=[entry.uscc for entry in entries.values()])
        .select_for_update()
        .order_by("pk")
    }
    matches = _matches(district, [entry.uscc for entry in entries.values()])
    fresh = [
        CreditListing(
            district=district,
            organization_id=matches.get(entry.uscc),
            uscc=entry.uscc,
            kind=entry.kind,
            listed_on=entry.listed_on,
            entered_by=by,
            entered_at=at,
            **{name: getattr(entry, name) for name in TOLD},
        )
        for key, entry in entries.items()
        if key not in known
    ]
    CreditListing.objects.bulk_create(fresh)
    changed, removed = [], 0
    for key, listing in known.items():
        was_removed = listing.removed_on is not None
        if key in entries and _told_anew(listing, entries[key]):
            changed.append(listing)
            removed += not was_removed and listing.removed_on is not None
    CreditListing.objects.bulk_update(changed, TOLD)
    matched = sum(entry.uscc in matches for entry in entries.values())
    result = Result(
        new=len(fresh),
        changed=len(changed),
        same=len(entries) - len(fresh) - len(changed),
        matched=matched,
        unmatched=len(entries) - matched,
        removed=removed,
    )
    if fresh or changed:
        audit.record(
            action="organizations.credit_list.take",
            by=by,
            at=at,
            target=district,
            division_path=district.path,
            changes={"new": [0, result.new], "changed": [0, result.changed]},
        )
    return result


def _checked(rows: Sequence[Entry], today: date) -> dict[_Key, Entry]:
    """The entries by what makes each one; the code normalised."""
    problems: list[tuple[int, str]] = []
    found: dict[_Key, Entry] = {}
    for entry in rows:
        try:
            uscc = parse_credit_code(entry.uscc).value
        except CellError as error:
            problems.append((entry.row, f"{entry.uscc}: {error}"))
            continue
        key = (uscc or "", entry.kind, entry.listed_on)
        if refusal := _refusal(entry, key, found, today):
            problems.append((entry.row, refusal))
        else:
            values = {name: getattr(entry, name) for name in TOLD}
            found[key] = Entry(
                row=entry.row, uscc=key[0], kind=entry.kind, listed_on=entry.listed_on, **values
            )
    if problems:
        raise ListRefused(problems)
    return found


def _refusal(entry: Entry, key: _Key, found: dict[_Key, Entry], today: date) -> str:
    """Why an entry cannot be taken, or ""."""
    if not key[0]:
        return _("The credit code is missing. Entries are matched by it.")
    if key in found:
        return _("The same entry stands in row %(row)s.") % {"row": found[key].row}
    if entry.listed_on > today:
        return _("%(day)s has not come yet.") % {"day": entry.listed_on}
    if entry.removed_on is not None and entry.removed_on < entry.listed_on:
        return _("Removed on %(removed)s, before it was listed on %(listed)s.") % {
            "removed": entry.removed_on,
            "listed": entry.listed_on,
        }
    return ""


def _told_anew(listing: CreditListing, entry: Entry) -> bool:
    """Write on the entry what is said differently of it now."""
    is_new = False
    for name in TOLD:
        said = getattr(entry, name)
        if said not in ("", None, getattr(listing, name)):
            setattr(listing, name, said)
            is_new = True
    return is_new


def _matches(district: Division, codes: Sequence[str]) -> dict[str, int]:
    """Credit code → organization of the district."""
    here = Organization.objects.within(district).filter(uscc__in=codes)
    return {uscc: pk for uscc, pk in here.values_list("uscc", "pk") if uscc is not None}


def match_again(*, district: Division) -> int:
    """Match what the register did not know when it was taken over, and anew what stands with an
    organization that has another code now; how many match now."""
    held = CreditListing.objects.filter(district=district)
    strayed = held.filter(organization__uscc__isnull=False)
    strayed.exclude(organization__uscc=F("uscc")).update(organization=None)
    here = Organization.objects.within(district).filter(uscc=OuterRef("uscc"))
    open_ones = held.filter(
        organization=None,
        uscc__in=Organization.objects.within(district).values("uscc"),
    )
    return open_ones.update(organization=Subquery(here.values("pk")[:1]))


@transaction.atomic
def match(
    *, listing: CreditListing, organization: Organization, by: User, at: datetime
) -> CreditListing:
    """Say by hand which organization an entry means whose code the register does not have.

    Raises ``MatchRefused`` where the organization has another code or lies elsewhere, and
    ``Conflict`` where the entry is matched already.
    """
    if not organization.division.path.startswith(listing.district.path):
        raise MatchRefused(_("Choose an organization of the district."))
    if organization.uscc not in (None, listing.uscc):
        raise MatchRefused(
            _("%(name)s has the code %(code)s, the entry %(listed)s. They are not the same.")
            % {"name": organization, "code": organization.uscc, "listed": listing.uscc}
        )
    if not edit_if(listing, Q(organization=None), organization=organization):
        raise Conflict(
            _("The entry is matched already with %(name)s.") % {"name": listing.organization}
        )
    _record(listing, "match", by=by, at=at, changes={"organization": [None, organization.pk]})
    return listing


@transaction.atomic
def ignore(*, listing: CreditListing, reason: str, by: User, at: datetime) -> CreditListing:
    """Set an entry aside: it warns of nothing. Raises ``ReasonMissing``, and ``Conflict`` where
    somebody did already."""
    reason = given(reason, _("Say why the entry is set aside."))
    changes = {"ignored_by": by, "ignored_at": at, "ignore_reason": reason}
    if not edit_if(listing, Q(ignored_at=None), **changes):
        raise Conflict(_("%(name)s already set this entry aside.") % {"name": listing.ignored_by})
    _record(listing, "ignore", by=by, at=at, reason=reason)
    return listing


@transaction.atomic
def heed(*, listing: CreditListing, reason: str, by: User, at: datetime) -> CreditListing:
    """Take back that an entry was set aside. Raises ``ReasonMissing``, and ``Conflict`` where it
    is not."""
    reason = given(reason, _("Say why the entry counts after all."))
    changes = {"ignored_by": None, "ignored_at": None, "ignore_reason": ""}
    if not edit_if(listing, Q(ignored_at__isnull=False), **changes):
        raise Conflict(_("This entry is not set aside."))
    _record(listing, "heed", by=by, at=at, reason=reason)
    return listing
