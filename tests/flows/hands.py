"""People at a browser, and the days they type."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override
from playwright.sync_api import expect

PRIMARY = "button.bureau-primary, main form .actions > button.button, form.upload button"


class Hand:
    """Somebody at a browser: goes, chooses what is written on the page, types and saves."""

    def __init__(self, page, address):
        self.page, self.address = page, address

    def go(self, name, *args):
        self.page.goto(self.address + reverse(name, args=args))

    def choose(self, msgid):
        """The link or button with these words."""
        with override("zh-hans"):
            text = gettext(msgid)
        found = self.page.get_by_role("link", name=text, exact=True)
        found.or_(self.page.get_by_role("button", name=text, exact=True)).first.click()

    def type(self, **values):
        for name, value in values.items():
            field = self.page.locator(f"[name='{name}']").first
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(str(value))
            else:
                field.fill(str(value))

    def save(self):
        """Save; what was typed is on another page then, or says why not."""
        before = self.page.url
        with self.page.expect_navigation():
            self.page.locator(PRIMARY).first.click()
        assert self.page.url != before, self.page.locator("body").inner_text()

    def do(self, msgid, **values):
        """A step of a page with what it asks for."""
        self.choose(msgid)
        self.type(**values)
        self.save()

    def reads(self, *texts):
        for text in texts:
            expect(self.page.locator("body")).to_contain_text(text)


def day(days=0):
    return (timezone.localdate() + timedelta(days)).isoformat()
