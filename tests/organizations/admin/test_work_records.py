"""Records of work as the bureau reads them."""

import re

import pytest

from tests.factories.organizations import WorkRecordFactory
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db
LIST = "/admin/organizations/workrecord/"


@pytest.fixture
def bureau(alice_client):
    return in_english(alice_client)


def test_the_list_says_in_words_which_records_stand_for_no_work(bureau, center):
    WorkRecordFactory(center=center, function="FN-18", title="三月", is_zero_report=True)
    WorkRecordFactory(center=center, function="FN-12", title="无", is_none_due=True)
    WorkRecordFactory(center=center, function="FN-11", title="咨询")
    page = bureau.get(LIST).content.decode()
    told = re.findall(r'"field-nothing_done[^>]*>\s*([^<]*?)\s*<', page)
    assert sorted(told) == ["-", "nobody due", "zero report"]


def test_that_a_record_was_voided_is_told_last(bureau, center):
    record = WorkRecordFactory(center=center, function="FN-11")
    page = words(bureau.get(f"{LIST}{record.pk}/change/"))
    assert page.index("Recorded at") < page.index("Voided by") < page.index("Reason for voiding")


def test_an_empty_list_says_who_fills_it(bureau):
    assert "No center recorded work yet" in words(bureau.get(LIST))
