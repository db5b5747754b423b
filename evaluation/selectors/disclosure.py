"""What centers have to make public, and how it stands with it: facts of the portal, laid before the
rules of disclosure. A fixed number of queries for any number of centers of a district.

A change comes about for the public on the day its section was accepted. What was signed or put on
file has no other past than the day it bears: as of ``known_at`` it is there from that day on.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Max
from django.utils.timezone import localdate

from centers.models import Center, FundingRow, Section, StaffRow, StatutoryRow
from centers.selectors.sections import rows_by_section
from evaluation.models import Publication, Review
from evaluation.rules import disclosing as d
from evaluation.rules.disclosing import Rate
from evaluation.selectors import thresholds
from organizations.models import ActivityTeam
from portal.jurisdictions.models import Division
from portal.workdays import selectors as workdays
from portal.workdays.selectors import YearUnknown
from projects.models import Acceptance, Contract

# Sections that public items are made of, and the items.
MADE_OF: Mapping[str, tuple[str, ...]] = {
    Section.Kind.PROFILE: ("contact", "registration", "articles", "people", "grades"),
    Section.Kind.STAFF: ("people",),
    Section.Kind.GOVERNANCE: ("people",),
    Section.Kind.FUNDING: ("donations",),
    Section.Kind.STATUTORY: ("articles",),
}
HEADS = (StaffRow.Post.DIRECTOR, StaffRow.Post.ACTING_DIRECTOR)
GIVEN = (FundingRow.Form.DONATION, FundingRow.Form.COMMUNITY_FOUNDATION)
REGISTERED = (
    *("name", "uscc", "registration_status", "registered_on", "registered_capital_yuan"),
    "supervising_unit",
)


@dataclass
class _Told:
    """What was gathered of one center, whatever the year."""

    since: date | None = None
    until: date | None = None
    changes: dict[str, list[date]] = field(default_factory=lambda: defaultdict(list))
    contracts: list[tuple[str, str, date]] = field(default_factory=list)
    results: list[tuple[str, str, date]] = field(default_factory=list)
    lottery_years: set[int] = field(default_factory=set)
    teams_since: date | None = None


@dataclass(frozen=True)
class Line:
    """One row of a center's list: what is due, how it stands, and the text that is out for it.

    Without ``due`` nothing was due of the item; ``state`` is then "out" where a text is, else "".
    """

    entry: d.Entry
    subject: str
    due: d.Due | None
    state: str
    publication: Publication | None = None
    draft: Publication | None = None


def gather(centers: Sequence[Center], known_at: datetime | None = None) -> Mapping[int, "_Told"]:
    """Center id → all that makes its items due. Eleven queries at most."""
    told = {center.pk: _Told() for center in centers}
    _add_sections(told, known_at)
    _add_contracts(told, centers, known_at)
    _add_reviews(told, known_at)
    _add_teams(told, centers, known_at)
    return told


def in_year(told: "_Told", year: int) -> d.CenterYear:
    """What of it concerns one year."""
    ends = (date(year, 6, 30), date(year, 12, 31))
    return d.CenterYear(
        year=year,
        since=told.since,
        until=told.until,
        changes={item: tuple(sorted(set(on))) for item, on in told.changes.items()},
        contracts=tuple(told.contracts),
        results=tuple(told.results),
        had_lottery=year - 1 in told.lottery_years,
        had_teams=(_since(told, ends[0]), _since(told, ends[1])),
    )


def _since(told: "_Told", on: date) -> bool:
    return told.teams_since is not None and told.teams_since <= on


def days_of(district: Division, on: date, known_at: datetime | None = None) -> d.Days:
    """Days as the district set them, as known, with the work calendar as it stands."""
    values = thresholds.for_division(district, on, known_at)
    calendar = workdays.load()

    def add(start: date, count: int) -> date | None:
        try:
            return calendar.add_working_days(start, count)
        except YearUnknown:
            return None

    yearly = values["disclosure_yearly_due"]
    # The pack reads it as (month, day); where it knows none, the default is text.
    month, day = yearly if isinstance(yearly, tuple) else map(int, yearly.split("-"))
    return d.Days(
        add=add,
        disclosure=values["disclosure_days"],
        review=values["review_publish_days"],
        yearly=(month, day),
    )


def texts_of(
    centers: Sequence[Center], known_at: datetime | None = None
) -> dict[int, list[d.Stood]]:
    """Center id → when its texts were out, as known. One query."""
    found = Publication.objects.ever_published().filter(center__in=[c.pk for c in centers])
    if known_at is not None:
        found = found.filter(published_at__lte=known_at)
    texts: dict[int, list[d.Stood]] = {center.pk: [] for center in centers}
    columns = ("center_id", "item", "subject", "published_on", "withdrawn_at")
    told_at = "content__source__known_at"
    for center_id, item, subject, since, withdrawn_at, at in found.values_list(*columns, told_at):
        is_gone = withdrawn_at and (known_at is None or withdrawn_at <= known_at)
        until = localdate(withdrawn_at) if is_gone else None
        told_on = localdate(datetime.fromisoformat(at)) if at else None
        texts[center_id].append(d.Stood(item, subject, since, until, told_on))
    return texts


def lines(center: Center, year: int, on: date, known_at: datetime | None = None) -> list[Line]:
    """The list of a center and a year, in its order, as it stands on a day; a fixed number of
    queries."""
    return lines_of([center], year, on, known_at)[center.pk]


def lines_of(
    centers: Sequence[Center], year: int, on: date, known_at: datetime | None = None
) -> dict[int, list[Line]]:
    """Center id → ``lines``, of centers of one district."""
    if not centers:
        return {}
    told = gather(centers, known_at)
    days = days_of(_district_of(centers[0]), on, known_at)
    texts = texts_of(centers, known_at)
    shown, drafts = _publications(centers, known_at)
    found: dict[int, list[Line]] = {center.pk: [] for center in centers}
    for pk, rows in found.items():
        asked = d.due(in_year(told[pk], year), days)
        for entry in d.CATALOGUE.values():
            rows += _lines_of(entry, asked, texts[pk], shown[pk], drafts[pk], year, on)
    return found


def _lines_of(
    entry: d.Entry,
    dues: Iterable[d.Due],
    texts: Sequence[d.Stood],
    shown: Mapping[tuple[str, str], list[Publication]],
    drafts: Mapping[tuple[str, str], Publication],
    year: int,
    on: date,
) -> list[Line]:
    asked = [each for each in dues if each.item == entry.item]
    found = [
        Line(
            entry,
            each.subject,
            each,
            d.state(each, texts, on),
            _last(shown.get((entry.item, each.subject), [])),
            drafts.get((entry.item, each.subject)),
        )
        for each in asked
    ]
    named = {each.subject for each in asked}
    others = {
        subject
        for (item, subject), rows in shown.items()
        if item == entry.item and subject not in named and any(row.year == year for row in rows)
    } | {
        subject
        for (item, subject), row in drafts.items()
        if item == entry.item and subject not in named and row.year == year
    }
    for subject in sorted(others):
        out = _last(shown.get((entry.item, subject), []))
        stands = out is not None and out.status == Publication.Status.PUBLISHED
        draft = drafts.get((entry.item, subject))
        found.append(Line(entry, subject, None, d.OUT if stands else "", out, draft))
    return found or [Line(entry, "", None, "")]


def _last(rows: Sequence[Publication]) -> Publication | None:
    """What stands; else what stood last."""
    standing = [row for row in rows if row.status == Publication.Status.PUBLISHED]
    found = standing or rows
    return found[-1] if found else None


def _publications(
    centers: Sequence[Center], known_at: datetime | None
) -> tuple[Mapping[int, Any], Mapping[int, Any]]:
    """Center id → (item, subject) → texts that were out, oldest first; and the same of drafts."""
    shown: dict[int, dict[tuple[str, str], list[Publication]]] = defaultdict(
        lambda: defaultdict(list)
    )
    drafts: dict[int, dict[tuple[str, str], Publication]] = defaultdict(dict)
    found = Publication.objects.exclude(status=Publication.Status.DROPPED)
    for row in found.filter(center__in=[c.pk for c in centers]).order_by("pk"):
        key, center_id = (row.item, row.subject), row.center_id
        assert center_id is not None  # noqa: S101  (asked for by center)
        if row.published_at is None:
            drafts[center_id][key] = row
        elif known_at is None or row.published_at <= known_at:
            shown[center_id][key].append(row)
    return shown, drafts


def dues(
    centers: Sequence[Center], years: Iterable[int], on: date, known_at: datetime | None = None
) -> dict[int, list[d.Due]]:
    """Center id → everything due that came about in the years."""
    told = gather(centers, known_at)
    days = {
        path: days_of(district, on, known_at) for path, district in _districts_of(centers).items()
    }
    return {
        center.pk: [
            each
            for year in years
            for each in d.due(in_year(told[center.pk], year), days[_district_path(center)])
        ]
        for center in centers
    }


def share_of(lines: Iterable[Line], owner: str | None = None) -> Rate:
    """Of what is out or past its day, how much was out in time; of one ``owner``, or of all."""
    states = [line.state for line in lines if line.due and owner in (None, line.entry.owner)]
    judged = [state for state in states if state in (d.ON_TIME, d.LATE, d.MISSING)]
    return Rate(judged.count(d.ON_TIME), len(judged))


def rates(
    centers: Sequence[Center],
    start: date,
    end: date,
    known_at: datetime | None = None,
    *,
    owner: str | None = None,
) -> dict[int, Rate]:
    """Center id → how much of what was due between two days, both included, was out in time; of
    what one ``owner`` owes, or of all."""
    asked = dues(centers, range(start.year - 1, end.year + 1), end, known_at)
    texts = texts_of(centers, known_at)
    return {
        pk: d.rate(
            [each for each in asked[pk] if owner in (None, d.owner_of(each.item))],
            texts[pk],
            start,
            end,
        )
        for pk in asked
    }


def rate(
    place: Center | Division, start: date, end: date, known_at: datetime | None = None
) -> Rate:
    """``rates`` of what one center owes; or of a district together, with what the bureau and its
    streets and towns owe for the centers."""
    is_center = isinstance(place, Center)
    centers = [place] if isinstance(place, Center) else centers_of(place)
    owner = d.CENTER if is_center else None
    found = rates(centers, start, end, known_at, owner=owner).values()
    return Rate(sum(each.on_time for each in found), sum(each.due for each in found))


def centers_of(district: Division) -> list[Center]:
    """Centers of a district, by code."""
    return list(Center.objects.within(district).select_related("division").order_by("code"))


def due_of(center: Center, item: str, year: int, subject: str, on: date) -> d.Due | None:
    """What a text of the item answers that is written now: the latest of the year that came about
    by the day."""
    asked = dues([center], [year], on)[center.pk]
    fits = [
        each
        for each in asked
        if (each.item, each.subject) == (item, subject) and each.arose_on <= on
    ]
    return fits[-1] if fits else None


# --- what was gathered


def _add_sections(told: Mapping[int, _Told], known_at: datetime | None) -> None:
    accepted = Section.objects.filter(
        center__in=list(told), kind__in=list(MADE_OF), status=Section.Status.ACCEPTED
    )
    if known_at is not None:
        accepted = accepted.filter(decided_at__lte=known_at)
    sections = list(accepted.order_by("decided_at", "pk"))
    rows = rows_by_section(sections)
    current: dict[int, dict[str, list[Any]]] = {pk: {} for pk in told}
    values: dict[int, dict[str, Any]] = {pk: {} for pk in told}
    for section in sections:
        one, filed = told[section.center_id], current[section.center_id]
        filed[section.kind] = rows[section.pk]
        on = localdate(section.decided_at)
        for item in MADE_OF[section.kind]:
            value = PUBLIC[item](filed, on)
            if value and value != values[section.center_id].get(item):
                if item == "grades":
                    one.results.append((item, "", on))
                else:
                    one.changes[item].append(on)
            values[section.center_id][item] = value
    for pk, filed in current.items():
        told[pk].since, told[pk].until = _span(filed.get(Section.Kind.PROFILE, ()))
        told[pk].lottery_years = {
            row.fiscal_year
            for row in filed.get(Section.Kind.FUNDING, ())
            if row.form == FundingRow.Form.WELFARE_LOTTERY and row.fiscal_year and row.amount_yuan
        }


def _span(rows: Iterable[Any]) -> tuple[date | None, date | None]:
    """First day of a center, and its last where it was deregistered."""
    rows = list(rows)
    known = [row.established_on or row.registered_on for row in rows]
    since = min((on for on in known if on), default=None)
    ends = [row.starts_on for row in rows if row.registration_status == "deregistered"]
    return since, min((on for on in ends if on), default=None)


def in_force(rows: Iterable[Any], on: date) -> list[Any]:
    """Rows of a section that hold on a day."""
    return [
        row
        for row in rows
        if (row.starts_on is None or row.starts_on <= on)
        and (row.ends_on is None or on <= row.ends_on)
    ]


def profile_on(filed: Mapping[str, Sequence[Any]], on: date) -> Any | None:
    """The row of the profile that holds on a day, or the last one filed."""
    rows = filed.get(Section.Kind.PROFILE, ())
    found = in_force(rows, on) or list(rows)
    return found[-1] if found else None


def heads_on(filed: Mapping[str, Sequence[Any]], on: date) -> list[Any]:
    """Rows of the directors who are in office on a day."""
    staff = in_force(filed.get(Section.Kind.STAFF, ()), on)
    return [row for row in staff if row.post in HEADS]


def _contact(filed: Mapping[str, Sequence[Any]], on: date) -> Any:
    row = profile_on(filed, on)
    return row and (row.name, row.address, row.phone)


def _registration(filed: Mapping[str, Sequence[Any]], on: date) -> Any:
    row = profile_on(filed, on)
    return row and tuple(getattr(row, name) for name in REGISTERED)


def _people(filed: Mapping[str, Sequence[Any]], on: date) -> Any:
    row = profile_on(filed, on)
    head = row.legal_representative_id if row else None
    directors = tuple((each.person_id, each.post) for each in heads_on(filed, on))
    councils = in_force(filed.get(Section.Kind.GOVERNANCE, ()), on)
    council = tuple((each.member_count, each.has_supervisor) for each in councils)
    return (head, directors, council) if head or directors or council else None


def _grades(filed: Mapping[str, Sequence[Any]], on: date) -> Any:
    row = profile_on(filed, on)
    if row is None or not (row.grade or row.last_inspection):
        return None
    return (row.grade, row.grade_until, row.last_inspection)


def _donations(filed: Mapping[str, Sequence[Any]], _on: date) -> Any:
    rows = filed.get(Section.Kind.FUNDING, ())
    return tuple(
        (row.fiscal_year, row.form, row.amount_yuan, row.received_yuan)
        for row in rows
        if row.form in GIVEN and row.amount_yuan
    )


def articles_changed_on(filed: Mapping[str, Sequence[Any]]) -> list[date]:
    """Days on which the articles of a center changed, by its statutory matters, oldest first."""
    rows = filed.get(Section.Kind.STATUTORY, ())
    changes = [row for row in rows if row.matter == StatutoryRow.Matter.ARTICLES_CHANGE]
    return sorted(row.occurred_on for row in changes if row.occurred_on)


def _articles(filed: Mapping[str, Sequence[Any]], on: date) -> Any:
    """Whoever is registered has articles, from the registration on."""
    row = profile_on(filed, on)
    registered = (row.registered_on,) if row and row.registered_on else ()
    return (*registered, *articles_changed_on(filed))


PUBLIC: Mapping[str, Any] = {
    "contact": _contact,
    "registration": _registration,
    "people": _people,
    "grades": _grades,
    "donations": _donations,
    "articles": _articles,
}


def own_contracts(centers: Sequence[Center]) -> Any:
    """Signed contracts whose supplier is one of the centers, by its credit code."""
    codes = [center.uscc for center in centers if center.uscc]
    return Contract.objects.shown().filter(supplier__uscc__in=codes)


def _add_contracts(
    told: Mapping[int, _Told], centers: Sequence[Center], known_at: datetime | None
) -> None:
    owner = {center.uscc: center.pk for center in centers if center.uscc}
    signed = own_contracts(centers)
    if known_at is not None:
        signed = signed.filter(signed_on__lte=localdate(known_at))
    keys = {}
    columns = ("pk", "contract_no", "signed_on", "supplier__uscc")
    for pk, number, signed_on, uscc in signed.order_by("pk").values_list(*columns):
        keys[pk] = (owner[uscc], number)
        told[owner[uscc]].contracts.append(("purchases", number, signed_on))
    accepted = Acceptance.objects.filter(contract__in=list(keys), result="passed")
    if known_at is not None:
        accepted = accepted.filter(accepted_at__lte=known_at)
    for contract_id, on in accepted.order_by("pk").values_list("contract_id", "accepted_on"):
        center_id, number = keys[contract_id]
        told[center_id].results.append(("purchases", number, on))


def _add_reviews(told: Mapping[int, _Told], known_at: datetime | None) -> None:
    final = Review.objects.filter(
        center__in=list(told), status=Review.Status.FINAL, round__published_at__isnull=False
    )
    if known_at is not None:
        final = final.filter(round__published_at__lte=known_at)
    approved = Max("round__reviews__approved_at")
    columns = ("center_id", "round__year", "round__publicity_until", "round__published_at")
    rows = final.annotate(last_approved_at=approved).order_by("pk")
    for center_id, year, until, published_at, at in rows.values_list(*columns, "last_approved_at"):
        formed = formed_on(at, until, localdate(published_at))
        told[center_id].results.append(("review", str(year), formed))


def formed_on(approved_at: datetime | None, until: date | None, published_on: date) -> date:
    """When the results of a round were there: all were approved and its days for objections over;
    at the latest when they were published."""
    known = [localdate(approved_at)] if approved_at else []
    known += [until] if until else []
    return min(max(known, default=published_on), published_on)


def _add_teams(
    told: Mapping[int, _Told], centers: Sequence[Center], known_at: datetime | None
) -> None:
    places = {center.division_id for center in centers}
    teams = ActivityTeam.objects.on_file().filter(division__in=places, filed_on__isnull=False)
    if known_at is not None:
        teams = teams.filter(filed_on__lte=localdate(known_at))
    first: dict[int, date] = {}
    for division_id, filed_on in teams.order_by().values_list("division_id", "filed_on"):
        first[division_id] = min(first.get(division_id, filed_on), filed_on)
    for center in centers:
        told[center.pk].teams_since = first.get(center.division_id)


def _district_path(center: Center) -> str:
    code = center.division.district_code
    codes = center.division.path.rstrip("/").split("/")
    return "/".join(codes[: codes.index(code) + 1]) + "/" if code in codes else center.division.path


def _districts_of(centers: Sequence[Center]) -> dict[str, Division]:
    paths = {_district_path(center) for center in centers}
    return {each.path: each for each in Division.objects.filter(path__in=paths)}


def _district_of(center: Center) -> Division:
    return _districts_of([center])[_district_path(center)]
