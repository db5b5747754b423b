"""Pages for everybody: announcements as they were published, the same as open data, no more."""

import itertools

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from portal import public_limits
from projects.models import Announcement, Challenge, Procurement
from projects.selectors import awarding
from projects.services import announcements, procurements
from projects.views import opens
from tests.conftest import AT
from tests.factories.organizations import OrganizationFactory
from tests.factories.procurements import (
    AnnouncementFactory,
    BidFactory,
    ChallengeFactory,
    ProcurementFactory,
    announced,
    awarded,
    pass_deadline,
)
from tests.flows.pages import in_english, words
from tests.ocds import PACKAGE, faults

pytestmark = pytest.mark.django_db

LATER = {"result": "2099-01-01", "single_source": "2099-01-01"}


@pytest.fixture
def visitor():
    return in_english(Client())


@pytest.fixture
def procurement(wutong):
    return announced(project__division=wutong, title="社区助餐服务")


@pytest.fixture
def publish(alice):
    def publish(procurement, kind="notice", **values):
        content = values.pop("content", {})
        title = values.pop("title", f"{procurement.title}公告")
        return announcements.publish(
            procurement=procurement,
            kind=kind,
            title=title,
            content=content,
            by=alice,
            at=AT,
            **values,
        )

    return publish


@pytest.fixture
def notice(procurement, publish):
    return publish(procurement)


def of(procurement):
    return reverse("open:procurement", args=[procurement.procurement_no])


def test_the_route_is_named_in_the_language_of_the_reader(visitor, procurement, notice):
    for path in (reverse("open:announcement", args=[notice.pk]), of(procurement)):
        assert "competitive consultation" in words(visitor.get(path))
        assert "竞争性磋商" in words(Client().get(path))


def test_whoever_comes_reads_what_was_announced(visitor, procurement, notice, wutong):
    for path in (
        reverse("open:home"),
        reverse("open:announcements"),
        reverse("open:announcement", args=[notice.pk]),
        of(procurement),
    ):
        assert "社区助餐服务" in words(visitor.get(path))


def test_empty_pages_say_what_comes(visitor):
    for name in ("home", "announcements"):
        page = words(visitor.get(reverse(f"open:{name}")))
        assert "Nothing was announced yet" in page
        assert "ask the district bureau" in page


def test_where_nothing_is_left_a_program_is_told_so(visitor, procurement, publish):
    """And nobody is led there before there is something."""
    path = reverse("open:releases")
    assert path not in visitor.get(reverse("open:home")).content.decode()
    assert visitor.get(path).status_code == 404
    told = publish(procurement)
    assert path in visitor.get(reverse("open:home")).content.decode()
    nothing_more = visitor.get(path, {"after": told.pk})
    assert nothing_more.status_code == 404
    assert nothing_more["Content-Type"] == "application/problem+json"
    assert nothing_more.json()["code"] == "not_found"


def test_what_ended_or_was_revoked_is_not_open_for_comment(visitor, publish, wutong):
    def told(title, *kinds):
        procurement = announced(project__division=wutong, title=title)
        for kind in kinds:
            publish(procurement, kind, title=title, publicity_until=LATER.get(kind))

    told("有效的结果", "notice", "change", "result")
    told("撤销的结果", "notice", "result", "change")
    told("终止的公示", "single_source", "failure")
    told("改期的公示", "single_source", "notice", "change")
    comments = visitor.get(reverse("open:home")).context["comments"]
    assert {each.title for each in comments} == {"有效的结果", "改期的公示"}


def test_the_ground_of_a_single_source_is_named_in_the_language_of_the_reader(
    visitor, procurement, publish
):
    content = {
        "supplier": {"name": "绿叶助老服务中心", "uscc": ""},
        "ground": "only_supplier",
        "ground_label": "只能从唯一供应商处采购",
        "ground_text": "仅有一家持有许可",
    }
    told = publish(procurement, "single_source", content=content)
    page = words(visitor.get(reverse("open:announcement", args=[told.pk])))
    with override("en"):
        assert str(Procurement.Ground.ONLY_SUPPLIER.label) in page
    assert content["ground_label"] not in page


@pytest.mark.parametrize(
    ("names", "most"), [(("home", "announcements"), 120), (("releases",), 60), (("receipts",), 20)]
)
def test_an_address_opens_them_so_many_times_in_a_minute(client, monkeypatch, names, most):
    monkeypatch.setattr(public_limits.time, "time", lambda: 1_000_000_010.0)
    ask = client.post if names == ("receipts",) else client.get
    paths = itertools.cycle(reverse(f"open:{name}") for name in names)
    answers = [ask(next(paths)).status_code for _each in range(most + 1)]
    assert 429 not in answers[:-1]
    assert answers[-1] == 429


def test_nothing_can_be_sent(visitor, notice):
    for path in (reverse("open:home"), reverse("open:announcement", args=[notice.pk])):
        assert visitor.post(path).status_code == 405


def test_what_is_not_announced_is_unknown(visitor, wutong):
    """A draft has no page, and neither has what was only moved on without an announcement."""
    draft = ProcurementFactory(project__division=wutong, title="尚未公告的采购")
    silent = announced(project__division=wutong, title="没有公告的采购")
    for hidden in (draft, silent):
        assert visitor.get(of(hidden)).status_code == 404
        for name in ("home", "announcements"):
            assert hidden.title not in words(visitor.get(reverse(f"open:{name}")))


def test_nobody_reads_of_a_bid_before_its_opening_is_announced(
    visitor, procurement, notice, wutong
):
    """Neither its name nor that there is one: the pages are the same with it and without."""
    paths = (of(procurement), reverse("open:announcement", args=[notice.pk]), reverse("open:home"))
    before = [words(visitor.get(path)) for path in paths]
    bidder = OrganizationFactory(name="绿叶助老服务中心", division=wutong)
    BidFactory(procurement=procurement, organization=bidder)
    pass_deadline(procurement)
    assert [words(visitor.get(path)) for path in paths] == before


def test_an_end_is_read_with_its_reason(visitor, procurement, notice, alice):
    procurements.terminate(
        procurement=procurement,
        version=procurement.version,
        reason="采购任务取消",
        by=alice,
        at=AT,
    )
    told = procurement.announcements.get(kind="failure")
    assert "采购任务取消" in words(visitor.get(reverse("open:announcement", args=[told.pk])))
    release = visitor.get(reverse("open:release", args=[told.pk])).json()["releases"][0]
    assert release["tag"] == ["tenderCancellation"]
    assert release["tender"]["status"] == "cancelled"


def test_codes_are_worded_in_the_readers_language(visitor, procurement, publish):
    told = publish(
        procurement,
        "opening",
        content={
            "opened_at": "2026-03-02T09:00:00+08:00",
            "bids": [
                {
                    "name": "绿叶助老服务中心",
                    "uscc": "",
                    "outcome": "unreadable",
                    "price_yuan": None,
                }
            ],
        },
    )
    page = words(visitor.get(reverse("open:announcement", args=[told.pk])))
    assert "could not be decrypted" in page
    assert "2026-03-02 09:00" in page


def test_lists_are_narrowed_by_kind_district_and_title(visitor, publish, wutong, huangpu):
    here = announced(project__division=wutong, title="社区助餐服务")
    there = announced(project__division=huangpu, title="社区助浴服务")
    publish(here), publish(there)
    publish(here, "answers", title="助餐答疑", content={"questions": []})

    def found(**query):
        page = visitor.get(reverse("open:announcements"), query).context["page"]
        return sorted(each.title for each in page)

    assert found(kind="answers") == ["助餐答疑"]
    assert found(district="310199") == ["助餐答疑", "社区助餐服务公告"]
    assert found(q="助浴") == ["社区助浴服务公告"]
    assert found(q="没有这样的") == []
    publish(here, "answers", title="长" * 70, content={"questions": []})
    assert found(q="长" * 60 + "外" * 5000) == ["长" * 70]
    everything = found()
    assert len(everything) == 4
    assert found(kind="no such kind", district="999999") == everything


def test_a_search_that_finds_nothing_says_so(visitor, notice):
    page = words(visitor.get(reverse("open:announcements"), {"q": "没有这样的"}))
    assert "No announcement was found" in page


def test_an_answered_challenge_is_told_without_who_filed_it(
    visitor, procurement, notice, alice, wutong
):
    filed = ChallengeFactory(
        procurement=procurement,
        organization=OrganizationFactory(division=wutong, name="质疑的机构"),
    )
    assert "Challenges that were answered" not in words(visitor.get(of(procurement)))
    Challenge.objects.filter(pk=filed.pk).update(
        status="answered",
        verdict="rejected",
        answer="理由不成立的详细说明",
        answered_by=alice,
        answered_at=AT,
        complaint_until=AT.date(),
    )
    page = words(visitor.get(of(procurement)))
    assert "Challenges that were answered" in page
    for hidden in ("质疑的机构", "理由不成立的详细说明", filed.facts, alice.full_name):
        assert hidden not in page


# --- open data


def test_every_announcement_is_a_release_that_validates(visitor, procurement, notice):
    response = visitor.get(reverse("open:release", args=[notice.pk]))
    assert response["Content-Type"] == "application/json"
    assert response["Access-Control-Allow-Origin"] == "*"
    document = response.json()
    assert faults(document, PACKAGE) == []
    release = document["releases"][0]
    assert release["ocid"] == f"ocds-portal-{procurement.procurement_no}"
    page = release["tender"]["documents"][0]["url"]
    assert page == f"http://testserver{reverse('open:announcement', args=[notice.pk])}"


def test_the_prefix_and_the_publisher_are_settings(visitor, procurement, notice, settings):
    settings.OCDS_PREFIX, settings.OCDS_PUBLISHER = "abc123", "海棠区民政局"
    assert "license" not in visitor.get(reverse("open:releases")).json()
    settings.OCDS_LICENSE = "https://creativecommons.org/licenses/by/4.0/"
    document = visitor.get(reverse("open:releases")).json()
    assert document["releases"][0]["ocid"] == f"ocds-abc123-{procurement.procurement_no}"
    assert document["publisher"] == {"name": "海棠区民政局"}
    assert document["license"] == settings.OCDS_LICENSE
    assert visitor.get(document["publicationPolicy"]).status_code == 200


def test_a_release_is_the_same_whatever_became_of_the_procurement(
    visitor, procurement, notice, alice
):
    path = reverse("open:release", args=[notice.pk])
    before = visitor.get(path)
    procurements.terminate(
        procurement=procurement, version=procurement.version, reason="取消", by=alice, at=AT
    )
    after = visitor.get(path)
    assert after.content == before.content
    assert visitor.get(path, headers={"If-None-Match": before["ETag"]}).status_code == 304


def test_packages_lead_on_to_the_next(visitor, procurement, publish, monkeypatch):
    told = [publish(procurement, "answers", content={"questions": []}) for _each in range(5)]
    monkeypatch.setattr(opens, "PER_PACKAGE", 2)
    path, ids = reverse("open:releases"), []
    while path:
        document = visitor.get(path).json()
        assert faults(document, PACKAGE) == []
        ids += [release["id"] for release in document["releases"]]
        path = document.get("links", {}).get("next")
    assert ids == [f"{procurement.procurement_no}-{each.number}" for each in told]


def test_a_package_can_be_of_one_procurement(visitor, procurement, notice, publish, wutong):
    publish(announced(project__division=wutong))
    document = visitor.get(
        reverse("open:releases"), {"procurement": procurement.procurement_no}
    ).json()
    assert len(document["releases"]) == 1
    assert visitor.get(reverse("open:releases"), {"procurement": "x"}).status_code == 404


@pytest.mark.parametrize("after", ["x", "-1", "\uff11", "9" * 30, "1.5"])
def test_a_strange_place_begins_at_the_first(visitor, notice, after):
    document = visitor.get(reverse("open:releases"), {"after": after}).json()
    assert len(document["releases"]) == 1


def test_the_result_of_an_award_validates_and_names_no_panel(visitor, alice, publish, wutong):
    award = awarded(project__division=wutong)
    told = publish(award.procurement, "result", content=awarding.result_of(award, AT.date()))
    document = visitor.get(reverse("open:release", args=[told.pk])).json()
    assert faults(document, PACKAGE) == []
    assert document["releases"][0]["awards"][0]["suppliers"][0]["name"] == award.organization.name
    page = words(visitor.get(reverse("open:announcement", args=[told.pk])))
    assert award.organization.name in page
    assert award.reason in page


# --- cost


@pytest.mark.parametrize("name", ["home", "announcements", "releases"])
def test_a_list_costs_the_same_for_one_and_three(visitor, publish, wutong, name):
    def cost():
        with CaptureQueriesContext(connection) as captured:
            assert visitor.get(reverse(f"open:{name}")).status_code == 200
        return len(captured)

    def more():
        publish(announced(project__division=wutong), publicity_until="2099-01-01")

    more()
    cost()
    one = cost()
    more(), more()
    assert cost() == one


def test_an_announcement_whose_content_says_little_still_has_its_page(visitor, procurement):
    """Whatever a later version leaves out, the page stands."""
    told = AnnouncementFactory(procurement=procurement, content={"title": "采购公告"})
    assert visitor.get(reverse("open:announcement", args=[told.pk])).status_code == 200
    assert visitor.get(of(procurement)).status_code == 200
    assert Announcement.objects.get().content == told.content
