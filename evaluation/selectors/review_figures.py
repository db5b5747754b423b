"""The figures a review is scored by, as the portal knew them at a time: each with what it was
counted from.

Nothing is stored here; ``services.reviews`` keeps what was found, so that it can be read later.
What was entered, voided, submitted or accepted after ``known_at`` changes no figure. Two things
keep no past state and count as they are: a contract that was terminated, a deadline put off.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import localdate

from centers.models import Obligation
from evaluation.models import Answer, Review, ReviewRound, Survey
from evaluation.rules.base import ERROR, MET, NO_DATA, NOT_APPLICABLE
from evaluation.rules.disclosing import Rate
from evaluation.rules.reviewing import Figure
from evaluation.selectors import disclosure, feedbacks, judgments, thresholds
from evaluation.selectors.judgments import Judgment
from organizations.models import WorkRecord
from projects.models import Acceptance, Contract, Contribution, Performance, Project

# What a figure counts below its line; ``review_words`` says each in words.
RULES = "applicable_rules"
DUE_FILINGS = "filings_due"
DUE_DISCLOSURE = "disclosure_due"
DUE_FEEDBACK = "feedback_due"
SAMPLE = "valid_answers"
CONTRACTS = "contracts_joined"
EVALUATIONS = "evaluations_of_contracts"
PROJECTS = "projects_planned"
OUTCOMES = {ERROR: NO_DATA}
SIGNED = (Contract.Status.SIGNED, Contract.Status.ACCEPTED, Contract.Status.SETTLED)


@dataclass(frozen=True)
class Found:
    """A figure, the name of its denominator, both numbers, and what it was counted from."""

    figure: Figure
    of: str = ""
    numerator: Fraction | None = None
    denominator: Fraction | None = None
    items: Sequence[Mapping[str, Any]] = ()


def found_for(
    reviews: Sequence[Review], answers: Iterable[Answer], known_at: datetime
) -> dict[int, Found]:
    """Answer id → what was found, of the answers that are not scored by hand.

    The reviews are of one round, with their centers. Rules are judged once for all centers, and
    what was to be disclosed is listed once.
    """
    asked = [answer for answer in answers if answer.source != "manual"]
    if not asked:
        return {}
    by_id = {review.pk: review for review in reviews}
    round_ = reviews[0].round
    judged: Mapping[int, Judgment] = {}
    if any(answer.source in ("findings", "functions") for answer in asked):
        ids = [review.center_id for review in reviews]
        judged = judgments.judge(ids, round_.as_of, known_at=known_at)
    disclosed: Mapping[int, Rate] = {}
    if any(answer.source == "disclosure" for answer in asked):
        centers = [review.center for review in reviews]
        disclosed = disclosure.rates(centers, round_.period_from, round_.period_to, known_at)
    return {
        answer.pk: _found(answer, by_id[answer.review_id], round_, judged, disclosed, known_at)
        for answer in asked
    }


def _found(
    answer: Answer,
    review: Review,
    round_: ReviewRound,
    judged: Mapping[int, Judgment],
    disclosed: Mapping[int, Rate],
    known_at: datetime,
) -> Found:
    if answer.source in ("findings", "functions"):
        return _rules(answer.settings["rules"], review, round_, judged[review.center_id])
    if answer.source == "timeliness":
        return _filings(review, round_, known_at)
    if answer.source == "survey":
        return _survey(answer.settings.get("group", ""), review, round_, known_at)
    if answer.source == "projects":
        return _projects(answer.settings.get("figure", "planned"), review, round_, known_at)
    if answer.source == "disclosure":
        rate = disclosed[review.center_id]
        return _share(rate.on_time, rate.due, DUE_DISCLOSURE)
    span = (review.center, round_.period_from, round_.period_to)
    handled = feedbacks.rate(*span, known_at=known_at)
    return _share(handled.in_time, handled.due, DUE_FEEDBACK)


def _rules(ids: Sequence[str], review: Review, round_: ReviewRound, judged: Judgment) -> Found:
    """Each rule is an equal item; one from which the center is excepted does not apply."""
    titles = {rule.id: rule.title for rule in judged.setting.pack.center_rules}
    items = []
    for rule in ids:
        outcome = judged.outcomes.get(rule)
        said = NO_DATA if outcome is None else OUTCOMES.get(outcome.outcome, outcome.outcome)
        is_excused = rule in judged.waivers or (outcome is not None and outcome.is_excused)
        if is_excused and said != MET:
            said = NOT_APPLICABLE
        place = reverse("evaluation:finding", args=[review.center.code, rule])
        items.append(
            {
                "label": f"{rule} {titles.get(rule, '')}".strip(),
                "outcome": said,
                "figures": {} if outcome is None else outcome.figures,
                "url_path": f"{place}?as_of={round_.as_of.isoformat()}",
            }
        )
    outcomes = tuple(str(item["outcome"]) for item in items)
    return Found(
        Figure(outcomes=outcomes),
        RULES,
        Fraction(outcomes.count(MET)),
        Fraction(sum(each != NOT_APPLICABLE for each in outcomes)),
        items,
    )


def _share(part: int, whole: int, of: str, items: Sequence[Mapping[str, Any]] = ()) -> Found:
    """``part`` of ``whole``; nothing of nothing does not apply."""
    figure = Figure(actual=Fraction(part), target=Fraction(whole), is_applicable=whole > 0)
    return Found(figure, of, Fraction(part), Fraction(whole), items)


def _filings(review: Review, round_: ReviewRound, known_at: datetime) -> Found:
    """Obligations that were due in the period: how many were filed by the day."""
    last = min(round_.as_of, localdate(known_at))
    asked = (
        Obligation.objects.filter(center=review.center_id)
        .expected(round_.as_of)
        .with_state(round_.as_of)
        .filter(last_due_on__range=(round_.period_from, min(round_.period_to, round_.as_of)))
        .select_related("round")
        .order_by("last_due_on", "pk")
    )
    items = [
        {
            "label": str(each.round),
            "outcome": _when(each, last),
            "figures": {"due_on": str(each.last_due_on), "filed_on": str(each.filed_on or "")},
            "url_path": reverse("desk:filing", args=[each.filing_id]) if each.filing_id else "",
        }
        for each in asked
    ]
    on_time = sum(item["outcome"] == MET for item in items)
    return _share(on_time, len(items), DUE_FILINGS, items)


def _when(obligation: Any, last: date) -> str:
    filed = obligation.filed_on
    is_in_time = filed is not None and filed <= min(obligation.last_due_on, last)
    return MET if is_in_time else "not_met"


def _survey(group: str, review: Review, round_: ReviewRound, known_at: datetime) -> Found:
    """The mean of a group's answers of 1 to 5, times 20, of 100; a small sample says nothing."""
    known = Survey.objects.valid(known_at)
    kept = known.filter(round=round_, center=review.center_id, group=group).first()
    if kept is None or kept.mean is None:
        return Found(Figure(), SAMPLE)
    least = thresholds.for_division(review.center.division, round_.as_of)["min_sample"]
    is_enough = kept.valid_answers >= least
    item = {
        "label": kept.get_group_display(),
        "outcome": MET if is_enough else NO_DATA,
        "figures": {
            "mean": str(kept.mean),
            "valid_answers": kept.valid_answers,
            "asked": kept.asked,
            "min_sample": least,
        },
        "url_path": "",
    }
    mean = Fraction(kept.mean) * 20
    figure = Figure(actual=mean, target=Fraction(100), is_mean=True) if is_enough else Figure()
    return Found(figure, SAMPLE, mean, Fraction(kept.valid_answers), [item])


def _projects(name: str, review: Review, round_: ReviewRound, known_at: datetime) -> Found:
    center = review.center_id
    span = (round_.period_from, round_.period_to)
    records = WorkRecord.objects.valid(known_at).filter(center=center, happened_on__range=span)
    worked = Contribution.objects.filter(record__in=records)
    if name == "planned":
        planned = Project.objects.filter(pk__in=worked.values("project")).order_by("project_no")
        items = [_line(f"{each.project_no} {each.name}", MET) for each in planned]
        count = Fraction(len(items))
        return Found(Figure(actual=count), PROJECTS, count, None, items)
    joined = (
        Contract.objects.filter(
            Q(project__in=worked.values("project"))
            | Q(supervisions__center=center, supervisions__entered_at__lte=known_at)
            | Q(acceptances__center=center, acceptances__accepted_at__lte=known_at),
            status__in=SIGNED,
            signed_on__lte=round_.as_of,
        )
        .distinct()
        .order_by("contract_no")
    )
    if name == "accepted_share":
        passed = Acceptance.objects.filter(
            result=Acceptance.Result.PASSED, accepted_at__lte=known_at
        )
        done = set(passed.filter(contract__in=joined).values_list("contract", flat=True))
        items = [_line(each.contract_no, MET if each.pk in done else "not_met") for each in joined]
        return _share(sum(i["outcome"] == MET for i in items), len(items), CONTRACTS, items)
    scored = Performance.objects.filter(
        contract__in=joined, submitted_at__lte=known_at, score__isnull=False
    ).select_related("contract")
    marks = [(each, Fraction(each.score or 0)) for each in scored.order_by("pk")]
    items = [_line(each.contract.contract_no, MET, score=str(each.score)) for each, _s in marks]
    if not marks:
        return Found(Figure(is_applicable=joined.exists()), EVALUATIONS)
    mean = sum((score for _each, score in marks), Fraction(0)) / len(marks)
    figure = Figure(actual=mean, target=Fraction(100), is_mean=True)
    return Found(figure, EVALUATIONS, mean, Fraction(len(marks)), items)


def _line(label: str, outcome: str, **figures: Any) -> dict[str, Any]:
    return {"label": label, "outcome": outcome, "figures": figures, "url_path": ""}
