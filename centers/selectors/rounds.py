"""A round as a table: every center's obligation, what it reported, and whose turn it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Func, IntegerField
from django.utils.translation import gettext as _

from centers.models import (
    Extension,
    Filing,
    Obligation,
    Opinion,
    Round,
    Section,
    SectionSubmission,
)

State, Status, Reported = Obligation.State, Filing.Status, Section.Reported


@dataclass(frozen=True)
class Line:
    """One center. ``obligation`` has the annotations of ``with_state``; ``reported`` is a value per
    section asked for, in the round's order."""

    obligation: Any
    reported: list[Section.Reported]
    extensions: list[Extension]
    next_actor: str


def lines(asked: Round, obligations: Any, on: date) -> list[Line]:
    """The round's obligations among ``obligations``, by center code. A fixed number of queries."""
    dated = obligations.filter(round=asked).with_state(on).select_related("center__division")
    found = list(dated.order_by("center__code"))
    told = said([obligation.filing_id for obligation in found if obligation.filing_id])
    extensions = _extensions(found)
    heard = _with_opinion(asked)
    return [
        Line(
            obligation=obligation,
            reported=[
                told.get((obligation.filing_id, kind), Reported.MISSING)
                for kind in asked.section_kinds
            ],
            extensions=[e for e in extensions if e.obligation_id == obligation.pk],
            next_actor=next_actor(asked, obligation, has_opinion=obligation.filing_id in heard),
        )
        for obligation in found
    ]


def said(filing_ids: Sequence[int]) -> dict[tuple[int, str], Section.Reported]:
    """(filing, kind) → what the submission last handed in says; a draft says nothing yet."""
    newest = SectionSubmission.objects.filter(section__filing__in=filing_ids).annotate(
        row_count=Func(F("content"), function="jsonb_array_length", output_field=IntegerField())
    )
    newest = newest.order_by("section_id", "-number").distinct("section_id")
    return {
        (filing, kind): Reported.REPORTED if row_count else Reported.CONFIRMED_ZERO
        for filing, kind, row_count in newest.values_list(
            "section__filing", "section__kind", "row_count"
        )
    }


def _extensions(found: Iterable[Any]) -> list[Extension]:
    given = Extension.objects.filter(obligation__in=[obligation.pk for obligation in found])
    return list(given.select_related("granted_by"))


def _with_opinion(asked: Round) -> set[int]:
    """Filings whose last submission the township has given its opinion on."""
    given = Opinion.objects.filter(
        filing__obligation__round=asked, number=F("filing__submission_count")
    )
    return set(given.values_list("filing", flat=True))


def next_actor(asked: Round, obligation: Any, *, has_opinion: bool) -> str:
    """Who can take the next step; "" when there is none."""
    status, state = obligation.filing_status, obligation.state
    if asked.cancelled_at or state == State.ACCEPTED:
        return ""
    if state == State.UPCOMING:
        return _("nobody until it opens")
    if state == State.LOCKED:
        return _("the bureau, by an extension")
    if status == Status.SUBMITTED:
        waits = asked.needs_opinion and not has_opinion
        return _("the township, by its opinion") if waits else _("the bureau, by its decision")
    return _("the director") if status == Status.PREPARED else _("the center's staff")
