"""Digest mails in the bureau's admin."""

import pytest

from tests.factories.portal import (
    DigestFactory,
    NoticeFactory,
    RoleAssignmentFactory,
    UserFactory,
)
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db


def test_the_chief_sees_which_mail_was_not_delivered(client_for, haitang):
    chief = UserFactory(is_staff=True)
    RoleAssignmentFactory(user=chief, role="district_admin", division=haitang)
    failed = DigestFactory(status="failed", error="550 no such mailbox")
    NoticeFactory(user=failed.user, digest=failed, division_path=haitang.path)
    elsewhere = DigestFactory(status="failed", error="elsewhere")
    NoticeFactory(user=elsewhere.user, digest=elsewhere, division_path="310000/310101/")
    page = words(in_english(client_for(chief)).get("/admin/inbox/digest/?status__exact=failed"))
    assert "550 no such mailbox" in page
    assert "not delivered" in page
    assert "elsewhere" not in page
