"""The demonstration: the golden district, one account per role, a token; into an empty database."""

import json
from datetime import date
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse
from django.utils.timezone import localdate

from centers.models import Center, Extension, Filing, Obligation
from evaluation.models import (
    Feedback,
    Objection,
    Rectification,
    RectificationItem,
    ReviewRound,
    Verdict,
)
from evaluation.permissions import (
    can_approve_review,
    can_give_opinion,
    can_recheck,
    can_review,
    can_submit_review,
)
from evaluation.selectors import judgments
from evaluation.services import packs
from organizations.models import Organization
from portal.users.models import User
from portal.users.roles import ROLES
from projects.models import Project
from tests.conftest import AT

pytestmark = pytest.mark.django_db

GOLDEN_ROLLUPS = {
    "C01": "compliant",
    "C02": "compliant",
    "C03": "basically_compliant",
    "C04": "not_compliant",
    "C05": "not_compliant",
    "C06": "not_compliant",
    "C07": "basically_compliant",
    "C08": "not_compliant",
}


@pytest.fixture(scope="module")
def path(once, django_db_blocker, tmp_path_factory):
    """The file of a demonstration that was loaded."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr(settings, "PORTAL_HOME", home)
        packs.load_all(at=AT)
        call_command("load_demo", stdout=StringIO())
    return home / "demo.json"


@pytest.fixture
def story(path):
    return json.loads(path.read_text(encoding="utf-8"))


def rollups(series_on):
    standing = Verdict.objects.standing(series_on).select_related("center")
    return {v.center.code: v.rollup for v in standing if v.center.code in GOLDEN_ROLLUPS}


def test_demo_holds_the_golden_results_of_2025(story):
    assert rollups(date(2025, 12, 31)) == GOLDEN_ROLLUPS
    assert rollups(date(2025, 6, 30)) == GOLDEN_ROLLUPS | {
        "C02": "basically_compliant",
        "C08": "compliant",
    }


def test_demo_holds_the_golden_results_of_new_years_day(story):
    centers = Center.objects.in_bulk(list(GOLDEN_ROLLUPS), field_name="code")
    judged = judgments.judge([center.pk for center in centers.values()], date(2026, 1, 1))
    pending = {
        code
        for code, center in centers.items()
        if judged[center.pk].outcomes["ST-12"].reason_code == "new_fiscal_year_pending"
    }
    assert pending == {"C01", "C02", "C03", "C04", "C05", "C07", "C08"}
    assert judged[centers["C02"].pk].rollup == "not_compliant"


def test_demo_has_one_working_account_per_role(story):
    assert set(story["accounts"]) == set(ROLES) - {"api_client"}
    for account in story["accounts"].values():
        user = User.objects.get(username=account["username"])
        assert user.check_password(account["password"])


def test_token_of_the_demo_opens_its_district_only(story, client):
    answer = client.get(
        "/api/v1/compliance/centers/?count=true",
        headers={"Authorization": f"Bearer {story['token']}"},
    ).json()
    assert {row["division_code"] for row in answer["results"]} == {"310199"}
    assert answer["count"] == Center.objects.count() == 16


def test_demo_looks_lived_in(story):
    assert Organization.objects.count() >= 20
    assert Project.objects.count() >= 8
    assert Filing.objects.get(status="submitted", obligation=None).center.code == "C03"


def test_demo_has_rounds_in_every_state_and_something_due_for_the_director(story):
    owed = Obligation.objects.with_state(localdate())
    states = set(owed.values_list("state", flat=True))
    unreached = {Obligation.State.UPCOMING, Obligation.State.LOCKED}
    assert states == set(Obligation.State) - unreached
    director = owed.filter(center__code="C05").order_by("due_on")
    assert [obligation.state for obligation in director] == ["returned", "open"]
    assert owed.filter(is_late=True).get().center.code == "C04"
    assert Extension.objects.get().obligation.center.code == "C08"


def test_demo_has_something_to_put_right_and_what_residents_wrote(story):
    assert set(Rectification.objects.values_list("status", flat=True)) == {"draft", "issued"}
    item = RectificationItem.objects.get(rectification__center__code="C05", rule="ST-09")
    assert item.extensions.get().status == "asked"
    states = Feedback.objects.order_by("pk").values_list("status", flat=True)
    assert list(states) == ["answered", "handling", "received"]


def test_demo_has_a_year_of_reviews_and_something_to_do_for_everybody(story):
    last, now = ReviewRound.objects.order_by("year")
    assert (last.status, now.status) == ("final", "open")
    assert last.published_at < now.opened_at
    grades = set(last.reviews.filter(status="final").values_list("grade", flat=True))
    assert grades == {"excellent", "good", "qualified"}
    assert Objection.objects.get().status == "rejected"
    assert Rectification.objects.get(source="review").review.round == last
    stages = set(now.reviews.values_list("status", flat=True))
    assert stages == {"self", "township", "district", "reply", "recheck", "settled"}
    account = {name: User.objects.get(username=name) for name in story["accounts"]}
    of = {review.center.code: review for review in now.reviews.select_related("center__division")}
    assert can_submit_review(account["center_director"], of["C05"])
    assert of["C05"].status == "self"
    assert of["C07"].status == "township"
    assert can_give_opinion(account["township_reviewer"], of["C07"])
    assert of["C01"].status == "district"
    assert can_review(account["district_officer"], of["C01"])
    assert of["C06"].status == "recheck"
    assert can_recheck(account["district_admin"], of["C06"])
    assert of["C04"].status == "settled"
    assert can_approve_review(account["district_leader"], of["C04"])


def test_results_of_the_demo_are_public_and_in_the_api(story, client):
    last = ReviewRound.objects.get(status="final")
    page = client.get(reverse("public:review-round", args=[last.pk])).content.decode()
    assert "海棠区梧桐路街道社会组织服务中心" in page
    rows = client.get(
        "/api/v1/reviews/", headers={"Authorization": f"Bearer {story['token']}"}
    ).json()["results"]
    assert len(rows) == last.reviews.filter(status="final").count() == 8
    assert all(row["total"] in page for row in rows)


def test_demo_stays_out_of_a_database_in_use(story):
    before = (User.objects.count(), Center.objects.count(), Filing.objects.count())
    out = StringIO()
    call_command("load_demo", stdout=out)
    assert "not empty" in out.getvalue()
    assert (User.objects.count(), Center.objects.count(), Filing.objects.count()) == before


def test_demo_file_is_private(path):
    assert path.stat().st_mode & 0o077 == 0


def test_the_contact_of_an_organization_finds_what_it_may_bid_for(story, client):
    client.force_login(User.objects.get(username="org_contact"))
    page = client.get("/", follow=True)
    assert (page.status_code, page.redirect_chain[-1][0]) == (200, "/bid/")
