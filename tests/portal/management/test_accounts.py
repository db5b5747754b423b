"""Accounts and tokens from the shell: how a real bureau gets its people in."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from portal.users.models import User

pytestmark = pytest.mark.django_db


def run(*args):
    out = StringIO()
    call_command(*args, stdout=out)
    return out.getvalue().split()


def test_open_account_prints_a_working_password_once(haitang):
    role = ["--role", "district_officer", "--division", "310199"]
    username, password = run("open_account", "zhang", "--name", "张三", *role)
    user = User.objects.get(username=username)
    assert user.check_password(password)
    assert (user.full_name, user.is_staff) == ("张三", True)
    assert run("open_account", "zhang", *role) == ["zhang"]
    assert User.objects.get(username="zhang").check_password(password)


def test_commands_take_and_replace_the_address_of_reminders(haitang, center):
    role = ["--role", "district_officer", "--division", "310199"]
    run("open_account", "zhang", "--email", "zhang@example.cn", *role)
    assert User.objects.get(username="zhang").email == "zhang@example.cn"
    at_center = ["--role", "center_staff", "--center", "C90"]
    run("join_center", "zhang", "--email", "new@example.cn", *at_center)
    assert User.objects.get(username="zhang").email == "new@example.cn"
    run("join_center", "zhang", *at_center)
    assert User.objects.get(username="zhang").email == "new@example.cn"


def test_join_center_gives_the_role_there(center):
    username, password = run(
        "join_center", "wang", "--name", "王五", "--role", "center_director", "--center", "C90"
    )
    user = User.objects.get(username=username)
    assert user.check_password(password)
    assert list(user.memberships.values_list("center__code", "role")) == [
        ("C90", "center_director")
    ]


def test_the_account_of_a_client_joins_no_center(haitang, center):
    run("issue_token", "city", "--division", "310199")
    at_center = ["--role", "center_staff", "--center", "C90"]
    said = "works at no center"
    with translation.override("en"), pytest.raises(CommandError, match=said):
        run("join_center", "city", "--email", "city@example.cn", *at_center)
    account = User.objects.get(username="city")
    assert (account.memberships.count(), account.email) == (0, "")


def test_issued_token_opens_its_division(golden, client):
    [token] = run("issue_token", "city", "--division", "310199")
    answer = client.get("/api/v1/compliance/centers/", headers={"Authorization": f"Bearer {token}"})
    assert {row["code"] for row in answer.json()["results"]} == set(golden)


@pytest.mark.parametrize(
    "args",
    [
        ["open_account", "x", "--role", "nobody", "--division", "310199"],
        ["open_account", "x", "--role", "district_officer", "--division", "999999"],
        ["join_center", "x", "--role", "center_director", "--center", "NONE"],
        ["open_account", "x", "--email", "x@", "--role", "evaluator", "--division", "310199"],
        ["issue_token", "x", "--division", "999999"],
        ["issue_token", "x", "--division", "310199", "--datasets", "secrets"],
    ],
)
def test_refused_command_opens_no_account(haitang, args):
    with pytest.raises(CommandError):
        run(*args)
    assert not User.objects.filter(username="x").exists()
