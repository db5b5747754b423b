"""Cases as machines read them: never a title, never a word."""

from datetime import date

import pytest

from organizations.api import cases as api_cases
from organizations.models import Case
from tests.factories.organizations import (
    ActivityTeamFactory,
    CaseFactory,
    OrganizationFactory,
)

pytestmark = pytest.mark.django_db


def test_a_case_is_its_number_kind_state_and_days(center, wutong, api):
    organization = OrganizationFactory(division=wutong)
    case = CaseFactory(
        center=center,
        organization=organization,
        title="周某某咨询",
        status="closed",
        closed_on=date(2026, 2, 20),
    )
    row = api.json(f"cases/K{case.pk}/")
    assert list(row) == [field.name for field in api_cases.FIELDS]
    assert (row["case_no"], row["kind"], row["status"]) == (
        case.case_no,
        "consultation",
        "closed",
    )
    assert (row["center_code"], row["township_code"]) == ("C90", wutong.code)
    assert (row["organization_code"], row["team_code"]) == (f"O{organization.pk}", None)
    assert (row["opened_on"], row["closed_on"]) == ("2026-02-10", "2026-02-20")
    assert "周某某" not in str(row)
    assert api.json("cases/")["results"] == [row]


def test_a_case_says_what_its_kind_alone_knows(center, api):
    CaseFactory(
        center=center,
        kind="brand",
        status="selected",
        detail__subject="project",
        detail__level="municipal",
        detail__year=2026,
        detail__selected_on=date(2026, 2, 20),
        detail__award="上海市品牌项目",
    )
    CaseFactory(center=center, kind="nurture", status="done", detail__method="practice")
    CaseFactory(center=center, kind="participation", status="done", detail__area="service")
    CaseFactory(center=center, kind="support", status="done")
    brand, nurture, participation, support = api.rows("cases/")
    told = ("brand_subject", "brand_level", "brand_year", "selected_on")
    assert [brand[name] for name in told] == ["project", "municipal", 2026, "2026-02-20"]
    assert (nurture["nurture_method"], nurture["brand_subject"]) == ("practice", None)
    assert (participation["participation_area"], support["support_kind"]) == ("service", "talent")
    assert "上海市品牌项目" not in str(brand)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"kind": "training"}, 1),
        ({"status": "advising"}, 1),
        ({"center": "C90"}, 2),
        ({"center": "C91"}, 0),
        ({"division": "310199001"}, 2),
    ],
)
def test_cases_are_narrowed_by_what_is_asked(center, wutong, api, query, found):
    CaseFactory(center=center)
    team = ActivityTeamFactory(division=wutong)
    CaseFactory(center=center, kind="training", status="planned", team=team)
    assert len(api.rows("cases/", **query)) == found


def test_another_district_sees_none(center, stranger):
    case = CaseFactory(center=center)
    assert stranger.rows("cases/") == []
    assert stranger.get(f"cases/K{case.pk}/").status_code == 404
    assert Case.objects.count() == 1
