"""Procurements at the desk of a center; what bidders ask and object to."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from organizations.models import WorkRecord
from projects.models import Challenge, Question
from tests.factories.notices import DEADLINE, bidder
from tests.factories.organizations import OrganizationFactory
from tests.factories.procurements import (
    AnnouncementFactory,
    ChallengeFactory,
    InviteeFactory,
    ProcurementFactory,
    QuestionFactory,
    announced,
    awarded,
    opened,
    pass_deadline,
)
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def procurement(wutong):
    return announced(project__division=wutong, deadline_at=DEADLINE)


@pytest.fixture
def account(wutong):
    return bidder(wutong, name="绿叶助老服务中心")


@pytest.fixture
def client(client_for, account):
    return client_for(account.user)


# --- the desk


def test_a_center_sees_what_is_announced_in_its_township(diane_client, center, wutong, huangpu):
    draft = ProcurementFactory(project__division=wutong)
    shown = announced(project__division=wutong)
    elsewhere = announced(project__division=huangpu)
    page = words(diane_client.get(reverse("projects:procurements", args=[center.code])))
    assert shown.title in page
    assert draft.title not in page
    assert elsewhere.title not in page
    for hidden in (draft, elsewhere):
        path = reverse("projects:procurement", args=[hidden.pk])
        assert diane_client.get(path).status_code == 404


def test_bids_that_are_in_wait_for_the_opening(diane_client, wutong):
    procurement = announced(project__division=wutong)
    pages = [
        reverse("projects:procurement", args=[procurement.pk]),
        reverse("projects:project", args=[procurement.project_id]),
    ]
    client = in_english(diane_client)
    assert not any("bids closed" in words(client.get(page)) for page in pages)
    pass_deadline(procurement)
    assert all("bids closed, to be opened" in words(client.get(page)) for page in pages)


def test_the_empty_list_says_what_happens_next(diane_client, center):
    page = words(in_english(diane_client).get(reverse("projects:procurements", args=[center.code])))
    assert "What happens next" in page


def test_a_procurement_shows_answers_without_who_asked(diane_client, procurement, account):
    asked = {"procurement": procurement, "organization": account.organization}
    QuestionFactory(text="未答复的提问", **asked)
    QuestionFactory(
        text="已答复的提问",
        answer="按实际上门时间",
        answered_by=account.user,
        answered_at=timezone.now(),
        **asked,
    )
    page = words(diane_client.get(reverse("projects:procurement", args=[procurement.pk])))
    assert "已答复的提问" in page
    assert "未答复的提问" not in page
    assert "绿叶" not in page


def test_a_center_notes_guidance_and_it_counts(diane_client, center, procurement, wutong, pack):
    guided = OrganizationFactory(division=wutong)
    path = reverse("projects:procurement-guide", args=[center.code, procurement.pk])
    assert diane_client.get(path).status_code == 200
    day = timezone.localdate().isoformat()
    diane_client.post(
        path, {"organization": guided.pk, "happened_on": day, "note": "指导编写服务方案"}
    )
    record = WorkRecord.objects.get()
    assert (record.function, record.organization) == ("FN-45", guided)
    address = reverse("projects:procurement", args=[procurement.pk])
    page = words(diane_client.get(address))
    assert day in page
    assert "指导编写服务方案" not in page
    assert guided.name not in page
    opened(procurement)
    page = words(diane_client.get(address))
    assert "指导编写服务方案" in page
    assert guided.name in page


def test_guidance_that_is_refused_stays_on_the_page(diane_client, center, procurement, wutong):
    guided = OrganizationFactory(division=wutong)
    path = reverse("projects:procurement-guide", args=[center.code, procurement.pk])
    answer = diane_client.post(
        path, {"organization": guided.pk, "happened_on": "2020-01-01", "note": "指导编写方案"}
    )
    assert "指导编写方案" in answer.content.decode()
    assert not WorkRecord.objects.exists()


def test_whoever_plans_nothing_there_enters_no_guidance(client_for, leader, center, procurement):
    client = client_for(leader)
    path = reverse("projects:procurement-guide", args=[center.code, procurement.pk])
    assert client.get(path).status_code == 403
    page = client.get(reverse("projects:procurement", args=[procurement.pk]))
    assert path not in page.content.decode()


# --- bidders


def test_a_bidder_asks_and_reads_the_answer(client, procurement):
    path = reverse("bid:question", args=[procurement.pk])
    assert client.get(path).status_code == 200
    assert client.post(path, {"text": "服务时间如何计算？"}).url == path
    question = Question.objects.get()
    assert "服务时间如何计算？" in words(client.get(path))
    type(question).objects.update(
        answer="按实际上门时间", answered_by=question.asked_by, answered_at=timezone.now()
    )
    assert "按实际上门时间" in words(client.get(path))


def test_other_bidders_do_not_read_open_questions(client, client_for, procurement, wutong):
    client.post(reverse("bid:question", args=[procurement.pk]), {"text": "服务时间如何计算？"})
    other = client_for(bidder(wutong).user)
    page = words(other.get(reverse("bid:question", args=[procurement.pk])))
    assert "服务时间如何计算？" not in page


def test_a_bidder_files_and_withdraws_a_challenge(client, procurement):
    path = reverse("bid:challenge", args=[procurement.pk])
    # The notice was published long ago by this machine's clock: the days are over.
    answer = client.post(path, {"about": "notice", "facts": "条件歧视", "request": "修改"})
    assert "条件歧视" in answer.content.decode()
    assert not Challenge.objects.exists()


def test_a_challenge_of_a_result_of_today_is_filed(client, account, wutong):
    award = awarded(project__division=wutong, bidders=[account.organization])
    procurement = award.procurement
    AnnouncementFactory(
        procurement=procurement, kind="result", published_at=datetime(2026, 1, 5, tzinfo=UTC)
    )
    challenge = ChallengeFactory(procurement=procurement, organization=account.organization)
    path = reverse("bid:challenge", args=[procurement.pk])
    assert challenge.facts in words(client.get(path))
    answer = client.post(
        reverse("bid:challenge-withdraw", args=[challenge.pk]), {"version": challenge.version}
    )
    assert answer.url == path
    challenge.refresh_from_db()
    assert challenge.status == "withdrawn"


def test_a_challenge_of_another_organization_is_not_withdrawn(client, wutong, procurement):
    challenge = ChallengeFactory(procurement=procurement, organization=bidder(wutong).organization)
    path = reverse("bid:challenge-withdraw", args=[challenge.pk])
    assert client.post(path, {"version": 1}).status_code == 404
    challenge.refresh_from_db()
    assert challenge.status == "received"


def test_who_is_not_invited_and_who_is_no_bidder_gets_nothing(
    client, client_for, wutong, charlie_client, procurement
):
    invited = ProcurementFactory(project__division=wutong, route="invited_tender")
    guest = bidder(wutong)
    InviteeFactory(procurement=invited, organization=guest.organization)
    announced(invited)
    path = reverse("bid:question", args=[invited.pk])
    assert client.get(path).status_code == 404
    assert client_for(guest.user).get(path).status_code == 200
    for name in ("question", "challenge"):
        path = reverse(f"bid:{name}", args=[procurement.pk])
        assert charlie_client.get(path).status_code == 403
