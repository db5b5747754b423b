"""Centers as their accepted filings describe them on a day: many at once, and no person of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    Sum,
    When,
)

from centers.models import (
    ROW_MODELS,
    Center,
    FundingRow,
    PremisesRow,
    ProfileRow,
    Section,
    StaffRow,
)

PROFILE_COLUMNS = (
    "name",
    "uscc",
    "registration_status",
    "registered_on",
    "established_on",
    "registered_capital_yuan",
    "supervising_unit",
    "operating_model",
    "operator_name",
    "grade",
    "grade_until",
    "last_inspection",
    "organization_count",
)
# A figure belongs to its year, not to days.
UNDATED = (Section.Kind.FUNCTIONS,)


class Accepted(NamedTuple):
    """A section accepted last; ``has_rows`` tells a zero report from one that says something."""

    pk: int
    filing_id: int
    at: datetime
    has_rows: bool


@dataclass
class Card:
    """One center on a day. A section never accepted is absent; its counts are None, not 0."""

    center: Center
    sections: dict[str, Accepted] = field(default_factory=dict)
    profile: Mapping[str, Any] | None = None
    staff_count: int | None = None
    full_time_count: int | None = None
    premises_count: int | None = None
    exclusive_area_m2: Decimal | None = None
    funding_count: int | None = None

    @property
    def data_version(self) -> datetime | None:
        """When the newest of its sections was accepted."""
        return max((section.at for section in self.sections.values()), default=None)

def in_force(on: date) -> Q:
    """Rows that hold on the day; both ends are inclusive, an open end is none."""
    return (Q(starts_on=None) | Q(starts_on__lte=on)) & (Q(ends_on=None) | Q(ends_on__gte=on))


def cards(centers: Sequence[Center], on: date, known_at: datetime | None = None) -> list[Card]:
    """Each center on the day, in the order given. Five queries however many there are."""
    accepted = accepted_last([center.pk for center in centers], known_at)
    found = [Card(center, accepted[center.pk]) for center in centers]
    _add_profiles(found, on)
    _add_staff(found, on)
    _add_premises(found, on)
    _add_funding(found, on)
    return found


def accepted_last(
    center_ids: Collection[int], known_at: datetime | None = None
) -> dict[int, dict[str, Accepted]]:
    """Center id → kind → the section accepted last (by ``known_at``). One query."""
    latest = Section.objects.filter(center__in=center_ids).accepted_last(known_at)
    told = telling_rows(latest)
    found: dict[int, dict[str, Accepted]] = {center_id: {} for center_id in center_ids}
    for center_id, kind, *rest in told.values_list(
        "center_id", "kind", "id", "filing_id", "decided_at", "has_rows"
    ):
        found[center_id][kind] = Accepted(*rest)
    return found


def telling_rows(sections: Any) -> Any:
    """Annotate sections with ``has_rows``: whether they declare any."""
    cases = (
        When(kind=kind, then=Exists(model.objects.filter(section=OuterRef("pk"))))
        for kind, model in ROW_MODELS.items()
    )
    return sections.annotate(has_rows=Case(*cases, output_field=BooleanField()))


def _of_kind(cards_: Sequence[Card], kind: str) -> dict[int, Card]:
    """Section id → its center's card, where a section of the kind was accepted."""
    return {card.sections[kind].pk: card for card in cards_ if kind in card.sections}


def _add_profiles(cards_: Sequence[Card], on: date) -> None:
    """Of overlapping rows the one that began last holds, as the rules have it."""
    of_section = _of_kind(cards_, Section.Kind.PROFILE)
    rows = ProfileRow.objects.filter(in_force(on), section__in=list(of_section))
    began = F("starts_on").asc(nulls_first=True)
    for row in rows.order_by(began, "position").values("section_id", *PROFILE_COLUMNS):
        of_section[row.pop("section_id")].profile = row


def _add_staff(cards_: Sequence[Card], on: date) -> None:
    """People, not rows: somebody in two posts counts once."""
    of_section = _of_kind(cards_, Section.Kind.STAFF)
    people: dict[int, dict[int, set[bool | None]]] = {pk: {} for pk in of_section}
    rows = StaffRow.objects.filter(in_force(on), section__in=list(of_section)).order_by()
    for section_id, person_id, is_full_time in rows.values_list(
        "section_id", "person_id", "is_full_time"
    ):
        people[section_id].setdefault(person_id, set()).add(is_full_time)
    for section_id, answers in people.items():
        card = of_section[section_id]
        card.staff_count = len(answers)
        is_known = all(said != {None} and said != {None, False} for said in answers.values())
        if is_known:
            card.full_time_count = sum(True in said for said in answers.values())


def _add_premises(cards_: Sequence[Card], on: date) -> None:
    of_section = _of_kind(cards_, Section.Kind.PREMISES)
    for card in of_section.values():
        card.premises_count, card.exclusive_area_m2 = 0, Decimal("0.00")
    rows = PremisesRow.objects.filter(in_force(on), section__in=list(of_section)).order_by()
    for section_id, count, area in rows.values_list("section_id").annotate(
        Count("pk"), Sum("exclusive_area_m2")
    ):
        of_section[section_id].premises_count = count
        of_section[section_id].exclusive_area_m2 = area


def _add_funding(cards_: Sequence[Card], on: date) -> None:
    of_section = _of_kind(cards_, Section.Kind.FUNDING)
    for card in of_section.values():
        card.funding_count = 0
    rows = FundingRow.objects.filter(in_force(on), section__in=list(of_section)).order_by()
    for section_id, count in rows.values_list("section_id").annotate(Count("pk")):
        of_section[section_id].funding_count = count


def declared(
    sections: Mapping[str, Accepted], columns: Mapping[str, Sequence[str]], on: date
) -> dict[str, list[dict[str, Any]]]:
    """Kind → its rows in force on the day, of each only the columns asked for. One query a kind."""
    found = {}
    for kind, section in sections.items():
        rows = ROW_MODELS[kind].objects.filter(section=section.pk).order_by("position")
        dated = rows if kind in UNDATED else rows.filter(in_force(on))
        found[kind] = list(dated.values(*columns[kind]))
    return found
