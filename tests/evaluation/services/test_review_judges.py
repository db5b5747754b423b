"""Who gave points for the bureau judges them no second time: no recheck, no answer, no approval."""

from datetime import timedelta
from decimal import Decimal

import pytest

from evaluation.models import Objection
from evaluation.permissions import can_answer_objection, can_approve_review, can_recheck
from evaluation.services import objections, review_marks, reviews
from evaluation.services.review_marks import Entry
from portal.errors import DomainError
from portal.inbox.models import Notice
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.reviews import announce

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(haitang):
    """Another officer."""
    user = UserFactory(username="second", is_staff=True)
    RoleAssignmentFactory(user=user, role="district_officer", division=haitang)
    return user


def to_district(walk):
    walk.assess()
    walk.comment()


def told_by(walk, marker, by):
    """Marked by one, told to the center by another."""
    to_district(walk)
    walk.mark("district", marker, C1=Entry(Decimal(28)))
    walk.take(reviews.submit_review, by, visited_on=None, visit_record="")


def rechecked(walk, by, points="16.8"):
    walk.mark("recheck", by, C1=Entry(Decimal(points), note="复核"))
    walk.take(reviews.recheck, by, opinion="核减。")


def disagreed(walk):
    to_district(walk)
    walk.tell()
    walk.take(reviews.reply, walk.diane, agrees=False, text="有异议")


def objected(walk, text="不实"):
    return objections.file(review=walk.fresh(), kind="resident", text=text, contact="", at=walk.at)


def uphold(walk, objection, by):
    found = Objection.objects.select_related(
        "review__center__division", "review__round__scheme"
    ).get(pk=objection.pk)
    return objections.answer(
        objection=found, upholds=True, text="予以复核", version=found.version, by=by, at=walk.at
    )


def test_who_marked_does_not_recheck_though_another_told_the_center(walk, second):
    told_by(walk, second, walk.alice)
    walk.take(reviews.reply, walk.diane, agrees=False, text="有异议")
    assert not can_recheck(second, walk.fresh())
    assert not can_recheck(walk.alice, walk.fresh())
    assert can_recheck(walk.chief, walk.fresh())
    with pytest.raises(review_marks.OwnCenter):
        walk.mark("recheck", second, C1=Entry(Decimal(28), note="复核"))
    with pytest.raises(reviews.SameReviewer):
        walk.take(reviews.recheck, second, opinion="维持。")
    asked = Notice.objects.filter(key__startswith=f"review:{walk.review.pk}:recheck")
    assert {notice.user for notice in asked} == {walk.chief}


def test_who_marked_does_not_approve_though_another_told_the_center(walk):
    told_by(walk, walk.chief, walk.alice)
    walk.agree()
    assert not can_approve_review(walk.chief, walk.fresh())
    with pytest.raises(reviews.SameReviewer):
        walk.take(reviews.approve, walk.chief)
    walk.approve()
    assert walk.fresh().status == "approved"


def test_who_rechecked_does_not_approve_the_recheck(walk):
    disagreed(walk)
    rechecked(walk, walk.chief)
    assert not can_approve_review(walk.chief, walk.fresh())
    with pytest.raises(reviews.SameReviewer):
        walk.take(reviews.approve, walk.chief)


def test_a_second_recheck_is_by_a_third_person(walk, second):
    disagreed(walk)
    rechecked(walk, walk.chief)
    walk.approve()
    announce(walk.fresh().round, walk.leader, walk.at)
    made = objected(walk)
    assert not can_answer_objection(walk.chief, walk.fresh())
    for judge in (walk.alice, walk.chief):
        with pytest.raises(DomainError):
            uphold(walk, made, judge)
    uphold(walk, made, second)
    with pytest.raises(review_marks.OwnCenter):
        walk.mark("recheck", walk.chief, C1=Entry(Decimal(28), note="再复核"))
    with pytest.raises(reviews.SameReviewer):
        walk.take(reviews.recheck, walk.chief, opinion="维持。")
    rechecked(walk, second, "28")
    walk.approve()
    assert walk.fresh().final_total == Decimal("40.00")


def test_who_rechecked_without_a_mark_rechecked_all_the_same(walk, second):
    disagreed(walk)
    walk.take(reviews.recheck, walk.chief, opinion="维持。")
    walk.approve()
    announce(walk.fresh().round, walk.leader, walk.at)
    uphold(walk, objected(walk), second)
    walk.take(reviews.recheck, second, opinion="维持。")
    assert walk.fresh().judges() >= {walk.alice.pk, walk.chief.pk, second.pk}


def test_an_objection_upheld_after_a_recheck_leads_to_another(walk, second, haitang):
    third = UserFactory(username="third", is_staff=True)
    RoleAssignmentFactory(user=third, role="district_officer", division=haitang)
    walk.to_announced()
    one, two = objected(walk, "甲"), objected(walk, "乙")
    uphold(walk, one, walk.chief)
    rechecked(walk, walk.chief)
    uphold(walk, two, second)
    assert (walk.fresh().status, walk.review.recheck_number) == ("recheck", 2)
    rechecked(walk, third, "28")
    walk.approve()
    totals = Objection.objects.values_list("text", "total_before", "total_after").order_by("pk")
    assert list(totals) == [
        ("甲", Decimal("40.00"), Decimal("40.00")),
        ("乙", Decimal("40.00"), Decimal("40.00")),
    ]


def test_an_objection_upheld_during_a_recheck_is_told_to_who_rechecks(walk, second):
    walk.to_announced()
    one, two = objected(walk, "甲"), objected(walk, "乙")
    uphold(walk, one, walk.chief)
    uphold(walk, two, walk.chief)
    assert (walk.fresh().status, walk.review.recheck_number) == ("recheck", 1)
    assert Notice.objects.filter(
        user=second, key__startswith=f"review:{walk.review.pk}:objected"
    ).exists()


def test_late_in_the_year_an_objection_is_taken_and_a_recheck_asked_for(walk):
    """The State Council has not arranged the next year yet: Monday to Friday counts."""
    to_district(walk)
    walk.tell()
    late = walk.at.replace(year=2035, month=1, day=2)
    type(walk.review).objects.filter(pk=walk.review.pk).update(reply_due_on=late.date())
    found = walk.fresh()
    reviews.reply(
        review=found, agrees=False, text="有异议", version=found.version, by=walk.diane, at=late
    )
    assert walk.fresh().recheck_due_on > late.date() + timedelta(days=1)
