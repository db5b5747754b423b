"""Tokens: shown once, kept as a digest, at most a year; rotated with overlap; revoked for good."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.utils import timezone

from portal.audit.models import AuditEvent
from portal.clients.models import Client
from portal.clients.services import clients, tokens
from portal.errors import Conflict, ReasonMissing
from portal.users.models import ApiToken
from tests.threads import at_once

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def rotate(token, by, at, overlap=7 * DAY, expires_at=None):
    return tokens.rotate(
        token=token, overlap=overlap, expires_at=expires_at or at + 100 * DAY, by=by, at=at
    )


def test_token_is_shown_once_and_kept_as_a_digest(issue):
    text = issue()
    stored = " ".join(str(value) for value in ApiToken.scoped.values().get().values())
    token = ApiToken.scoped.get()
    assert text.startswith("ssp_")
    assert text not in stored
    assert text.removeprefix(token.token_key) not in stored
    assert len(token.digest) >= 64


def test_tokens_are_never_alike(issue):
    assert issue() != issue()
    assert ApiToken.scoped.count() == 2


def test_token_expires_when_it_was_said(issue, at):
    issue(expires_at=at + 3 * DAY)
    assert ApiToken.scoped.get().expiry == at + 3 * DAY


@pytest.mark.parametrize("days", [-1, 0, 366])
def test_token_ends_in_the_future_and_within_a_year(issue, at, days):
    with pytest.raises(tokens.TokenTooLong, match="365"), transaction.atomic():
        issue(expires_at=at + days * DAY)
    assert not ApiToken.scoped.exists()


def test_token_without_an_end_is_refused_by_the_database(issue):
    issue()
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiToken.scoped.update(expiry=None)


def test_token_keeps_each_data_set_once(issue):
    issue(datasets=["compliance", "centers", "compliance"])
    assert ApiToken.scoped.get().datasets == ["centers", "compliance"]


@pytest.mark.parametrize("datasets", [["compliance", "payroll"], []])
def test_token_refuses_data_sets_that_do_not_exist_and_none(issue, datasets):
    with pytest.raises(tokens.DatasetUnknown), transaction.atomic():
        issue(datasets=datasets)
    assert not ApiToken.scoped.exists()


def test_token_is_narrowed_within_the_client_only(issue, wutong, huangpu):
    issue(divisions=[wutong])
    assert ApiToken.scoped.get().division_codes == ["310199001"]
    with pytest.raises(tokens.DivisionsTooWide, match="黄浦区"), transaction.atomic():
        issue(divisions=[wutong, huangpu])


def test_a_form_sent_twice_issues_once(issue, platform):
    seen = platform.version
    issue(version=seen)
    with pytest.raises(Conflict), transaction.atomic():
        issue(version=seen)
    assert ApiToken.scoped.count() == 1


def test_a_suspended_client_gets_no_token(issue, platform, chief, at):
    clients.suspend(client=platform, reason="检修", by=chief, at=at)
    with pytest.raises(tokens.ClientSuspended), transaction.atomic():
        issue()
    assert not ApiToken.scoped.exists()


def test_a_suspended_client_gets_no_token_in_place_of_another(
    issue, token_of, platform, chief, at
):
    old = token_of(issue())
    clients.suspend(client=platform, reason="检修", by=chief, at=at)
    with pytest.raises(tokens.ClientSuspended), transaction.atomic():
        rotate(old, chief, at)
    assert (ApiToken.scoped.count(), ApiToken.scoped.get().expiry) == (1, old.expiry)


def test_what_a_token_opens_is_never_edited_and_never_deleted(issue):
    issue()
    for change in ({"datasets": ["centers"]}, {"division_codes": ["310101"]}, {"name": "x"}):
        with pytest.raises(InternalError), transaction.atomic():
            ApiToken.scoped.update(**change)
    with pytest.raises(InternalError), transaction.atomic():
        ApiToken.scoped.all().delete()


# --- rotation


def test_rotated_token_goes_on_for_the_overlap_and_no_longer(issue, token_of, chief, wutong, at):
    old = token_of(issue(datasets=["compliance", "centers"], divisions=[wutong]))
    new = token_of(rotate(old, chief, at))
    old.refresh_from_db()
    assert (new.datasets, new.division_codes) == (old.datasets, old.division_codes)
    assert (old.expiry, new.expiry) == (at + 7 * DAY, at + 100 * DAY)
    assert new.replaces == old


def test_rotation_never_prolongs_the_old_token(issue, token_of, chief, at):
    old = token_of(issue(expires_at=at + 2 * DAY))
    rotate(old, chief, at)
    old.refresh_from_db()
    assert old.expiry == at + 2 * DAY


def test_overlap_of_nothing_ends_the_old_token_at_once(issue, token_of, chief, at):
    old = token_of(issue())
    rotate(old, chief, at, overlap=timedelta(0))
    old.refresh_from_db()
    assert old.expiry == at


@pytest.mark.parametrize("days", [-1, 31])
def test_overlap_is_at_most_thirty_days(issue, token_of, chief, at, days):
    old = token_of(issue())
    with pytest.raises(tokens.OverlapTooLong, match="30"):
        rotate(old, chief, at, overlap=days * DAY)


def test_a_token_is_replaced_once(issue, token_of, chief, at):
    old = token_of(issue())
    rotate(old, chief, at)
    with pytest.raises(tokens.TokenOver), transaction.atomic():
        rotate(old, chief, at)
    assert ApiToken.scoped.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_who_rotate_at_once_one_gets_a_token(issue, token_of, chief):
    at = timezone.now()
    old = token_of(issue(at=at))
    found = at_once([lambda: rotate(ApiToken.scoped.get(pk=old.pk), chief, at)] * 4)
    texts = [result for result in found if isinstance(result, str)]
    assert len(texts) == 1
    assert all(isinstance(r, tokens.TokenOver) for r in found if not isinstance(r, str))
    assert ApiToken.scoped.count() == 2


# --- revoking


def test_revoked_says_who_when_and_why(issue, token_of, chief, at):
    token = token_of(issue())
    with pytest.raises(ReasonMissing):
        tokens.revoke(token=token, reason=" ", by=chief, at=at)
    tokens.revoke(token=token, reason="外泄", by=chief, at=at)
    token.refresh_from_db()
    assert (token.revoked_at, token.revoked_by, token.revoke_reason) == (at, chief, "外泄")


def test_revoking_is_for_good(issue, token_of, chief, at):
    token = token_of(issue())
    tokens.revoke(token=token, reason="外泄", by=chief, at=at)
    with pytest.raises(tokens.TokenOver), transaction.atomic():
        tokens.revoke(token=token, reason="再次", by=chief, at=at)
    with pytest.raises(tokens.TokenOver), transaction.atomic():
        rotate(token, chief, at)
    with pytest.raises(InternalError), transaction.atomic():
        ApiToken.scoped.update(revoked_at=None, revoked_by=None, revoke_reason="")


def test_the_database_asks_who_revoked_and_why(issue, at):
    issue()
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiToken.scoped.update(revoked_at=at)


# --- the trail


def test_trail_names_the_token_and_holds_neither_text_nor_digest(
    issue, token_of, chief, haitang, at
):
    texts = [issue()]
    old = token_of(texts[0])
    texts.append(rotate(old, chief, at))
    tokens.revoke(token=token_of(texts[1]), reason="外泄", by=chief, at=at)
    told = AuditEvent.objects.filter(action__startswith="clients.token.").order_by("pk")
    assert [event.action.rsplit(".")[-1] for event in told] == ["issue", "rotate", "revoke"]
    assert {event.division_path for event in told} == {haitang.path}
    written = str(list(AuditEvent.objects.values()))
    for text in texts:
        assert text not in written
        assert token_of(text).digest not in written
    assert old.token_key in written


def test_tokens_are_seen_by_who_manages_the_district(issue, chief, alice, bob):
    issue()
    assert ApiToken.scoped.visible_to(chief).count() == 1
    assert ApiToken.scoped.visible_to(alice).count() == 0
    assert ApiToken.scoped.visible_to(bob).count() == 0


def test_a_client_that_reaches_beyond_the_district_is_not_its_chiefs(
    platform, issue, chief, haitang, huangpu, at
):
    """It works wholly within the user's divisions, or it is not theirs to manage."""
    issue()
    clients.open_client(
        username="y", title="全市", divisions=[haitang, huangpu], by=None, at=at
    )
    assert list(Client.objects.visible_to(chief)) == [platform]
