"""Public pages of centers: from published copies alone, quick, without a script, open to search."""

import csv
import io
import json
import re
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from centers.models import (
    AccountRow,
    Center,
    CouncilRow,
    FundingRow,
    Person,
    ProfileRow,
    StaffRow,
)
from evaluation.models import (
    DutyRecord,
    Feedback,
    FeedbackStep,
    Objection,
    Publication,
    Review,
    ReviewStep,
)
from evaluation.rules import disclosing as d
from evaluation.selectors.disclosure import HEADS
from evaluation.services import publications
from evaluation.views import opens
from organizations.models import ActivityTeam, Organization
from portal.api import limits
from projects.models import Acceptance, Contract
from tests.factories.centers import PersonFactory
from tests.factories.organizations import ActivityTeamFactory, OrganizationFactory
from tests.factories.portal import UserFactory
from tests.factories.procurements import AcceptanceFactory, signed
from tests.factories.publications import FeedbackFactory, FeedbackStepFactory
from tests.factories.reviews import ObjectionFactory, ReviewFactory, ReviewRoundFactory, adopted

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


# What sources know beyond what is open, by model.
INSIDE = {
    Organization: ("legal_representative", "contact_name"),
    ActivityTeam: ("leader_name", "place", "content", "schedule"),
    FundingRow: ("note", "payer"),
    StaffRow: ("note",),
    ProfileRow: ("note",),
    CouncilRow: ("note",),
    AccountRow: ("note", "holder", "bank"),
    Contract: ("standards", "acceptance_method", "liability"),
    Acceptance: ("users_opinion", "note"),
    Review: ("township_opinion", "visit_record", "reply", "recheck_opinion"),
    ReviewStep: ("reason",),
    Objection: ("text",),
    Feedback: ("text", "center_reply"),
    FeedbackStep: ("note",),
    DutyRecord: ("title", "counterpart"),
}


@pytest.fixture
def everything(publish, one, golden, haitang, alice, at):
    """C01 with every item of the list published, and what is known inside full of a name."""
    supplier = OrganizationFactory(division=one.division, uscc=one.uscc)
    contract = signed(project__division=one.division, bidders=[supplier])
    AcceptanceFactory(contract=contract)
    ActivityTeamFactory(division=one.division, name="晨光队")
    FeedbackStepFactory(
        feedback=FeedbackFactory(district=haitang, center=one, handed_to=one), status="received"
    )
    review_round = ReviewRoundFactory(district=haitang, scheme=adopted(haitang), year=2025)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        review = ReviewFactory(
            round=review_round,
            center=one,
            status="final",
            grade="good",
            final_total="88.00",
            approved_by=alice,
            approved_at=at,
            reviewed_by=UserFactory(),
            reviewed_at=at,
            district_total="88.00",
        )
        ObjectionFactory(review=review)
        type(review_round).objects.filter(pk=review_round.pk).update(
            status="final",
            publicity_from=at.date(),
            publicity_until=at.date(),
            published_by=alice,
            published_at=at,
        )
        for model, names in INSIDE.items():
            model._default_manager.update(**dict.fromkeys(names, CANARY_NAME))
        cursor.execute("SET session_replication_role = origin")
    Person.objects.exclude(pk__in=heads_of(one)).update(name=CANARY_NAME)
    review_round.refresh_from_db()
    publications.of_round(review_round=review_round, by=alice, at=at)
    said = "登记咨询、业务培训"
    for item, entry in d.CATALOGUE.items():
        if item == "review":
            continue
        subject = {"teams": "H1", "purchases": contract.contract_no}.get(item, "")
        try:
            publish(item, {each.key: said for each in entry.typed}, subject=subject)
        except publications.TextIncomplete:
            assert item in ("donations", "lottery")


def heads_of(center):
    """People whose names are open: who is or was at the head of a center, of any."""
    heads = set(StaffRow.objects.filter(post__in=HEADS).values_list("person", flat=True))
    return heads | set(ProfileRow.objects.values_list("legal_representative", flat=True)) - {None}


def crawl(client):
    """Address → body of every page of the public that links lead to."""
    found, waiting = {}, ["/open/", url("sitemap"), "/robots.txt"]
    while waiting:
        address = waiting.pop()
        if address in found:
            continue
        response = client.get(address)
        assert response.status_code == 200, address
        body = b"".join(response.streaming_content) if response.streaming else response.content
        found[address] = body.decode()
        waiting += [unescape(link) for link in re.findall(r'href="(/open/[^"#]*)"', found[address])]
    return found


@pytest.mark.usefixtures("everything")
def test_what_is_known_inside_stays_inside(client):
    pages = crawl(client)
    assert {item for item in d.CATALOGUE if any(f"/C01/{item}/" in page for page in pages)} >= {
        *("contact", "registration", "articles", "people", "services", "annual_report"),
        *("purchases", "grades", "review", "recruitment", "channels", "teams"),
    }
    results = url("district-text", "310199", "review", 2025) + "?which=2025"
    assert {url("centers-csv"), url("publications-json"), results} <= set(pages)
    assert [page for page, body in pages.items() if CANARY_NAME in body] == []


@pytest.mark.usefixtures("everything")
def test_every_page_is_small_and_asks_little(client, django_assert_max_num_queries):
    pages = [page for page in crawl(client) if not page.endswith((".csv", ".json"))]
    assert len(pages) > 20
    for page in pages:
        with django_assert_max_num_queries(6, info=page):
            assert len(client.get(page).content) < 50_000, page


# --- quick, and kept by whoever stands between


def test_pages_ask_for_no_session_and_can_be_kept(client, publish):
    publish()
    for address in (url("centers"), url("center", "C01"), url("data")):
        response = client.get(address)
        assert not response.cookies
        assert response["Cache-Control"] == "public, max-age=300"
        again = client.get(address, HTTP_IF_NONE_MATCH=response["ETag"])
        assert (again.status_code, again.content) == (304, b"")


def test_open_data_is_kept_by_language(client, publish):
    publish()
    for name in ("centers-csv", "centers-json", "publications-csv", "publications-json"):
        assert "Cookie" in client.get(url(name))["Vary"]


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


def test_what_was_announced_leads_to_the_results_that_replaced_it(client, haitang, alice, at):
    review_round = ReviewRoundFactory(district=haitang, scheme=adopted(haitang), year=2025)
    announced = url("district-text", haitang.code, "publicity", 2025) + "?which=2025"
    final = url("district-text", haitang.code, "review", 2025) + "?which=2025"
    text_of(client, announced, 404)
    steps = {"publicity": (announced, 200), "final": (final, 200)}
    for status, (address, code) in steps.items():
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            type(review_round).objects.filter(pk=review_round.pk).update(
                status=status,
                publicity_from=at.date(),
                publicity_until=at.date(),
                published_by=alice if status == "final" else None,
                published_at=at if status == "final" else None,
            )
            cursor.execute("SET session_replication_role = origin")
        review_round.refresh_from_db()
        publications.of_round(review_round=review_round, by=alice, at=at)
        text_of(client, address, code)
    assert client.get(announced)["Location"] == final


def test_a_newer_text_is_read_at_the_same_place(client, publish, at):
    publish()
    publish(texts={"hours": "每天"}, at=at + timedelta(days=1))
    page = text_of(client, url("center-text", "C01", "contact", 2026))
    assert "每天" in page
    assert TEXTS["hours"] not in page
