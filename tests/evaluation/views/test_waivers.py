"""Exceptions at the desk: asked for by the director, looked at, withdrawn, proved."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from evaluation.models import Waiver
from evaluation.services import waivers
from tests.factories.evidence import paper
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client_for, golden, diane):
    """The director of C05 (not met: ST-09)."""
    golden["C05"].memberships.create(user=diane, role="center_director")
    return in_english(client_for(diane))


@pytest.fixture
def typed():
    return {
        "reason": "标识正在制作",
        "basis": "街道办公会议纪要",
        "starts_on": localdate().isoformat(),
        "ends_on": (localdate() + timedelta(days=60)).isoformat(),
    }


URL = "/desk/centers/C05/findings/ST-09/"


def test_director_asks_and_the_finding_says_so(desk, typed):
    assert "Ask for an exception" in words(desk.get(URL))
    page = words(desk.post(f"{URL}waiver/", typed, follow=True))
    assert "Requested. Somebody else has to decide on it." in page
    assert "街道办公会议纪要" in page
    waiver = Waiver.objects.latest("pk")
    assert (waiver.requested_as, waiver.center.code) == ("center_director", "C05")
    page = words(desk.get(URL))
    assert "An exception is requested" in page
    assert "Ask for an exception" not in page


def test_director_withdraws(desk, typed):
    desk.post(f"{URL}waiver/", typed)
    waiver = Waiver.objects.latest("pk")
    page = words(desk.post(f"/desk/waivers/{waiver.pk}/withdraw/", follow=True))
    assert "Withdrawn. Nothing changes for the center." in page


def test_an_exception_begins_today_unless_another_day_is_chosen(desk, typed):
    """Blank would change what was judged long ago."""
    assert f'value="{localdate().isoformat()}"' in desk.get(f"{URL}waiver/").content.decode()
    page = desk.post(f"{URL}waiver/", typed | {"starts_on": ""})
    assert page.context["form"].errors["starts_on"]


def test_what_is_wrong_is_said_and_what_was_typed_stays(desk, typed):
    page = desk.post(f"{URL}waiver/", typed | {"basis": "", "ends_on": "2020-01-01"})
    said = words(page)
    assert "Name the document, or attach it." in said
    assert "This day has passed" in said
    assert "标识正在制作" in page.content.decode()


def test_a_file_that_is_none_is_refused_at_its_field(desk, typed):
    page = desk.post(f"{URL}waiver/", typed | {"upload": paper("决议.exe")})
    assert page.context["form"].errors["upload"]
    assert not Waiver.objects.filter(center__code="C05").exists()


def test_file_is_given_to_who_sees_the_waiver(
    desk, typed, settings, tmp_path, client_for, alice, bob_client
):
    settings.MEDIA_ROOT = tmp_path
    desk.post(f"{URL}waiver/", typed | {"upload": paper("决议.pdf")})
    path = f"/desk/waivers/{Waiver.objects.latest('pk').pk}/evidence/"
    assert desk.get(path).status_code == client_for(alice).get(path).status_code == 200
    assert bob_client.get(path).status_code == 404


def test_no_exception_is_offered_where_nothing_weighs(desk):
    assert "Ask for an exception" not in words(desk.get("/desk/centers/C05/findings/ST-05/"))
    assert "Ask for an exception" not in words(desk.get("/desk/centers/C05/findings/ST-01/"))


def test_finding_leads_to_who_approved(desk, typed, leader, at):
    desk.post(f"{URL}waiver/", typed)
    waivers.approve(waiver=Waiver.objects.latest("pk"), by=leader, at=at)
    page = words(desk.get(URL))
    assert "Who asked, who approved, on what document" in page
    path = f"/desk/waivers/{Waiver.objects.latest('pk').pk}/"
    assert leader.full_name in words(desk.get(path))
