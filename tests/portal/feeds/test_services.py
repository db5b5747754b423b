"""Telling the feed, and forgetting."""

from datetime import timedelta

import pytest
from django.db import InternalError, connection, transaction
from django.utils import timezone

from portal.feeds import services, tasks
from portal.feeds.models import Change

pytestmark = pytest.mark.django_db


def entry(key, days_ago=0, resource="things", **values):
    at = timezone.now() - timedelta(days=days_ago)
    return Change.objects.create(resource=resource, key=key, at=at, **values)


def known():
    return set(Change.objects.values_list("key", flat=True))


def test_many_documents_are_told_of_by_one_statement(django_assert_num_queries):
    places = [("C2", "31/"), ("C1", "31/"), ("C1", "31/"), ("C1", "32/")]
    with django_assert_num_queries(1):
        services.record(resource="centers", places=places)
    told = Change.objects.values_list("resource", "key", "division_path")
    assert list(told) == [
        ("centers", "C1", "31/"),
        ("centers", "C1", "32/"),
        ("centers", "C2", "31/"),
    ]


def test_nothing_to_tell_costs_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        services.record(resource="centers", places=[])


def test_an_entry_stands_as_it_was_told():
    entry("a")
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        Change.objects.update(key="b")


def test_what_no_cursor_can_ask_for_is_forgotten(settings):
    settings.FEED_DAYS = 90
    for key, days_ago in {"gone": 92, "kept": 90, "new": 0}.items():
        entry(key, days_ago)
    tasks.purge()
    assert known() == {"kept", "new"}


def test_the_newest_of_each_resource_is_kept_however_old(settings):
    entry("older", 400, xid=10)
    entry("newest", 300, xid=11)
    entry("standard", 500, resource="standards", xid=9)
    assert services.purge(at=timezone.now()) == 1
    assert known() == {"newest", "standard"}


def test_entries_of_another_cluster_are_forgotten_and_are_nobodys_newest():
    entry("ours", 300)
    entry("theirs", xid=2**60)
    assert services.purge(at=timezone.now()) == 1
    assert known() == {"ours"}


def test_much_is_forgotten_piece_by_piece(monkeypatch):
    monkeypatch.setattr(services, "AT_ONCE", 3)
    for n in range(8):
        entry(str(n), 200, xid=10 + n)
    assert services.purge(at=timezone.now()) == 7
    assert known() == {"7"}
    assert connection.in_atomic_block
