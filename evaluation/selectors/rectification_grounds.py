"""What an item of a rectification says: the fact and what is asked for, from the finding or the
mark it is opened from, without anybody typing it. In the language of notices, whatever the
reader's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from evaluation.models import Answer, Finding, Indicator, Mark, RectificationItem, Review
from evaluation.rules.packs import RulePack
from evaluation.selectors import explanations, parameters, wording
from evaluation.selectors.explanations import Explanation
from portal.papers import date_text

# The mark that counts: the later stage, and of rechecks the last.
STAGES = (Mark.Stage.RECHECK, Mark.Stage.DISTRICT, Mark.Stage.TOWNSHIP)
# Indicators that the standard decides.
RULED = (Indicator.Source.FINDINGS, Indicator.Source.FUNCTIONS)


@dataclass(frozen=True)
class Ground:
    """What one item would say, and what it rests on; ``explanation`` is that of a finding."""

    fact: str
    requirement: str
    basis: dict[str, Any]
    topic: str
    rule: str = ""
    answer: Answer | None = None
    explanation: Explanation | None = None


def of_findings(findings: Iterable[Finding], on: date) -> list[Ground]:
    """One ground per finding of one center, as of a day; a rule that the standard in force does not
    have any more is left out."""
    by_rule = {finding.rule: finding for finding in findings}
    if not by_rule:
        return []
    center = next(iter(by_rule.values())).center
    with translation.override(settings.LANGUAGE_CODE):
        explained = explanations.explain(center, on)
        pack = parameters.parsed(parameters.pack_in_force(on))
        return [
            _of_finding(by_rule[each.rule.id], each, pack, on)
            for each in explained
            if each.rule.id in by_rule
        ]


def _of_finding(finding: Finding, explained: Explanation, pack: RulePack, on: date) -> Ground:
    rule = explained.rule
    said = {
        "day": date_text(on),
        "reason": explained.reason,
        "document": rule.basis or f"《{pack.title}》（{pack.doc_no}）",
        "clause": "" if rule.basis else clause_text(rule.clause),
        "quote": rule.quote,
    }
    fact = _("As of %(day)s: %(reason)s This falls short of %(document)s %(clause)s “%(quote)s”.")
    asked = _("%(remedy)s Asked for: %(required)s.")
    return Ground(
        fact=fact % said,
        requirement=(asked % {"remedy": explained.remedy, "required": explained.required}).strip(),
        basis={
            "finding": finding.pk,
            "pack": f"{pack.code} v{pack.version}",
            "document": said["document"],
            "rule": rule.id,
            "title": rule.title,
            "clause": rule.clause,
            "quote": rule.quote,
            "outcome": finding.outcome,
            "reason": finding.reason,
            "figures": finding.figures,
            "measured": explained.measured,
            "required": explained.required,
            "as_of": on.isoformat(),
            "params_version": finding.params_version,
        },
        topic=str(wording.GROUPS[rule.dimension]),
        rule=rule.id,
        explanation=explained,
    )


def clause_text(clause: str) -> str:
    """A clause as documents write it: ``三(二)-4`` → ``三（二）``."""
    return clause.partition("-")[0].translate(str.maketrans("()", "（）"))


def of_answers(answers: Iterable[Answer]) -> list[Ground]:
    """One ground per indicator of one review, with the points that count."""
    with translation.override(settings.LANGUAGE_CODE):
        return [_of_answer(answer) for answer in answers]


def _of_answer(answer: Answer) -> Ground:
    mark = counting_mark(answer)
    points = points_of(answer)
    said = {
        "round": answer.review.round.title,
        "code": answer.code,
        "name": answer.name,
        "points": "—" if points is None else f"{points:.2f}",
        "full": f"{answer.points:.2f}",
        "note": mark.note if mark else "",
    }
    fact = _("%(round)s: indicator %(code)s “%(name)s” got %(points)s of %(full)s points. %(note)s")
    asked = _("Mend what the scoring standard asks for: %(standard)s")
    return Ground(
        fact=(fact % said).strip(),
        requirement=asked % {"standard": answer.standard or answer.name},
        basis={
            "review": answer.review_id,
            "indicator": answer.code,
            "title": answer.name,
            "clause": answer.clause,
            "quote": answer.standard,
            "points": None if points is None else str(points),
            "full": str(answer.points),
            "figures": answer.computed,
        },
        topic=answer.section_name,
        answer=answer,
    )


def of_a_rule(indicator: Ground, finding: Ground) -> Ground:
    """What an indicator lost, by a rule that still fails: the item follows the rule."""
    shared = ("review", "indicator", "points", "full")
    return replace(
        finding,
        fact=f"{indicator.fact} {finding.fact}",
        basis=finding.basis | {name: indicator.basis[name] for name in shared},
        topic=indicator.topic,
        answer=indicator.answer,
    )


def rules_of(answer: Answer) -> Sequence[str]:
    """The rules whose findings the indicator is computed from; none of any other."""
    return answer.settings.get("rules", ()) if answer.source in RULED else ()


def later_answers(items: Iterable[RectificationItem]) -> dict[int, Answer]:
    """Item → the same indicator in the newest final review of the center that looks at a later day
    than the review it was opened from. An indicator is the same by its code and name. Two queries;
    the items have ``answer.review.round``."""
    asked = {item.pk: item.answer for item in items if item.answer is not None}
    if not asked:
        return {}
    found = Answer.objects.filter(
        review__status=Review.Status.FINAL,
        review__center__in={answer.review.center_id for answer in asked.values()},
        code__in={answer.code for answer in asked.values()},
    )
    newest = {
        (each.review.center_id, each.code, each.name): each
        for each in found.select_related("review__round")
        .prefetch_related("marks")
        .order_by("review__round__as_of", "pk")
    }
    later = {
        pk: newest.get((answer.review.center_id, answer.code, answer.name))
        for pk, answer in asked.items()
    }
    return {
        pk: each
        for pk, each in later.items()
        if each is not None and each.review.round.as_of > asked[pk].review.round.as_of
    }


def share_of(answer: Answer) -> Fraction | None:
    """Which part of its full points an indicator got, what has no figure none; null where it does
    not apply."""
    points = points_of(answer)
    if points is None and not is_short(answer):
        return None
    return Fraction(points or 0) / Fraction(answer.points)


def counting_mark(answer: Answer) -> Mark | None:
    """The mark that counts, or None where what the portal computed does."""
    marks = {(mark.stage, mark.number): mark for mark in answer.marks.all()}
    for stage in STAGES:
        numbers = [number for name, number in marks if name == stage]
        if numbers:
            return marks[stage, max(numbers)]
    return None


def points_of(answer: Answer) -> Decimal | None:
    """The points that count; None without a figure, or where it does not apply."""
    mark = counting_mark(answer)
    if mark is not None and (mark.is_not_applicable or mark.points is not None):
        return mark.points
    return answer.computed_points


def is_short(answer: Answer) -> bool:
    """Whether points are missing: then there is something to put right."""
    points = points_of(answer)
    if points is None:
        mark = counting_mark(answer)
        is_left_out = mark is not None and mark.is_not_applicable
        return answer.outcome == Answer.Outcome.NO_DATA and not is_left_out
    return points < answer.points
