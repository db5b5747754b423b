"""Any order of steps: each goes where the states allow, or is refused and changes nothing."""

from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from centers.models import Filing, Section, SectionSubmission
from centers.services import filings
from portal.errors import DomainError
from tests.centers.services.conftest import ROOM
from tests.factories.portal import UserFactory

pytestmark = pytest.mark.django_db

# (status, verb) → the status after it; what is not here is refused.
STEPS = {
    ("draft", "save"): "draft",
    ("draft", "prepare"): "prepared",
    ("draft", "withdraw"): "withdrawn",
    ("prepared", "take_back"): "draft",
    ("prepared", "decline"): "draft",
    ("prepared", "submit"): "submitted",
    ("submitted", "accept"): "accepted",
    ("submitted", "send_back"): "returned",
    ("returned", "save"): "returned",
    ("returned", "prepare"): "prepared",
    ("returned", "withdraw"): "withdrawn",
}
VERBS = sorted({verb for _status, verb in STEPS})


class Way:
    """One filing with one section, and what is to be expected of it."""

    def __init__(self, center, director, officer, at):
        self.director, self.officer, self.at = director, officer, at
        self.clerk = UserFactory()
        filing = filings.open_change(center=center, by=self.clerk, at=at)
        section = filings.add_section(filing=filing, kind="premises", by=self.clerk, at=at)
        self.filing_pk, self.section_pk = filing.pk, section.pk
        self.status, self.is_new, self.was_returned = "draft", False, False
        self.area, self.submissions = 0, 0

    def expected(self, verb):
        """The status after ``verb``, None when it is refused."""
        if verb == "prepare" and not self.is_new:
            return None
        after = STEPS.get((self.status, verb))
        return "returned" if after == "draft" and self.was_returned else after

    def step(self, verb):
        after = self.expected(verb)
        try:
            with transaction.atomic():
                getattr(self, verb)()
        except DomainError:
            assert after is None, (self.status, verb)
        else:
            assert after is not None, (self.status, verb)
            self.note(verb, after)
        self.check()

    def note(self, verb, after):
        self.is_new = {"save": True, "send_back": False}.get(verb, self.is_new)
        self.was_returned = self.was_returned or verb == "send_back"
        self.submissions += verb == "submit"
        self.status = after

    def check(self):
        filing = Filing.objects.get(pk=self.filing_pk)
        assert filing.status == self.status
        assert filing.submission_count == self.submissions
        assert SectionSubmission.objects.filter(section=self.section_pk).count() == self.submissions
        assert bool(filing.content_hash) == (self.status == "accepted")
        assert bool(filing.first_submitted_at) == bool(self.submissions)

    def whole(self, by):
        filing = Filing.objects.get(pk=self.filing_pk)
        return {"filing": filing, "version": filing.version, "by": by, "at": self.at}

    def part(self, by):
        section = Section.objects.get(pk=self.section_pk)
        return {"section": section, "version": section.version, "by": by, "at": self.at}

    def save(self):
        self.area += 1
        rows = [{**ROOM, "exclusive_area_m2": Decimal(self.area)}]
        filings.save_section(**self.part(self.clerk), rows=rows)

    def prepare(self):
        filings.prepare(**self.whole(self.clerk))

    def take_back(self):
        filings.take_back(**self.whole(self.clerk))

    def decline(self):
        filings.decline(**self.whole(self.director), reason="漏填")

    def submit(self):
        filings.submit(**self.whole(self.director))

    def withdraw(self):
        filings.withdraw(**self.whole(self.clerk))

    def accept(self):
        filings.accept_section(**self.part(self.officer))

    def send_back(self):
        filings.return_section(**self.part(self.officer), comment="缺证")


ROUTES = {
    "draft": [],
    "saved": ["save"],
    "prepared": ["save", "prepare"],
    "submitted": ["save", "prepare", "submit"],
    "returned": ["save", "prepare", "submit", "send_back"],
    "corrected": ["save", "prepare", "submit", "send_back", "save"],
    "prepared again": ["save", "prepare", "submit", "send_back", "save", "prepare"],
    "accepted": ["save", "prepare", "submit", "accept"],
    "withdrawn": ["withdraw"],
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("route", ROUTES)
def test_every_step_in_every_state(center, diane, alice, at, pack, route, verb):
    way = Way(center, diane, alice, at)
    for step in ROUTES[route]:
        assert way.expected(step) is not None
        way.step(step)
    way.step(verb)


# Mostly steps that go somewhere, so that long ways are walked and not only refused.
FORWARD = ["save", "prepare", "submit", "send_back", "save", "prepare", "submit", "accept"]


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(st.sampled_from(VERBS + FORWARD), max_size=14))
def test_any_order_of_steps(center, diane, alice, at, pack, steps):
    with transaction.atomic():
        way = Way(center, diane, alice, at)
        for verb in steps:
            way.step(verb)
        transaction.set_rollback(True)


def test_nobody_certifies_what_they_prepared(center, diane, alice, at, pack):
    way = Way(center, diane, alice, at)
    way.clerk = diane
    way.save()
    way.prepare()
    with pytest.raises(filings.CertifierPrepared):
        way.submit()
    assert Filing.objects.get().status == "prepared"


def test_an_accepted_filing_hashes_what_it_says(center, diane, alice, at, pack):
    way = Way(center, diane, alice, at)
    for verb in ROUTES["accepted"]:
        way.step(verb)
    said = SectionSubmission.objects.get()
    assert said.content[0]["exclusive_area_m2"] in ("1", "1.00")
    assert len(Filing.objects.get().content_hash) == len(said.content_hash) == 64
