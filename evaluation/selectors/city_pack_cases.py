"""Reviews, rectifications, publications, feedback and filings of a district's year, as they were
known at a moment, each with what proves it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.db.models import F, Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate

from centers.models import Center, Extension, Obligation
from evaluation.models import (
    Feedback,
    FeedbackStep,
    ItemStep,
    RectificationItem,
    Review,
    ReviewRound,
)
from evaluation.rules import disclosing as d
from evaluation.rules.city_pack_facts import Proven, proven
from evaluation.selectors import disclosure, feedbacks
from portal.batches import any_of
from portal.jurisdictions.models import Division

WITHOUT_PAST = ("purchases", "teams")


def grades(
    district: Division, year: int, known_at: datetime
) -> tuple[tuple[Proven, ...] | None, list[str]]:
    """The final grades of the year's round; None while it is not published."""
    rounds = ReviewRound.objects.filter(
        district=district,
        year=year,
        status__in=["final", "archived"],
        published_at__lte=known_at,
    )
    keys = list(rounds.values_list("pk", flat=True))
    if not keys:
        return None, []
    final = Review.objects.final().filter(round__in=keys).order_by("center__code")
    rows = final.values_list("pk", "center__code", "round__year", "final_total", "grade")
    return tuple(
        Proven(
            proven(
                "review",
                f"V{pk}",
                f"{of_year} {code}",
                {"center": code, "year": of_year, "total": points, "grade": grade},
            ),
            state=grade,
            of=code,
        )
        for pk, code, of_year, points, grade in rows
    ), [f"round:{pk}" for pk in keys]


def items(district: Division, year: int, as_of: date, known_at: datetime) -> tuple[Proven, ...]:
    """What was to be put right by notices issued in the year, and how each item stood."""
    rows = RectificationItem.objects.filter(
        center__division__path__startswith=district.path,
        rectification__issued_at__lte=known_at,
    ).order_by("pk")
    issued = [
        (pk, number, position, localdate(at))
        for pk, number, position, at in rows.values_list(
            "pk",
            "rectification__rectification_no",
            "position",
            "rectification__issued_at",
        )
    ]
    of_year = [row for row in issued if row[3].year == year and row[3] <= as_of]
    states = _states([row[0] for row in of_year], as_of, known_at)
    return tuple(
        Proven(
            proven(
                "rectification",
                f"{number}/{position}",
                f"{number} {position}",
                {"issued_on": issued_on, "steps": states[pk]},
            ),
            state=_standing(states[pk]),
        )
        for pk, number, position, issued_on in of_year
    )


def _states(
    ids: Sequence[int], as_of: date, known_at: datetime
) -> Mapping[int, list[tuple[str, str]]]:
    """Item id → (step, day) of each step taken by then."""
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    steps = ItemStep.objects.filter(item__in=ids, taken_at__lte=known_at).order_by("number")
    for item_id, kind, at in steps.values_list("item_id", "kind", "taken_at"):
        if localdate(at) <= as_of:
            found[item_id].append((kind, localdate(at).isoformat()))
    return found


def _standing(steps: Iterable[tuple[str, str]]) -> str:
    standing = "open"
    for kind, _day in steps:
        if kind in (ItemStep.Kind.CLOSED, ItemStep.Kind.CANCELLED):
            standing = kind
        elif kind == ItemStep.Kind.REOPENED:
            standing = "open"
    return standing


def disclosures(
    ids: Iterable[int], year: int, as_of: date, known_at: datetime
) -> tuple[Proven, ...]:
    """What had to be public of the centers by a day of the year, and how it stood then.

    Contracts and teams are left out: nothing says since when the portal knows of them.
    """
    found = Center.objects.filter(any_of("id", list(ids))).select_related("division")
    centers = list(found.order_by("code"))
    asked = disclosure.dues(centers, (year - 1, year), as_of, known_at)
    texts = disclosure.texts_of(centers, known_at)
    return tuple(
        _disclosure(center.code, due, texts[center.pk], as_of)
        for center in centers
        for due in asked[center.pk]
        if due.item not in WITHOUT_PAST
        and due.due_on is not None
        and due.due_on.year == year
        and due.due_on <= as_of
    )


def _disclosure(code: str, due: d.Due, texts: Sequence[d.Stood], as_of: date) -> Proven:
    state = d.state(due, texts, as_of)
    said = {
        "center": code,
        "item": due.item,
        "subject": due.subject,
        "arose_on": due.arose_on,
        "due_on": due.due_on,
        "state": state,
        "out": sorted(
            [text.since.isoformat(), text.until.isoformat() if text.until else ""]
            for text in texts
            if (text.item, text.subject) == (due.item, due.subject) and text.since <= as_of
        ),
    }
    key = f"{code}/{due.item}/{due.subject}/{due.arose_on}"
    label = f"{code} {due.item} {due.due_on}"
    return Proven(proven("disclosure", key, label, said), kind=due.item, state=state, of=code)


def feedback(district: Division, year: int, as_of: date, known_at: datetime) -> tuple[Proven, ...]:
    """What residents wrote in the year and how it stood on the day, as ``feedbacks.rate`` counts
    it: by the first end, and without what is open and not due yet."""
    steps = FeedbackStep.objects.filter(
        feedback=OuterRef("pk"), taken_at__lte=known_at, status__in=feedbacks.ENDS
    )
    ended_at = Subquery(steps.order_by("number").values("taken_at")[:1])
    received = Feedback.objects.filter(district=district, received_at__lte=known_at)
    rows = received.order_by("pk").values_list(
        "feedback_no", "received_at", "first_due_on", ended_at
    )
    found = []
    for number, received_at, due_on, ended in rows:
        received_on = localdate(received_at)
        if received_on.year != year or received_on > as_of:
            continue
        ended_on = localdate(ended) if ended else None
        if ended_on is not None and ended_on > as_of:
            ended_on = None
        if ended_on is None and due_on >= min(as_of, localdate(known_at)):
            continue
        said = {"received_on": received_on, "due_on": due_on, "ended_on": ended_on}
        is_in_time = ended_on is not None and ended_on <= due_on
        proof = proven("feedback", number, number, said)
        found.append(Proven(proof, state="in_time" if is_in_time else "late"))
    return tuple(found)


def filings(district: Division, year: int, as_of: date, known_at: datetime) -> tuple[Proven, ...]:
    """What rounds asked for by a day of the year, and when it was first handed in."""
    longer = Extension.objects.filter(obligation=OuterRef("pk"), granted_at__lte=known_at)
    due_on = Coalesce(Subquery(longer.order_by("-pk").values("due_on")[:1]), F("due_on"))
    handed_in = Min(
        "filings__first_submitted_at", filter=Q(filings__first_submitted_at__lte=known_at)
    )
    stands = Q(round__cancelled_at=None) | Q(round__cancelled_at__gt=known_at)
    owed = (
        Obligation.objects.filter(
            stands,
            center__division__path__startswith=district.path,
            round__opened_at__lte=known_at,
        )
        .annotate(last_due_on=due_on, handed_in_at=handed_in)
        .filter(last_due_on__year=year, last_due_on__lte=as_of)
        .order_by("round_id", "center__code")
    )
    return tuple(
        _filing(*row, as_of)
        for row in owed.values_list("round_id", "center__code", "last_due_on", "handed_in_at")
    )


def _filing(
    round_id: int, code: str, due_on: date, handed_in_at: datetime | None, as_of: date
) -> Proven:
    filed_on = localdate(handed_in_at) if handed_in_at else None
    if filed_on is not None and filed_on > as_of:
        filed_on = None
    state = "missing"
    if filed_on is not None:
        state = "on_time" if filed_on <= due_on else "late"
    said = {"center": code, "due_on": due_on, "filed_on": filed_on}
    return Proven(proven("filing", f"R{round_id}/{code}", f"{code} {due_on}", said), state=state)
