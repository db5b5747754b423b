import pytest

from centers.models import Filing
from centers.services import filings, printouts
from portal.audit.models import AuditEvent

pytestmark = pytest.mark.django_db


def issue(filing, by, at):
    printouts.issue(filing=filing, suffix="pdf", by=by, at=at)


def test_printing_is_recorded(accepted, diane, at):
    filing = Filing.objects.get(pk=accepted().filing_id)
    issue(filing, diane, at)
    event = AuditEvent.objects.get(action="centers.filing.print")
    assert event.actor_id == diane.pk
    assert event.target_id == str(filing.pk)
    assert event.changes == {"format": [None, "pdf"]}


def test_a_filing_that_can_still_change_is_not_printed(filing, diane, at):
    with pytest.raises(printouts.FilingNotAccepted, match="通过全部分项后即可打印"):
        issue(filing, diane, at)
    assert not AuditEvent.objects.filter(action="centers.filing.print").exists()


def test_a_withdrawn_filing_is_not_printed(filing, diane, at):
    filings.withdraw(filing=filing, version=filing.version, by=diane, at=at)
    with pytest.raises(printouts.FilingNotAccepted, match="已撤回"):
        issue(filing, diane, at)
