"""What the database refuses of a project, and who sees it."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from projects.models import Project
from tests.factories.projects import ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "fields",
    [
        {"budget_yuan": Decimal("-0.01")},
        {"contract_yuan": Decimal("-1")},
        {"starts_on": date(2025, 6, 1), "ends_on": date(2025, 5, 31)},
    ],
)
def test_project_refuses(wutong, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        ProjectFactory(division=wutong, **fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"budget_yuan": Decimal("0")},
        {"starts_on": date(2025, 6, 1), "ends_on": date(2025, 6, 1)},
        {"starts_on": date(2025, 6, 1)},
    ],
)
def test_project_accepts(wutong, fields):
    assert ProjectFactory(division=wutong, **fields).pk


def test_number_is_given_once(wutong):
    ProjectFactory(division=wutong, project_no="310199-2025-0001")
    with pytest.raises(IntegrityError), transaction.atomic():
        ProjectFactory(division=wutong, project_no="310199-2025-0001")


def test_project_is_seen_by_its_bureau_and_in_its_township(wutong, alice, bob, charlie, diane):
    project = ProjectFactory(division=wutong)
    people = (alice, bob, charlie, diane)
    assert [u.username for u in people if project in Project.objects.visible_to(u)] == [
        "alice",
        "diane",
    ]
