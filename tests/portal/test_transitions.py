"""One conditional UPDATE decides who may move an object."""

import pytest
from django.utils import translation

from centers.models import Filing, Section
from portal.errors import Conflict, DomainError
from portal.transitions import edit, transition
from tests.factories.centers import FilingFactory, SectionFactory, SubmittedFilingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def filing(center):
    return FilingFactory(center=center)


def test_transition_moves_and_counts_the_version(filing):
    transition(filing, "withdrawn")
    assert (filing.status, filing.version) == ("withdrawn", 2)
    assert Filing.objects.values_list("status", "version").get() == ("withdrawn", 2)


def test_transition_writes_the_changes_with_it(filing, charlie, at):
    transition(filing, "prepared", prepared_by=charlie, prepared_at=at)
    assert (filing.status, filing.prepared_by, filing.prepared_at) == ("prepared", charlie, at)


@pytest.mark.parametrize("to", ["accepted", "returned", "draft"])
def test_transition_refuses_what_the_table_does_not_name(filing, to):
    with pytest.raises(Conflict):
        transition(filing, to)
    assert (filing.status, filing.version) == ("draft", 1)


def test_transition_refuses_a_version_that_is_no_longer_true(filing):
    stale = Filing.objects.get(pk=filing.pk)
    edit(filing, version=1)
    with pytest.raises(Conflict):
        transition(stale, "withdrawn")
    assert Filing.objects.get().status == "draft"


def test_transition_prefers_the_version_the_reader_saw(filing):
    with pytest.raises(Conflict):
        transition(filing, "withdrawn", version=7)
    assert Filing.objects.get().status == "draft"


def test_transition_tells_the_loser_what_it_became(filing):
    stale = Filing.objects.get(pk=filing.pk)
    transition(filing, "withdrawn")
    with translation.override("en"), pytest.raises(Conflict, match="“withdrawn”"):
        transition(stale, "submitted")
    assert stale.status == "withdrawn"


def test_edit_writes_under_the_version_it_was_read_with(center, alice):
    section = SectionFactory(filing=SubmittedFilingFactory(center=center))
    edit(section, version=1, comment="见附件")
    assert (section.comment, section.version) == ("见附件", 2)


def test_edit_refuses_a_stale_version_and_writes_nothing(center):
    section = SectionFactory(filing=FilingFactory(center=center))
    edit(section, version=1, comment="甲")
    with pytest.raises(Conflict):
        edit(section, version=1, comment="乙")
    assert Section.objects.values_list("comment", "version").get() == ("甲", 2)


def test_conflict_is_a_refusal_whose_text_the_user_may_read():
    assert issubclass(Conflict, DomainError)
    assert str(Conflict("已被他人修改")) == "已被他人修改"
