"""How often one address may open a public page."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from portal import public_limits
from portal.api import limits


@pytest.fixture
def minute(monkeypatch):
    """One minute that does not end, counted by this process alone."""
    monkeypatch.setattr(limits, "shared", limits.Redis("redis://127.0.0.1:1/0"))
    monkeypatch.setattr(limits, "own", limits.Process())
    monkeypatch.setattr(public_limits.time, "time", lambda: 1_000_000_010.0)


def view_of(name, per_minute, **options):
    return public_limits.limited(name, per_minute, **options)(lambda request: HttpResponse("read"))


def ask(view, address="192.0.2.1", method="get"):
    request = getattr(RequestFactory(), method)("/open/", REMOTE_ADDR=address)
    return view(request)


@pytest.mark.usefixtures("minute")
def test_beyond_the_limit_a_page_says_when_to_come_back():
    view = view_of("pages", 2)
    assert [ask(view).status_code for _ in range(3)] == [200, 200, 429]
    refused = ask(view)
    assert refused["Retry-After"] == str(60 - 1_000_000_010 % 60)
    assert refused["Cache-Control"] == "no-store"
    assert refused.template_name == "429.html"


@pytest.mark.usefixtures("minute")
def test_another_address_and_another_name_are_counted_apart():
    view, other = view_of("pages", 1), view_of("files", 1)
    assert ask(view).status_code == ask(view, "192.0.2.2").status_code == 200
    assert ask(other).status_code == 200
    assert ask(view).status_code == 429


@pytest.mark.usefixtures("minute")
def test_views_of_one_name_share_the_limit():
    first, second = view_of("pages", 1), view_of("pages", 1)
    assert (ask(first).status_code, ask(second).status_code) == (200, 429)


@pytest.mark.usefixtures("minute")
def test_only_the_methods_named_are_counted():
    view = view_of("form", 1, methods=("POST",))
    assert [ask(view).status_code for _ in range(3)] == [200, 200, 200]
    assert [ask(view, method="post").status_code for _ in range(2)] == [200, 429]


def test_of_the_address_a_digest_alone_is_kept(monkeypatch):
    names = []
    monkeypatch.setattr(public_limits, "count", lambda name, window: names.append(name) or 1)
    ask(view_of("pages", 1), "192.0.2.77")
    assert names
    assert "192.0.2.77" not in names[0]


@pytest.mark.usefixtures("minute")
def test_the_page_is_whole(client, db):
    response = ask(view_of("pages", 0))
    response.render()
    assert "<h1>" in response.content.decode()


@pytest.mark.usefixtures("minute")
def test_all_addresses_of_a_line_of_ipv6_are_counted_together():
    view = view_of("pages", 1)
    assert ask(view, "2001:db8:1:2::1").status_code == 200
    assert ask(view, "2001:db8:1:2:ffff:ffff:ffff:ffff").status_code == 429
    assert ask(view, "2001:db8:1:3::1").status_code == 200


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
        ("", ""),
    ],
)
def test_whom_an_address_stands_for(address, line):
    assert public_limits.line_of(address) == line
