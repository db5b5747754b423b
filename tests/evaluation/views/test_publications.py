"""Publication at the desk: the list, drafts, preview, publishing and withdrawing, and who may."""

from html.parser import HTMLParser

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from evaluation.models import Publication
from evaluation.services import publications
from tests.factories.centers import MembershipFactory
from tests.factories.evidence import photo
from tests.factories.organizations import ActivityTeamFactory
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


def published(draft, by, at):
    publications.edit(publication=draft, version=1, title="", texts={"hours": "每天"}, by=by, at=at)
    return publications.publish(
        publication=draft, version=draft.version, is_checked=True, by=by, at=at
    )


class Article(HTMLParser):
    """The elements, classes and words of the published text of a page, as they stand in it."""

    def __init__(self, response):
        super().__init__()
        self.depth, self.told = 0, []
        self.feed(response.content.decode())

    def handle_starttag(self, tag, attrs):
        if tag == "article" or self.depth:
            self.depth += tag == "article"
            self.told.append((tag, attrs))

    def handle_endtag(self, tag):
        if self.depth:
            self.told.append(tag)
            self.depth -= tag == "article"

    def handle_data(self, data):
        if self.depth and data.strip():
            self.told.append(data.strip())


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_residents_read_exactly_what_the_preview_showed(director, client, one, alice, at, language):
    ActivityTeamFactory(division=one.division, name="晨光队")
    public = {
        "contact": publications.prepare(center=one, item="contact", year=2026, by=alice, at=at),
        "teams": publications.prepare(
            center=one, item="teams", subject="H1", year=2026, by=alice, at=at
        ),
    }
    for each in (director, client):
        each.cookies["django_language"] = language
    for item, text in public.items():
        publications.edit(
            publication=text, version=1, title="", texts={"hours": "<b>每天\n9:00"}, by=alice, at=at
        )
        preview = Article(director.get(url("publication", text.pk))).told
        publications.publish(
            publication=text, version=text.version, is_checked=True, by=alice, at=at
        )
        where = reverse("public:center-text", args=["C01", item, 2026])
        read = client.get(where, {"which": text.subject} if text.subject else {})
        assert Article(read).told == preview
        assert len(preview) > 10
        assert f"<title>{text.title}" in read.content.decode()
        assert text.title in director.get(url("publication", text.pk)).content.decode()


def test_a_picture_of_where_else_it_stands_is_handed_in_and_looked_at(
    director, staff, bob_client, client, draft, alice, at, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    published(draft, alice, at)
    address = url("publication-prove", draft.pk)
    refused = staff.post(address, {"channel": "公众号", "version": draft.version + 7})
    assert "公众号" in refused.content.decode()
    assert staff.get(url("publication-picture", draft.pk)).status_code == 404
    sent = {"channel": "公众号", "version": draft.version, "upload": photo()}
    assert staff.post(address, sent).status_code == 302
    page = director.get(url("publication", draft.pk)).content.decode()
    assert url("publication-picture", draft.pk) in page
    assert address not in page
    shown = director.get(url("publication-picture", draft.pk))
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    assert bob_client.get(url("publication-picture", draft.pk)).status_code == 404
    public = reverse("public:center-text", args=["C01", "contact", 2026])
    assert "picture" not in client.get(public).content.decode()


def test_what_is_no_picture_is_refused_and_said(director, draft, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    fake = SimpleUploadedFile("页面.jpg", b"no picture")
    sent = {"channel": "公众号", "version": draft.version, "upload": fake}
    response = director.post(url("publication-prove", draft.pk), sent)
    assert response.context["proof_form"].errors["upload"]
    assert "公众号" in response.content.decode()
    draft.refresh_from_db()
    assert (draft.channel, draft.screenshot) == ("", None)


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
    published(draft, alice, at)
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


def test_the_preview_says_what_looks_like_a_home(director, draft):
    page = director.post(
        url("publication", draft.pk),
        typed(draft, text_transport="王老师家住梧桐路1弄2号301室"),
        follow=True,
    ).content.decode()
    assert "看起来像有人居住的地址" in page
    assert page.count("家住梧桐路1弄2号301室") == 3
    draft.refresh_from_db()
    page = director.post(url("publication", draft.pk), typed(draft), follow=True).content.decode()
    assert "看起来像有人居住的地址" not in page
