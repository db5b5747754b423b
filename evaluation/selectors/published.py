"""What everybody reads of centers: texts that stand, as they were published, nothing live."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from centers.models import Center
from evaluation.models import Publication, ReviewRound
from evaluation.selectors.disclosure_sources import values_of
from evaluation.selectors.disclosure_words import item_label, subject_label
from portal.jurisdictions.models import Division

# Items whose fields make up what is said of a center at the top of its page and in open data.
HEAD = (Publication.Item.REGISTRATION, Publication.Item.CONTACT)
LONGEST_WORD = 60


@dataclass(frozen=True)
class PublicCenter:
    """A center as its standing texts tell of it; a field nobody published is empty.

    Its name is that of its texts; only where none says it, that of the register of centers.
    """

    center: Center
    values: Mapping[str, str]
    texts: tuple[Publication, ...] = ()

    @property
    def name(self) -> str:
        return self.values.get("name") or self.center.name


def texts() -> QuerySet[Publication]:
    """Everything that stands, newest first."""
    found = Publication.objects.published().select_related("center", "division")
    return found.order_by("-published_at", "-pk")


def centers(words: str = "") -> QuerySet[Center]:
    """Centers of which something stands, by code; narrowed by words of their name, street or
    town, or district."""
    standing = Publication.objects.published().filter(center=OuterRef("pk"))
    found = Center.objects.filter(Exists(standing)).select_related("division__parent")
    for word in words.split()[:5]:
        part = word[:LONGEST_WORD]
        found = found.filter(
            Q(name__icontains=part)
            | Q(division__name__icontains=part)
            | Q(division__parent__name__icontains=part)
        )
    return found.order_by("code")


def described(found: Iterable[Center]) -> list[PublicCenter]:
    """The centers with what their texts say at the top. One query."""
    rows = list(found)
    said: dict[int, dict[str, str]] = {center.pk: {} for center in rows}
    heads = Publication.objects.published().filter(center__in=list(said), item__in=HEAD)
    for text in heads.order_by("year", "published_at", "pk"):
        assert text.center_id is not None  # noqa: S101  (asked for by center)
        said[text.center_id] |= {k: v for k, v in values_of(text.content).items() if v}
    return [PublicCenter(center, said[center.pk]) for center in rows]


def center_page(code: str) -> PublicCenter | None:
    """A center with all its standing texts in the order of the list, newest first of an item; None
    where nothing stands. Two queries."""
    center = Center.objects.select_related("division__parent").filter(code=code).first()
    if center is None:
        return None
    rows = list(texts().filter(center=center).order_by("-year", "-pk"))
    if not rows:
        return None
    order = list(Publication.Item.values)
    rows.sort(key=lambda row: order.index(row.item))
    said: dict[str, str] = {}
    for row in reversed([row for row in rows if row.item in HEAD]):
        said |= {key: value for key, value in values_of(row.content).items() if value}
    return PublicCenter(center, said, tuple(rows))


def text_of(*, place: Any, item: str, year: int, subject: str) -> Publication | None:
    """What stands of an item, or, where nothing does, what was withdrawn last; None where nothing
    ever stood. ``place`` is a center or a district."""
    where = {"center": place} if isinstance(place, Center) else {"center": None, "division": place}
    found = Publication.objects.filter(item=item, year=year, subject=subject, **where)
    known = list(
        found.filter(status__in=["published", "withdrawn"])
        .select_related("center", "division")
        .order_by("pk")
    )
    standing = [row for row in known if row.status == Publication.Status.PUBLISHED]
    rows = standing or known
    return rows[-1] if rows else None


def final_of(*, place: Any, year: int, subject: str) -> Publication | None:
    """The results that took the place of what was announced for objections; None while there are
    none, or where they were withdrawn."""
    found = text_of(place=place, item=Publication.Item.REVIEW, year=year, subject=subject)
    return found if found and found.status == Publication.Status.PUBLISHED else None


def list_of_round(review_round: ReviewRound) -> Publication | None:
    """The list of a round that stands, or, where none does, the one that was withdrawn last; None
    where none ever stood."""
    found = Publication.objects.filter(round=review_round, center=None)
    known = list(found.filter(status__in=["published", "withdrawn"]).order_by("pk"))
    standing = [row for row in known if row.status == Publication.Status.PUBLISHED]
    rows = standing or known
    return rows[-1] if rows else None


def place_of(*, center: str = "", district: str = "") -> Center | Division | None:
    """The center, or the district, of a code."""
    if center:
        return Center.objects.select_related("division").filter(code=center).first()
    return Division.objects.filter(code=district, kind=Division.Kind.DISTRICT).first()


def row_of(text: Publication, url: str) -> dict[str, Any]:
    """A text as open data: codes, words, days as ISO, whether it was in time, and where it is."""
    return {
        "center_code": text.center.code if text.center else None,
        "division_code": text.division.code,
        "item": text.item,
        "item_label": item_label(text.item),
        "year": text.year,
        "subject": text.subject,
        "subject_label": subject_label(text.subject),
        "title": text.title,
        "number": text.number,
        "published_on": _day(text.published_on),
        "due_on": _day(text.due_on),
        "on_time": text.is_on_time,
        "sha256": text.sha256,
        "url": url,
    }


def center_row(one: PublicCenter, url: str) -> dict[str, Any]:
    """A center as open data, as its texts tell of it."""
    parent = one.center.division.parent
    return {
        "code": one.center.code,
        "name": one.name,
        "district": parent.name if parent else "",
        "township": one.center.division.name,
        "division_code": one.center.division.code,
        "address": one.values.get("address", ""),
        "phone": one.values.get("phone", ""),
        "hours": one.values.get("hours", ""),
        "transport": one.values.get("transport", ""),
        "uscc": one.values.get("uscc", ""),
        "registered_on": one.values.get("registered_on", ""),
        "url": url,
    }


def schema_org(one: PublicCenter, url: str) -> dict[str, Any]:
    """A center in the words of schema.org, for search engines."""
    parent = one.center.division.parent
    said = {
        "@context": "https://schema.org",
        "@type": "NGO",
        "@id": url,
        "url": url,
        "name": one.name,
        "identifier": one.values.get("uscc") or one.center.code,
        "telephone": one.values.get("phone"),
        "openingHours": one.values.get("hours"),
        "areaServed": one.center.division.name,
        "foundingDate": one.values.get("registered_on"),
        "address": {
            "@type": "PostalAddress",
            "addressCountry": "CN",
            "addressLocality": parent.name if parent else "",
            "streetAddress": one.values.get("address"),
        }
        if one.values.get("address")
        else None,
    }
    return {key: value for key, value in said.items() if value}


def changed_on() -> Mapping[int, date]:
    """Center id → day of its newest standing text. One query."""
    found = Publication.objects.published().filter(center__isnull=False)
    rows = found.order_by().values_list("center_id").annotate(last=Max("published_on"))
    return {pk: on for pk, on in rows if pk is not None and on is not None}


def _day(on: date | None) -> str | None:
    return on.isoformat() if on else None
