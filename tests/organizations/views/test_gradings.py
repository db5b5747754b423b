"""The check before a grade assessment, as the desk shows it."""

from datetime import date

import pytest

from organizations.rules import gradings as rules
from organizations.selectors import grading_words
from tests.factories.organizations import CaseFactory, OrganizationFactory
from tests.flows.pages import in_english, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]


def test_reasons_come_with_their_source_and_what_is_not_known(diane_client, center, wutong):
    organization = OrganizationFactory(
        division=wutong, registered_on=date(2099, 1, 1), grade="3A", grade_until=date(2099, 5, 1)
    )
    path = f"/desk/organizations/{organization.pk}/grading/"
    page = words(in_english(diane_client).get(path))
    assert "It may not apply yet." in page
    assert "Its certificate is held for two full years from 2101-01-01 on." in page
    assert "Its grade 3A is valid until 2099-05-01." in page
    assert "《社会组织评估管理办法（民政部令第39号）》" in page
    assert "how its last annual inspection ended" in page


def test_strangers_learn_nothing(bob_client, charlie_client, wutong):
    organization = OrganizationFactory(division=wutong)
    for client in (bob_client, charlie_client):
        assert client.get(f"/desk/organizations/{organization.pk}/grading/").status_code == 404


def test_every_code_of_the_rule_has_words():
    assert set(grading_words.REASONS) == set(rules.REASONS)
    assert set(grading_words.UNKNOWN) == set(rules.UNKNOWN)


def test_the_help_with_a_grade_assessment_leads_to_the_check(diane_client, center, wutong):
    about = {"center": center, "organization": OrganizationFactory(division=wutong)}
    grading = CaseFactory(kind="grading", status="preparing", **about)
    other = CaseFactory(kind="party", status="planned", **about)
    path = f"/desk/organizations/{about['organization'].pk}/grading/"
    assert path in diane_client.get(f"/desk/cases/{grading.pk}/").content.decode()
    assert path not in diane_client.get(f"/desk/cases/{other.pk}/").content.decode()
