"""One whole year of reviews: from the scheme to the rectification and the pack of the year."""

from datetime import timedelta

import pytest
from django.utils import timezone

from evaluation.models import (
    CityPack,
    Objection,
    Publication,
    Rectification,
    Review,
    ReviewRound,
    Scheme,
)
from tests.factories.evidence import paper
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.flows.hands import Hand, day

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TITLE = "年度绩效考评"


@pytest.fixture(autouse=True)
def store_of_its_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def street(wutong):
    user = UserFactory(username="street", full_name="徐镇办", is_staff=True)
    return RoleAssignmentFactory(user=user, role="township_reviewer", division=wutong).user


@pytest.fixture
def third(haitang):
    """An officer who gives no points."""
    user = UserFactory(username="third", full_name="孙经办", is_staff=True)
    return RoleAssignmentFactory(user=user, role="district_officer", division=haitang).user


@pytest.fixture
def viewer(shanghai):
    user = UserFactory(username="viewer", full_name="市局", is_staff=True)
    return RoleAssignmentFactory(user=user, role="municipal_viewer", division=shanghai).user


def last_year():
    return timezone.localdate().year - 1


def scheme_adopted(officer):
    """Drafted from the template, one indicator renamed, adopted."""
    officer.go("admin:evaluation_scheme_changelist")
    officer.do("Draft from the template")
    officer.choose("Change the indicators")
    name = officer.page.locator("input[value='制度与档案']")
    name.fill("制度和档案")
    officer.save()
    officer.reads("制度和档案")
    officer.do("Adopt the scheme")
    return Scheme.objects.get()


def round_opened(officer, scheme):
    """For every center of the district, by the days that the district sets."""
    year = last_year()
    officer.go("admin:evaluation_reviewround_changelist")
    officer.choose("Prepare a round")
    officer.type(scheme=scheme.pk, year=year, title=f"{year}{TITLE}")
    officer.type(period_from=f"{year}-01-01", period_to=f"{year}-12-31", as_of=f"{year}-12-31")
    officer.save()
    officer.do("Open the round")
    return Review.objects.get()


def assessed(director, review, photograph):
    """The director gives the center its points, proves them and hands them in."""
    director.go("evaluation:review-home")
    director.page.get_by_role("link", name=review.round.title).click()
    asked = director.page.locator("[name^=points_]").evaluate_all("all => all.map(e => e.name)")
    assert "points_C1" in asked
    assert "points_E1" not in asked
    director.type(**dict.fromkeys(asked, "0") | {"points_C1": "3", "events_C2": "0"})
    director.choose("Save")
    director.reads("已保存")
    photograph(director.page, "review-self")
    for answer in review.answers.filter(marks__stage="self", needs_evidence=True):
        upload = paper(f"{answer.code}.pdf", words=answer.code.encode())
        director.type(answer=answer.pk, text=f"{answer.name}佐证")
        director.page.locator("#evidence [name=upload]").first.set_input_files(
            {"name": upload.name, "mimeType": "application/pdf", "buffer": upload.read()}
        )
        director.choose("Add")
        director.reads(f"{answer.name}佐证")
    director.choose("Hand in the self-assessment")
    director.reads("街镇")


def commented_on(street, review, photograph):
    """The street scores what is its own and does not agree with one indicator."""
    street.go("evaluation:review-home")
    street.page.get_by_role("link", name=review.center.name).click()
    street.type(points_E1="4", agrees_C1="no", note_C1="档案缺一年", agrees_C2="yes")
    street.choose("Save")
    street.reads("已保存", "档案缺一年")
    photograph(street.page, "review-opinion")
    street.type(opinion="总体满意，档案须补齐。")
    street.choose("Hand it on")
    street.reads("已提交")


def marked(officer, review, photograph):
    """The officer gives less for one indicator than the center did, says why, and tells it."""
    officer.go("admin:evaluation_review_change", review.pk)
    officer.reads("总体满意，档案须补齐。", "档案缺一年")
    officer.choose("Mark the indicators")
    counted = ("scored", "not_applicable")
    open_ones = review.answers.filter(scorer="district").exclude(outcome__in=counted)
    for code in open_ones.exclude(code="C2").values_list("code", flat=True):
        officer.type(**{f"points_{code}": "0", f"note_{code}": "按平台数据"})
    officer.type(points_C1="1.8", note_C1="档案缺一年，核减。", events_C2="0")
    photograph(officer.page, "review-marks")
    officer.save()
    officer.do("Tell the center the result", visited_on=day(), visit_record="现场查看台账。")


def answered_and_rechecked(director, other, review):
    """The center asks for a recheck; another officer gives the points back."""
    director.go("evaluation:review", review.pk)
    director.reads("档案缺一年，核减。")
    director.type(agrees="no", text="档案已于上月补齐。")
    director.choose("Send the reply")
    director.reads("申请复核")
    other.go("admin:evaluation_review_change", review.pk)
    other.reads("档案已于上月补齐。")
    other.choose("Mark the indicators")
    other.type(points_C1="3", note_C1="已核实")
    other.save()
    other.do("Close the recheck", opinion="档案齐全，恢复得分。")


def objected_to_and_published(visitor, third, head, review):
    """A visitor objects on the public page, is answered by who gave no points, and the results
    become final."""
    visitor.page.goto(visitor.address + "/open/reviews/")
    visitor.page.get_by_role("link", name=review.round.title).click()
    review.refresh_from_db()
    visitor.reads(review.center.name)
    visitor.page.get_by_role("link", name=review.center.name).click()
    visitor.type(kind="resident", text="服务次数与实际不符", contact="13800000000")
    visitor.choose("Send the objection")
    visitor.reads("已收到")
    objection = Objection.objects.get()
    third.go("admin:evaluation_objection_change", objection.pk)
    assert "13800000000" not in third.page.content()
    third.choose("Read who objected (it is recorded)")
    third.type(reason="电话核实")
    third.choose("Show")
    third.reads("13800000000")
    third.go("admin:evaluation_objection_change", objection.pk)
    assert "13800000000" not in third.page.content()
    third.do("Answer the objection", upholds="no", text="经核实，次数属实。")
    over = timezone.localdate() - timedelta(1)
    ReviewRound.objects.update(publicity_from=over - timedelta(10), publicity_until=over)
    head.go("admin:evaluation_reviewround_change", review.round_id)
    head.do("Make the results final")
    visitor.go("public:review-round", review.round_id)
    visitor.reads("公布", review.center.name, str(review.final_total))


def rectified(officer, director, other, review):
    """What lost points is put right: opened from the review, answered, verified by another."""
    officer.go("admin:evaluation_review_change", review.pk)
    officer.choose("Open a rectification")
    officer.page.locator("[name=chosen]").first.check()
    officer.save()
    officer.do("Issue the notice")
    rectification = Rectification.objects.get()
    director.go("evaluation:rectification-list", review.center.code)
    director.page.get_by_role("link", name=rectification.title).click()
    director.choose("Say what was put right")
    director.type(text="已补齐并归档。")
    upload = paper("整改.pdf")
    director.page.locator("[name=upload]").set_input_files(
        {"name": upload.name, "mimeType": "application/pdf", "buffer": upload.read()}
    )
    director.save()
    other.go("admin:evaluation_rectification_change", rectification.pk)
    other.do("Verify it", result="done", note="现场核实。")
    rectification.refresh_from_db()
    return rectification


def pack_submitted(officer, head, district):
    """The officer builds the pack of the year, the leader submits it."""
    officer.go("admin:evaluation_citypack_changelist")
    officer.choose("Build a yearly pack")
    officer.type(district=district.pk, year=last_year())
    officer.save()
    pack = CityPack.objects.get()
    head.go("admin:evaluation_citypack_change", pack.pk)
    head.do("Submit to the municipality", signer="郭局长")
    pack.refresh_from_db()
    return pack


def test_a_review_year(
    live_server, pack, at_desk, new_page, photograph, known_years,
    haitang, center, diane, street, alice, chief, leader, third, viewer,
):  # fmt: skip
    officer, director, township = (at_desk(name) for name in (alice.username, "diane", "street"))
    review = round_opened(officer, scheme_adopted(officer))
    photograph(officer.page, "review-round")
    assessed(director, review, photograph)
    photograph(director.page, "review-assessed")
    commented_on(township, review, photograph)
    marked(officer, review, photograph)
    photograph(officer.page, "review-told")
    other, head = at_desk("chief"), at_desk("leader")
    answered_and_rechecked(director, other, review)
    head.go("admin:evaluation_review_change", review.pk)
    head.do("Approve points and grade")
    head.go("admin:evaluation_reviewround_change", review.round_id)
    head.do("Announce the grades")
    photograph(head.page, "review-announced")
    visitor = Hand(new_page(), live_server.url)
    objected_to_and_published(visitor, at_desk("third"), head, review)
    photograph(visitor.page, "review-public")
    director.go("evaluation:review", review.pk)
    photograph(director.page, "review-final")

    rectification = rectified(officer, director, other, review)
    assert rectification.status == "closed"
    city_pack = pack_submitted(officer, head, haitang)
    assert city_pack.status == "submitted"
    photograph(head.page, "review-pack")
    municipality = at_desk("viewer")
    municipality.go("compliance:city-comparison")
    municipality.reads("海棠区")
    photograph(municipality.page, "review-comparison")

    review.refresh_from_db()
    assert (review.status, review.reviewed_by, review.rechecked_by, review.approved_by) == (
        *("final", alice, chief),
        leader,
    )
    assert review.answers.get(code="C1").marks.get(stage="recheck").points == 3
    assert set(Publication.objects.values_list("item", flat=True)) >= {"publicity", "review"}
    hands = (officer, director, township, other, head, visitor, municipality)
    assert [line for hand in hands for line in hand.page.complaints] == []
