"""Reviews and rounds at the desk of the bureau: evidence, surveys, the chart of grades."""

import hashlib
import io
import re
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from evaluation.admin import charts
from evaluation.models import Objection, Review, ReviewRound, Survey
from evaluation.selectors.reviews import Grades
from evaluation.services import objections
from portal.audit.models import AuditEvent
from tests.factories.evidence import paper
from tests.factories.reviews import (
    AT,
    AnswerFactory,
    MarkFactory,
    ReviewFactory,
    ReviewRoundFactory,
    adopted,
)

pytestmark = pytest.mark.django_db

REVIEW, ROUND = "/admin/evaluation/review", "/admin/evaluation/reviewround"


@pytest.fixture(autouse=True)
def _vault(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def review(haitang, center, diane):
    """With the bureau."""
    made = ReviewFactory(
        round=ReviewRoundFactory(district=haitang, scheme=adopted(haitang)), center=center
    )
    Review.objects.filter(pk=made.pk).update(
        status="township", assessed_by=diane, assessed_at=AT, self_total=50
    )
    Review.objects.filter(pk=made.pk).update(status="district")
    made.refresh_from_db()
    return made


@pytest.fixture
def survey(review, alice):
    return Survey.objects.create(
        round=review.round,
        center=review.center,
        group="organizations",
        asked=60,
        valid_answers=40,
        mean="4.50",
        entered_by=alice,
        entered_at=AT,
    )


def text(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_officer_adds_what_was_seen_and_voids_it_with_a_reason(alice_client, review, alice):
    place = f"{REVIEW}/{review.pk}"
    sent = {"text": "现场照片", "upload": paper("现场.pdf")}
    assert alice_client.post(f"{place}/attach/", sent).status_code == 302
    (evidence,) = review.evidence.all()
    assert (evidence.stage, evidence.added_by) == ("district", alice)
    void = f"{place}/evidence/{evidence.pk}/void/"
    assert void in text(alice_client, f"{place}/change/")
    assert alice_client.post(void, {"reason": ""}).status_code == 200
    assert alice_client.post(void, {"reason": "拍错了"}).status_code == 302
    evidence.refresh_from_db()
    assert (evidence.voided_by, evidence.void_reason) == (alice, "拍错了")
    assert AuditEvent.objects.get(action="evaluation.review.void_evidence").reason == "拍错了"
    page = text(alice_client, f"{place}/change/")
    assert ("拍错了" in page, void in page) == (True, False)


def test_evidence_stands_once_the_result_was_told(alice_client, client_for, leader, review, alice):
    alice_client.post(f"{REVIEW}/{review.pk}/attach/", {"text": "现场照片"})
    (evidence,) = review.evidence.all()
    place = f"{REVIEW}/{review.pk}/evidence/{evidence.pk}/void/"
    assert client_for(leader).post(place, {"reason": "不要"}).status_code == 404
    Review.objects.filter(pk=review.pk).update(
        status="reply", reviewed_by=alice, reviewed_at=AT, district_total=50
    )
    assert alice_client.post(place, {"reason": "迟了"}).status_code == 403
    evidence.refresh_from_db()
    assert evidence.voided_at is None


def test_a_survey_is_voided_with_a_reason_and_stays_on_the_page(
    alice_client, client_for, bob, leader, review, survey, alice
):
    place = f"{ROUND}/{review.round_id}/surveys/{survey.pk}/void/"
    assert place in text(alice_client, f"{ROUND}/{review.round_id}/change/")
    assert client_for(bob).post(place, {"reason": "x"}).status_code == 404
    assert client_for(leader).post(place, {"reason": "x"}).status_code == 403
    assert alice_client.post(place, {"reason": " "}).status_code == 200
    assert alice_client.post(place, {"reason": "重复录入"}).status_code == 302
    survey.refresh_from_db()
    assert (survey.voided_by, survey.void_reason) == (alice, "重复录入")
    event = AuditEvent.objects.get(action="evaluation.review_round.void_survey")
    assert event.reason == "重复录入"
    page = text(alice_client, f"{ROUND}/{review.round_id}/change/")
    assert ("重复录入" in page, place in page) == (True, False)


def test_grades_are_drawn_beside_their_numbers(alice_client, review, alice, leader):
    def bars():
        return re.findall(r'chart-piece" width="([\d.]+)%', page)

    page = text(alice_client, f"{ROUND}/{review.round_id}/change/")
    assert (bars(), "0" in page) == ([], True)
    Review.objects.filter(pk=review.pk).update(
        status="reply", reviewed_by=alice, reviewed_at=AT, district_total=85
    )
    Review.objects.filter(pk=review.pk).update(status="settled")
    Review.objects.filter(pk=review.pk).update(
        status="approved", approved_by=leader, approved_at=AT, final_total=85, grade="good"
    )
    page = text(alice_client, f"{ROUND}/{review.round_id}/change/")
    assert bars() == ["0.00", "100.00", "0.00", "0.00"]


def test_the_bars_are_shares_of_the_centers_with_a_grade():
    found = charts.grade_bars(Grades([("优秀", 1), ("良好", 2)], 3, 5))
    assert [(row["width"], row["share"], row["count"]) for row in found["rows"]] == [
        ("33.33", "33%", 1),
        ("66.67", "67%", 2),
    ]
    assert (found["graded"], found["reviewed"]) == (3, 5)
    assert charts.grade_bars(Grades([("优秀", 0)], 0, 5))["rows"] == []


@pytest.fixture
def announced(review, diane, alice, chief, leader):
    """85 points, said by the bureau with a note; announced."""
    row = review.round.scheme.indicators.get(parent__isnull=False)
    answer = AnswerFactory(review=review, indicator=row)
    MarkFactory(answer=answer, stage="district", points=85, note="档案缺一年", marked_by=alice)
    for status, values in (
        ("reply", {"reviewed_by": alice, "reviewed_at": AT, "district_total": 85}),
        ("settled", {}),
        (
            "approved",
            {"approved_by": leader, "approved_at": AT, "final_total": 85, "grade": "good"},
        ),
    ):
        Review.objects.filter(pk=review.pk).update(status=status, **values)
    ReviewRound.objects.update(
        status="publicity", publicity_from=AT.date(), publicity_until=AT.date() + timedelta(1)
    )
    return Review.objects.select_related("center__division", "round__district").get(pk=review.pk)


def test_who_reviewed_neither_marks_the_recheck_nor_answers_an_objection(
    alice_client, client_for, chief, announced, at
):
    made = objections.file(review=announced, kind="resident", text="不实", contact="", at=at)
    place = f"/admin/evaluation/objection/{made.pk}/answer/"
    assert alice_client.get(place).status_code == 403
    sent = {"version": 1, "upholds": "yes", "text": "予以复核"}
    assert client_for(chief).post(place, sent).status_code == 302
    marks = f"{REVIEW}/{announced.pk}/marks/"
    assert alice_client.get(marks).status_code == 403
    assert client_for(chief).get(marks).status_code == 200


def test_who_objected_is_read_by_the_bureau_alone_and_it_is_recorded(
    client_for, chief, leader, announced, at
):
    made = objections.file(
        review=announced, kind="resident", text="不实", contact="13800000000", at=at
    )
    place = f"/admin/evaluation/objection/{made.pk}"
    assert "13800000000" not in text(client_for(chief), f"{place}/change/")
    assert client_for(leader).post(f"{place}/contact/").status_code == 403
    assert not AuditEvent.objects.filter(action="evaluation.review.read_objector").exists()
    page = client_for(chief).post(f"{place}/contact/", {"reason": "电话核实"})
    assert "13800000000" in page.content.decode()
    assert AuditEvent.objects.get(action="evaluation.review.read_objector").actor_id == chief.pk


def test_a_round_is_archived_with_its_hash_and_handed_out_without_persons(
    alice_client, client_for, announced, chief, leader, at
):
    objections.file(review=announced, kind="resident", text="不实", contact="13800000000", at=at)
    Objection.objects.update(status="rejected", answer="属实", answered_by=chief, answered_at=AT)
    place = f"{ROUND}/{announced.round_id}"
    sent = {"version": announced.round.version}
    assert client_for(leader).post(f"{place}/publish/", sent).status_code == 302
    assert (
        alice_client.post(f"{place}/archive/", {"version": sent["version"] + 1}).status_code == 302
    )
    round_ = ReviewRound.objects.get()
    assert round_.status == "archived"
    assert hashlib.sha256(round_.snapshot.encode()).hexdigest() == round_.snapshot_sha256
    assert round_.snapshot_sha256 in text(alice_client, f"{place}/change/")
    answer = alice_client.get(f"{place}/workbook/")
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert 85 in [cell for cell in cells if isinstance(cell, int | float)]
    assert any("档案缺一年" in str(cell) for cell in cells)
    names = ("13800000000", "王主任", "郭局长", "赵科长")
    assert not any(name in str(cell) for cell in cells for name in names)
