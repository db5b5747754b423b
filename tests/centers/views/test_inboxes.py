"""The inbox at the desk."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from portal.inbox.models import Notice
from tests.factories.centers import ObligationFactory, RoundFactory
from tests.factories.portal import NoticeFactory
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db
URL = "/desk/inbox/"


def test_the_inbox_shows_ones_own_unread_first(diane, diane_client):
    NoticeFactory(user=diane, text="Filings", read_at=timezone.now())
    NoticeFactory(user=diane, text="Findings")
    NoticeFactory(text="Verdicts")
    page = words(in_english(diane_client).get(URL))
    assert page.index("new Findings") < page.rindex("Filings")
    assert "Verdicts" not in page


def test_what_waits_stands_first_with_its_due_date(diane_client, center, haitang):
    due_on = timezone.localdate() - timedelta(days=1)
    asked = RoundFactory(
        division=haitang,
        title="季度报表",
        opens_on=due_on,
        due_on=due_on,
        locks_on=date(2099, 1, 1),
    )
    ObligationFactory(round=asked, center=center)
    page = words(in_english(diane_client).get(URL))
    assert f"File “季度报表” Nobody has begun it. overdue {center.name}" in page
    assert f"due on {due_on}" in page
    assert page.index("季度报表") < page.index("Notices")


def test_the_header_counts_what_is_unread(diane, diane_client):
    in_english(diane_client)
    assert "unread" not in words(diane_client.get(URL))
    NoticeFactory(user=diane), NoticeFactory(user=diane, read_at=timezone.now())
    assert "Inbox 1 unread" in words(diane_client.get("/desk/filings/"))


def test_opening_a_notice_reads_it_and_leads_on(diane, diane_client):
    notice = NoticeFactory(user=diane, url_path="/desk/filings/")
    assert diane_client.get(f"{URL}{notice.pk}/").url == "/desk/filings/"
    assert not Notice.objects.unread().exists()


def test_reading_one_and_reading_all(diane, diane_client):
    one, _two, _three = (NoticeFactory(user=diane) for _ in range(3))
    other = NoticeFactory()
    assert diane_client.post(f"{URL}{one.pk}/read/").url == URL
    assert Notice.objects.unread().count() == 3
    diane_client.post(f"{URL}read/")
    assert Notice.objects.unread().get() == other


def test_a_strangers_notice_is_not_there(diane_client):
    notice = NoticeFactory()
    assert diane_client.get(f"{URL}{notice.pk}/").status_code == 404
    assert diane_client.post(f"{URL}{notice.pk}/read/").status_code == 404
    assert Notice.objects.unread().exists()


def test_the_daily_mail_is_switched_off_and_on(diane, diane_client):
    in_english(diane_client)
    assert "no e-mail address" in words(diane_client.get(URL))
    typed = {"email": "wang@example.cn"}
    assert "Saved." in words(diane_client.post(f"{URL}mail/", typed, follow=True))
    diane.refresh_from_db()
    assert (diane.email, diane.wants_digest) == ("wang@example.cn", False)
    diane_client.post(f"{URL}mail/", typed | {"wants_digest": "on"})
    diane.refresh_from_db()
    assert diane.wants_digest


def test_an_address_that_is_none_is_refused_and_kept_to_be_mended(diane, diane_client):
    response = diane_client.post(f"{URL}mail/", {"email": "wang@", "wants_digest": "on"})
    assert response.context["form"].errors["email"]
    assert 'value="wang@"' in response.content.decode()
    diane.refresh_from_db()
    assert diane.email == ""


def test_many_notices_come_in_pages(diane, diane_client):
    NoticeFactory.create_batch(31, user=diane)
    assert "Page 1 of 2" in words(in_english(diane_client).get(URL))
    assert len(diane_client.get(f"{URL}?page=2").context["page"].object_list) == 1
