"""The section chief's pages: a token's text on one answer only, forms that keep what was typed."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.clients.models import Call, Client
from portal.clients.services import tokens
from portal.users.models import ApiToken
from tests.api import Api
from tests.factories.clients import CallFactory, ClientFactory
from tests.factories.portal import RoleAssignmentFactory
from tests.flows.pages import words

pytestmark = pytest.mark.django_db
CALLS = "/admin/clients/call/"


def address(name, *args):
    return reverse(f"admin:clients_client_{name}", args=args)


def typed(**values):
    return {
        "title": "市大数据中心",
        "username": "big-data",
        "contact": "沈工",
        "contact_phone": "",
        "requests_per_minute": "60",
        "stream_limit": "2",
        "networks": "",
    } | values


@pytest.fixture
def issuing(platform, chief_client):
    """Post the form that issues a token."""

    def post(**values):
        day = timezone.localdate() + timedelta(days=90)
        given = {"name": "生产环境", "datasets": ["compliance"], "expires_on": day.isoformat()}
        given["version"] = Client.objects.get(pk=platform.pk).version
        return chief_client.post(address("issue", platform.pk), given | values)

    return post


def test_a_client_is_opened_and_leads_to_its_page(chief_client, haitang):
    answer = chief_client.post(address("open"), typed(divisions=[haitang.pk]), follow=True)
    client = Client.objects.get()
    assert answer.redirect_chain[-1][0] == address("change", client.pk)
    assert (client.user.username, client.requests_per_minute) == ("big-data", 60)
    assert "海棠区" in answer.content.decode()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"networks": "10.20.30.1/24"}, "10.20.30.1/24"),
        ({"username": "大写 A"}, "小写字母"),
        ({"username": "chief"}, "chief"),
        ({"requests_per_minute": "0"}, "1"),
        ({"divisions": []}, ""),
    ],
)
def test_a_refused_form_keeps_what_was_typed(chief_client, haitang, values, said):
    answer = chief_client.post(
        address("open"), typed(**{"divisions": [haitang.pk], "contact": "某某某"} | values)
    )
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "某某某" in page
    assert said in page
    assert not Client.objects.exists()


def test_divisions_of_others_are_not_offered(chief_client, haitang, huangpu):
    page = chief_client.get(address("open")).content.decode()
    assert "海棠区 310199" in page
    assert "黄浦区" not in page
    chief_client.post(address("open"), typed(divisions=[huangpu.pk]))
    assert not Client.objects.exists()


def test_changing_shows_what_is_and_saves_by_version(chief_client, platform, haitang):
    path = address("edit", platform.pk)
    page = chief_client.get(path).content.decode()
    assert "市大数据中心" in page
    values = typed(divisions=[haitang.pk], title="市数据局", version=platform.version)
    assert chief_client.post(path, values).status_code == 302
    late = chief_client.post(path, values | {"title": "晚到"})
    assert late.status_code == 200
    assert "晚到" in late.content.decode()
    assert Client.objects.get().title == "市数据局"


def test_the_text_is_on_the_answer_to_the_form_and_nowhere_after(
    issuing, chief_client, platform, token_of
):
    answer = issuing()
    text = answer.context["text"]
    assert text in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert Api(text).json("me/")
    for path in (address("change", platform.pk), address("issue", platform.pk)):
        again = chief_client.get(path)
        assert text not in again.content.decode()
    # Neither in the session nor in a message.
    assert text not in str(dict(chief_client.session))
    assert (
        token_of(text).digest
        not in chief_client.get(address("change", platform.pk)).content.decode()
    )


def test_loading_the_answer_again_issues_no_second_token(issuing, platform):
    seen = platform.version
    assert issuing(version=seen).context["text"]
    again = issuing(version=seen)
    assert "text" not in again.context
    assert ApiToken.scoped.count() == 1


@pytest.mark.parametrize("days", [-1, 365, 4000])
def test_a_day_too_far_is_refused_beside_its_field(issuing, days):
    day = timezone.localdate() + timedelta(days=days)
    answer = issuing(expires_on=day.isoformat())
    assert answer.context["form"].errors["expires_on"]
    assert not ApiToken.scoped.exists()


def test_a_token_holds_through_its_last_day(issuing):
    day = timezone.localdate() + timedelta(days=364)
    issuing(expires_on=day.isoformat())
    assert timezone.localtime(ApiToken.scoped.get().expiry).date() == day + timedelta(days=1)


def test_rotating_shows_the_new_text_once(issuing, chief_client, platform, token_of):
    old = issuing().context["text"]
    path = address("rotate", platform.pk, old[:15])
    day = timezone.localdate() + timedelta(days=30)
    values = {"overlap_days": "3", "expires_on": day.isoformat()}
    answer = chief_client.post(path, values)
    new = answer.context["text"]
    assert "no-store" in answer["Cache-Control"]
    assert Api(old).json("me/")
    assert Api(new).json("me/")
    assert "text" not in chief_client.post(path, values).context
    assert ApiToken.scoped.count() == 2
    assert token_of(new).replaces == token_of(old)


def test_revoking_asks_why(issuing, chief_client, platform):
    text = issuing().context["text"]
    path = address("revoke", platform.pk, text[:15])
    assert chief_client.post(path, {"reason": ""}).status_code == 200
    assert Api(text).json("me/")
    chief_client.post(path, {"reason": "外泄"})
    assert Api(text).refused("me/", 401)
    assert "外泄" in chief_client.get(address("change", platform.pk)).content.decode()


def test_a_token_of_another_client_is_not_reached_through_this_one(
    chief_client, platform, haitang, issue
):
    other = ClientFactory()
    RoleAssignmentFactory(user=other.user, role="api_client", division=haitang)
    now = timezone.now()
    text = tokens.issue(
        client=other,
        name="x",
        datasets=["compliance"],
        expires_at=now + timedelta(days=1),
        by=None,
        at=now,
    )
    for name in ("rotate", "revoke"):
        assert chief_client.get(address(name, platform.pk, text[:15])).status_code == 404
        assert chief_client.get(address(name, other.pk, text[:15])).status_code == 200


def test_suspending_and_resuming(chief_client, platform):
    chief_client.post(address("suspend", platform.pk), {"reason": "令牌外泄"})
    page = chief_client.get(address("change", platform.pk)).content.decode()
    assert "令牌外泄" in page
    assert chief_client.get(address("resume", platform.pk)).status_code == 405
    chief_client.post(address("resume", platform.pk))
    assert Client.objects.get().status == "active"


def test_another_districts_chief_reaches_nothing(client_for, bob, huangpu, platform, issue):
    text = issue()
    RoleAssignmentFactory(user=bob, role="district_admin", division=huangpu)
    stranger = client_for(bob)
    for name in ("edit", "suspend", "resume", "issue"):
        assert stranger.post(address(name, platform.pk)).status_code == (404)
    for name in ("rotate", "revoke"):
        assert stranger.post(address(name, platform.pk, text[:15])).status_code == 404
    assert stranger.get(address("change", platform.pk)).status_code == 404


def test_the_list_counts_valid_tokens_and_todays_calls(chief_client, platform, issue, chief):
    now = timezone.now()
    issue(at=now)
    issue(at=now)
    tokens.revoke(token=ApiToken.scoped.first(), reason="x", by=chief, at=now)
    CallFactory(client=platform)
    CallFactory(client=platform, at=now - timedelta(days=2))
    shown = chief_client.get(reverse("admin:clients_client_changelist")).context["cl"]
    [row] = shown.result_list
    assert (row.tokens_valid, row.calls_today) == (1, 1)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {200, 404, 429, 503}),
        ("?since=all", {200, 204, 404, 429, 503}),
        ("?since=week", {200, 204, 404, 429, 503}),
        ("?answer=refused", {404, 429}),
        ("?answer=limited", {429}),
        ("?answer=failed", {503}),
        ("?answer=ok", {200}),
    ],
)
def test_calls_are_todays_unless_asked_for_more(chief_client, platform, query, expected):
    for status in (200, 404, 429, 503):
        CallFactory(client=platform, status=status)
    CallFactory(client=platform, status=204, at=timezone.now() - timedelta(days=3))
    CallFactory(client=ClientFactory())
    page = chief_client.get(reverse("admin:clients_call_changelist") + query)
    assert {call.status for call in page.context["cl"].result_list} == expected


def test_a_call_is_read_and_not_changed(chief_client, platform):
    call = CallFactory(client=platform)
    path = reverse("admin:clients_call_change", args=[call.pk])
    said = words(chief_client.get(path))
    assert timezone.localtime(call.at).strftime("%Y-%m-%d %H:%M:%S") in said
    assert "✓ 200" in said
    assert chief_client.post(path, {"status": 500}).status_code == 403
    assert Call.objects.get().status == 200


def test_calls_stand_in_the_order_in_which_they_were_written_the_last_first(chief_client, platform):
    """By their key, which an index holds, also where a slow call began before a quick one."""
    now = timezone.now()
    for minutes, path in ((0, "/api/v1/runs/"), (5, "/api/v1/teams/"), (2, "/api/v1/rounds/")):
        CallFactory(client=platform, path=path, at=now - timedelta(minutes=minutes))
    with CaptureQueriesContext(connection) as asked:
        page = chief_client.get(f"{CALLS}?since=all").content.decode()
    places = [page.index(path) for path in ("/v1/rounds/", "/v1/teams/", "/v1/runs/")]
    assert places == sorted(places)
    orders = [each["sql"].partition(" ORDER BY ")[2] for each in asked]
    sorted_calls = [order for order in orders if '"clients_call"' in order]
    assert [order.partition(" LIMIT")[0] for order in sorted_calls] == ['"clients_call"."id" DESC']


def test_a_reader_may_order_the_calls_by_how_long_they_took(chief_client, platform):
    for ms, path in ((5, "/api/v1/runs/"), (900, "/api/v1/teams/"), (40, "/api/v1/rounds/")):
        CallFactory(client=platform, path=path, ms=ms)
    column = chief_client.get(CALLS).context["cl"].list_display.index("ms")
    page = chief_client.get(f"{CALLS}?since=all&o=-{column}").content.decode()
    places = [page.index(path) for path in ("/v1/teams/", "/v1/rounds/", "/v1/runs/")]
    assert places == sorted(places)


def test_the_page_that_revokes_says_what_it_does_and_to_which_token(chief_client, platform, issue):
    token = ApiToken.scoped.get(token_key=issue()[:15])
    page = words(chief_client.get(address("revoke", platform.pk, token.token_key)))
    assert page.count("撤销令牌") >= 2
    assert f"“{token.name} ({token.token_key}…)”" in page
