"""Who reads what of a review at which stage, on pages and in the workbook alike; its figures."""

import io
import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from centers import demo
from centers.services import imports
from evaluation.models import Answer, Review
from evaluation.selectors import review_figures, review_scores
from evaluation.services import review_rounds, reviews, schemes, surveys
from evaluation.services.schemes import Row
from organizations.services import work_records
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

# Stage → the words that stand in its note.
NOTES = {
    "self": "中心自己说的",
    "township": "街镇说的",
    "district": "民政局说的",
    "recheck": "复核人说的",
}
ALL = set(NOTES)
TOLD = {"self", "township", "district"}
# Where the review stands → whose marks are there → who reads which of them.
READ = {
    "self": ({"self"}, {"diane": {"self"}}),
    "township": (
        {"self", "township"},
        {
            "diane": {"self"},
            "street": {"self", "township"},
            "alice": {"self"},
            "leader": {"self"},
        },
    ),
    "district": (
        TOLD,
        {
            "diane": {"self"},
            "street": {"self", "township"},
            "alice": TOLD,
            "leader": {"self"},
        },
    ),
    "reply": (TOLD, dict.fromkeys(("diane", "street", "alice", "leader"), TOLD)),
    "recheck": (ALL, {"diane": TOLD, "street": TOLD, "alice": ALL, "leader": TOLD}),
    "settled": (ALL, dict.fromkeys(("diane", "street", "alice", "leader"), ALL)),
}
ORDER = list(READ)


@pytest.fixture
def review(haitang, center):
    scheme = graded(SchemeFactory(district=haitang))
    row = IndicatorFactory(scheme=scheme, parent=SectionFactory(scheme=scheme), code="C1")
    made = ReviewFactory(
        round=ReviewRoundFactory(district=haitang, scheme=adopt(scheme)), center=center
    )
    AnswerFactory(review=made, indicator=row)
    return made


@pytest.fixture
def people(client_for, alice, leader, diane, bob, charlie, wutong):
    street = UserFactory(username="street", is_staff=True)
    RoleAssignmentFactory(user=street, role="township_reviewer", division=wutong)
    named = {"alice": alice, "leader": leader, "diane": diane, "street": street}
    return named | {"bob": bob, "charlie": charlie}


def brought_to(review, status, officer, director):
    """The review at ``status``, with the marks of every stage until then."""
    answer = review.answers.get()
    changes = {
        "township": {"assessed_by": director, "assessed_at": AT, "self_total": 80},
        "reply": {"reviewed_by": officer, "reviewed_at": AT, "district_total": 80},
        "recheck": {"recheck_number": 1},
    }
    for stage in ORDER[: ORDER.index(status) + 1]:
        Review.objects.filter(pk=review.pk).update(status=stage, **changes.get(stage, {}))
        if stage in NOTES:
            MarkFactory(answer=answer, stage=stage, note=NOTES[stage])
    review.refresh_from_db()


def read_by(client, review):
    """Whose notes stand on the desk's page, on the bureau's, and in the workbook; None where
    there is no such page."""
    round_ = review.round_id
    found = []
    for path in (
        reverse("evaluation:review", args=[review.pk]),
        reverse("admin:evaluation_review_change", args=[review.pk]),
        reverse("admin:evaluation_reviewround_workbook", args=[round_]),
    ):
        answer = client.get(path)
        if answer.status_code != 200:
            found.append(None)
            continue
        said = _cells(answer) if answer.streaming else answer.content.decode()
        found.append({stage for stage, note in NOTES.items() if note in said})
    return found


def _cells(answer):
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return str(
        [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    )


@pytest.mark.parametrize("status", ORDER)
def test_pages_and_the_workbook_show_each_the_same_stages(
    review, people, client_for, status, alice, diane
):
    brought_to(review, status, alice, diane)
    there, readers = READ[status]
    for name, wanted in readers.items():
        answers = read_by(client_for(people[name]), review)
        assert wanted in answers, (name, answers)
        assert {frozenset(each) for each in answers if each is not None} == {frozenset(wanted)}
        assert wanted <= there
    for name in ("bob", "charlie"):
        assert read_by(client_for(people[name]), review) == [None, None, None], name


SURVEY = {"group": "organizations"}
PLANNED = {"figure": "planned", "target": "1"}
RULES = ["ST-02", "ST-07", "ST-11", "ST-12"]
ROWS = [
    Row("A", "标准", Decimal(40)),
    Row("A1", "达标", Decimal(40), "A", "", "items", "findings", {"rules": RULES}, "平均计分。"),
    Row("B", "任务", Decimal(30)),
    Row(
        "B1", "承接", Decimal(30), "B", "", "items", "functions", {"rules": ["FN-11", "FN-23"]}, "x"
    ),
    Row("C", "运行", Decimal(30)),
    Row("C1", "满意度", Decimal(15), "C", "", "ratio", "survey", SURVEY, "按比例。"),
    Row("C2", "项目", Decimal(10), "C", "", "ratio", "projects", PLANNED, "按比例。"),
    Row("C3", "时限", Decimal(5), "C", "", "ratio", "timeliness", {}, "按比例。"),
]  # fmt: skip


@pytest.fixture
def computed(haitang, golden, alice, at):
    """The review of C01, whose figures the portal all counts."""
    made = schemes.draft(district=haitang, title="方案", by=alice, at=at)
    schemes.set_indicators(scheme=made, rows=ROWS, version=made.version, by=alice, at=at)
    bands = [("good", Decimal(60)), ("unqualified", Decimal(0))]
    schemes.set_bands(scheme=made, bands=bands, version=made.version, by=alice, at=at)
    schemes.adopt(scheme=made, version=made.version, by=alice, at=at)
    round_ = review_rounds.draft(
        district=haitang, scheme=made, year=2025, title="轮次", period_from=date(2025, 1, 1),
        period_to=date(2025, 12, 31), as_of=date(2025, 12, 31), by=alice, at=at,
    )  # fmt: skip
    enter(round_, golden["C01"], "4.50", alice, at)
    review_rounds.open_(
        review_round=round_, centers=[golden["C01"]], version=round_.version, by=alice, at=at
    )
    return Review.objects.select_related("center__division", "round__scheme").get()


def enter(round_, center, mean, by, at):
    return surveys.enter(
        review_round=round_,
        center=center,
        group="organizations",
        asked=60,
        valid_answers=40,
        mean=Decimal(mean),
        by=by,
        at=at,
    )


def found(review, known_at):
    answers = list(review.answers.order_by("code"))
    by_answer = review_figures.found_for([review], answers, known_at)
    return {answer.code: by_answer[answer.pk] for answer in answers}


def test_figures_of_the_same_moment_are_the_same_whatever_became_known_since(
    computed, golden, alice, at
):
    moment, later = at + timedelta(hours=1), at + timedelta(days=2)
    before = found(computed, moment)
    assert before["C1"].numerator == 90
    survey = computed.round.surveys.get()
    surveys.void(survey=survey, reason="录错", by=alice, at=later)
    enter(computed.round, golden["C01"], "2.00", alice, later)
    for record in golden["C01"].work_records.valid():
        work_records.withdraw(record=record, reason="重报", by=alice, at=later)
    corrected(golden["C01"], alice, later)
    assert found(computed, moment) == before
    now = found(computed, later)
    assert {code for code in before if now[code] != before[code]} >= {"A1", "C1"}


def corrected(center, by, at):
    """C01 as C03 declares itself: it lacks people, room and money."""
    scenario = {each["code"]: each for each in demo.golden()}
    changed = scenario["C03"] | {name: scenario["C01"][name] for name in ("code", "name", "uscc")}
    declaration = demo.declaration(changed, center.division)
    result = imports.accept_declarations(declarations=[declaration], by=by, at=at)
    assert result.changed == [center.code]


def test_no_figure_point_or_total_is_a_float(computed, golden, alice, leader, at):
    Review.objects.filter(pk=computed.pk).update(status="township")
    Review.objects.filter(pk=computed.pk).update(status="district")
    computed.refresh_from_db()
    reviews.submit_review(
        review=computed, visited_on=None, visit_record="", version=computed.version, by=alice, at=at
    )
    reviews.close_replies(on=date(2030, 1, 1), at=at)
    computed.refresh_from_db()
    reviews.approve(review=computed, version=computed.version, by=leader, at=at)
    kept = [computed.result, *Answer.objects.values_list("computed", flat=True)]
    assert not list(floats(kept))
    totals = (computed.district_total, computed.final_total)
    assert all(isinstance(each, Decimal) for each in totals)
    assert json.loads(review_rounds.snapshot(computed.round), parse_float=refused)
    assert not list(floats(review_scores.as_json(review_scores.total(computed), [])))


def refused(text):
    raise AssertionError(text)


def floats(value):
    """Every float in lists and dictionaries."""
    if isinstance(value, float):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from floats(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from floats(each)
