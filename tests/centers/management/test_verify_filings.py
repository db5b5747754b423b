"""Hashes of accepted filings, recomputed."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from centers.models import AccountRow, Filing, SectionSubmission
from centers.services import filings
from tests.factories.centers import hand_in

pytestmark = pytest.mark.django_db


def verify(*args):
    out = StringIO()
    call_command("verify_filings", *args, stdout=out)
    return out.getvalue()


def overwrite(sql, *values):
    """Change what the triggers protect, as somebody with the database's password could."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql, values)
        cursor.execute("SET session_replication_role = DEFAULT")


def test_untouched_filings_agree(golden):
    assert verify().startswith(f"{len(golden)} filings checked, 0 differ, 0 have no hash")


def test_a_changed_row_is_found(golden):
    row = AccountRow.objects.filter(section__center=golden["C05"]).first()
    overwrite("UPDATE centers_accountrow SET holder = %s WHERE id = %s", "别人", row.pk)
    with pytest.raises(CommandError, match="1 filings differ"):
        verify()
    with pytest.raises(CommandError):
        verify("--center", "C05")
    assert "0 differ" in verify("--center", "C01")


def test_filings_without_a_hash_are_counted_apart(golden):
    filing = Filing.objects.get(center=golden["C05"])
    overwrite("UPDATE centers_filing SET content_hash = '' WHERE id = %s", filing.pk)
    assert "0 differ, 1 have no hash" in verify()


@pytest.fixture
def copy(golden, diane, at):
    """A submission of C05: its staff, premises and profile as they stand."""
    filing = filings.open_change(center=golden["C05"], by=diane, at=at)
    for kind in ("staff", "premises", "profile"):
        filings.add_section(filing=filing, kind=kind, by=diane, at=at)
    hand_in(filing, by=diane, at=at)
    return SectionSubmission.objects.get(section__filing=filing, section__kind="premises")


def test_untouched_submissions_agree(copy):
    assert "3 submitted sections checked, 0 differ" in verify()


def test_a_changed_submission_is_found(copy):
    overwrite(
        "UPDATE centers_sectionsubmission SET content = jsonb_set(content,"
        " '{0,exclusive_area_m2}', '\"999.00\"') WHERE id = %s",
        copy.pk,
    )
    with pytest.raises(CommandError, match="1 submitted sections"):
        verify()
    assert "0 submitted sections checked" in verify("--center", "C01")


def test_a_document_put_into_a_submission_is_found(copy):
    overwrite(
        "UPDATE centers_sectionsubmission SET attachments = '[{\"title\": \"合同\"}]'"
        " WHERE id = %s",
        copy.pk,
    )
    with pytest.raises(CommandError, match="1 submitted sections"):
        verify()


def test_an_unknown_center_is_refused(golden):
    with pytest.raises(CommandError, match="C00"):
        verify("--center", "C00")
