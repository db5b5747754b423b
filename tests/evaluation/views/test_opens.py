"""Public pages of centers: from published copies alone, quick, without a script, open to search."""

import csv
import io
import json
import re
from datetime import timedelta
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse

from centers.models import Center, Person
from evaluation.models import Publication
from evaluation.services import publications
from evaluation.views import opens
from organizations.models import ActivityTeam
from portal.api import limits
from tests.factories.centers import PersonFactory
from tests.factories.organizations import ActivityTeamFactory

pytestmark = pytest.mark.django_db
CANARY_PHONE, CANARY_ID, CANARY_NAME = "13700009999", "11010519491231002X", "欧阳金丝雀"
TEXTS = {"hours": "周一至周五9:00-17:00", "transport": "地铁2号线"}


@pytest.fixture(autouse=True)
def _uncounted(monkeypatch):
    """Every test counts its own requests."""
    monkeypatch.setattr(limits, "shared", limits.Redis("redis://127.0.0.1:1/0"))
    monkeypatch.setattr(limits, "own", limits.Process())


@pytest.fixture
def one(golden):
    return golden["C01"]


@pytest.fixture
def publish(one, alice, at):
    def out(item="contact", texts=None, center=None, subject="", at=at):
        draft = publications.prepare(
            center=center or one, item=item, subject=subject, year=2026, by=alice, at=at
        )
        publications.edit(
            publication=draft,
            version=draft.version,
            title="",
            texts=texts or TEXTS,
            by=alice,
            at=at,
        )
        return publications.publish(
            publication=draft, version=draft.version, is_checked=True, by=alice, at=at
        )

    return out


def url(name, *args):
    return reverse(f"public:{name}", args=args)


def text_of(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


class Page(HTMLParser):
    """What a browser without a script makes of a page: tags that do not close, and scripts."""

    VOID = frozenset({"meta", "link", "input", "br", "img", "hr"})

    def __init__(self):
        super().__init__()
        self.open, self.wrong, self.scripts = [], [], []

    def handle_starttag(self, tag, attrs):
        if tag == "script":
            self.scripts.append(dict(attrs).get("type"))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


# --- pages


def test_a_center_without_a_published_text_is_unknown(client, one):
    assert "C01" not in text_of(client, url("centers"))
    text_of(client, url("center", "C01"), 404)


def test_centers_are_found_by_street_and_name(client, publish, golden):
    publish()
    publish(center=golden["C02"])
    street = golden["C01"].division.name
    found = text_of(client, url("centers") + f"?q={street}")
    assert url("center", "C01") in found
    assert url("center", "C02") not in found
    assert url("center", "C02") in text_of(client, url("centers"))
    assert "noindex" in found
    assert "noindex" not in text_of(client, url("centers"))
    assert url("center", "C01") not in text_of(client, url("centers") + "?q=没有这个")


def test_a_page_shows_the_copy_and_not_the_facts(client, publish, one):
    publish()
    address = url("center-text", "C01", "contact", 2026)
    before, of_center = text_of(client, address), text_of(client, url("center", "C01"))
    old = one.name
    Center.objects.filter(pk=one.pk).update(name="改名后的服务中心")
    Person.objects.update(name="改名")
    assert text_of(client, address) == before
    assert text_of(client, url("center", "C01")) == of_center
    assert old in of_center


def test_withdrawn_is_gone_and_says_why(client, publish, alice, at):
    publication = publish()
    publications.withdraw(
        publication=publication, version=publication.version, note="地址有误", by=alice, at=at
    )
    gone = text_of(client, url("center-text", "C01", "contact", 2026), 410)
    assert "地址有误" in gone
    assert TEXTS["hours"] not in gone
    assert url("center", "C01") not in text_of(client, url("centers"))


def test_drafts_are_nowhere(client, one, alice, at, publish):
    publish("channels", {"complaint_channel": "信箱"})
    publications.prepare(center=one, item="contact", year=2026, by=alice, at=at)
    text_of(client, url("center-text", "C01", "contact", 2026), 404)
    names = ["center-text", "centers-json", "publications-json"]
    assert names
    told = client.get(url("publications-json")).getvalue().decode()
    assert '"contact"' not in told


@pytest.mark.parametrize(
    "address",
    [
        "/open/centers/NOPE/",
        "/open/centers/C01/nothing/2026/",
        "/open/centers/C01/contact/1999/",
        "/open/districts/310199/publicity/2026/",
        "/open/districts/999999/review/2026/",
    ],
)
def test_what_is_not_published_is_not_there(client, publish, address):
    publish()
    text_of(client, address, 404)


@pytest.mark.parametrize("query", ["?page=zz", "?page=99999", "?q=" + "长" * 500])
def test_strange_questions_are_answered(client, publish, query):
    publish()
    text_of(client, url("centers") + query)


# --- nobody is named who need not be


def test_no_personal_datum_on_any_public_page(client, publish, one, golden):
    PersonFactory(center=one, name=CANARY_NAME)
    ActivityTeamFactory(
        division=one.division, name="晨光队", leader_name=CANARY_NAME, place=CANARY_NAME
    )
    assert ActivityTeam.objects.exists()
    leak = f"找{CANARY_NAME}，{CANARY_PHONE}，{CANARY_ID}"
    publish("contact", {"hours": leak, "transport": leak})
    publish("services", {"services": leak, "guide": leak})
    publish("people", {"council_members": leak})
    publish("annual_report", {"report": leak})
    publish("recruitment", {"vacancy": leak, "conditions": leak, "apply_by": leak})
    publish("channels", {"complaint_channel": leak, "district_channel": leak})
    publish("articles", {"articles_text": leak})
    publish("registration", {"business_scope": leak})
    publish("teams", {}, subject="H1")
    pages = [url("centers"), url("center", "C01"), url("centers-csv"), url("centers-json")]
    pages += [url("publications-csv"), url("publications-json"), url("sitemap")]
    for text in Publication.objects.published():
        which = f"?which={text.subject}" if text.subject else ""
        pages.append(url("center-text", "C01", text.item, 2026) + which)
    assert len(pages) == 16
    for address in pages:
        response = client.get(address)
        body = response.getvalue() if response.streaming else response.content
        assert response.status_code == 200
        for canary in (CANARY_PHONE, CANARY_ID, CANARY_NAME):
            assert canary not in body.decode(), (address, canary)


# --- quick, and kept by whoever stands between


def test_pages_ask_for_no_session_and_can_be_kept(client, publish):
    publish()
    for address in (url("centers"), url("center", "C01"), url("data")):
        response = client.get(address)
        assert not response.cookies
        assert response["Cache-Control"] == "public, max-age=300"
        again = client.get(address, HTTP_IF_NONE_MATCH=response["ETag"])
        assert (again.status_code, again.content) == (304, b"")


def test_a_page_costs_few_queries_however_much_there_is(
    client, publish, golden, django_assert_max_num_queries
):
    for code in ("C01", "C02", "C03", "C04"):
        publish(center=golden[code])
    publish("channels", {"complaint_channel": "信箱"})
    for address in (
        url("centers"),
        url("center", "C01"),
        url("center-text", "C01", "contact", 2026),
    ):
        with django_assert_max_num_queries(6):
            response = client.get(address)
        assert len(response.content) < 50_000


def test_pages_are_whole_without_a_script(client, publish):
    publish()
    for address in (
        url("centers"),
        url("center", "C01"),
        url("center-text", "C01", "contact", 2026),
        url("data"),
    ):
        page = Page()
        page.feed(text_of(client, address))
        assert (page.open, page.wrong) == ([], [])
        assert set(page.scripts) <= {"application/ld+json"}


def test_the_language_is_chosen_by_a_link(publish):
    publish()
    client = Client()
    assert "服务中心" in text_of(client, url("centers"))
    response = client.get(url("centers") + "?q=x&lang=en")
    assert (response.status_code, response["Location"]) == (302, url("centers") + "?q=x")
    assert 'lang="en"' in text_of(client, url("centers"))
    assert client.get(url("centers") + "?lang=xx").status_code == 302


def test_an_address_that_asks_without_end_is_told_to_wait(client, publish):
    statuses = {client.get(url("sitemap")).status_code for _ in range(opens.DATA + 1)}
    assert statuses == {200, 429}


def test_nothing_is_posted_to_pages(client):
    assert client.post(url("centers")).status_code == 405


# --- for programs


def test_open_data_is_read_by_programs(client, publish, golden):
    publish()
    publish("services", {"services": "=1+1", "guide": "来访"}, center=golden["C02"])
    response = client.get(url("publications-csv"))
    raw = response.getvalue()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert {row["center_code"] for row in rows} == {"C01", "C02"}
    assert {row["item"]: row["on_time"] for row in rows}["contact"] == "true"
    whole = json.loads(client.get(url("publications-json")).getvalue())
    assert {row["content"]["fields"][0]["key"] for row in whole} == {"name", "services"}
    assert client.get(whole[0]["url"].removeprefix("http://testserver")).status_code == 200
    centers = json.loads(client.get(url("centers-json")).getvalue())
    assert [row["code"] for row in centers] == ["C01", "C02"]
    assert centers[0]["hours"] == TEXTS["hours"]
    table = client.get(url("centers-csv")).getvalue().decode("utf-8-sig")
    assert next(csv.reader(io.StringIO(table)))[0] == "code"


def test_no_cell_of_a_table_is_computed(client, publish):
    publish("contact", {"hours": "=HYPERLINK(1)", "transport": "+1"})
    table = client.get(url("centers-csv")).getvalue().decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(table))
    assert row["hours"] == "'=HYPERLINK(1)"


def test_open_data_without_anything_is_empty(client):
    assert json.loads(client.get(url("centers-json")).getvalue()) == []
    assert len(client.get(url("publications-csv")).getvalue().decode().splitlines()) == 1


def test_search_engines_read_who_the_center_is(client, publish):
    publish("contact", {"hours": "</script><b>9:00"})
    page = text_of(client, url("center", "C01"))
    (told,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    said = json.loads(told)
    assert (said["@context"], said["@type"]) == ("https://schema.org", "NGO")
    assert said["url"] == "http://testserver" + url("center", "C01")
    assert said["openingHours"] == "</script><b>9:00"
    assert said["address"]["@type"] == "PostalAddress"


def test_the_map_lists_pages_that_are_there(client, publish, at, alice):
    publish()
    tree = ElementTree.fromstring(client.get(url("sitemap")).content)
    places = [each.text for each in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert "http://testserver" + url("center", "C01") in places
    for place in places:
        assert client.get(place.removeprefix("http://testserver")).status_code == 200


def test_search_engines_stay_out_of_the_rest(client):
    told = client.get("/robots.txt").content.decode().splitlines()
    assert told[:4] == ["User-agent: *", "Allow: /open/", "Allow: /static/", "Disallow: /"]
    assert told[4] == "Sitemap: http://testserver/open/sitemap.xml"


def test_a_newer_text_is_read_at_the_same_place(client, publish, at):
    publish()
    publish(texts={"hours": "每天"}, at=at + timedelta(days=1))
    page = text_of(client, url("center-text", "C01", "contact", 2026))
    assert "每天" in page
    assert TEXTS["hours"] not in page
