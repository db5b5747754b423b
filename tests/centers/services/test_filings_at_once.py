"""People acting on one filing at the same moment, on connections of their own."""

from functools import partial

import pytest
from django.db import OperationalError

from centers import selectors
from centers.models import Filing, Section
from centers.services import filings
from portal.audit.models import AuditEvent
from portal.errors import Conflict
from tests.factories.portal import UserFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

REVIEWERS = 8


def decisions():
    verbs = ["centers.filing.accept_section", "centers.filing.return_section"]
    return list(AuditEvent.objects.filter(action__in=verbs).values_list("action", flat=True))


def split(results):
    """How many won, and the refusals."""
    refusals = [result for result in results if isinstance(result, Exception)]
    return len(results) - len(refusals), refusals


def test_two_people_open_at_once_and_one_wins(center, diane, at):
    calls = [partial(filings.open_change, center=center, by=diane, at=at)] * 2
    won, refusals = split(at_once(calls))
    assert won == 1
    assert [type(refusal) for refusal in refusals] == [filings.FilingAlreadyOpen]
    assert Filing.objects.count() == AuditEvent.objects.count() == 1


def test_many_reviewers_accept_at_once_and_one_wins(submitted, alice, at):
    (section,) = submitted("premises")
    calls = [
        partial(
            filings.accept_section,
            section=Section.objects.get(pk=section.pk),
            version=section.version,
            by=alice,
            at=at,
        )
        for _ in range(REVIEWERS)
    ]
    won, refusals = split(at_once(calls))
    assert won == 1
    assert {type(refusal) for refusal in refusals} == {Conflict}
    assert decisions() == ["centers.filing.accept_section"]
    assert Filing.objects.get().status == "accepted"


def test_many_reviewers_judge_the_premises_at_once_and_one_wins(submitted, alice, at):
    (section,) = submitted("premises")
    judgments = ["satisfies", "basically", "fails", "satisfies"] * 2
    calls = [
        partial(
            filings.accept_section,
            section=Section.objects.get(pk=section.pk),
            version=section.version,
            by=alice,
            at=at,
            adequacy={1: judgment},
        )
        for judgment in judgments
    ]
    results = at_once(calls)
    won, refusals = split(results)
    assert won == 1
    assert {type(refusal) for refusal in refusals} == {Conflict}
    winner = next(n for n, result in enumerate(results) if not isinstance(result, Exception))
    (row,) = selectors.rows_of(section)
    assert row.adequacy == judgments[winner]


def test_accepting_and_returning_at_once_is_one_decision(submitted, alice, at):
    (section,) = submitted("premises")

    def seen():
        return {"section": Section.objects.get(pk=section.pk), "version": section.version}

    calls = [
        partial(filings.accept_section, **seen(), by=alice, at=at),
        partial(filings.return_section, **seen(), comment="缺证", by=alice, at=at),
    ] * 4
    won, refusals = split(at_once(calls))
    assert won == 1
    assert {type(refusal) for refusal in refusals} == {Conflict}
    section.refresh_from_db()
    verb = {"accepted": "accept_section", "returned": "return_section"}[section.status]
    assert decisions() == [f"centers.filing.{verb}"]
    assert Filing.objects.get().status == section.status


def test_sections_decided_at_once_close_the_filing(submitted, alice, at):
    sections = submitted("premises", "accounts", "staff", "governance")
    calls = [
        partial(filings.accept_section, section=section, version=section.version, by=alice, at=at)
        for section in sections
    ]
    assert split(at_once(calls)) == (4, [])
    assert Filing.objects.get().status == "accepted"
    assert len(decisions()) == 4


def test_two_people_save_at_once_and_one_wins(filing, diane, at):
    section = filings.add_section(filing=filing, kind="accounts", by=diane, at=at)
    contents = [[{"holder": "甲"}], [{"holder": "乙"}, {"holder": "丙"}]]
    results = at_once(
        [
            partial(
                filings.save_section,
                section=Section.objects.get(pk=section.pk),
                version=section.version,
                rows=rows,
                by=diane,
                at=at,
            )
            for rows in contents
        ]
    )
    won, refusals = split(results)
    assert won == 1
    assert [type(refusal) for refusal in refusals] == [Conflict]
    winner = next(n for n, result in enumerate(results) if not isinstance(result, Exception))
    written = [{"holder": row.holder} for row in selectors.rows_of(section)]
    assert written == contents[winner]


def test_two_people_add_the_same_section_at_once_and_share_it(filing, diane, at):
    calls = [partial(filings.add_section, filing=filing, kind="staff", by=diane, at=at)] * 2
    first, second = at_once(calls)
    assert first == second == Section.objects.get()


def test_submitting_at_once_hands_in_once(filing, section_of, diane, at):
    section_of(filing)
    filings.prepare(filing=filing, version=filing.version, by=UserFactory(), at=at)
    calls = [
        partial(
            filings.submit,
            filing=Filing.objects.get(pk=filing.pk),
            version=filing.version,
            by=diane,
            at=at,
        )
        for _ in range(REVIEWERS)
    ]
    won, refusals = split(at_once(calls))
    assert won == 1
    assert {type(refusal) for refusal in refusals} == {Conflict}
    assert not any(isinstance(refusal, OperationalError) for refusal in refusals)
    assert AuditEvent.objects.filter(action="centers.filing.submit").count() == 1
    assert Section.objects.get().status == "submitted"


def test_saving_while_preparing_never_changes_what_was_handed_over(filing, section_of, diane, at):
    section = section_of(filing)
    saved, sent = at_once(
        [
            partial(
                filings.save_section,
                section=Section.objects.get(pk=section.pk),
                version=section.version,
                rows=[],
                by=diane,
                at=at,
            ),
            partial(
                filings.prepare,
                filing=Filing.objects.get(pk=filing.pk),
                version=filing.version,
                by=diane,
                at=at,
            ),
        ]
    )
    count = len(selectors.rows_of(section))
    if isinstance(saved, Exception):
        assert (type(saved), count) in [(filings.SectionLocked, 1), (Conflict, 1)]
        assert Filing.objects.get().status == "prepared"
    else:
        # Saved first: whoever handed over had not seen it, and is told.
        assert (type(sent), count) == (Conflict, 0)
        assert Filing.objects.get().status == "draft"
