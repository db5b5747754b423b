"""The login page: nobody signs up, and guessing is stopped."""

import uuid

import pytest
from django.test import Client

from portal.users.models import User
from tests.factories.portal import UserFactory

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
PASSWORD = "correct horse battery"


@pytest.fixture
def account():
    """Each test has a user and an address of its own, since failures are counted outside it."""
    return UserFactory(username=f"u{uuid.uuid4().hex[:12]}")


@pytest.fixture
def guess(account):
    address = "10.{}.{}.{}".format(*uuid.uuid4().bytes[:3])

    def log_in(password, username=None, client=None):
        form = {"login": username or account.username, "password": password}
        return (client or Client()).post(LOGIN, form, REMOTE_ADDR=address)

    return log_in


def test_login_leads_home(guess):
    response = guess(PASSWORD)
    assert (response.status_code, response.headers["Location"]) == (302, "/")


def test_wrong_password_says_neither_which_was_wrong(guess):
    known, unknown = guess("wrong"), guess("wrong", username="nobody")
    assert known.status_code == unknown.status_code == 200
    assert known.context["form"].errors == unknown.context["form"].errors != {}


def test_five_wrong_passwords_lock_the_account_for_its_address(guess):
    answers = [guess("wrong").status_code for _ in range(5)]
    assert answers == [200, 200, 200, 200, 429]
    locked = guess(PASSWORD)
    assert locked.status_code == 429
    assert "sessionid" not in locked.cookies


def test_lockout_is_told_in_chinese(guess):
    for _ in range(5):
        response = guess("wrong")
    text = response.content.decode()
    assert response["Content-Language"] == "zh-hans"
    assert 'lang="zh-hans"' in text.lower() or 'lang="zh-cn"' in text.lower()
    assert "登录" in text


def test_lockout_of_one_account_leaves_others_free(guess):
    for _ in range(5):
        guess("wrong")
    assert guess(PASSWORD, username=UserFactory().username).status_code == 302


def test_success_forgets_earlier_mistakes(guess):
    for _ in range(4):
        guess("wrong")
    assert guess(PASSWORD).status_code == 302
    assert guess("wrong").status_code == 200


def test_nobody_signs_up(client):
    response = client.post("/accounts/signup/", {"username": "x", "password1": PASSWORD})
    assert response.status_code == 404
    assert not User.objects.filter(username="x").exists()


def test_service_account_without_password_cannot_log_in(guess):
    user = UserFactory(username=f"s{uuid.uuid4().hex[:8]}", is_service=True)
    user.set_unusable_password()
    user.save()
    assert guess("", username=user.username).status_code == 200
    assert guess(PASSWORD, username=user.username).status_code == 200


def test_inactive_account_cannot_log_in(guess, account):
    account.is_active = False
    account.save()
    response = guess(PASSWORD)
    assert response.headers.get("Location") != "/"
    assert "_auth_user_id" not in response.client.session
