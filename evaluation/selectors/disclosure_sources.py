"""What an item says of a center: the open fields from accepted facts, contracts and results.

Texts are read by everybody and stay as they are, so their words are the portal's first language,
whoever prepares them.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import override

from centers.models import Center, FundingRow, Person, ProfileRow, Section
from centers.selectors.sections import accepted_sections, rows_by_section
from evaluation.models import Publication, Review, ReviewRound
from evaluation.rules import disclosing as d
from evaluation.rules.redacting import homes
from evaluation.selectors import disclosure
from evaluation.selectors.disclosure_words import FIELDS
from evaluation.selectors.reviews import BEFORE_EVERYBODY
from organizations.models import ActivityTeam
from portal.jurisdictions.models import Division
from projects.models import Acceptance, Contract, Performance
from projects.selectors.announced import LANGUAGE, amount


@dataclass(frozen=True)
class _Given:
    """What the makers of content read: the sections accepted last, for one item."""

    center: Center
    filed: Mapping[str, list[Any]]
    on: date
    year: int
    subject: str
    known_at: datetime


def source(
    center: Center, item: str, year: int, subject: str, known_at: datetime
) -> dict[str, Any]:
    """The content of a text of the item, as known at a time: ``fields`` that are open, with what
    has to be typed still empty, ``table`` where there is one, and where it comes from."""
    sections = accepted_sections(center, known_at)
    rows = rows_by_section(sections.values())
    given = _Given(
        center=center,
        filed={kind: rows[section.pk] for kind, section in sections.items()},
        on=localdate(known_at),
        year=year,
        subject=subject,
        known_at=known_at,
    )
    with override(LANGUAGE):
        said, table, origin = MAKERS[item](given) if item in MAKERS else ({}, None, None)
        return {
            "fields": [
                {"key": each.key, "label": str(FIELDS[each.key]), "value": said.get(each.key, "")}
                for each in d.CATALOGUE[item].fields
                if each.level == d.ACTIVE and (each.is_typed or said.get(each.key))
            ],
            "table": table,
            "source": (origin or {"kind": "facts", "id": ""})
            | {"known_at": known_at.isoformat(timespec="seconds")},
        }


def to_keep(center: Center) -> list[str]:
    """Numbers of the center itself, which everybody may read: its telephone and its code."""
    return [center.uscc or "", *(row.phone for row in _profiles(center))]


def names_within(center: Center, on: date) -> list[str]:
    """Names of the people of a center who are on a day neither its head nor its director, those who
    left among them, and of the leaders of the teams of its street or town."""
    sections = accepted_sections(center)
    rows = rows_by_section(sections.values())
    filed = {kind: rows[section.pk] for kind, section in sections.items()}
    profile = disclosure.profile_on(filed, on)
    head = profile.legal_representative if profile else None
    open_names = {row.person.name for row in disclosure.heads_on(filed, on)}
    open_names |= {head.name} if head else set()
    people = Person.objects.filter(center=center)
    leaders = ActivityTeam.objects.filter(Q(division=center.division_id) | Q(center=center))
    return sorted(_names(people, leaders) - open_names)


def to_hide_by(center: Center | None, district: Division, on: date) -> tuple[list[str], list[str]]:
    """(numbers that everybody may read, names that nobody may read) in a text about a center that
    is written on a day; about none, the names of all people of the district's centers and leaders
    of its teams."""
    if center is not None:
        return to_keep(center), names_within(center, on)
    people = Person.objects.filter(center__in=Center.objects.within(district))
    leaders = ActivityTeam.objects.filter(division__path__startswith=district.path)
    return [], sorted(_names(people, leaders))


def _names(people: "QuerySet[Person]", leaders: "QuerySet[ActivityTeam]") -> set[str]:
    said = {*people.values_list("name", flat=True)}
    return said | set(leaders.exclude(leader_name="").values_list("leader_name", flat=True))


def _profiles(center: Center) -> list[Any]:
    profile = accepted_sections(center).get(Section.Kind.PROFILE)
    return rows_by_section([profile])[profile.pk] if profile else []


def homes_in(publication: Publication) -> list[str]:
    """What in a text looks like where somebody lives; where the center is does not count."""
    center, content = publication.center, publication.content
    offices = [row.address for row in _profiles(center)] if center else []
    table = content.get("table") or {"rows": []}
    texts = [publication.title, *values_of(content).values()]
    texts += [cell for row in table["rows"] for cell in row]
    found = [home for text in texts for home in homes(text, keep=offices)]
    return list(dict.fromkeys(found))


def results_of(review_round: ReviewRound, known_at: datetime) -> dict[str, Any]:
    """The content of the announcement, or of the results, of a round: centers with their grades,
    and once they are final with their points. What is rechecked after an objection has no grade
    meanwhile. ``source`` gives the codes of the centers, row by row."""
    is_final = review_round.status in (ReviewRound.Status.FINAL, ReviewRound.Status.ARCHIVED)
    found = Review.objects.filter(round=review_round, status__in=BEFORE_EVERYBODY)
    reviews = list(found.select_related("center").order_by("center__code"))
    with override(LANGUAGE):
        fields = {
            "district": review_round.district.name,
            "review_year": str(review_round.year),
            "objections_until": ""
            if is_final or review_round.publicity_until is None
            else review_round.publicity_until.isoformat(),
        }
        headers = [_("center"), _("review grade"), *([_("final points")] if is_final else [])]
        rows = [
            [
                review.center.name,
                str(review.get_grade_display() if review.is_graded else _("being rechecked")),
                *([str(review.final_total)] if is_final else []),
            ]
            for review in reviews
        ]
        return {
            "fields": [
                {"key": key, "label": str(FIELDS[key]), "value": value}
                for key, value in fields.items()
                if value
            ],
            "table": {"headers": headers, "rows": rows},
            "source": {
                "kind": "round",
                "id": review_round.pk,
                "known_at": known_at.isoformat(timespec="seconds"),
                "codes": [review.center.code for review in reviews],
            },
        }


# --- item by item: what its facts say, its table, and where they stand


Made = tuple[dict[str, str], dict[str, Any] | None, dict[str, Any] | None]


def _profile(given: _Given) -> Any | None:
    return disclosure.profile_on(given.filed, given.on)


def _day(on: date | None) -> str:
    return on.isoformat() if on else ""


def _contact(given: _Given) -> Made:
    row = _profile(given)
    said = {"name": given.center.name}
    if row is not None:
        said = {"name": row.name, "address": row.address, "phone": row.phone}
    return said, None, None


def _registration(given: _Given) -> Made:
    row = _profile(given)
    if row is None:
        return {"name": given.center.name}, None, None
    said = {
        "name": row.name,
        "uscc": row.uscc or "",
        "registration_status": str(row.get_registration_status_display() or ""),
        "registered_on": _day(row.registered_on),
        "registered_capital_yuan": amount(row.registered_capital_yuan) or "",
        "supervising_unit": row.supervising_unit,
    }
    return said, None, None


def _articles(given: _Given) -> Made:
    changed = disclosure.articles_changed_on(given.filed)
    return {"articles_changed_on": _day(changed[-1] if changed else None)}, None, None


def _people(given: _Given) -> Made:
    row = _profile(given)
    heads = disclosure.heads_on(given.filed, given.on)
    councils = disclosure.in_force(given.filed.get(Section.Kind.GOVERNANCE, ()), given.on)
    said = {
        "directors": "、".join(f"{each.person.name}（{each.get_post_display()}）" for each in heads)
    }
    if row is not None and row.legal_representative:
        said["legal_representative"] = row.legal_representative.name
    if councils:
        council = councils[-1]
        if council.member_count is not None:
            said["council_member_count"] = str(council.member_count)
        if council.has_supervisor is not None:
            said["has_supervisor"] = str(_("yes") if council.has_supervisor else _("no"))
    return said, None, None


def _sum(rows: Iterable[Any]) -> str:
    known = [row.amount_yuan for row in rows if row.amount_yuan is not None]
    return (amount(sum(known, Decimal(0))) or "") if known else ""


def _funding(given: _Given, year: int, *forms: str) -> list[Any]:
    rows = given.filed.get(Section.Kind.FUNDING, ())
    return [row for row in rows if row.fiscal_year == year and (not forms or row.form in forms)]


def _annual_report(given: _Given) -> Made:
    row = _profile(given)
    inspected = str(row.get_last_inspection_display() or "") if row else ""
    return (
        {"income_yuan": _sum(_funding(given, given.year - 1)), "inspection": inspected},
        None,
        None,
    )


def _donations(given: _Given) -> Made:
    return {"donated_yuan": _sum(_funding(given, given.year, *disclosure.GIVEN))}, None, None


def _lottery(given: _Given) -> Made:
    rows = _funding(given, given.year - 1, FundingRow.Form.WELFARE_LOTTERY)
    return {"lottery_yuan": _sum(rows)}, None, None


def _purchases(given: _Given) -> Made:
    contracts = disclosure.own_contracts([given.center]).select_related("project", "procurement")
    contract = contracts.filter(contract_no=given.subject).first()
    if contract is None:
        return {}, None, None
    said = {
        "contract_no": contract.contract_no,
        "project": contract.title,
        "purchaser": contract.procurement.purchaser,
        "price_yuan": amount(contract.price_yuan) or "",
        "period": f"{_day(contract.starts_on)}—{_day(contract.ends_on)}",
        "acceptance": _accepted(contract, given.known_at),
        "performance_grade": _performed(contract),
    }
    return said, None, {"kind": "contract", "id": contract.pk}


def _accepted(contract: Contract, known_at: datetime) -> str:
    found = Acceptance.objects.filter(contract=contract, accepted_at__lte=known_at)
    last = found.order_by("number").last()
    return f"{last.get_result_display()} {_day(last.accepted_on)}" if last else ""


def _performed(contract: Contract) -> str:
    of_department = contract.performances.filter(
        kind=Performance.Kind.DEPARTMENT, status=Performance.Status.SUBMITTED
    )
    last = of_department.order_by("pk").last()
    return str(last.get_grade_display()) if last and last.grade else ""


def _grades(given: _Given) -> Made:
    row = _profile(given)
    if row is None:
        return {}, None, None
    grade = str(row.get_grade_display() or "") if row.grade != ProfileRow.Grade.NONE else ""
    said = {
        "last_inspection": str(row.get_last_inspection_display() or ""),
        "grade": grade,
        "grade_until": _day(row.grade_until) if grade else "",
    }
    return said, None, None


def _review(given: _Given) -> Made:
    year = int(given.subject) if given.subject.isascii() and given.subject.isdigit() else 0
    review = Review.objects.filter(
        center=given.center, status=Review.Status.FINAL, round__year=year
    ).last()
    if review is None:
        return {}, None, None
    said = {
        "review_year": given.subject,
        "review_grade": str(review.get_grade_display()),
        "review_total": str(review.final_total),
    }
    return said, None, {"kind": "review", "id": review.pk}


def _channels(given: _Given) -> Made:
    row = _profile(given)
    return {"phone": row.phone if row else ""}, None, None


def _teams(given: _Given) -> Made:
    found = ActivityTeam.objects.filter(
        division=given.center.division, status=ActivityTeam.Status.ACTIVE
    )
    rows = [
        [team.name, str(team.get_kind_display()), team.neighborhood]
        for team in found.order_by("name", "pk")
    ]
    table = {"headers": [_("name"), _("kind"), _("place")], "rows": rows}
    return {"team_count": str(len(rows))}, table if rows else None, None


MAKERS: Mapping[str, Callable[[_Given], Made]] = {
    "contact": _contact,
    "registration": _registration,
    "articles": _articles,
    "people": _people,
    "annual_report": _annual_report,
    "donations": _donations,
    "lottery": _lottery,
    "purchases": _purchases,
    "grades": _grades,
    "review": _review,
    "channels": _channels,
    "teams": _teams,
}


def values_of(content: Mapping[str, Any]) -> dict[str, str]:
    """Key → value of the fields of a text."""
    return {each["key"]: each["value"] for each in content.get("fields", ())}


def missing_in(publication: Publication) -> list[str]:
    """Labels of what a text needs and does not say."""
    if publication.item not in d.CATALOGUE or publication.center_id is None:
        return []
    said = values_of(publication.content)
    needed = [each for each in d.CATALOGUE[publication.item].fields if each.is_needed]
    return [str(FIELDS[each.key]) for each in needed if not said.get(each.key, "").strip()]


def digest_of(publication: Publication) -> str:
    """SHA-256, as hex, of all that residents read of a text: canonical JSON in UTF-8."""
    told = {
        "division": publication.division.code,
        "center": publication.center.code if publication.center else None,
        "item": publication.item,
        "year": publication.year,
        "subject": publication.subject,
        "number": publication.number,
        "title": publication.title,
        "content": publication.content,
    }
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()
