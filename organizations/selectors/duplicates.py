"""Organizations and teams that may stand in the register twice."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Substr
from django.utils.translation import gettext_lazy as _

from organizations.models import ActivityTeam, Organization, OrganizationName
from portal.cells import match_key
from portal.jurisdictions.models import Division

# Where the code of the subject itself stands in a credit code, from 1.
SUBJECT_AT, SUBJECT_LENGTH = 9, 9
MOST = 20
REFUSED = ActivityTeam.Status.REFUSED
SAME_NAME = _("the same name in the district")
SAME_STEM = _("the same name but for the place in front of it")
SAME_SUBJECT = _("the same subject in the credit code (characters 9 to 17)")
FORMER_NAME = _("it used to have this name")
SAME_PERSON = _("the same legal representative")
SAME_LEADER = _("the same telephone of the leader, and the same place")
SAME_TEAM = _("the same name in the township")


class Likely(NamedTuple):
    """A row that may be the same, and why, in words."""

    row: Any
    why: Any


def likely(
    *,
    name: str,
    division: Division,
    uscc: str | None = None,
    id_digest: bytes | None = None,
    exclude: int | None = None,
) -> list[Likely]:
    """Organizations of the district that may be the one so named, each once. Five queries at most.

    ``id_digest`` finds other associations of the same legal representative; ``exclude`` is the id
    of the organization itself.
    """
    district = _district(division)
    stem = _stem(name, district)
    inside: QuerySet[Organization] = Organization.objects.within(district)
    if exclude is not None:
        inside = inside.exclude(pk=exclude)
    former = OrganizationName.objects.filter(name_key=match_key(name), to_on__isnull=False)
    found = [
        (inside.filter(name_key=match_key(name)), SAME_NAME),
        (inside.filter(name_key__in=_with_places(stem, district)), SAME_STEM),
        (inside.filter(pk__in=former.values("organization")), FORMER_NAME),
    ]
    if uscc:
        found.append((_of_subject(inside, uscc), SAME_SUBJECT))
    if id_digest:
        found.append((represented_by(id_digest, district, among=inside), SAME_PERSON))
    return _once(found)


def represented_by(
    id_digest: bytes, division: Division, among: "QuerySet[Organization] | None" = None
) -> "QuerySet[Organization]":
    """Associations of the district whose legal representative has the identity number."""
    inside = Organization.objects.within(_district(division)) if among is None else among
    return inside.filter(org_type=Organization.OrgType.ASSOCIATION, legal_rep_id_digest=id_digest)


def teams_like(
    *,
    name: str,
    division: Division,
    leader_digest: bytes | None = None,
    place: str = "",
    exclude: int | None = None,
) -> list[Likely]:
    """Teams of the township that may be the one so named, each once, but none that was refused.

    Three queries at most.
    """
    inside = ActivityTeam.objects.filter(division=division).exclude(status=REFUSED)
    if exclude is not None:
        inside = inside.exclude(pk=exclude)
    found = [(inside.filter(name_key=match_key(name)), SAME_TEAM)]
    if leader_digest and place:
        led = inside.filter(leader_phone_digest=leader_digest)
        there = [team.pk for team in led if match_key(team.place) == match_key(place)]
        found.append((inside.filter(pk__in=there), SAME_LEADER))
    return _once(found)


def groups(seen: "QuerySet[Organization]", most: int = 50) -> list[tuple[Any, list[Organization]]]:
    """Of the rows ``seen`` those that share a name, or a subject in the credit code, in one
    district, by reason; ``most`` groups of each. Four queries.
    """
    return [
        *_grouped(seen.annotate(shared=F("name_key")), SAME_NAME, most),
        *_grouped(_with_subject(seen).annotate(shared=F("subject")), SAME_SUBJECT, most),
    ]


def _grouped(seen: "QuerySet[Any]", why: Any, most: int) -> list[tuple[Any, list[Any]]]:
    """Rows of one district that have the same ``shared``."""
    placed = seen.annotate(district=Substr("division__code", 1, 6))
    common = placed.order_by().values_list("district", "shared").annotate(n=Count("pk"))
    keys = [tuple(key) for *key, _n in common.filter(n__gt=1).order_by("shared")[:most]]
    rows = placed.filter(shared__in=[shared for _district, shared in keys])
    found: dict[tuple[Any, ...], list[Organization]] = {key: [] for key in keys}
    for row in rows.select_related("division").order_by("pk"):
        if (key := (row.district, row.shared)) in found:
            found[key].append(row)
    return [(why, group) for group in found.values()]


def _once(found: Iterable[tuple["QuerySet[Any]", Any]]) -> list[Likely]:
    once: dict[int, Likely] = {}
    for rows, why in found:
        for row in rows.select_related("division").order_by("pk")[:MOST]:
            once.setdefault(row.pk, Likely(row, why))
    return list(once.values())


def _with_subject(rows: "QuerySet[Organization]") -> "QuerySet[Any]":
    subject = Substr("uscc", SUBJECT_AT, SUBJECT_LENGTH)
    return rows.filter(uscc__isnull=False).annotate(subject=subject)


def _of_subject(rows: "QuerySet[Organization]", uscc: str) -> "QuerySet[Organization]":
    subject = uscc[SUBJECT_AT - 1 : SUBJECT_AT - 1 + SUBJECT_LENGTH]
    return _with_subject(rows).filter(~Q(uscc=uscc), subject=subject)


def _district(division: Division) -> Division:
    if division.kind in (Division.Kind.MUNICIPALITY, Division.Kind.DISTRICT):
        return division
    return Division.objects.select_related("parent").get(code=division.district_code)


def _places(district: Division) -> list[str]:
    """What may stand in front of a name: the district and the city, with or without their kind."""
    municipality = district.parent.name if district.parent else ""
    names = [district.name, district.name.rstrip("区县"), municipality, municipality.rstrip("市")]
    return [match_key(name) for name in names if name]


def _stem(name: str, district: Division) -> str:
    """The name without the places in front of it."""
    key = match_key(name)
    places = sorted(_places(district), key=len, reverse=True)
    while place := next((each for each in places if key.startswith(each)), ""):
        rest = key.removeprefix(place)
        if not rest:
            break
        key = rest
    return key


def _with_places(stem: str, district: Division) -> list[str]:
    """The stem alone, and behind each place or two that may stand in front of it."""
    places = ["", *_places(district)]
    return list(dict.fromkeys(f"{outer}{inner}{stem}" for outer in places for inner in places))
