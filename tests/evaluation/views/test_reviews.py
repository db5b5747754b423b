"""Reviews at the desk: the center's own pages, and the opinions of its street or town."""

from decimal import Decimal

import pytest
from django.urls import reverse

from evaluation.models import Mark, Review, ReviewEvidence
from evaluation.services import review_marks
from portal.audit.models import AuditEvent
from portal.inbox.models import Notice
from tests.factories.evidence import paper
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.factories.reviews import (
    AT,
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

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _vault(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def review(haitang, center):
    """With the center; C1 is marked by the bureau, E1 by the street."""
    scheme = graded(SchemeFactory(district=haitang))
    section = SectionFactory(scheme=scheme)
    rows = [
        IndicatorFactory(scheme=scheme, parent=section, code="C1", points=60),
        IndicatorFactory(scheme=scheme, parent=section, code="E1", points=40, scorer="township"),
    ]
    round_ = ReviewRoundFactory(district=haitang, scheme=adopt(scheme))
    made = ReviewFactory(round=round_, center=center)
    for row in rows:
        AnswerFactory(review=made, indicator=row)
    return made


@pytest.fixture
def handed_in(review, diane):
    """The center gave itself 50 points, with its proof."""
    answer = review.answers.get(code="C1")
    MarkFactory(answer=answer, points=50, marked_by=diane)
    ReviewEvidence.objects.create(
        review=review, answer=answer, stage="self", text="制度汇编", added_by=diane, added_at=AT
    )
    Review.objects.filter(pk=review.pk).update(
        status="township", assessed_by=diane, assessed_at=AT, self_total=50
    )
    review.refresh_from_db()
    return review


@pytest.fixture
def street(client_for, wutong):
    user = UserFactory(username="street", full_name="徐镇办", is_staff=True)
    RoleAssignmentFactory(user=user, role="township_reviewer", division=wutong)
    return client_for(user)


@pytest.fixture
def other_street(client_for, haitang, wutong):
    other = type(wutong).objects.create(
        code="310199002",
        name="银杏街道",
        kind="subdistrict",
        parent=haitang,
        path=f"{haitang.path}310199002/",
    )
    user = UserFactory(username="other_street", is_staff=True)
    RoleAssignmentFactory(user=user, role="township_reviewer", division=other)
    return client_for(user)


@pytest.fixture
def director(client_for, diane):
    return client_for(diane)


def url(name, *args):
    return reverse(f"evaluation:{name}", args=args)


def text(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def send(client, review, name, **values):
    review.refresh_from_db()
    return client.post(url(name, review.pk), values | {"version": review.version})


def test_the_street_finds_what_waits_for_its_opinion(street, other_street, handed_in, center):
    page = text(street, url("opinion-list"))
    assert (center.name in page, url("review-opinion", handed_in.pk) in page) == (True, True)
    assert center.name not in text(other_street, url("opinion-list"))


def test_only_a_street_or_town_has_opinions(director, alice_client, handed_in):
    for client in (director, alice_client):
        assert client.get(url("opinion-list")).status_code == 403
        assert client.get(url("review-opinion", handed_in.pk)).status_code == 403


def test_another_street_does_not_know_the_review(other_street, handed_in):
    for name in ("review-opinion", "opinion-give", "opinion-return"):
        assert send(other_street, handed_in, name).status_code == 404


def test_the_street_scores_what_is_its_own_and_says_whether_it_agrees(street, handed_in):
    form = street.get(url("review-opinion", handed_in.pk)).context["form"]
    assert {name for name in form.fields if "points" in name} == {"points_E1"}
    answer = send(
        street, handed_in, "review-opinion", points_E1="35", agrees_C1="no", note_C1="缺一年"
    )
    assert answer.status_code == 302
    marks = Mark.objects.filter(stage="township").order_by("answer__code")
    assert list(marks.values_list("answer__code", "points", "agrees", "note")) == [
        ("C1", None, False, "缺一年"),
        ("E1", Decimal(35), None, ""),
    ]


def test_who_does_not_agree_says_why_and_nothing_is_lost(street, handed_in):
    page = send(street, handed_in, "review-opinion", points_E1="35", agrees_C1="no", note_C1="")
    assert page.status_code == 200
    assert "C1：请说明不同意之处" in page.content.decode()
    assert 'value="35"' in page.content.decode()
    assert not Mark.objects.filter(stage="township").exists()


def test_an_opinion_is_handed_on_once_everything_is_scored(street, handed_in, chief, alice):
    page = send(street, handed_in, "opinion-give", opinion="总体满意。")
    assert "E1" in str(page.context["opinion_form"].non_field_errors())
    assert "总体满意。" in page.content.decode()
    send(street, handed_in, "review-opinion", points_E1="40")
    answer = send(street, handed_in, "opinion-give", opinion="总体满意。")
    assert answer["location"] == url("opinion-list")
    handed_in.refresh_from_db()
    assert (handed_in.status, handed_in.township_opinion) == ("district", "总体满意。")
    told = Notice.objects.filter(key__startswith=f"review:{handed_in.pk}:opinion")
    assert set(told.values_list("user__username", flat=True)) == {"alice", "chief"}
    assert "总体满意。" in text(street, url("review", handed_in.pk))


def test_the_street_sends_back_with_a_reason_that_the_director_reads(street, director, handed_in):
    page = send(street, handed_in, "opinion-return", reason=" ")
    assert page.status_code == 200
    handed_in.refresh_from_db()
    assert handed_in.status == "township"
    send(street, handed_in, "opinion-return", reason="请补充2024年佐证。")
    handed_in.refresh_from_db()
    assert handed_in.status == "self"
    assert "请补充2024年佐证。" in text(director, url("review", handed_in.pk))


def test_what_another_saved_meanwhile_is_not_overwritten(street, handed_in):
    version = handed_in.version
    send(street, handed_in, "review-opinion", points_E1="40")
    values = {"points_E1": "10", "version": version}
    page = street.post(url("review-opinion", handed_in.pk), values)
    assert (page.status_code, 'value="10"' in page.content.decode()) == (200, True)
    assert Mark.objects.get(stage="township").points == 40


def test_an_opinion_that_is_not_asked_for_leads_to_the_review(street, review):
    answer = street.get(url("review-opinion", review.pk), follow=True)
    assert answer.redirect_chain[0][0] == url("review", review.pk)
    assert "目前不需要街镇意见" in answer.content.decode()


def test_the_street_is_led_to_its_page_once_the_center_handed_in(review, director, diane, street):
    answer = review.answers.get(code="C1")
    MarkFactory(answer=answer, points=50, marked_by=diane)
    review_marks.attach(review=review, answer=answer, text="台账", by=diane, at=AT)
    send(director, review, "review-submit")
    (told,) = Notice.objects.filter(user__username="street")
    assert told.url_path == url("review-opinion", review.pk)


def test_evidence_is_voided_with_a_reason_and_stays_on_record(director, review, diane):
    director.post(
        url("review-evidence", review.pk),
        {"answer": review.answers.get(code="C1").pk, "text": "传错的文件", "upload": paper()},
    )
    (evidence,) = review.evidence.all()
    place = url("review-evidence-void", review.pk, evidence.pk)
    assert place in text(director, url("review", review.pk))
    assert director.post(place, {"reason": " "}).status_code == 200
    assert director.post(place, {"reason": "传错了"})["location"] == url("review", review.pk)
    evidence.refresh_from_db()
    assert (evidence.voided_by, evidence.void_reason) == (diane, "传错了")
    event = AuditEvent.objects.get(action="evaluation.review.void_evidence")
    assert event.reason == "传错了"
    page = text(director, url("review", review.pk))
    assert ("传错了" in page, place in page) == (True, False)
    again = director.post(place, {"reason": "再作废"})
    assert again.status_code == 200
    evidence.refresh_from_db()
    assert evidence.void_reason == "传错了"


def test_points_typed_beside_evidence_are_kept_with_it(director, review):
    answer = send(director, review, "review-evidence", text="台账", points_C1="40")
    assert answer["location"] == url("review", review.pk)
    assert (review.evidence.get().text, Mark.objects.get().points) == ("台账", 40)


def test_points_that_are_wrong_stay_typed_once_evidence_was_added(director, review):
    page = send(director, review, "review-evidence", text="台账", points_C1="70")
    assert (page.status_code, review.evidence.count(), Mark.objects.count()) == (200, 1, 0)
    assert page.context["form"]["points_C1"].value() == "70"
    assert page.context["evidence_form"]["text"].value() is None


def test_points_stay_typed_where_evidence_is_refused(director, review):
    for name in ("review-evidence", "review-claim"):
        page = send(director, review, name, points_C1="40")
        assert (page.status_code, review.evidence.count(), Mark.objects.count()) == (200, 0, 0)
        assert page.context["form"]["points_C1"].value() == "40"


def test_what_was_typed_stays_where_a_colleague_handed_it_in(director, handed_in):
    page = send(director, handed_in, "review", points_C1="45")
    assert page.status_code == 200
    assert page.context["form"]["points_C1"].value() == "45"
    assert handed_in.get_status_display() in str(page.context["form"].non_field_errors())
    assert page.context["evidence_form"] is None
    assert Mark.objects.get().points == 50


def test_an_opinion_stays_typed_where_a_colleague_gave_it(street, handed_in, alice):
    Review.objects.filter(pk=handed_in.pk).update(
        status="district", township_by=alice, township_at=AT, township_opinion="好"
    )
    page = send(street, handed_in, "opinion-give", opinion="总体满意。")
    assert (page.status_code, "总体满意。" in page.content.decode()) == (200, True)
    page = send(street, handed_in, "review-opinion", points_E1="35")
    assert page.context["form"]["points_E1"].value() == "35"
    assert not Mark.objects.filter(stage="township").exists()


def test_what_the_center_proved_is_not_voided_by_the_street(street, director, handed_in):
    (evidence,) = handed_in.evidence.all()
    place = url("review-evidence-void", handed_in.pk, evidence.pk)
    assert place not in text(street, url("review-opinion", handed_in.pk))
    assert street.post(place, {"reason": "不实"}).status_code == 200
    assert director.post(place, {"reason": "不实"}).status_code == 403
    evidence.refresh_from_db()
    assert evidence.voided_at is None


def test_the_street_adds_its_own_evidence_and_takes_it_back(street, handed_in, director):
    place = url("review-evidence", handed_in.pk)
    answer = street.post(place, {"text": "走访记录"})
    assert answer["location"] == url("review-opinion", handed_in.pk)
    (own,) = handed_in.evidence.filter(stage="township")
    assert "走访记录" not in text(director, url("review", handed_in.pk))
    street.post(url("review-evidence-void", handed_in.pk, own.pk), {"reason": "重复"})
    own.refresh_from_db()
    assert own.void_reason == "重复"


def test_a_director_comes_to_the_reviews_of_the_center(director, review, center):
    answer = director.get(url("review-home"), follow=True)
    assert answer.redirect_chain[0][0] == url("review-list", center.code)
    assert review.round.title in answer.content.decode()


def test_a_street_comes_to_its_opinions_and_an_officer_chooses_a_center(
    street, alice_client, client_for, charlie, center
):
    assert street.get(url("review-home"))["location"] == url("opinion-list")
    assert url("review-list", center.code) in text(alice_client, url("review-home"))
    assert center.name not in text(client_for(charlie), url("review-home"))


def test_points_under_recheck_are_not_shown_as_the_result(director, handed_in, alice, leader):
    for status, values in (
        ("district", {}),
        ("reply", {"reviewed_by": alice, "reviewed_at": AT, "district_total": 85}),
        ("settled", {}),
        (
            "approved",
            {"approved_by": leader, "approved_at": AT, "final_total": 85, "grade": "good"},
        ),
    ):
        Review.objects.filter(pk=handed_in.pk).update(status=status, **values)
    places = [url("review-list", handed_in.center.code), url("review", handed_in.pk)]
    assert all("良好" in text(director, place) for place in places)
    Review.objects.filter(pk=handed_in.pk).update(status="recheck", recheck_number=1)
    assert not any("良好" in text(director, place) for place in places)
