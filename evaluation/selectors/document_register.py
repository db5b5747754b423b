"""The register of numbers: what was given, what comes next, what is left out."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, Max, OuterRef, QuerySet

from centers.models import Center
from evaluation.models import DocumentDelivery, OfficialDocument, Review
from portal.users.models import User
from portal.users.roles import Capability


@dataclass(frozen=True)
class Series:
    """The numbers of one word in one year: how many, the highest, and the runs left out.

    What is left out may have been given on paper; nothing says that it is missing.
    """

    word: str
    year: int
    given: int
    last: int
    gaps: list[tuple[int, int]] = field(default_factory=list)

    @property
    def gap_text(self) -> str:
        """2-4, 7; "" where none is left out."""
        return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in self.gaps)


def suggest_number(word: str, year: int) -> int:
    """The number after the highest that was given. One query."""
    given = OfficialDocument.objects.filter(word=word, number_year=year)
    last = given.aggregate(last=Max("sequence"))["last"]
    return (last or 0) + 1


def deliveries_seen(user: User) -> "QuerySet[DocumentDelivery]":
    """Deliveries to the centers whose compliance ``user`` sees."""
    seen = Center.objects.visible_to(user, Capability.COMPLIANCE_VIEW)
    return DocumentDelivery.objects.filter(center__in=seen)


def undelivered(document: OfficialDocument) -> "QuerySet[Center]":
    """Centers of its district, or of its round, to which the document was not delivered."""
    known = DocumentDelivery.objects.filter(document=document, center=OuterRef("pk"))
    centers = Center.objects.within(document.district).filter(~Exists(known))
    if document.round_id:
        reviews = Review.objects.filter(round=document.round_id).exclude(status="excluded")
        centers = centers.filter(pk__in=reviews.values("center"))
    return centers.order_by("code")


def series(documents: Any) -> list[Series]:
    """The series of these documents, the newest year first. One query."""
    numbered = documents.filter(sequence__isnull=False).order_by("-number_year", "word", "sequence")
    grouped: dict[tuple[int, str], list[int]] = {}
    for year, word, sequence in numbered.values_list("number_year", "word", "sequence"):
        grouped.setdefault((year, word), []).append(sequence)
    return [
        Series(word, year, len(numbers), numbers[-1], gaps(numbers))
        for (year, word), numbers in grouped.items()
    ]


def gaps(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """First and last of each run that is left out of ascending numbers, from 1."""
    found, expected = [], 1
    for number in numbers:
        if number > expected:
            found.append((expected, number - 1))
        expected = number + 1
    return found
