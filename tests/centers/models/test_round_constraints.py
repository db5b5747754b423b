"""What the database refuses of rounds, submissions and opinions, whoever writes."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.db import Error, connection, transaction

from centers.models import Opinion, RowComment, SectionSubmission
from tests.factories.centers import (
    CenterFactory,
    ExtensionFactory,
    FilingFactory,
    ObligationFactory,
    OpinionFactory,
    RoundFactory,
    SectionFactory,
    SubmittedFilingFactory,
)
from tests.factories.portal import UserFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 1, tzinfo=UTC)


def refused(make, name=""):
    try:
        with transaction.atomic():
            make()
    except Error as error:
        return name in str(error)
    return False


def run(sql, *params):
    def execute():
        with connection.cursor() as cursor:
            cursor.execute(sql, params)

    return execute


@pytest.fixture
def asked(haitang):
    return RoundFactory(division=haitang)


@pytest.fixture
def owed(asked, center):
    return ObligationFactory(round=asked, center=center)


@pytest.fixture
def section(center):
    filing = SubmittedFilingFactory(center=center, submission_count=1)
    return SectionFactory(filing=filing, status="submitted")


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("round_dates_in_order", {"due_on": date(2026, 1, 4)}),
        ("round_dates_in_order", {"locks_on": date(2026, 3, 30)}),
        ("round_dates_in_order", {"period_to_on": date(2024, 12, 31)}),
        ("round_asks_for_something", {"section_kinds": []}),
        ("round_asks_for_what_there_is", {"section_kinds": ["premises", "warnings"]}),
        ("round_has_title", {"title": ""}),
        ("round_cancelled_who_when_why", {"cancelled_at": AT}),
        ("round_cancelled_who_when_why", {"cancel_reason": "发错了"}),
    ],
)
def test_a_round_that_cannot_be(haitang, name, wrong):
    assert refused(lambda: RoundFactory(division=haitang, **wrong), name)


def test_a_title_is_free_again_once_the_round_is_cancelled(haitang, alice):
    gone = {"cancelled_by": alice, "cancelled_at": AT, "cancel_reason": "发错了"}
    RoundFactory(division=haitang, title="甲", **gone)
    RoundFactory(division=haitang, title="甲")
    assert refused(lambda: RoundFactory(division=haitang, title="甲"), "round_title_once")


@pytest.mark.parametrize(
    "change",
    ["due_on = '2026-04-01'", "title = 'x'", "needs_opinion = true", "section_kinds = '{staff}'"],
)
def test_a_round_is_written_once(asked, change):
    assert refused(run(f"UPDATE centers_round SET {change} WHERE id = %s", asked.pk))
    assert refused(run("DELETE FROM centers_round WHERE id = %s", asked.pk))


def test_a_cancelled_round_stays_cancelled(asked, alice):
    cancel = (
        "UPDATE centers_round SET cancelled_by_id = %s, cancelled_at = now(), cancel_reason = 'x'"
        " WHERE id = %s"
    )
    assert not refused(run(cancel, alice.pk, asked.pk))
    assert refused(run(cancel, alice.pk, asked.pk))
    assert refused(
        run(
            "UPDATE centers_round SET cancelled_by_id = NULL, cancelled_at = NULL,"
            " cancel_reason = '' WHERE id = %s",
            asked.pk,
        )
    )


@pytest.mark.parametrize("change", ["due_on = '2026-04-01'", "locks_on = '2026-12-31'"])
def test_an_obligations_dates_are_written_once(owed, change):
    assert refused(run(f"UPDATE centers_obligation SET {change} WHERE id = %s", owed.pk))
    assert refused(run("DELETE FROM centers_obligation WHERE id = %s", owed.pk))


def test_a_center_owes_a_round_once(owed):
    again = {"round": owed.round, "center": owed.center}
    assert refused(lambda: ObligationFactory(**again), "obligation_once")
    backwards = {"round": owed.round, "center": CenterFactory(division=owed.center.division)}
    assert refused(
        lambda: ObligationFactory(**backwards, locks_on=date(2026, 1, 1)),
        "obligation_dates_in_order",
    )


def test_an_extension_is_explained_in_order_and_kept(owed):
    given = ExtensionFactory(obligation=owed)
    assert refused(lambda: ExtensionFactory(obligation=owed, reason=""), "extension_has_reason")
    assert refused(
        lambda: ExtensionFactory(obligation=owed, locks_on=date(2026, 4, 14)),
        "extension_dates_in_order",
    )
    assert refused(run("UPDATE centers_extension SET reason = 'x' WHERE id = %s", given.pk))
    assert refused(run("DELETE FROM centers_extension WHERE id = %s", given.pk))


def test_one_filing_answers_an_obligation(owed):
    FilingFactory(center=owed.center, obligation=owed, status="withdrawn")
    FilingFactory(center=owed.center, obligation=owed)
    assert refused(
        lambda: FilingFactory(center=owed.center, obligation=owed), "filing_one_per_obligation"
    )


def test_a_filing_answers_its_own_centers_obligation(owed, wutong):
    assert refused(
        lambda: FilingFactory(center=CenterFactory(division=wutong), obligation=owed)
        and run("SET CONSTRAINTS ALL IMMEDIATE")()
    )


def test_who_prepared_does_not_certify(center):
    both = UserFactory()
    signed = {"prepared_by": both, "prepared_at": AT, "submitted_by": both, "submitted_at": AT}
    for status in ("submitted", "accepted"):
        assert refused(
            lambda status=status: FilingFactory(center=center, status=status, **signed),
            "filing_certifier_is_not_preparer",
        )


def test_prepared_is_signed_and_declined_is_explained(center):
    assert refused(lambda: FilingFactory(center=center, status="prepared"), "prepared_is_signed")
    half = {"declined_by": UserFactory(), "declined_at": AT}
    assert refused(lambda: FilingFactory(center=center, **half), "filing_declined_who_when_why")


@pytest.mark.parametrize(
    ("status", "content_hash", "stands"),
    [
        ("accepted", "a" * 64, True),
        ("submitted", "a" * 64, False),
        ("accepted", "a" * 63, False),
        ("accepted", "A" * 64, False),
        ("accepted", "", True),
    ],
)
def test_only_an_accepted_filing_carries_a_hash(center, status, content_hash, stands):
    made = {"center": center, "status": status, "content_hash": content_hash}
    assert refused(lambda: SubmittedFilingFactory(**made)) is not stands


def test_an_accepted_filing_is_immutable(center):
    filing = SubmittedFilingFactory(center=center, status="accepted", content_hash="a" * 64)
    for change in ("content_hash = ''", "version = 9", "submitted_at = now()"):
        assert refused(run(f"UPDATE centers_filing SET {change} WHERE id = %s", filing.pk))
    assert refused(run("DELETE FROM centers_filing WHERE id = %s", filing.pk))


def test_the_first_submission_stands(center):
    filing = SubmittedFilingFactory(center=center, first_submitted_at=AT)
    for value in ("now()", "NULL"):
        sql = f"UPDATE centers_filing SET first_submitted_at = {value} WHERE id = %s"
        assert refused(run(sql, filing.pk))
    assert not refused(run("UPDATE centers_filing SET version = 2 WHERE id = %s", filing.pk))


def test_copies_comments_and_opinions_are_append_only(section):
    signed = {"section": section, "number": 1}
    copy = SectionSubmission(
        **signed,
        content=[],
        content_hash="0" * 64,
        submitted_by=section.filing.submitted_by,
        submitted_at=AT,
    )
    copy.save()
    officer = UserFactory()
    line = uuid4()
    comment = {"line": line, "text": "缺证", "made_by": officer, "made_at": AT}
    RowComment.objects.create(**signed, **comment)
    OpinionFactory(filing=section.filing)
    for model, change in (
        (SectionSubmission, "content = '[1]'"),
        (RowComment, "text = 'x'"),
        (Opinion, "text = 'x'"),
    ):
        table = model._meta.db_table
        assert refused(run(f"UPDATE {table} SET {change}"))
        assert refused(run(f"DELETE FROM {table}"))
    assert refused(lambda: RowComment.objects.create(**signed, **comment), "row_comment_once")
    silent = comment | {"line": uuid4(), "text": ""}
    assert refused(lambda: RowComment.objects.create(**signed, **silent), "says_something")
    assert refused(lambda: OpinionFactory(filing=section.filing), "opinion_once_per_submission")


@pytest.mark.parametrize("verdict", ["object", "waived"])
def test_an_opinion_that_is_no_consent_is_explained(section, verdict):
    assert refused(
        lambda: OpinionFactory(filing=section.filing, verdict=verdict), "opinion_is_explained"
    )
