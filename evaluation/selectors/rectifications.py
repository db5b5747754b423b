"""Rectifications as pages, exports and rates read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Max, Min, Prefetch, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from centers.models import Center
from evaluation.models import (
    Finding,
    ItemEvidence,
    ItemExtension,
    ItemResponse,
    ItemStep,
    Rectification,
    RectificationItem,
)
from evaluation.rules.base import NOT_MET
from evaluation.selectors import parameters, wording
from portal.jurisdictions.models import Division

OPEN = (RectificationItem.Status.OPEN, RectificationItem.Status.ANSWERED)
Kind = ItemStep.Kind
# Classes of rules that ask for nothing: encouraged, permitted.
FREE = ("E", "P")


class Rates(NamedTuple):
    """Of the items issued in a period that are due or put right, ``due``: how many are put right,
    ``closed``, and of these by the day they were due, ``on_time``."""

    on_time: int
    closed: int
    due: int


@dataclass(frozen=True)
class Line:
    """An item with what was answered and decided of it."""

    item: RectificationItem
    days_left: int
    responses: Sequence[ItemResponse]
    extensions: Sequence[ItemExtension]
    steps: Sequence[tuple[ItemStep, str]]

    @property
    def is_open(self) -> bool:
        return self.item.status in OPEN

    @property
    def is_overdue(self) -> bool:
        """Whether the center is late; what waits to be verified is not."""
        return self.item.status == RectificationItem.Status.OPEN and self.days_left < 0

    @property
    def asked(self) -> ItemExtension | None:
        """What waits to be decided."""
        waiting = (one for one in self.extensions if one.status == ItemExtension.Status.ASKED)
        return next(waiting, None)

    @property
    def waiting(self) -> ItemResponse | None:
        """The response that waits to be verified."""
        if self.item.status != RectificationItem.Status.ANSWERED:
            return None
        return next((one for one in self.responses if not one.result), None)


def with_figures(found: "QuerySet[Rectification]") -> "QuerySet[Rectification]":
    """Each with ``item_count``, ``closed_count``, ``answered_count``, ``next_due_on`` of what is
    open, ``asked_due_on`` of what the center has to answer, and ``level`` it was escalated to."""
    is_open = Q(items__status__in=OPEN)
    return found.annotate(
        item_count=Count("items", filter=~Q(items__status="cancelled")),
        closed_count=Count("items", filter=Q(items__status="closed")),
        answered_count=Count("items", filter=Q(items__status="answered")),
        next_due_on=Min("items__due_on", filter=is_open),
        asked_due_on=Min("items__due_on", filter=Q(items__status="open")),
        level=Max("items__escalation", filter=Q(items__status="open")),
    )


def for_clients(user: Any) -> "QuerySet[Rectification]":
    """What clients of the API read: issued, and seen by ``user``; with ``rules`` of the items and
    ``reopened_count``."""
    found = Rectification.objects.visible_to(user).exclude(issued_at=None)
    followed = ArrayAgg(
        "items__rule", filter=~Q(items__rule=""), order_by="items__rule", default=Value([])
    )
    return with_figures(found).annotate(
        rules=followed, reopened_count=Coalesce(Sum("items__reopened"), 0)
    )


def overdue(found: "QuerySet[Rectification]", on: date) -> "QuerySet[Rectification]":
    """Those with an item that the center should have put right before the day."""
    late = RectificationItem.objects.filter(status="open", due_on__lt=on)
    return found.filter(status=Rectification.Status.ISSUED, pk__in=late.values("rectification"))


def lines(rectification: Rectification, on: date) -> list[Line]:
    """Every item with its responses, newest first, extensions and steps. Six queries."""
    files = Prefetch("evidence", ItemEvidence.objects.select_related("file"))
    responses = (
        ItemResponse.objects.select_related("answered_by", "verified_by")
        .prefetch_related(files)
        .order_by("-number")
    )
    items = rectification.items.select_related("closed_by", "rectification").prefetch_related(
        Prefetch("responses", responses),
        Prefetch("extensions", ItemExtension.objects.select_related("asked_by", "decided_by")),
        Prefetch("steps", ItemStep.objects.select_related("taken_by")),
    )
    return [
        Line(
            item=item,
            days_left=(item.due_on - on).days,
            responses=list(item.responses.all()),
            extensions=list(item.extensions.all()),
            steps=[(step, step_text(step)) for step in item.steps.all()],
        )
        for item in items.order_by("position")
    ]


def step_text(step: ItemStep) -> str:
    """What a step says beside its kind: its note, or the finding or review that brought it."""
    if step.figures.get("indicator"):
        return _("%(round)s: %(indicator)s got %(points)s of %(full)s points") % {
            **step.figures,
            "points": f"{Decimal(points):.2f}" if (points := step.figures["points"]) else "—",
        }
    reason = step.figures.get("reason", "")
    said = wording.reason_text(reason, step.figures.get("figures") or {}) if reason else ""
    return step.note or said


def of_rules(center: Center) -> Mapping[str, RectificationItem]:
    """Rule → the item by which the center has to put it right."""
    items = RectificationItem.objects.filter(
        center=center, status__in=OPEN, rectification__status=Rectification.Status.ISSUED
    )
    return {item.rule: item for item in items.exclude(rule="").select_related("rectification")}


def rectifiable(center: Center, on: date) -> list[Finding]:
    """The standing findings of a center that a rectification can be opened from: not met, of a rule
    that is owed, neither excepted, excused, in grace nor to be put right already."""
    classes = {
        rule.id: rule.rule_class
        for rule in parameters.parsed(parameters.pack_in_force(on)).center_rules
    }
    found = Finding.objects.standing().filter(
        center=center, outcome=NOT_MET, waiver=None, in_grace=False
    )
    known = set(
        RectificationItem.objects.filter(center=center, status__in=OPEN).values_list(
            "rule", flat=True
        )
    )
    return [
        finding
        for finding in found.select_related("center__division").order_by("rule")
        if finding.rule not in known and classes.get(finding.rule, "P") not in FREE
    ]


def rates(
    place: Center | Division, first: date, last: date, *, known_at: datetime | None = None
) -> Rates:
    """Of the items of a center, or of a district's centers, issued from ``first`` to ``last``; by
    ``known_at`` as they stood then. One query.

    Due is what is put right, or what should have been before the day: that of ``known_at``, or
    ``last``. What was cancelled counts nowhere; what was opened again is not put right.
    """
    on = last if known_at is None else localdate(known_at)
    steps = ItemStep.objects.filter(_of(place))
    if known_at is not None:
        steps = steps.filter(taken_at__lte=known_at)
    states: dict[int, _State] = {}
    rows = steps.order_by("item_id", "number").values_list("item_id", "kind", "figures", "taken_at")
    for item_id, kind, figures, taken_at in rows:
        states.setdefault(item_id, _State()).take(kind, figures, localdate(taken_at))
    counted = [state for state in states.values() if state.is_of(first, last, on)]
    closed = [state for state in counted if state.closed_on]
    on_time = [
        one for one in closed if one.due_on and one.closed_on and one.closed_on <= one.due_on
    ]
    return Rates(len(on_time), len(closed), len(counted))


@dataclass
class _State:
    """An item as its steps leave it."""

    issued_on: date | None = None
    due_on: date | None = None
    closed_on: date | None = None
    is_cancelled: bool = False

    def take(self, kind: str, figures: Mapping[str, Any], on: date) -> None:
        if figures.get("due_on"):
            self.due_on = date.fromisoformat(figures["due_on"])
        if kind == Kind.OPENED:
            self.issued_on = on
        elif kind == Kind.CLOSED:
            self.closed_on = on
        elif kind == Kind.REOPENED:
            self.closed_on = None
        elif kind == Kind.CANCELLED:
            self.is_cancelled = True

    @property
    def is_on_time(self) -> bool:
        return bool(self.due_on and self.closed_on and self.closed_on <= self.due_on)

    def is_of(self, first: date, last: date, on: date) -> bool:
        if self.is_cancelled or self.issued_on is None or self.due_on is None:
            return False
        return first <= self.issued_on <= last and (bool(self.closed_on) or self.due_on < on)


def _of(place: Center | Division) -> Q:
    if isinstance(place, Center):
        return Q(item__center=place)
    return Q(item__center__division__path__startswith=place.path)
