"""A platform keeps a mirror: a cursor, everything once, and then what changed. After each thing
that people do, its mirror says what the lists say."""

from datetime import timedelta
from functools import partial

import pgtrigger
import pytest
from django.utils import timezone

from centers.models import Center, Section
from centers.services import filings, rounds
from organizations.models import ActivityTeam, Organization, WorkRecord
from portal.api import changes
from portal.jurisdictions.models import Division
from portal.users.models import Dataset
from tests.api import Api
from tests.factories.centers import CenterFactory, ExtensionFactory, hand_in
from tests.factories.clients import issue
from tests.factories.organizations import (
    ActivityTeamFactory,
    OrganizationFactory,
    WorkRecordFactory,
)
from tests.factories.portal import RoleAssignmentFactory, UserFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.alone]


def by_code(rows):
    return {row["code"]: row for row in rows}


def by_round_and_center(rows):
    return {f"{row['round']}/{row['center_code']}": row for row in rows}


def by_center(rows):
    found = {}
    for row in rows:
        whole = {"center_code": row["center_code"], "figures": []}
        found.setdefault(row["center_code"], whole)["figures"].append(row)
    return found


# Name in the feed → its list, and how its rows make documents.
LISTS = {
    "divisions": ("divisions/", by_code),
    "centers": ("centers/", by_code),
    "rounds": ("rounds/", by_code),
    "obligations": ("obligations/", by_round_and_center),
    "filings": ("filings/", by_code),
    "organizations": ("organizations/", by_code),
    "teams": ("teams/", by_code),
    "casework": ("casework/", by_center),
}


class Mirror:
    """What a platform keeps."""

    def __init__(self, api):
        self.api = api
        self.asked = {"resource": ",".join(LISTS)}
        self.cursor = api.json("changes/", cursor="now", **self.asked)["cursor"]
        self.kept = self.lists()

    def lists(self):
        return {
            name: documents(self.api.rows(path)) for name, (path, documents) in LISTS.items()
        }

    def follow(self):
        """Take over what changed; the names of the resources that did."""
        told = set()
        while True:
            answer = self.api.json("changes/", cursor=self.cursor, limit=3, **self.asked)
            for change in answer["results"]:
                told.add(change["resource"])
                self.take(change)
            self.cursor = answer["cursor"]
            if not answer["has_more"]:
                return told

    def take(self, change):
        kept = self.kept[change["resource"]]
        # A center without figures has none in the list.
        if change["kind"] == "delete" or change["data"].get("figures") == []:
            kept.pop(change["key"], None)
        else:
            kept[change["key"]] = change["data"]


@pytest.fixture
def api(haitang):
    account = UserFactory(is_service=True)
    RoleAssignmentFactory(user=account, role="api_client", division=haitang)
    return Api(issue(account, list(Dataset)))


def work_of_a_year(haitang, wutong, huangpu, center, diane, alice):
    """What people do, one after another, and of which resources the feed tells because of it."""
    now = timezone.now()
    today = timezone.localdate(now)

    def open_round():
        return rounds.open_round(
            title="专项填报",
            kind="ad_hoc",
            division=haitang,
            centers=[center],
            period_from_on=today - timedelta(days=30),
            period_to_on=today,
            opens_on=today,
            due_on=today + timedelta(days=10),
            locks_on=today + timedelta(days=20),
            section_kinds=["functions"],
            by=alice,
            at=now,
            needs_opinion=False,
        )

    asked = open_round()
    yield {"rounds", "obligations"}
    owed = asked.obligations.get()
    ExtensionFactory(
        obligation=owed,
        due_on=today + timedelta(days=15),
        locks_on=today + timedelta(days=25),
        granted_by=alice,
    )
    yield {"rounds", "obligations"}
    filing = filings.open_for(obligation=owed, by=diane, at=now)
    section = filing.sections.get()
    filings.save_section(
        section=section,
        version=section.version,
        rows=[{"fiscal_year": today.year, "function": "FN-11", "count": 3}],
        by=diane,
        at=now,
    )
    yield {"rounds", "obligations"}
    hand_in(filing, by=diane, at=now)
    yield {"rounds", "obligations", "filings"}
    section = Section.objects.get(pk=section.pk)
    filings.accept_section(section=section, version=section.version, by=alice, at=now)
    yield {"rounds", "obligations", "filings", "centers", "casework"}
    record = WorkRecordFactory(center=center, happened_on=today, recorded_by=diane)
    yield {"casework"}
    WorkRecord.objects.filter(pk=record.pk).update(
        voided_by=diane, voided_at=now, void_reason="重复"
    )
    yield {"casework"}
    OrganizationFactory(division=wutong)
    ActivityTeamFactory(division=wutong)
    yield {"organizations", "teams"}
    Organization.objects.update(name="改名协会")
    with pgtrigger.ignore("organizations.ActivityTeam:kept"):
        ActivityTeam.objects.all().delete()
    yield {"organizations", "teams"}
    Center.objects.filter(pk=center.pk).update(name="改名中心")
    yield {"centers", "filings", "obligations", "rounds", "casework"}
    elsewhere = CenterFactory(division=huangpu)
    OrganizationFactory(division=huangpu)
    yield set()
    Center.objects.filter(pk=elsewhere.pk).update(division=wutong)
    Organization.objects.filter(division=huangpu).update(division=wutong)
    yield {"centers", "organizations", "casework"}
    # Out of sight: everything of the center goes with it.
    Center.objects.filter(pk=center.pk).update(division=huangpu)
    yield {"centers", "filings", "obligations", "rounds", "casework"}
    Center.objects.filter(pk=center.pk).update(division=wutong)
    again = open_round_anew(open_round)
    yield {"centers", "filings", "obligations", "rounds", "casework"}
    rounds.cancel(round=again, reason="重复", by=alice, at=now)
    yield {"rounds", "obligations"}
    Division.objects.filter(pk=huangpu.pk).update(name="改名区")
    yield {"divisions"}


def open_round_anew(open_round):
    """A second round of the same name, after the first was answered, is refused; so another."""
    with pytest.raises(rounds.TitleTaken):
        open_round()
    first = rounds.Round.objects.get()
    return rounds.open_round(
        **{
            name: getattr(first, name)
            for name in (
                *("kind", "division", "period_from_on", "period_to_on", "opens_on"),
                *("due_on", "locks_on", "section_kinds"),
            )
        },
        title="又一次填报",
        centers=[Center.objects.get(code="C90")],
        by=first.opened_by,
        at=first.opened_at,
    )


def test_a_mirror_stays_what_the_lists_say(
    api, pack, haitang, wutong, huangpu, center, diane, alice
):
    mirror = Mirror(api)
    done = partial(work_of_a_year, haitang, wutong, huangpu, center, diane, alice)
    for step, expected in enumerate(done()):
        told = mirror.follow()
        assert told == expected, step
        assert mirror.kept == mirror.lists(), step
    assert mirror.follow() == set()


def test_every_address_in_the_feed_gives_the_document(
    api, pack, haitang, wutong, huangpu, center, diane, alice
):
    cursor = api.json("changes/", cursor="now")["cursor"]
    for _told in work_of_a_year(haitang, wutong, huangpu, center, diane, alice):
        pass
    answer = api.json("changes/", cursor=cursor)
    upserts = [change for change in answer["results"] if change["kind"] == "upsert"]
    assert {change["resource"] for change in upserts} >= set(LISTS) - {"teams"}
    for change in upserts:
        path = change["url"].removeprefix("http://testserver/api/v1/")
        found = api.client.get(f"/api/v1/{path}", headers=api.headers)
        assert found.status_code == 200, change["url"]
        document = found.json()
        if "results" in document:
            _path, documents = LISTS[change["resource"]]
            document = documents(document["results"]).get(change["key"])
            document = document or {"center_code": change["key"], "figures": []}
        # The address of one may say more than a row of the list.
        told = change["data"]
        assert {name: document[name] for name in told} == told, change["url"]


def test_a_client_is_told_of_nothing_that_its_token_does_not_open(haitang, wutong, center):
    account = UserFactory(is_service=True)
    RoleAssignmentFactory(user=account, role="api_client", division=haitang)
    api = Api(issue(account, ["register"]))
    cursor = api.json("changes/", cursor="now")["cursor"]
    OrganizationFactory(division=wutong)
    Center.objects.update(name="改名中心")
    answer = api.json("changes/", cursor=cursor)
    assert {change["resource"] for change in answer["results"]} == {"organizations"}
    assert api.refused("changes/", 403, resource="centers")["code"] == "scope_missing"
    RoleAssignmentFactory(user=account, role="api_client", division=wutong.parent.parent)
    # It sees more than when it loaded: what was there before, it never read.
    assert api.refused("changes/", 410, cursor=answer["cursor"])["code"] == "cursor_expired"
    assert "registers" not in changes.lists()
