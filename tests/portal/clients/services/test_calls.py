"""The record of calls: append-only, kept long enough, and never in the way of an answer."""

from datetime import timedelta

import pytest
from django.db import InternalError, connection, transaction
from django.utils import timezone

from portal.clients.models import Call
from portal.clients.services import calls
from tests.factories.clients import CallFactory

pytestmark = pytest.mark.django_db


def record(platform, token, **values):
    given = {"method": "GET", "path": "/api/v1/me/", "query": "", "status": 200, "rows": 1}
    given |= {"ms": 3, "size_bytes": 40, "address": "10.0.0.1", "request_id": "f" * 32}
    calls.record(client=platform, token=token, at=timezone.now(), **given | values)


def test_a_call_is_kept_as_it_was(platform, issue, token_of):
    token = token_of(issue())
    record(platform, token, query="division=310199")
    call = Call.objects.get()
    assert (call.client, call.token_key, call.path) == (platform, token.token_key, "/api/v1/me/")
    assert (call.query, call.status, call.rows, call.address) == (
        "division=310199",
        200,
        1,
        "10.0.0.1",
    )


def test_what_is_long_or_odd_is_kept_shortened(platform, issue, token_of):
    record(platform, token_of(issue()), path="/\0" + "长" * 300, query="x" * 900, address=None)
    call = Call.objects.get()
    assert (len(call.path), len(call.query), call.address) == (199, 500, None)


def test_a_record_that_cannot_be_written_is_logged_and_nothing_is_raised(
    platform, issue, token_of, caplog
):
    token = token_of(issue())
    with transaction.atomic():
        record(platform, token, status=-1_000_000)
        transaction.set_rollback(True)
    assert "was not recorded" in caplog.text
    assert not Call.objects.exists()


def test_a_call_is_never_edited_and_deleted_by_nobody_but_the_purge(platform):
    CallFactory(client=platform)
    for change in (lambda: Call.objects.update(status=1), lambda: Call.objects.all().delete()):
        with pytest.raises(InternalError), transaction.atomic():
            change()


def test_purge_takes_what_is_older_than_the_days_kept(platform, settings):
    now = timezone.now()
    settings.CALL_DAYS = 200
    kept = CallFactory(client=platform, at=now - timedelta(days=199))
    CallFactory.create_batch(3, client=platform, at=now - timedelta(days=201))
    assert calls.purge(at=now) == 3
    assert list(Call.objects.all()) == [kept]
    with pytest.raises(InternalError), transaction.atomic():
        Call.objects.all().delete()


def test_the_law_is_kept_by_the_settings(settings):
    """网络安全法 article 23 (3): six months at least."""
    assert settings.CALL_DAYS >= 184


@pytest.mark.django_db(transaction=True)
def test_recording_does_not_change_how_the_connection_commits(platform, issue, token_of):
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
        record(platform, token_of(issue()))
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)
        cursor.execute("RESET synchronous_commit")
