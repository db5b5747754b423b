"""People acting on one review or round at the same moment, on connections of their own."""

from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest

from evaluation.models import Objection, Review, ReviewRound
from evaluation.services import objections, review_rounds, reviews
from portal.audit.models import AuditEvent
from portal.errors import Conflict, DomainError
from tests.factories.centers import CenterFactory
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.factories.reviews import (
    AnswerFactory,
    IndicatorFactory,
    MarkFactory,
    ReviewFactory,
    ReviewRoundFactory,
    SchemeFactory,
    SectionFactory,
    adopt,
    graded,
)
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def second(haitang):
    """Another leader."""
    user = UserFactory(username="second", is_staff=True)
    RoleAssignmentFactory(user=user, role="district_leader", division=haitang)
    return user


@pytest.fixture
def make(haitang, center, alice, at):
    """Reviews of a round that stand at the reply, with their points."""

    def make(*points, **values):
        scheme = graded(SchemeFactory(district=haitang, **values))
        row = IndicatorFactory(scheme=scheme, parent=SectionFactory(scheme=scheme))
        round_ = ReviewRoundFactory(district=haitang, scheme=adopt(scheme))
        centers = [center, *(CenterFactory(division=center.division) for _each in points[1:])]
        return [
            replied(ReviewFactory(round=round_, center=one), row, given, alice, at)
            for one, given in zip(centers, points, strict=True)
        ]

    return make


def replied(review, row, points, officer, at):
    answer = AnswerFactory(review=review, indicator=row)
    put(review, status="township")
    put(review, status="district")
    MarkFactory(answer=answer, stage="district", points=points, marked_by=officer)
    put(
        review,
        status="reply",
        reviewed_by=officer,
        reviewed_at=at,
        district_total=points,
        reply_due_on=at.date(),
    )
    return review


def put(obj, **values):
    type(obj).objects.filter(pk=obj.pk).update(**values)


def settle(*found):
    for review in found:
        put(review, status="settled")


def fresh(review):
    """The review as somebody sees it on a page of his own."""
    return Review.objects.select_related("center__division", "round__scheme").get(pk=review.pk)


def calls(verb, people, review, **values):
    """``verb`` by each of ``people``, each on the version that was shown."""
    found = []
    for by in people:
        own = fresh(review)
        found.append(partial(verb, review=own, version=own.version, by=by, **values))
    return found


def split(results):
    """How many won, and what the others were refused with."""
    refusals = [result for result in results if isinstance(result, Exception)]
    return len(results) - len(refusals), {type(refusal) for refusal in refusals}


def steps(review):
    return list(review.steps.values_list("status", flat=True))


def trail(verb):
    return AuditEvent.objects.filter(action=f"evaluation.{verb}").count()


def test_of_two_who_approve_at_once_one_does(make, leader, second, at):
    (review,) = make(85)
    settle(review)
    results = at_once(calls(reviews.approve, [leader, second] * 2, review, at=at))
    assert split(results) == (1, {Conflict})
    assert (steps(review), trail("review.approved")) == (["approved"], 1)
    assert fresh(review).final_total == Decimal("85.00")


def test_reviews_approved_at_once_keep_the_share(make, leader, second, at):
    """Of two centers one may be excellent, whoever is approved first."""
    best, next_best = make(96, 95, excellent_quota=Decimal("0.5"))
    settle(best, next_best)
    two = [
        *calls(reviews.approve, [leader], best, at=at),
        *calls(reviews.approve, [second], next_best, at=at),
    ]
    assert split(at_once(two)) == (2, set())
    assert [fresh(each).grade for each in (best, next_best)] == ["excellent", "good"]


def test_one_reply_and_the_end_of_the_days_settle_a_review_once(make, diane, at):
    """Either the director asked for a recheck, or the time to do so was over."""
    (review,) = make(85)
    own = fresh(review)
    later = partial(reviews.close_replies, on=at.date() + timedelta(days=1), at=at)
    replying = partial(
        reviews.reply, review=own, agrees=False, text="不认可", version=own.version, by=diane, at=at
    )
    answered, closed = at_once([replying, later])
    found = fresh(review)
    if isinstance(answered, Conflict):
        assert (found.status, found.reply_agrees, closed) == ("settled", None, 1)
    else:
        assert (found.status, found.reply_agrees, closed) == ("recheck", False, 0)
    assert len(steps(review)) == 1


def test_the_end_of_the_days_comes_once_however_often_it_is_looked_for(make, at):
    (review,) = make(85)
    later = partial(reviews.close_replies, on=at.date() + timedelta(days=1), at=at)
    assert sorted(at_once([later] * 3)) == [0, 0, 1]
    assert steps(review) == ["settled"]


@pytest.fixture
def approved(make, leader, at):
    (review,) = make(85)
    settle(review)
    own = fresh(review)
    return reviews.approve(review=own, version=own.version, by=leader, at=at)


def rounds(verb, people, review, at):
    found = []
    for by in people:
        round_ = ReviewRound.objects.select_related("district", "scheme").get(pk=review.round_id)
        found.append(partial(verb, review_round=round_, version=round_.version, by=by, at=at))
    return found


def test_of_two_who_announce_at_once_one_does(approved, leader, second, pack, at):
    results = at_once(rounds(review_rounds.announce, [leader, second], approved, at))
    assert split(results) == (1, {Conflict})
    assert trail("review_round.announce") == 1
    assert approved.round.publications.count() == 1


@pytest.fixture
def announced(approved, leader, pack, at):
    (call,) = rounds(review_rounds.announce, [leader], approved, at)
    return call()


def test_results_become_final_or_are_objected_to(announced, approved, leader, at):
    """The last moment of the last day against the first of the next."""
    filed = partial(
        objections.file, review=fresh(approved), kind="resident", text="不实", contact="", at=at
    )
    after = at + timedelta(days=announced.publicity_until.toordinal() - at.date().toordinal() + 1)
    publishing, objecting = at_once(
        [*rounds(review_rounds.publish, [leader], approved, after), filed]
    )
    found = ReviewRound.objects.get()
    if isinstance(objecting, Objection):
        assert isinstance(publishing, review_rounds.RoundRefused)
        assert (found.status, Objection.objects.open().count()) == ("publicity", 1)
    else:
        assert isinstance(objecting, DomainError)
        assert (found.status, Objection.objects.count()) == ("final", 0)


def test_of_two_who_make_results_final_at_once_one_does(announced, approved, leader, second, at):
    after = at + timedelta(days=60)
    results = at_once(rounds(review_rounds.publish, [leader, second], approved, after))
    assert split(results) == (1, {Conflict})
    assert steps(approved) == ["approved", "final"]
    assert ReviewRound.objects.get().published_at.date() == date(2026, 5, 1)
