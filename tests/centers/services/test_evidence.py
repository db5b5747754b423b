"""Files of a section: attached, versioned, carried from filing to filing, frozen with it."""

from datetime import date, timedelta
from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from centers import selectors
from centers.models import Attachment, Filing, Section, SectionSubmission
from centers.selectors import attachments, hashing
from centers.services import evidence, filings
from centers.services.sections import SectionLocked
from portal.audit.models import AuditEvent
from portal.evidence import services as files
from portal.evidence.inspection import EvidenceRefused
from portal.evidence.models import EvidenceFile
from tests.factories.centers import FilingFactory, ObligationFactory, hand_in
from tests.factories.evidence import AttachmentFactory, paper, photo
from tests.threads import at_once

pytestmark = pytest.mark.django_db

ROOM = {"address": "梧桐路1号", "exclusive_area_m2": "40.00"}
DAY = date(2026, 3, 2)


@pytest.fixture
def section(filing, section_of):
    return section_of(filing, "premises", (ROOM,))


def line_of(section):
    return selectors.rows_of(section)[0].line


def saved(section, rows, by, at):
    section.refresh_from_db()
    return filings.save_section(
        section=section, version=section.version, rows=rows, by=by, at=at
    )


def documents(section):
    return attachments.documents([section], DAY)[section.pk]


def returned(section, alice, at, comment="请附租赁合同。"):
    section.refresh_from_db()
    section = Section.objects.select_related("filing__center__division").get(pk=section.pk)
    return filings.return_section(
        section=section, version=section.version, comment=comment, by=alice, at=at
    )


# --- attach


def test_file_is_attached_to_a_row_and_audited_without_its_title(section, attach, diane, at):
    attached = attach(section, line=line_of(section), title="王芳的合同", expires_on=DAY)
    attached.refresh_from_db()
    assert (attached.number, attached.added_by, attached.added_at) == (1, diane, at)
    event = AuditEvent.objects.get(action="centers.attachment.attach")
    assert event.changes["attachment"] == [None, attached.file.sha256]
    assert "王芳" not in str(event.changes)
    assert event.division_path == section.center.division.path


def test_filing_read_before_is_not_submitted_unseen(section, attach):
    before = section.filing.version
    attach(section)
    section.filing.refresh_from_db()
    assert section.filing.version == before + 1


def test_unsafe_file_is_not_attached_and_leaves_nothing(section, attach, store_of_its_own):
    with pytest.raises(EvidenceRefused):
        attach(section, upload=SimpleUploadedFile("a.pdf", b"<html></html>"))
    assert not Attachment.objects.exists()
    assert store_of_its_own() == []


def test_row_that_is_gone_is_told_and_the_file_not_kept(
    section, attach, store_of_its_own, diane, at, django_capture_on_commit_callbacks
):
    line = line_of(section)
    saved(section, [ROOM], diane, at)
    with (
        django_capture_on_commit_callbacks(execute=True),
        pytest.raises(evidence.RowGone),
    ):
        attach(section, line=line)
    assert store_of_its_own() == []
    assert not EvidenceFile.objects.exists()


@pytest.mark.parametrize("state", ["prepared", "submitted", "withdrawn"])
def test_locked_section_takes_no_file(section, attach, diane, at, state):
    attached = attach(section)
    filing = section.filing
    if state == "withdrawn":
        filings.withdraw(filing=filing, version=filing.version, by=diane, at=at)
    elif state == "prepared":
        filings.prepare(filing=filing, version=filing.version, by=diane, at=at)
    else:
        hand_in(filing, by=diane, at=at)
    with pytest.raises(SectionLocked):
        attach(section)
    with pytest.raises(SectionLocked):
        evidence.remove(attachment=attached, by=diane, at=at)
    assert EvidenceFile.objects.count() == 1


def test_section_takes_so_many_files_and_no_more(section, attach, monkeypatch):
    monkeypatch.setattr(evidence, "MAX_PER_SECTION", 2)
    attach(section)
    attach(section)
    with pytest.raises(evidence.TooManyAttachments, match="2"):
        attach(section)


# --- versions


def test_newer_version_counts_and_the_one_before_stays_listed(section, attach, diane, at):
    first = attach(section, line=line_of(section))
    second = evidence.replace(
        attachment=first,
        upload=paper(words=b"2"),
        title="新合同",
        kind="contract",
        expires_on=DAY,
        by=diane,
        at=at,
    )
    assert (second.number, second.chain, second.line) == (2, first.chain, first.line)
    (document,) = documents(section)
    assert document.attachment == second
    assert list(document.earlier) == [first]


def test_version_replaced_meanwhile_is_not_replaced_again(section, attach, diane, at):
    first = attach(section)
    what = {"title": "新", "kind": "contract", "expires_on": None, "by": diane, "at": at}
    evidence.replace(attachment=first, upload=paper(), **what)
    with pytest.raises(evidence.AttachmentGone):
        evidence.replace(attachment=first, upload=paper(), **what)
    with pytest.raises(evidence.AttachmentGone):
        evidence.remove(attachment=first, by=diane, at=at)
    assert Attachment.objects.count() == EvidenceFile.objects.count() == 2


def test_removed_draft_document_goes_with_its_versions_and_its_bytes_a_day_later(
    section, attach, diane, at, store_of_its_own, django_capture_on_commit_callbacks
):
    first = attach(section)
    second = evidence.replace(
        attachment=first, upload=photo(), title="新", kind="photo", expires_on=None, by=diane, at=at
    )
    evidence.remove(attachment=second, by=diane, at=at)
    assert not Attachment.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert files.discard_orphans(at=at + timedelta(days=2))["rows"] == 2
    assert store_of_its_own() == []


def test_attached_file_is_no_orphan(section, attach, at, store_of_its_own):
    attach(section)
    assert files.discard_orphans(at=at + timedelta(days=400)) == {
        "uploads": 0,
        "files": 0,
        "rows": 0,
        "missing": 0,
    }
    assert len(store_of_its_own()) == 1


# --- with the rows


def test_row_that_stays_keeps_its_files_and_one_that_goes_takes_them(section, attach, diane, at):
    line = line_of(section)
    kept = attach(section)
    of_row = attach(section, line=line)
    section = saved(section, [{**ROOM, "line": line, "note": "改"}], diane, at)
    assert {d.attachment for d in documents(section)} == {kept, of_row}
    section = saved(section, [ROOM], diane, at)
    assert [d.attachment for d in documents(section)] == [kept]
    event = AuditEvent.objects.filter(action="centers.attachment.remove").get()
    assert event.changes["attachment"] == [of_row.file.sha256, None]


def test_section_taken_out_takes_its_files(section, attach, diane, at):
    attach(section)
    filings.drop_section(section=section, by=diane, at=at)
    assert not Attachment.objects.exists()


# --- from filing to filing


def accept(section, alice, at):
    section = Section.objects.select_related("filing__center__division").get(pk=section.pk)
    return filings.accept_section(section=section, version=section.version, by=alice, at=at)


def test_next_filing_starts_with_the_files_accepted_last(section, attach, diane, alice, at):
    first = attach(section, line=line_of(section), expires_on=DAY)
    old = evidence.replace(
        attachment=first, upload=photo(), title="合同", kind="scan", expires_on=DAY, by=diane, at=at
    )
    hand_in(section.filing, by=diane, at=at)
    accept(section, alice, at)
    again = filings.open_change(center=section.center, by=diane, at=at)
    prefilled = filings.add_section(filing=again, kind="premises", by=diane, at=at)
    (document,) = documents(prefilled)
    new = document.attachment
    assert new.pk != old.pk
    assert (new.file, new.chain, new.number, new.line) == (old.file, old.chain, 2, old.line)
    assert (new.added_by, new.added_at, new.expires_on) == (diane, at, DAY)
    assert new.line == line_of(prefilled)
    third = evidence.replace(
        attachment=new, upload=paper(), title="三", kind="scan", expires_on=None, by=diane, at=at
    )
    assert third.number == 3
    evidence.remove(attachment=third, by=diane, at=at)
    assert documents(prefilled) == []
    assert [d.attachment for d in documents(section)] == [old]


def test_what_was_accepted_meanwhile_brings_its_files(section, attach, diane, alice, at):
    """A draft saved anew stands on the newer section, and so do its documents."""
    mine = attach(section, title="照片")
    center = section.center
    owed = ObligationFactory(center=center, round__division=center.division)
    other = FilingFactory(center=center, obligation=owed, opened_by=diane)
    newer = filings.add_section(filing=other, kind="premises", by=diane, at=at)
    newer = filings.save_section(section=newer, version=1, rows=[ROOM], by=diane, at=at)
    attach(newer, title="新租约")
    of_row = attach(newer, title="别的场所", line=line_of(newer))
    for status in ({"status": "submitted"}, {"status": "accepted"}):
        Section.objects.filter(pk=newer.pk).update(**status, decided_by=alice, decided_at=at)
    section = saved(section, [{**ROOM, "line": line_of(section)}], diane, at)
    assert [d.attachment.title for d in documents(section)] == ["照片", "新租约"]
    assert Attachment.objects.filter(pk=of_row.pk).exists()
    section = saved(section, [ROOM], diane, at)
    assert [d.attachment.title for d in documents(section)] == ["照片", "新租约"]
    assert mine in Attachment.objects.newest()


def test_files_are_frozen_with_their_section(section, attach, diane, alice, at):
    own = Attachment.objects.filter(pk=attach(section).pk)
    hand_in(section.filing, by=diane, at=at)
    for stage in (lambda: None, lambda: accept(section, alice, at)):
        stage()
        for change in (
            lambda: own.update(title="别的"),
            lambda: own.update(removed_at=at, removed_by=diane),
            own.delete,
            lambda: AttachmentFactory(section=section),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                change()


def test_returned_section_is_corrected_by_a_file_alone(section, attach, diane, alice, at):
    hand_in(section.filing, by=diane, at=at)
    section = returned(section, alice, at)
    filing = Filing.objects.get(pk=section.filing_id)
    with pytest.raises(filings.SectionUnchanged):
        filings.prepare(filing=filing, version=filing.version, by=alice, at=at)
    attached = attach(section)
    filing.refresh_from_db()
    hand_in(filing, by=diane, at=at)
    first, second = SectionSubmission.objects.filter(section=section).order_by("number")
    assert first.content == second.content
    assert first.attachments == []
    (proof,) = second.attachments
    assert proof["sha256"] == attached.file.sha256
    assert first.content_hash != second.content_hash


def test_what_was_handed_in_is_kept_when_it_is_taken_out(section, attach, diane, alice, at):
    seen = attach(section)
    hand_in(section.filing, by=diane, at=at)
    later = at + timedelta(hours=1)
    section = returned(section, alice, later)
    new = attach(section, at=later)
    for attachment in (seen, new):
        attachment.section = section
        evidence.remove(attachment=attachment, by=diane, at=later)
    seen.refresh_from_db()
    assert (seen.removed_by, seen.removed_at) == (diane, later)
    assert not Attachment.objects.filter(pk=new.pk).exists()
    assert documents(section) == []
    assert files.discard_orphans(at=at + timedelta(days=9))["rows"] == 1
    assert EvidenceFile.objects.filter(pk=seen.file_id).exists()


def test_hash_of_a_filing_without_files_is_the_hash_of_its_rows(section, attach):
    rows = selectors.rows_of(section)
    plain = hashing.content_hash(section.kind, rows)
    assert hashing.content_hash(section.kind, rows, hashing.proofs([section])[section.pk]) == plain
    before = hashing.filing_hash(section.filing)
    attach(section)
    proved = hashing.proofs([section])[section.pk]
    assert hashing.content_hash(section.kind, rows, proved) != plain
    assert hashing.filing_hash(section.filing) != before


# --- the database's own word


@pytest.mark.parametrize(
    "wrong",
    [{"title": ""}, {"number": 0}, {"removed_at": "2026-01-01T00:00Z"}],
)
def test_impossible_attachment_is_refused(section, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        AttachmentFactory(section=section, **wrong)


def test_chain_has_each_version_once_and_one_successor(section):
    first = AttachmentFactory(section=section)
    AttachmentFactory(section=section, chain=first.chain, number=2, replaces=first)
    for again in ({"number": 2}, {"number": 3, "replaces": first}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AttachmentFactory(section=section, chain=first.chain, **again)


# --- what expires


def test_documents_of_the_facts_that_expire_soon_are_told(section, attach, diane, alice, at):
    soon = DAY + timedelta(days=30)
    for number, expires_on in enumerate((None, DAY - timedelta(days=1), soon, soon + timedelta(1))):
        attach(section, title=str(number), expires_on=expires_on)
    assert not attachments.expiring(DAY).exists()
    hand_in(section.filing, by=diane, at=at)
    accept(section, alice, at)
    assert [a.title for a in attachments.expiring(DAY)] == ["1", "2"]
    assert [a.title for a in attachments.expiring(DAY, 31)] == ["1", "2", "3"]
    assert [a.title for a in attachments.expiring(DAY).visible_to(alice)] == ["1", "2"]


@pytest.mark.parametrize(
    ("days", "word"), [(None, ""), (-1, "expired"), (0, "expiring"), (30, "expiring"), (31, "")]
)
def test_expiry_is_said_thirty_days_before(days, word):
    expires_on = None if days is None else DAY + timedelta(days=days)
    assert attachments.expiry(expires_on, DAY) == word


# --- at once


def fresh():
    """The section as each request reads it."""
    return Section.objects.select_related("filing__center__division").get()


@pytest.mark.django_db(transaction=True)
def test_parallel_uploads_do_not_pass_the_limit(section, attach, monkeypatch):
    monkeypatch.setattr(evidence, "MAX_PER_SECTION", 3)
    calls = [partial(attach, fresh(), upload=paper(words=b"%d" % n)) for n in range(6)]
    refused = [result for result in at_once(calls) if isinstance(result, Exception)]
    assert {type(refusal) for refusal in refused} == {evidence.TooManyAttachments}
    assert Attachment.objects.count() == EvidenceFile.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_newer_versions_at_once_and_one_wins(section, attach, diane, at):
    first = attach(section)
    calls = [
        partial(
            evidence.replace,
            attachment=Attachment.objects.get(pk=first.pk),
            upload=paper(words=b"%d" % n),
            title="新",
            kind="contract",
            expires_on=None,
            by=diane,
            at=at,
        )
        for n in range(2)
    ]
    results = at_once(calls)
    refused = [result for result in results if isinstance(result, Exception)]
    assert [type(refusal) for refusal in refused] == [evidence.AttachmentGone]
    assert Attachment.objects.newest().get().replaces == first
