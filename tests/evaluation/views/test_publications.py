"""Publication at the desk: the list, drafts, preview, publishing and withdrawing, and who may."""

import pytest
from django.urls import reverse

from evaluation.models import Publication
from evaluation.services import publications
from tests.factories.centers import MembershipFactory
from tests.factories.portal import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def one(golden):
    return golden["C01"]


@pytest.fixture
def director(client_for, one):
    user = UserFactory(username="head", full_name="主任")
    MembershipFactory(center=one, user=user, role="center_director")
    return client_for(user)


@pytest.fixture
def staff(client_for, one):
    user = UserFactory(username="clerk", full_name="职员")
    MembershipFactory(center=one, user=user, role="center_staff")
    return client_for(user)


@pytest.fixture
def draft(one, alice, at):
    return publications.prepare(center=one, item="contact", year=2026, by=alice, at=at)


def url(name, *args):
    return reverse(f"evaluation:{name}", args=args)


def typed(draft, **values):
    return {
        "title": draft.title,
        "version": draft.version,
        "text_hours": "周一至周五9:00-17:00",
        "text_transport": "",
        "channel": "",
    } | values


def test_the_list_has_every_item_and_leads_to_its_text(director, draft):
    page = director.get(url("publication-year", "C01", 2026)).content.decode()
    assert page.count('<th scope="row">') == 14
    assert url("publication", draft.pk) in page


def test_without_a_year_this_one_is_shown_and_a_strange_one_is_said(director):
    response = director.get(url("publication-list", "C01") + "?year=19xx", follow=True)
    assert response.status_code == 200
    assert "19xx" in response.content.decode()
    assert director.get(url("publication-year", "C01", 1990)).status_code == 404


def test_from_the_list_to_the_public_page_by_hand(director, client, one):
    response = director.post(
        url("publication-prepare", "C01"), {"item": "contact", "year": "2026"}, follow=True
    )
    publication = Publication.objects.get()
    assert publication.title in response.content.decode()
    director.post(url("publication", publication.pk), typed(publication))
    publication.refresh_from_db()
    answer = director.post(
        url("publication-publish", publication.pk),
        {"is_checked": "on", "version": publication.version},
        follow=True,
    )
    publication.refresh_from_db()
    assert publication.status == "published"
    public = client.get(reverse("public:center-text", args=["C01", "contact", 2026]))
    assert "周一至周五9:00-17:00" in public.content.decode()
    # The preview is what residents see.
    assert "周一至周五9:00-17:00" in answer.content.decode()


def test_staff_draft_and_do_not_publish(staff, draft):
    assert staff.post(url("publication", draft.pk), typed(draft)).status_code == 302
    draft.refresh_from_db()
    response = staff.post(
        url("publication-publish", draft.pk), {"is_checked": "on", "version": draft.version}
    )
    assert response.status_code == 403


def test_what_was_taken_out_is_said(director, draft):
    sent = typed(draft, text_hours="找王老师13912345678")
    page = director.post(url("publication", draft.pk), sent, follow=True).content.decode()
    assert "手机号码" in page
    assert "13912345678" not in page


def test_what_was_typed_stays_when_it_is_refused(director, draft):
    sent = typed(draft, text_hours="新的时间", version=draft.version + 5)
    page = director.post(url("publication", draft.pk), sent).content.decode()
    assert "新的时间" in page
    draft.refresh_from_db()
    assert "新的时间" not in str(draft.content)


def test_a_refusal_to_withdraw_stays_on_the_page(director, draft, alice, at):
    publications.edit(
        publication=draft, version=1, title="", texts={"hours": "每天"}, by=alice, at=at
    )
    publications.publish(publication=draft, version=draft.version, is_checked=True, by=alice, at=at)
    address = url("publication-withdraw", draft.pk)
    assert director.post(address, {"note": "", "version": draft.version}).status_code == 200
    director.post(address, {"note": "地址有误", "version": draft.version})
    draft.refresh_from_db()
    assert (draft.status, draft.withdraw_note) == ("withdrawn", "地址有误")


def test_a_draft_is_given_up(director, draft):
    director.post(url("publication-drop", draft.pk), {"version": draft.version})
    draft.refresh_from_db()
    assert draft.status == "dropped"


def test_whose_center_it_is_not_learns_nothing(bob_client, charlie_client, diane_client, draft):
    for stranger in (bob_client, charlie_client, diane_client):
        assert stranger.get(url("publication", draft.pk)).status_code == 404
        assert stranger.get(url("publication-year", "C01", 2026)).status_code == 404


def test_the_home_leads_a_director_to_the_own_list_and_others_to_all(director, alice_client):
    assert director.get(url("publication-home"))["Location"] == url("publication-list", "C01")
    page = alice_client.get(url("publication-home")).content.decode()
    assert url("publication-list", "C02") in page


def test_a_list_costs_the_same_however_many_texts(
    director, one, alice, at, django_assert_max_num_queries
):
    for item in ("contact", "services", "channels"):
        publications.prepare(center=one, item=item, year=2026, by=alice, at=at)
    with django_assert_max_num_queries(32):
        director.get(url("publication-year", "C01", 2026))
