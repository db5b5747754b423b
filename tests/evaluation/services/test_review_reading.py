"""What of a review is read by whom, on its pages."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from evaluation.models import Review, ReviewRound
from evaluation.services import objections, review_marks, review_rounds, surveys
from evaluation.services.feedbacks import AnswerNamesSomebody
from portal.audit.models import AuditEvent
from tests.factories.centers import PersonFactory
from tests.factories.evidence import paper

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _vault(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def page(client, name, *args):
    return client.get(reverse(name, args=args))


def claimed(walk, kind, by, facts, upload=None):
    """A bonus or a veto of the scheme, with its file."""
    review = walk.fresh()
    return review_marks.claim(
        review=review,
        extra=review.round.scheme.extras.get(kind=kind),
        points=Decimal(2) if kind == "bonus" else None,
        facts=facts,
        upload=upload,
        by=by,
        at=walk.at,
    )


def test_a_veto_is_the_bureaus_until_the_center_was_told(walk, client_for):
    claimed(walk, "bonus", walk.diane, "获市级品牌")
    walk.assess()
    walk.comment()
    claimed(walk, "veto", walk.alice, "伪造台账待查")
    change = ("admin:evaluation_review_change", walk.review.pk)
    street = page(client_for(walk.township), *change).content.decode()
    assert ("获市级品牌" in street, "伪造台账待查" in street) == (True, False)
    assert "伪造台账待查" in page(client_for(walk.alice), *change).content.decode()
    for each in walk.fresh().extras.all():
        review_marks.decide(claim=each, accepts=False, reason="查无实据", by=walk.alice, at=walk.at)
    walk.tell()
    assert "伪造台账待查" in page(client_for(walk.township), *change).content.decode()


def test_what_a_center_claims_is_its_own_while_it_assesses_itself(walk, client_for):
    claimed(walk, "bonus", walk.diane, "获市级品牌")
    change = ("admin:evaluation_review_change", walk.review.pk)
    assert "获市级品牌" not in page(client_for(walk.alice), *change).content.decode()


def test_a_file_that_was_voided_does_not_answer(walk, client_for):
    proof = review_marks.attach(
        review=walk.fresh(), text="制度", upload=paper(), by=walk.diane, at=walk.at
    )
    walk.assess()
    desk = ("evaluation:review-evidence-file", walk.review.pk, proof.pk)
    bureau = ("admin:evaluation_review_evidence", walk.review.pk, proof.pk)
    assert page(client_for(walk.diane), *desk).status_code == 200
    walk.comment()
    review_marks.void(evidence=proof, reason="传错了", by=walk.alice, at=walk.at)
    assert page(client_for(walk.diane), *desk).status_code == 404
    assert page(client_for(walk.alice), *bureau).status_code == 404


def test_the_file_of_a_bonus_is_opened_by_who_reads_the_bonus(walk, client_for):
    bonus = claimed(walk, "bonus", walk.diane, "获市级品牌", paper())
    desk = ("evaluation:review-extra-file", walk.review.pk, bonus.pk)
    bureau = ("admin:evaluation_review_extra", walk.review.pk, bonus.pk)
    assert page(client_for(walk.diane), *desk).status_code == 200
    assert page(client_for(walk.alice), *bureau).status_code == 404
    walk.assess()
    assert page(client_for(walk.alice), *bureau).status_code == 200
    change = page(client_for(walk.alice), "admin:evaluation_review_change", walk.review.pk)
    assert reverse(bureau[0], args=bureau[1:]) in change.content.decode()
    own = page(client_for(walk.diane), "evaluation:review", walk.review.pk)
    assert reverse(desk[0], args=desk[1:]) in own.content.decode()


def test_the_file_of_a_veto_is_not_opened_before_the_center_was_told(walk, client_for):
    walk.assess()
    walk.comment()
    veto = claimed(walk, "veto", walk.alice, "伪造台账", paper())
    desk = ("evaluation:review-extra-file", walk.review.pk, veto.pk)
    assert page(client_for(walk.diane), *desk).status_code == 404
    review_marks.decide(claim=veto, accepts=True, by=walk.alice, at=walk.at)
    walk.tell()
    assert page(client_for(walk.diane), *desk).status_code == 200


def test_the_file_of_a_survey_is_opened_from_its_round(walk, client_for):
    made = surveys.enter(
        review_round=walk.fresh().round,
        center=walk.review.center,
        group="residents",
        asked=50,
        valid_answers=40,
        mean=Decimal("4.5"),
        upload=paper(),
        by=walk.alice,
        at=walk.at,
    )
    place = ("admin:evaluation_reviewround_survey_file", walk.review.round_id, made.pk)
    change = page(
        client_for(walk.alice), "admin:evaluation_reviewround_change", walk.review.round_id
    )
    assert reverse(place[0], args=place[1:]) in change.content.decode()
    assert page(client_for(walk.alice), *place).status_code == 200
    surveys.void(survey=made, reason="重复录入", by=walk.alice, at=walk.at)
    assert page(client_for(walk.alice), *place).status_code == 404


def objected(walk, text="档案并不缺失", by=None):
    return objections.file(
        review=walk.fresh(), kind="resident", text=text, contact="13800000000", at=walk.at, by=by
    )


def rejected(walk, made, text="核实无误，维持原结果。"):
    objections.answer(
        objection=made, upholds=False, text=text, version=1, by=walk.chief, at=walk.at
    )


def test_a_center_reads_objections_to_its_result_and_their_answers(walk, client_for):
    walk.to_announced()
    made = objected(walk)
    place = ("evaluation:review", walk.review.pk)
    assert "档案并不缺失" in page(client_for(walk.diane), *place).content.decode()
    rejected(walk, made)
    shown = page(client_for(walk.diane), *place).content.decode()
    assert ("核实无误" in shown, "13800000000" in shown) == (True, False)
    assert "档案并不缺失" not in page(client_for(walk.township), *place).content.decode()


def test_who_objected_with_an_account_reads_the_answer_where_the_review_is_seen(walk, client_for):
    walk.to_announced()
    rejected(walk, objected(walk, by=walk.township))
    place = ("evaluation:review", walk.review.pk)
    assert "核实无误" in page(client_for(walk.township), *place).content.decode()


def told(walk):
    """The result was told, and there is time left to reply."""
    walk.assess()
    walk.comment()
    walk.tell()
    Review.objects.filter(pk=walk.review.pk).update(reply_due_on=date(2099, 1, 1))


def test_a_reply_that_asks_for_a_recheck_brings_its_proof(walk, client_for):
    told(walk)
    sent = {
        "version": walk.fresh().version,
        "agrees": "no",
        "text": "档案齐全，见附件。",
        "upload": paper(),
    }
    place = reverse("evaluation:review-reply", args=[walk.review.pk])
    assert client_for(walk.diane).post(place, sent).status_code == 302
    assert walk.fresh().status == "recheck"
    proof = walk.review.evidence.get(stage="reply")
    bureau = ("admin:evaluation_review_evidence", walk.review.pk, proof.pk)
    assert page(client_for(walk.chief), *bureau).status_code == 200


def test_who_agrees_attaches_nothing(walk, client_for):
    told(walk)
    sent = {"version": walk.fresh().version, "agrees": "yes", "text": "同意", "upload": paper()}
    place = reverse("evaluation:review-reply", args=[walk.review.pk])
    answer = client_for(walk.diane).post(place, sent)
    assert (answer.status_code, walk.fresh().status) == (200, "reply")
    assert answer.context["reply_form"].non_field_errors()


@pytest.fixture
def archived(walk):
    """The round of the review, archived."""
    round_ = walk.to_announced()
    over = walk.at + timedelta(days=30)
    for verb, by in ((review_rounds.publish, walk.leader), (review_rounds.archive, walk.alice)):
        verb(review_round=round_, version=round_.version, by=by, at=over)
    return ReviewRound.objects.get()


def test_an_archived_text_is_read_byte_for_byte_and_that_is_recorded(walk, archived, client_for):
    place = ("admin:evaluation_reviewround_archived", archived.pk)
    change = page(client_for(walk.alice), "admin:evaluation_reviewround_change", archived.pk)
    assert reverse(place[0], args=place[1:]) in change.content.decode()
    answer = page(client_for(walk.alice), *place)
    assert b"".join(answer.streaming_content) == archived.snapshot.encode()
    assert AuditEvent.objects.filter(action="evaluation.review_round.read_archive").count() == 1


def test_an_archived_text_without_its_hash_is_not_handed_out(walk, archived):
    archived.snapshot += " "
    with pytest.raises(review_rounds.ArchiveChanged):
        review_rounds.archived_text(review_round=archived, by=walk.alice, at=walk.at)


def test_a_round_that_is_not_archived_has_no_archived_text(walk, client_for):
    place = ("admin:evaluation_reviewround_archived", walk.review.round_id)
    assert page(client_for(walk.alice), *place).status_code == 404


def test_everybody_reads_the_answer_to_an_objection_once_results_are_final(walk, client_for):
    round_ = walk.to_announced()
    rejected(walk, objected(walk))
    place = ("public:review-round", round_.pk)
    assert "核实无误" not in page(client_for(walk.township), *place).content.decode()
    over = walk.at + timedelta(days=30)
    review_rounds.publish(review_round=round_, version=round_.version, by=walk.leader, at=over)
    shown = page(client_for(walk.township), *place).content.decode()
    assert ("核实无误" in shown, "档案并不缺失" in shown) == (True, False)


@pytest.mark.parametrize("text", ["请电13812345678。", "王主任已说明。"])
def test_an_answer_that_everybody_reads_names_nobody(walk, text):
    walk.to_announced()
    PersonFactory(center=walk.review.center, name="王主任")
    made = objected(walk)
    with pytest.raises(AnswerNamesSomebody):
        rejected(walk, made, text)
    made.refresh_from_db()
    assert made.status == "open"


def test_marks_stay_typed_where_a_colleague_took_the_review_on(walk, client_for):
    walk.assess()
    walk.comment()
    version = walk.fresh().version
    walk.tell()
    sent = {"stage": "district", "version": version, "points_C1": "16.8", "note_C1": "缺档"}
    place = reverse("admin:evaluation_review_marks", args=[walk.review.pk])
    answer = client_for(walk.alice).post(place, sent)
    form = answer.context["form"]
    assert (answer.status_code, form["note_C1"].value()) == (200, "缺档")
    assert walk.fresh().get_status_display() in str(form.non_field_errors())
    assert walk.review.answers.get(code="C1").marks.get(stage="district").points == 28
    assert client_for(walk.township).post(place, sent).status_code == 403
