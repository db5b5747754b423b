"""The doors: login, lockout, language, and the pages that say no."""

import pytest
from django.test import Client

from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


def log_in(client, password):
    return client.post(LOGIN, {"login": "diane", "password": password}, follow=True)


def test_login_page_is_chinese_first_and_offers_english(client):
    page = client.get(LOGIN, headers={"accept-language": "en"}).content.decode()
    assert '<html lang="zh-hans">' in page
    assert '<button class="plain" name="language" value="en" lang="en">English</button>' in page


def test_language_switch_turns_the_page_english_and_stays(client):
    client.post("/language/", {"language": "en", "next": LOGIN})
    response = client.get(LOGIN)
    assert '<html lang="en">' in response.content.decode()
    assert "Accounts are opened by the district bureau." in words(response)
    client.post("/language/", {"language": "zh-hans", "next": LOGIN})
    assert '<html lang="zh-hans">' in client.get(LOGIN).content.decode()


def test_login_leads_a_director_to_the_center(client, diane, center):
    response = log_in(client, "correct horse battery")
    assert response.redirect_chain[-1] == (f"/desk/centers/{center.code}/", 302)


def test_nobody_signs_up_and_no_password_link_leads_nowhere(client):
    page = client.get(LOGIN).content.decode()
    assert "/accounts/signup/" not in page
    assert "/accounts/password/reset/" not in page


def test_five_wrong_passwords_close_the_account_for_a_while(client, diane):
    in_english(client)
    for _ in range(5):
        response = log_in(client, "wrong")
    assert response.status_code == 429
    assert "The password was wrong 5 times in a row" in words(response)
    log_in(client, "correct horse battery")
    assert client.get("/desk/").url == f"{LOGIN}?next=/desk/"


def test_account_menu_logs_out(diane_client, center):
    page = diane_client.get(f"/desk/centers/{center.code}/").content.decode()
    assert '<form method="post" action="/accounts/logout/">' in page
    diane_client.post("/accounts/logout/")
    assert diane_client.get("/desk/").url == f"{LOGIN}?next=/desk/"


@pytest.mark.parametrize("path", ["/accounts/password/change/", "/accounts/2fa/"])
def test_account_pages_wear_the_same_frame(diane_client, path):
    page = in_english(diane_client).get(path, follow=True)
    assert "Skip to content Service center portal" in words(page)


def test_stranger_reads_why_a_page_is_not_there(bob_client, center):
    response = in_english(bob_client).get(f"/desk/centers/{center.code}/")
    assert response.status_code == 404
    assert "This page does not exist Either the address is wrong, or what stands here" in words(
        response
    )


@pytest.mark.parametrize("is_chinese", [True, False])
def test_what_an_address_does_not_take_is_said_on_a_page_of_the_portal(
    diane_client, center, is_chinese
):
    client = diane_client if is_chinese else in_english(diane_client)
    response = client.get(f"/desk/centers/{center.code}/filings/open/")
    assert (response.status_code, response["Allow"]) == (405, "POST")
    heading = "这个地址不能直接打开" if is_chinese else "This address is not opened like a page"
    assert heading in words(response)


def test_a_machine_gets_no_page_for_it(client, center):
    response = client.put("/api/v1/centers/")
    assert "text/html" not in response.headers["Content-Type"]


def test_somebody_who_may_look_reads_who_may_do_it(alice_client, center):
    response = in_english(alice_client).post(f"/desk/centers/{center.code}/filings/open/")
    assert response.status_code == 403
    assert "You may look at this, but not do this" in words(response)


def test_a_page_open_too_long_says_that_nothing_was_changed(diane, center, settings):
    client = Client(enforce_csrf_checks=True)
    client.force_login(diane, backend=settings.AUTHENTICATION_BACKENDS[1])
    response = in_english(client).post(f"/desk/centers/{center.code}/filings/open/")
    assert response.status_code == 403
    assert "Nothing was changed. Go back, load the page again" in words(response)


def test_a_fault_of_ours_shows_a_page_in_the_language(diane_client, center, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("evaluation.views.centers.dates.as_of", broken)
    diane_client.raise_request_exception = False
    response = in_english(diane_client).get(f"/desk/centers/{center.code}/")
    assert response.status_code == 500
    assert "Something failed on our side Nothing of your last step was saved." in words(response)
