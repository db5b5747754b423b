"""What every request passes through."""

import logging
import re

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.utils import translation

from portal.audit import services as audit
from portal.audit.models import AuditEvent
from portal.middleware import RequestIdFilter, current_request_id, language, request_id

ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en-US,en;q=0.9"}


# --- addresses


@pytest.mark.parametrize(
    "address", ["/admin/centers/filing/?status=%00", "/admin/centers/center/%00/change/"]
)
@pytest.mark.django_db
def test_a_damaged_address_is_refused(alice_client, address):
    assert alice_client.get(address).status_code == 400


# --- request id


def test_answer_carries_a_request_id_of_its_own(client):
    first, second = (client.get("/healthz")["X-Request-ID"] for _ in range(2))
    assert re.fullmatch(r"[0-9a-f]{32}", first)
    assert first != second


def test_outside_a_request_there_is_no_id(client):
    client.get("/healthz")
    assert current_request_id.get() == "-"


def test_log_lines_carry_the_request_id():
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "text", None, None)
    token = current_request_id.set("abc")
    assert RequestIdFilter().filter(record) is True
    current_request_id.reset(token)
    assert record.request_id == "abc"


@pytest.mark.django_db
def test_audit_rows_carry_the_request_id(rf, center, alice, at):
    def view(request):
        audit.record(action="x.y.z", by=alice, at=at, target=center)
        return HttpResponse()

    response = request_id(view)(rf.get("/"))
    assert AuditEvent.objects.get().request_id == response["X-Request-ID"]


# --- language


@pytest.fixture
def spoken(rf):
    """(path, cookie, headers) → the language a view hears, and that of the answer."""

    def ask(path="/", cookie=None, **headers):
        request = rf.get(path, **headers)
        if cookie is not None:
            request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = cookie
        heard = []

        def view(request):
            heard.append((translation.get_language(), request.LANGUAGE_CODE))
            return HttpResponse()

        response = language(view)(request)
        return (*heard[0], response["Content-Language"])

    return ask


@pytest.mark.parametrize("path", ["/", "/admin/", "/desk/", "/accounts/login/"])
def test_a_browser_set_to_english_still_gets_chinese(spoken, path):
    assert spoken(path, **ENGLISH) == ("zh-hans",) * 3


def test_cookie_switches_to_english(spoken):
    assert spoken(cookie="en") == ("en",) * 3
    assert spoken(cookie="zh-hans", **ENGLISH) == ("zh-hans",) * 3


@pytest.mark.parametrize("cookie", ["fr", "", "../../etc", "EN"])
def test_a_language_the_portal_does_not_speak_is_chinese(spoken, cookie):
    assert spoken(cookie=cookie) == ("zh-hans",) * 3


def test_api_follows_the_clients_header(spoken):
    assert spoken("/api/v1/findings/", **ENGLISH) == ("en",) * 3
    assert spoken("/api/v1/findings/", HTTP_ACCEPT_LANGUAGE="zh-CN") == ("zh-hans",) * 3
    assert spoken("/api/v1/findings/") == ("zh-hans",) * 3
    assert spoken("/api/v1/findings/", HTTP_ACCEPT_LANGUAGE="fr") == ("zh-hans",) * 3


def test_language_is_left_as_it_was_after_the_request(spoken):
    before = translation.get_language()
    spoken(cookie="en")
    assert translation.get_language() == before


@pytest.mark.django_db
def test_login_page_switches_by_the_language_form(client):
    response = client.post("/language/", {"language": "en", "next": "/accounts/login/"})
    assert response.headers["Location"] == "/accounts/login/"
    assert client.get("/accounts/login/")["Content-Language"] == "en"


# --- second factor


@pytest.fixture
def required(settings):
    settings.PORTAL_REQUIRE_MFA = True


@pytest.mark.django_db
def test_bureau_users_enrol_a_second_factor_before_anything_else(required, alice_client):
    for path in ("/admin/", "/", "/desk/"):
        response = alice_client.get(path)
        assert (response.status_code, response.headers["Location"]) == (
            302,
            "/accounts/2fa/totp/activate/",
        )


@pytest.mark.django_db
def test_enrolment_and_api_stay_open(required, alice_client):
    assert alice_client.get("/accounts/logout/").status_code == 200
    response = alice_client.get("/api/v1/findings/")
    assert "/accounts/2fa/" not in response.headers.get("Location", "")


@pytest.mark.django_db
def test_bureau_users_with_a_second_factor_pass(required, alice, alice_client):
    alice.authenticator_set.create(type="totp", data={"secret": "x"})
    assert alice_client.get("/").headers["Location"] == "/admin/"


@pytest.mark.django_db
def test_center_people_are_not_asked(required, diane_client):
    assert diane_client.get("/").headers["Location"] == "/desk/"


@pytest.mark.django_db
def test_strangers_are_sent_to_log_in_and_not_to_enrol(required, client):
    assert client.get("/").headers["Location"] == "/accounts/login/?next=/"


@pytest.mark.django_db
def test_nobody_is_asked_unless_it_is_required(alice_client):
    assert alice_client.get("/").headers["Location"] == "/admin/"


# --- content security policy


def directives(response):
    pairs = (part.split(maxsplit=1) for part in response["Content-Security-Policy"].split(";"))
    return {pair[0]: pair[1] for pair in pairs}


@pytest.mark.django_db
def test_pages_run_no_inline_script_and_no_eval(client):
    policy = directives(client.get("/accounts/login/"))
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"


@pytest.mark.django_db
def test_admin_alone_may_eval(alice_client):
    policy = directives(alice_client.get("/admin/nowhere/"))
    assert policy["script-src"] == "'self' 'unsafe-eval'"
    assert "'unsafe-inline'" not in policy["script-src"]
