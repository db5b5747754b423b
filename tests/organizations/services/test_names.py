"""Initials that were left out."""

from io import StringIO

import pytest
from django.core.management import call_command

from organizations import tasks
from organizations.models import Organization
from organizations.services import names
from tests.factories.organizations import OrganizationFactory

pytestmark = pytest.mark.django_db


def initials():
    return list(Organization.objects.order_by("pk").values_list("initials", flat=True))


def test_blank_initials_are_made_and_others_left_alone(wutong):
    for name, known in (("银龄社", ""), ("重阳社", "zys"), ("——", ""), ("晨曦社", "")):
        OrganizationFactory(division=wutong, name=name, initials=known)
    assert names.fill_blank(limit=10) == 2
    assert initials() == ["yls", "zys", "", "cxs"]
    assert names.fill_blank(limit=10) == 0


def test_no_more_are_made_than_asked(wutong):
    for name in ("银龄社", "重阳社", "晨曦社"):
        OrganizationFactory(division=wutong, name=name)
    assert names.fill_blank(limit=2) == 2
    assert initials()[2] == ""
    tasks.index_names()
    assert initials()[2] == "cxs"


def test_names_without_letters_do_not_hold_up_the_others(wutong):
    for name in ("——", "……", "银龄社"):
        OrganizationFactory(division=wutong, name=name)
    assert names.fill_blank(limit=1) == 1
    assert initials() == ["", "", "yls"]


def test_command_says_how_many_it_made(wutong):
    OrganizationFactory(division=wutong, name="银龄社")
    said = StringIO()
    call_command("index_names", stdout=said)
    assert said.getvalue().strip() == "Initials made: 1"
