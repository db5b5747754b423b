"""Organizations and teams that may stand in the register twice."""

from datetime import date

import pytest
from stdnum.cn import uscc

from organizations.models import Organization
from organizations.selectors import duplicates
from organizations.services import contacts, registered_changes
from portal import sealing
from tests.factories.organizations import ActivityTeamFactory, OrganizationFactory

pytestmark = pytest.mark.django_db
NUMBER = "31019919850101001X"


def likely(wutong, name="海棠区银龄服务社", **given):
    found = duplicates.likely(name=name, division=wutong, **given)
    return {(each.row.name, each.why) for each in found}


@pytest.mark.parametrize(
    "name", ["海棠区 银龄服务社", "海棠区银龄服务社（筹）", "海棠区银龄服务社(筹)"]
)
def test_same_name_however_it_is_written(wutong, name):
    OrganizationFactory(division=wutong, name=name)
    asked = "海棠区银龄服务社（筹）" if "筹" in name else "海棠区银龄服务社"
    assert likely(wutong, asked) == {(name, duplicates.SAME_NAME)}


@pytest.mark.parametrize(
    "name", ["银龄服务社", "上海市海棠区银龄服务社", "上海银龄服务社", "海棠银龄服务社"]
)
def test_same_name_but_for_the_place_in_front(wutong, name):
    OrganizationFactory(division=wutong, name=name)
    assert likely(wutong) == {(name, duplicates.SAME_STEM)}


def test_other_names_and_other_districts_are_not_likely(wutong, huangpu):
    OrganizationFactory(division=wutong, name="海棠区重阳服务社")
    OrganizationFactory(division=huangpu, name="海棠区银龄服务社")
    own = OrganizationFactory(division=wutong, name="海棠区银龄服务社")
    assert likely(wutong, exclude=own.pk) == set()


def test_a_name_that_is_a_place_alone_is_compared_as_it_is(wutong):
    OrganizationFactory(division=wutong, name="海棠区")
    assert likely(wutong, "海棠区") == {("海棠区", duplicates.SAME_NAME)}


def test_same_subject_in_the_code(wutong):
    body = "51310101MJF100016"
    code = body + uscc.calc_check_digit(body)
    OrganizationFactory(division=wutong, name="甲社", uscc=code, org_type="association")
    asked = {"name": "乙社", "uscc": "52310199MJF1000166"}
    assert likely(wutong, **asked) == {("甲社", duplicates.SAME_SUBJECT)}


def test_former_name(wutong, alice, at):
    organization = OrganizationFactory(division=wutong, name="海棠区银龄服务社")
    registered_changes.rename(
        organization=organization,
        name="重阳服务社",
        from_on=date(2020, 1, 1),
        version=1,
        by=alice,
        at=at,
    )
    assert likely(wutong) == {("重阳服务社", duplicates.FORMER_NAME)}


def test_same_representative_of_associations(wutong, alice, at):
    for name, org_type in (("甲会", "association"), ("乙社", "social_service_institution")):
        contacts.set_legal_rep(
            organization=OrganizationFactory(division=wutong, name=name, org_type=org_type),
            name="王芳",
            id_number=NUMBER,
            version=1,
            by=alice,
            at=at,
        )
    digest = sealing.digest(NUMBER, purpose=Organization.SEALED["legal_rep_id"])
    assert likely(wutong, "丙会", id_digest=digest) == {("甲会", duplicates.SAME_PERSON)}


def test_teams_of_the_township_with_the_same_name_or_leader_and_place(wutong, haitang):
    phone = {"leader_phone_sealed": b"s", "leader_phone_digest": b"d"}
    ActivityTeamFactory(division=wutong, name="晚霞 舞蹈队")
    ActivityTeamFactory(division=wutong, name="合唱团", place="梧桐路 1号", **phone)
    ActivityTeamFactory(division=wutong, name="棋社", place="别处", **phone)
    ActivityTeamFactory(division=haitang, name="晚霞舞蹈队")
    found = duplicates.teams_like(
        name="晚霞舞蹈队", division=wutong, leader_digest=b"d", place="梧桐路1号"
    )
    assert [(each.row.name, each.why) for each in found] == [
        ("晚霞 舞蹈队", duplicates.SAME_TEAM),
        ("合唱团", duplicates.SAME_LEADER),
    ]


def test_groups_are_of_one_district_and_of_what_is_seen(wutong, huangpu, alice):
    OrganizationFactory(division=wutong, name="银龄社")
    OrganizationFactory(division=huangpu, name="银龄社")
    assert duplicates.groups(Organization.objects.all()) == []
    OrganizationFactory(division=wutong, name="银龄 社")
    for seen in (Organization.objects.visible_to(alice), Organization.objects.all()):
        ((why, rows),) = duplicates.groups(seen, most=1)
        assert (why, {row.division for row in rows}) == (duplicates.SAME_NAME, {wutong})
        assert len(rows) == 2


def test_names_of_two_districts_do_not_fill_the_list(wutong, huangpu):
    for name in ("甲社", "乙社"):
        for division in (wutong, huangpu):
            OrganizationFactory(division=division, name=name)
    OrganizationFactory(division=wutong, name="银龄社")
    OrganizationFactory(division=wutong, name="银龄 社")
    ((_why, rows),) = duplicates.groups(Organization.objects.all(), most=1)
    assert {row.name for row in rows} == {"银龄社", "银龄 社"}
