"""A review from the scheme to the archive, and what is refused on the way."""

import hashlib
import json
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaluation.models import Objection, Review, ReviewRound, Scheme
from evaluation.resources import reviews as sheets
from evaluation.selectors import reviews as reading
from evaluation.services import (
    objections,
    review_marks,
    review_rounds,
    reviews,
    schemes,
    surveys,
)
from evaluation.services.review_marks import Entry
from evaluation.services.schemes import Row
from portal.errors import Conflict, DomainError
from portal.inbox.models import Notice
from tests.factories.centers import MembershipFactory
from tests.reviews import LEVELS, ROWS, Walk, announce, drafted

pytestmark = pytest.mark.django_db


def test_the_template_can_be_adopted_as_it_is(haitang, pack, alice, at):
    made = schemes.template(district=haitang, by=alice, at=at)
    assert schemes.problems(made) == []
    schemes.adopt(scheme=made, version=made.version, by=alice, at=at)
    assert made.status == "adopted"
    assert made.indicators.filter(parent=None).count() == 5


def test_sums_that_are_wrong_are_named_each(haitang, pack, alice, at):
    made = drafted(haitang, alice, at)
    rows = [*ROWS[:-1], Row("E1", "街镇", Decimal(11), "E", "", "rubric", "manual", LEVELS, "x")]
    rows[0] = Row("A", "建设标准", Decimal(39))
    schemes.set_indicators(scheme=made, rows=rows, version=made.version, by=alice, at=at)
    with pytest.raises(schemes.SchemeRefused) as refusal:
        schemes.adopt(scheme=made, version=made.version, by=alice, at=at)
    assert len(refusal.value.lines) == 3
    assert "99" in refusal.value.lines[0]


def test_an_adopted_scheme_changes_only_as_a_copy(scheme, alice, at):
    with pytest.raises(Conflict):
        schemes.set_indicators(scheme=scheme, rows=[], version=scheme.version, by=alice, at=at)
    made = schemes.copy(scheme=scheme, title="2026年度考评方案", by=alice, at=at)
    assert schemes.rows_of(made) == schemes.rows_of(scheme)
    assert (made.status, made.copied_from) == ("draft", scheme)
    assert Scheme.objects.adopted().get() == scheme


def test_rows_that_no_scheme_has_are_refused_and_nothing_is_written(haitang, pack, alice, at):
    made = drafted(haitang, alice, at)
    bad = [
        Row("A", "甲", Decimal(100)),
        Row("A1", "乙", Decimal(50), "B", "", "ratio", "manual", {}, "x"),
        Row("A1", "丙", Decimal(50), "A", "", "rubric", "manual", {}, "x"),
    ]
    with pytest.raises(schemes.SchemeRefused) as refusal:
        schemes.set_indicators(scheme=made, rows=bad, version=made.version, by=alice, at=at)
    assert len(refusal.value.lines) == 3
    assert len(schemes.rows_of(made)) == len(ROWS)


def test_opening_copies_the_text_and_tells_the_director(review, diane):
    answers = {answer.code: answer for answer in review.answers.all()}
    assert set(answers) == {"A1", "C1", "C2", "E1"}
    assert answers["A1"].standard == "各项平均计分。"
    assert (answers["C2"].outcome, answers["C1"].outcome) == ("no_data", "")
    assert Notice.objects.filter(user=diane, key__startswith=f"review:{review.pk}:opened").exists()


def test_computed_figures_bring_what_they_were_counted_from(prepared, golden, alice, at):
    review_rounds.open_(
        review_round=prepared, centers=[golden["C01"]], version=prepared.version, by=alice, at=at
    )
    answer = Review.objects.get().answers.get(code="A1")
    items = answer.computed["items"]
    assert [item["label"].split()[0] for item in items] == ["ST-07", "ST-08", "ST-09", "ST-10"]
    applicable = [item for item in items if item["outcome"] != "not_applicable"]
    met = [item for item in items if item["outcome"] == "met"]
    assert answer.computed["denominator"] == str(len(applicable))
    assert answer.computed_points == Decimal(40) * len(met) / len(applicable)
    assert all(item["url_path"].startswith("/desk/centers/C01/findings/") for item in items)


def test_self_assessment_needs_points_and_evidence(walk):
    with pytest.raises(review_marks.MarksRefused) as refusal:
        walk.take(reviews.submit_self, walk.diane)
    assert "C1" in refusal.value.lines[0]
    walk.mark("self", walk.diane, C1=Entry(Decimal(28)))
    with pytest.raises(review_marks.MarksRefused):
        walk.take(reviews.submit_self, walk.diane)
    walk.prove()
    assert walk.take(reviews.submit_self, walk.diane).status == "township"


def test_evidence_that_was_voided_proves_nothing(walk):
    walk.mark("self", walk.diane, C1=Entry(Decimal(28)))
    walk.prove()
    proof = walk.review.evidence.get()
    review_marks.void(evidence=proof, reason="传错了", by=walk.diane, at=walk.at)
    with pytest.raises(review_marks.MarksRefused):
        walk.take(reviews.submit_self, walk.diane)


@pytest.mark.parametrize(
    ("code", "entry"),
    [
        ("C1", Entry(Decimal("28.001"))),
        ("C1", Entry(is_not_applicable=True)),
        ("X9", Entry(Decimal(1))),
    ],
)
def test_a_wrong_mark_leaves_all_unsaved(walk, code, entry):
    with pytest.raises(review_marks.MarksRefused):
        walk.mark("self", walk.diane, C2=Entry(Decimal(1)), **{code: entry})
    assert not any(answer.marks.exists() for answer in walk.review.answers.all())


def test_three_scores_are_kept_apart(walk):
    walk.assess()
    walk.comment()
    with pytest.raises(review_marks.MarksRefused):
        walk.tell(points="16.8")
    walk.tell(points="16.8", note="档案缺两年")
    marks = walk.review.answers.get(code="C1").marks.order_by("pk")
    assert [(m.stage, m.points) for m in marks] == [
        ("self", Decimal(28)),
        ("township", None),
        ("district", Decimal("16.8")),
    ]
    assert walk.fresh().status == "reply"


def test_what_the_bureau_gives_is_hidden_until_it_is_told(walk):
    walk.assess()
    walk.comment()
    walk.mark("district", walk.alice, C1=Entry(Decimal(28)))
    review = walk.fresh()
    assert reading.stages_for(review, walk.diane) == {"self"}
    assert reading.stages_for(review, walk.township) == {"self", "township"}
    walk.tell()
    assert "district" in reading.stages_for(walk.fresh(), walk.diane)


def test_a_draft_of_the_center_is_its_own(walk):
    walk.mark("self", walk.diane, C1=Entry(Decimal(28)))
    assert "self" not in reading.stages_for(walk.fresh(), walk.alice)


def test_what_is_drafted_again_after_a_return_is_not_read(walk):
    walk.assess()
    assert "self" in reading.stages_for(walk.fresh(), walk.alice)
    walk.take(reviews.return_, walk.township, reason="请补充。")
    assert "self" not in reading.stages_for(walk.fresh(), walk.alice)
    assert "self" in reading.stages_for(walk.fresh(), walk.diane)


def test_what_the_street_scores_is_not_asked_of_the_center(
    marked_by_hand, prepared, center, diane, alice, at
):
    ReviewRound.objects.filter(pk=prepared.pk).update(scheme=marked_by_hand)
    prepared.refresh_from_db()
    review_rounds.open_(
        review_round=prepared, centers=[center], version=prepared.version, by=alice, at=at
    )
    walk = Walk(Review.objects.get(), diane, None, alice, None, None, at)
    given = {"A1": 20, "C1": 28, "C2": 12}
    walk.mark("self", diane, **{code: Entry(Decimal(points)) for code, points in given.items()})
    for code in ("A1", "C1", "C2"):
        walk.prove(code)
    review = walk.take(reviews.submit_self, diane)
    # Of the 88 points that are the center's to score: 20 of 40 and 40 of 48, as shares of 100.
    assert (review.status, review.self_total) == ("township", Decimal("68.18"))


def test_the_bureau_reads_the_street_when_it_has_handed_on(walk):
    walk.assess()
    walk.mark("township", walk.township, C1=Entry(agrees=False, note="档案有缺"))
    assert "township" not in reading.stages_for(walk.fresh(), walk.alice)
    walk.comment()
    assert "township" in reading.stages_for(walk.fresh(), walk.alice)


def test_a_recheck_is_read_by_others_when_it_is_done(walk):
    walk.assess()
    walk.comment()
    walk.tell()
    walk.take(reviews.reply, walk.diane, agrees=False, text="有异议")
    for outsider in (walk.diane, walk.township):
        assert "recheck" not in reading.stages_for(walk.fresh(), outsider)
    assert "recheck" in reading.stages_for(walk.fresh(), walk.chief)
    walk.mark("recheck", walk.chief, C1=Entry(Decimal(28), note="已核实"))
    walk.take(reviews.recheck, walk.chief, opinion="档案齐全。")
    for outsider in (walk.diane, walk.township):
        assert "recheck" in reading.stages_for(walk.fresh(), outsider)


def test_a_round_leaves_as_a_workbook_in_as_many_queries_however_many_centers(
    prepared, golden, alice, at
):
    centers = [golden[code] for code in ("C01", "C02", "C03")]
    review_rounds.open_(
        review_round=prepared, centers=centers, version=prepared.version, by=alice, at=at
    )
    rows = list(Review.objects.select_related("center__division", "round").order_by("pk"))
    counts = []
    assert alice.grants
    for number in (1, 3):
        with CaptureQueriesContext(connection) as seen:
            sheets.export(
                BytesIO(), header=[], review_round=prepared, reviews=rows[:number], user=alice
            )
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_people_of_a_center_do_not_mark_it(walk):
    walk.assess()
    walk.comment()
    MembershipFactory(user=walk.alice, center=walk.review.center, role="center_staff")
    with pytest.raises(review_marks.OwnCenter):
        walk.tell()


def test_the_total_counts_missing_figures_as_nothing(walk):
    """A1 and C2 have no data: (0 + 28 of 48 + 12) of 100."""
    walk.to_announced()
    review = walk.fresh()
    assert (review.final_total, review.grade) == (Decimal("40.00"), "unqualified")
    assert [each["max"] for each in review.result["sections"]] == ["40", "48", "12"]


def test_a_survey_counts_from_its_least_sample_on(walk, center):
    def enter(valid):
        return surveys.enter(
            review_round=walk.review.round,
            center=center,
            group="organizations",
            asked=60,
            valid_answers=valid,
            mean=Decimal("4.50"),
            by=walk.alice,
            at=walk.at,
        )

    small = enter(29)
    review_marks.compute(review=walk.fresh(), at=walk.at)
    assert walk.review.answers.get(code="C2").outcome == "no_data"
    surveys.void(survey=small, reason="样本不足", by=walk.alice, at=walk.at)
    enter(30)
    review_marks.compute(review=walk.fresh(), at=walk.at)
    answer = walk.review.answers.get(code="C2")
    assert (answer.computed_points, answer.computed["denominator"]) == (Decimal(18), "30")


def test_who_reviewed_neither_rechecks_nor_approves(walk, chief):
    walk.assess()
    walk.comment()
    walk.alice = chief
    walk.tell()
    walk.agree()
    with pytest.raises(reviews.SameReviewer):
        walk.take(reviews.approve, chief)
    assert walk.fresh().status == "settled"


def test_a_center_that_does_not_agree_is_rechecked_by_another(walk):
    walk.assess()
    walk.comment()
    walk.tell(points="16.8", note="档案缺两年")
    walk.take(reviews.reply, walk.diane, agrees=False, text="档案已补齐。")
    with pytest.raises(review_marks.OwnCenter):
        walk.mark("recheck", walk.alice, C1=Entry(Decimal(28)))
    walk.mark("recheck", walk.chief, C1=Entry(Decimal(28), note="已核实"))
    with pytest.raises(reviews.SameReviewer):
        walk.take(reviews.recheck, walk.alice, opinion="同意。")
    walk.take(reviews.recheck, walk.chief, opinion="档案齐全。")
    walk.approve()
    review = walk.fresh()
    assert (review.district_total, review.final_total) == (Decimal("28.80"), Decimal("40.00"))


def test_silence_settles_a_result_after_the_days_to_reply(walk):
    walk.assess()
    walk.comment()
    walk.tell()
    due = walk.fresh().reply_due_on
    assert reviews.close_replies(on=due, at=walk.at) == 0
    assert reviews.close_replies(on=due + timedelta(days=1), at=walk.at) == 1
    review = walk.fresh()
    assert (review.status, review.steps.last().taken_by) == ("settled", None)


def test_a_bonus_counts_once_accepted_and_a_veto_decides(walk):
    review = walk.fresh()
    bonus, veto = review.round.scheme.extras.order_by("kind")
    review_marks.claim(
        review=review, extra=bonus, facts="市级品牌", points=Decimal(3), by=walk.diane, at=walk.at
    )
    walk.assess()
    # 28 of the 88 points that the center scores itself.
    assert walk.fresh().self_total == Decimal("31.82")
    walk.comment()
    with pytest.raises(DomainError):
        walk.tell()
    review_marks.decide(claim=walk.fresh().extras.get(), accepts=True, by=walk.alice, at=walk.at)
    found = review_marks.claim(
        review=walk.fresh(), extra=veto, facts="伪造台账", by=walk.alice, at=walk.at
    )
    review_marks.decide(claim=found, accepts=True, by=walk.alice, at=walk.at)
    walk.tell()
    walk.agree()
    walk.approve()
    review = walk.fresh()
    assert (review.final_total, review.grade) == (Decimal("43.00"), "unqualified")
    assert review.result["vetoes"] == ["弄虚作假"]


def test_sent_back_the_center_improves_it(walk):
    walk.assess()
    walk.take(reviews.return_, walk.township, reason="请补充佐证。")
    review = walk.fresh()
    assert review.status == "self"
    assert walk.take(reviews.submit_self, walk.diane).status == "township"


def test_results_become_final_only_after_the_days_and_without_objections(walk, center):
    round_ = walk.to_announced()
    made = objections.file(
        review=walk.fresh(), kind="resident", text="服务次数不实", contact="13800000000", at=walk.at
    )
    assert b"13800000000" not in bytes(made.contact)
    later = walk.at + timedelta(days=30)

    def publish():
        review_rounds.publish(review_round=round_, version=round_.version, by=walk.leader, at=later)

    with pytest.raises(review_rounds.RoundRefused):
        review_rounds.publish(
            review_round=round_, version=round_.version, by=walk.leader, at=walk.at
        )
    with pytest.raises(review_rounds.RoundRefused):
        publish()
    with pytest.raises(DomainError):
        objections.answer(
            objection=made, upholds=False, text="已核实", version=1, by=walk.alice, at=walk.at
        )
    objections.answer(
        objection=made, upholds=True, text="予以复核", version=1, by=walk.chief, at=walk.at
    )
    with pytest.raises(review_rounds.RoundRefused):
        publish()
    walk.mark("recheck", walk.chief, C1=Entry(Decimal("16.8"), note="次数不实"))
    walk.take(reviews.recheck, walk.chief, opinion="核减。")
    walk.approve()
    changed = Objection.objects.get()
    assert (changed.total_before, changed.total_after) == (Decimal("40.00"), Decimal("28.80"))
    publish()
    assert walk.fresh().status == "final"
    with pytest.raises(Conflict):
        objections.file(review=walk.fresh(), kind="resident", text="迟了", contact="", at=later)


def test_nothing_is_announced_before_every_grade_is_approved(walk):
    walk.assess()
    with pytest.raises(review_rounds.RoundRefused) as refusal:
        announce(walk.fresh().round, walk.leader, walk.at)
    assert walk.review.center.name in str(refusal.value)


def test_a_center_left_out_does_not_hold_the_others(walk):
    walk.take(reviews.exclude, walk.alice, reason="年内新设")
    with pytest.raises(review_rounds.RoundRefused):
        announce(walk.fresh().round, walk.leader, walk.at)
    assert reading.grades(walk.fresh().round).reviewed == 0


def test_averages_of_the_district_are_told_with_the_results(walk):
    walk.assess()
    assert reading.averages(walk.fresh().round) is None
    walk.comment()
    walk.tell()
    walk.agree()
    walk.approve()
    assert reading.averages(walk.fresh().round) is None
    round_ = announce(walk.fresh().round, walk.leader, walk.at)
    assert reading.averages(round_) is None
    over = walk.at + timedelta(days=30)
    review_rounds.publish(review_round=round_, version=round_.version, by=walk.leader, at=over)
    assert reading.averages(round_) == reading.Averages(Decimal("40.00"), 1)


def test_the_archive_is_the_whole_round_and_hashes_to_what_it_says(walk):
    round_ = walk.to_announced()
    later = walk.at + timedelta(days=30)
    review_rounds.publish(review_round=round_, version=round_.version, by=walk.leader, at=later)
    review_rounds.archive(review_round=round_, version=round_.version, by=walk.alice, at=later)
    assert hashlib.sha256(round_.snapshot.encode()).hexdigest() == round_.snapshot_sha256
    (kept,) = json.loads(round_.snapshot)["reviews"]
    assert (kept["center_code"], kept["final_total"]) == ("C90", "40.00")
    assert {answer["code"] for answer in kept["answers"]} == {"A1", "C1", "C2", "E1"}


def test_a_second_round_of_the_year_is_refused(prepared, scheme, haitang, alice, at):
    values = {
        name: getattr(prepared, name) for name in ("year", "period_from", "period_to", "as_of")
    }
    with pytest.raises(review_rounds.RoundRefused):
        review_rounds.draft(
            district=haitang, scheme=scheme, title="又一次", by=alice, at=at, **values
        )
