"""The list of an announced round follows its grades, and gives way to the final one."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from evaluation.models import Publication, ReviewRound
from evaluation.selectors import disclosure_sources
from evaluation.services import objections, publications, review_rounds, reviews
from evaluation.services.review_marks import Entry

pytestmark = pytest.mark.django_db


def lists(review_round):
    """(item, status, grade of the one center) of the round's lists, oldest first."""
    found = Publication.objects.filter(round=review_round, center=None).order_by("pk")
    return [(each.item, each.status, each.content["table"]["rows"][0][1]) for each in found]


def uphold(walk, text="不实"):
    made = objections.file(review=walk.fresh(), kind="resident", text=text, contact="", at=walk.at)
    objections.answer(
        objection=made, upholds=True, text="复核", version=1, by=walk.chief, at=walk.at
    )


def recheck(walk, points):
    walk.mark("recheck", walk.chief, C1=Entry(Decimal(points), note="核减"))
    walk.take(reviews.recheck, walk.chief, opinion="核减。")
    walk.approve()


def test_a_grade_that_changes_while_announced_draws_the_list_anew(walk):
    round_ = walk.to_announced()
    before = walk.fresh().get_grade_display()
    uphold(walk)
    under = disclosure_sources.results_of(ReviewRound.objects.get(pk=round_.pk), walk.at)
    assert lists(round_) == [
        ("publicity", "replaced", before),
        ("publicity", "published", under["table"]["rows"][0][1]),
    ]
    recheck(walk, 0)
    after = walk.fresh().get_grade_display()
    assert lists(round_)[-2:] == [
        ("publicity", "replaced", "复核中"),
        ("publicity", "published", after),
    ]
    standing = Publication.objects.published().get(round=round_)
    assert (standing.number, standing.content["source"]["codes"]) == (3, ["C90"])
    assert len(standing.content["table"]["headers"]) == 2


def test_the_announcement_does_not_stand_beside_the_final_list(walk):
    round_ = walk.to_announced()
    uphold(walk)
    recheck(walk, 0)
    round_ = ReviewRound.objects.select_related("district", "scheme").get(pk=round_.pk)
    review_rounds.publish(
        review_round=round_, version=round_.version, by=walk.leader, at=walk.at + timedelta(days=30)
    )
    after = walk.fresh().get_grade_display()
    assert [each for each in lists(round_) if each[1] == "published"] == [
        ("review", "published", after)
    ]
    items = Publication.objects.published().filter(round=round_).values_list("item", flat=True)
    assert set(items) == {"review"}


def test_the_page_of_a_round_shows_grades_first_and_points_when_final(walk, client, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: walk.at)
    round_ = walk.to_announced()
    points, grade = str(walk.fresh().final_total), walk.review.get_grade_display()
    page = reverse("public:review-round", args=[round_.pk])
    objection = reverse("public:review-objection", args=[round_.pk, "C90"])
    for address in (page, objection):
        shown = client.get(address).content.decode()
        assert grade in shown
        assert points not in shown
    review_rounds.publish(
        review_round=round_, version=round_.version, by=walk.leader, at=walk.at + timedelta(days=30)
    )
    assert points in client.get(page).content.decode()


def test_the_page_of_a_round_that_was_withdrawn_says_why(walk, client):
    round_ = walk.to_announced()
    text = Publication.objects.get(round=round_)
    publications.withdraw(
        publication=text, version=text.version, note="名单有误", by=walk.alice, at=walk.at
    )
    answer = client.get(reverse("public:review-round", args=[round_.pk]))
    assert answer.status_code == 410
    page = answer.content.decode()
    assert "名单有误" in page
    assert walk.review.center.name not in page


def test_a_list_that_says_the_same_is_not_drawn_again(walk):
    round_ = walk.to_announced()
    publications.keep_up(
        review_round=ReviewRound.objects.get(pk=round_.pk), by=walk.alice, at=walk.at
    )
    assert len(lists(round_)) == 1


def test_no_list_is_drawn_before_the_round_is_announced(walk):
    walk.assess()
    walk.comment()
    walk.tell()
    walk.agree()
    walk.approve()
    assert not Publication.objects.exists()


def test_a_list_that_was_withdrawn_is_put_up_only_with_another_grade(walk):
    round_ = walk.to_announced()
    text = Publication.objects.get(round=round_)
    publications.withdraw(
        publication=text, version=text.version, note="名单有误", by=walk.alice, at=walk.at
    )
    round_ = ReviewRound.objects.get(pk=round_.pk)
    publications.keep_up(review_round=round_, by=walk.alice, at=walk.at)
    assert not Publication.objects.published().exists()
    uphold(walk)
    recheck(walk, 0)
    assert lists(round_)[-1][:2] == ("publicity", "published")
