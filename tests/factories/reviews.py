"""Schemes, rounds and reviews of centers."""

from datetime import UTC, date, datetime
from decimal import Decimal

import factory

from evaluation.models import (
    Answer,
    Band,
    Extra,
    Indicator,
    Mark,
    Objection,
    Review,
    ReviewRound,
    Scheme,
)
from tests.factories.portal import UserFactory

AT = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


class SchemeFactory(factory.django.DjangoModelFactory):
    """A drafted scheme without indicators; ``district`` is given."""

    class Meta:
        model = Scheme

    title = factory.Sequence(lambda n: f"考评方案{n}")
    drafted_by = factory.SubFactory(UserFactory)
    drafted_at = AT


class IndicatorFactory(factory.django.DjangoModelFactory):
    """An indicator of 100 points scored by hand; ``scheme`` and ``parent`` are given."""

    class Meta:
        model = Indicator

    position = 1
    code = factory.Sequence(lambda n: f"A{n % 9000}")
    name = "制度与档案"
    points = Decimal("100.00")
    scoring = "ratio"
    source = "manual"
    standard = "制度健全、档案齐全得满分。"


class SectionFactory(IndicatorFactory):
    """A section of 100 points; ``scheme`` is given."""

    code = factory.Sequence(lambda n: f"S{n % 9000}")
    name = "运行管理"
    scoring = ""
    source = ""
    standard = ""


class ExtraFactory(factory.django.DjangoModelFactory):
    """A bonus of 3 points; ``scheme`` is given."""

    class Meta:
        model = Extra

    position = 1
    kind = "bonus"
    name = factory.Sequence(lambda n: f"品牌项目{n}")
    points = Decimal("3.00")


def graded(scheme, **bands):
    """The scheme with the usual grades, or those given by where they begin."""
    for grade, start in (
        bands or {"excellent": 90, "good": 80, "qualified": 60, "unqualified": 0}
    ).items():
        Band.objects.create(scheme=scheme, grade=grade, from_points=start)
    return scheme


def adopt(scheme):
    """The scheme, adopted."""
    Scheme.objects.filter(pk=scheme.pk).update(
        status="adopted", adopted_by=scheme.drafted_by, adopted_at=AT
    )
    scheme.refresh_from_db()
    return scheme


def adopted(district, **values):
    """An adopted scheme of one section with one indicator."""
    scheme = SchemeFactory(district=district, **values)
    IndicatorFactory(scheme=scheme, parent=SectionFactory(scheme=scheme))
    return adopt(graded(scheme))


class ReviewRoundFactory(factory.django.DjangoModelFactory):
    """A round of 2025 under way; ``district`` and ``scheme`` are given."""

    class Meta:
        model = ReviewRound

    year = 2025
    title = factory.LazyAttribute(lambda made: f"{made.year}年度绩效考评")
    period_from = date(2025, 1, 1)
    period_to = date(2025, 12, 31)
    as_of = date(2025, 12, 31)
    self_due_on = date(2026, 3, 20)
    township_due_on = date(2026, 4, 3)
    district_due_on = date(2026, 5, 6)
    status = "open"
    created_by = factory.SubFactory(UserFactory)
    created_at = AT
    opened_by = factory.SelfAttribute("created_by")
    opened_at = AT


class ReviewFactory(factory.django.DjangoModelFactory):
    """A review that its center has not submitted; ``round`` and ``center`` are given."""

    class Meta:
        model = Review


class AnswerFactory(factory.django.DjangoModelFactory):
    """The copy of ``indicator`` in ``review``."""

    class Meta:
        model = Answer

    section_code = factory.SelfAttribute("indicator.parent.code")
    section_name = factory.SelfAttribute("indicator.parent.name")
    section_points = factory.SelfAttribute("indicator.parent.points")
    code = factory.SelfAttribute("indicator.code")
    name = factory.SelfAttribute("indicator.name")
    points = factory.SelfAttribute("indicator.points")
    scoring = factory.SelfAttribute("indicator.scoring")
    source = factory.SelfAttribute("indicator.source")
    settings = factory.SelfAttribute("indicator.settings")
    standard = factory.SelfAttribute("indicator.standard")
    scorer = factory.SelfAttribute("indicator.scorer")
    needs_evidence = factory.SelfAttribute("indicator.needs_evidence")


class MarkFactory(factory.django.DjangoModelFactory):
    """The center's own 80 points for ``answer``."""

    class Meta:
        model = Mark

    stage = "self"
    points = Decimal("80.000")
    marked_by = factory.SubFactory(UserFactory)
    marked_at = AT


class ObjectionFactory(factory.django.DjangoModelFactory):
    """A resident's objection to an announced result; ``review`` is given."""

    class Meta:
        model = Objection

    kind = "resident"
    text = "公示的服务次数与实际不符。"
    filed_at = AT
    due_on = date(2026, 3, 9)


RESULT = {
    "sections": [
        {
            "code": "B",
            "name": "职能任务",
            "weight": "45.00",
            "got": "270/7",
            "max": "45",
            "score": "270/7",
            "shown": "38.57",
            "left_out": ["B5"],
        },
        {
            "code": "D",
            "name": "信息公开",
            "weight": "8.00",
            "got": "0",
            "max": "0",
            "score": None,
            "shown": None,
            "left_out": ["D1", "D2"],
        },
    ],
    "base": "80.25",
    "bonus": "2.00",
    "vetoes": [],
}


def settled(review, total="82.25", grade="good"):
    """The review with its grade approved, from the state where it stands; nobody marked it."""
    told = {"reviewed_by": UserFactory(), "reviewed_at": AT, "district_total": total}
    approved = {
        "approved_by": UserFactory(),
        "approved_at": AT,
        "final_total": total,
        "grade": grade,
        "result": RESULT | {"total": total, "grade": grade},
    }
    steps = {"township": {}, "district": {}, "reply": told, "settled": {}, "approved": approved}
    states = list(steps)
    start = states.index(review.status) + 1 if review.status in steps else 0
    for status in states[start:]:
        Review.objects.filter(pk=review.pk).update(status=status, **steps[status])
    review.refresh_from_db()
    return review


def announced(review_round, until=None):
    """The round, whose reviews are all approved, before everybody for objections."""
    ReviewRound.objects.filter(pk=review_round.pk).update(
        status="publicity", publicity_from=AT.date(), publicity_until=until or AT.date()
    )
    review_round.refresh_from_db()
    return review_round


def finished(review, **result):
    """The review and its round, final."""
    settled(review, **result)
    announced(review.round)
    Review.objects.filter(pk=review.pk).update(status="final")
    ReviewRound.objects.filter(pk=review.round_id).update(
        status="final", published_by=UserFactory(), published_at=AT
    )
    review.refresh_from_db()
    return review
