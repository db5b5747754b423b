"""New names and domiciles from a day on."""

from datetime import date
from functools import partial

import pytest
from django.db import IntegrityError, transaction

from organizations.models import Organization, OrganizationName
from organizations.selectors.names import initials_of
from organizations.services import organizations, registered_changes
from organizations.services.organizations import DayRefused
from organizations.services.registered_changes import ChangeRefused
from portal.audit.models import AuditEvent
from portal.errors import Conflict
from tests.factories.organizations import OrganizationFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db
FIRST = [("银龄服务社", date(2015, 4, 1), None)]


@pytest.fixture
def stamp(alice, at):
    return {"by": alice, "at": at}


@pytest.fixture
def organization(wutong, stamp):
    return organizations.register(
        name="银龄服务社",
        org_type="social_service_institution",
        division=wutong,
        registered_on=date(2015, 4, 1),
        domicile="梧桐路1号",
        **stamp,
    )


def rename(organization, stamp, name="重阳服务社", from_on=date(2020, 6, 1), **given):
    given = {"version": organization.version, "doc_no": "海民社〔2020〕6号"} | given
    return registered_changes.rename(
        organization=organization, name=name, from_on=from_on, **given, **stamp
    )


def dated(rows, value):
    return [(getattr(row, value), row.from_on, row.to_on) for row in rows.order_by("pk")]


def test_rename_keeps_the_former_name_with_its_days(organization, stamp):
    rename(organization, stamp)
    organization.refresh_from_db()
    assert (organization.name, organization.version) == ("重阳服务社", 2)
    assert organization.initials == initials_of("重阳服务社")
    assert dated(organization.names, "name") == [
        ("银龄服务社", date(2015, 4, 1), date(2020, 5, 31)),
        ("重阳服务社", date(2020, 6, 1), None),
    ]
    event = AuditEvent.objects.get(action="organizations.organization.rename")
    assert event.changes["name"] == ["银龄服务社", "重阳服务社"]
    assert event.reason == "海民社〔2020〕6号"


def test_what_is_entered_begins_with_the_registration(organization, wutong, alice, at):
    assert dated(organization.names, "name") == FIRST
    domicile = organization.domiciles.get()
    assert (domicile.address, domicile.division) == ("梧桐路1号", wutong)
    assert (domicile.from_on, domicile.entered_by, domicile.entered_at) == (FIRST[0][1], alice, at)


def correct(organization, stamp, day):
    return organizations.update(
        organization=organization, version=organization.version, registered_on=day, **stamp
    )


def test_another_day_of_registration_is_the_first_day_of_what_came_first(organization, stamp):
    rename(organization, stamp)
    correct(organization, stamp, date(2014, 9, 1))
    assert [row[1] for row in dated(organization.names, "name")] == [
        date(2014, 9, 1),
        date(2020, 6, 1),
    ]
    assert organization.domiciles.get().from_on == date(2014, 9, 1)
    correct(organization, stamp, None)
    assert dated(organization.names, "name")[0][1] is None


def test_a_registration_after_a_change_of_name_is_refused(organization, stamp):
    rename(organization, stamp)
    with pytest.raises(DayRefused):
        correct(organization, stamp, date(2020, 6, 1))
    organization.refresh_from_db()
    assert organization.registered_on == date(2015, 4, 1)
    assert dated(organization.names, "name")[0][1] == date(2015, 4, 1)


def test_former_names_are_kept_for_the_search(organization, stamp):
    rename(organization, stamp)
    rename(organization, stamp, name="重阳 互助社", from_on=date(2023, 1, 1))
    rename(organization, stamp, name="晨曦社", from_on=date(2024, 1, 1))
    organization.refresh_from_db()
    assert organization.former_names == "|重阳互助社|重阳服务社|银龄服务社"
    assert organization.search_text.endswith(f"||{organization.former_names[1:]}")


def test_rename_twice_gives_three_names_without_gap(organization, stamp):
    rename(organization, stamp)
    rename(organization, stamp, name="重阳互助社", from_on=date(2023, 1, 1))
    assert dated(organization.names, "name")[1:] == [
        ("重阳服务社", date(2020, 6, 1), date(2022, 12, 31)),
        ("重阳互助社", date(2023, 1, 1), None),
    ]


def test_rename_of_an_organization_without_a_first_day(wutong, stamp):
    organization = OrganizationFactory(division=wutong, name="银龄服务社")
    rename(organization, stamp)
    assert dated(organization.names, "name")[0] == ("银龄服务社", None, date(2020, 5, 31))


@pytest.mark.parametrize(
    ("name", "from_on"),
    [
        (" ", date(2020, 6, 1)),
        ("银龄 服务社", date(2020, 6, 1)),
        ("重阳服务社", date(2015, 4, 1)),
        ("重阳服务社", date(2014, 1, 1)),
        ("重阳服务社", date(2026, 3, 3)),
    ],
)
def test_rename_refuses_no_name_and_days_that_cannot_be(organization, stamp, name, from_on):
    with pytest.raises(ChangeRefused):
        rename(organization, stamp, name=name, from_on=from_on)
    assert dated(organization.names, "name") == FIRST


def test_rename_on_a_stale_version_writes_nothing(organization, stamp):
    with pytest.raises(Conflict):
        rename(organization, stamp, version=7)
    assert dated(OrganizationName.objects, "name") == FIRST


def test_move_keeps_where_it_was(organization, wutong, haitang, stamp):
    registered_changes.move(
        organization=organization,
        address="梧桐路9号",
        division=haitang,
        from_on=date(2021, 1, 1),
        version=1,
        **stamp,
    )
    organization.refresh_from_db()
    assert (organization.domicile, organization.division) == ("梧桐路9号", haitang)
    assert [
        (row.address, row.division, row.from_on, row.to_on)
        for row in organization.domiciles.order_by("pk")
    ] == [
        ("梧桐路1号", wutong, date(2015, 4, 1), date(2020, 12, 31)),
        ("梧桐路9号", haitang, date(2021, 1, 1), None),
    ]


def test_a_correction_corrects_the_row_that_holds_now(organization, stamp):
    rename(organization, stamp)
    organization.refresh_from_db()
    organizations.update(
        organization=organization, version=organization.version, name="重阳服务站", **stamp
    )
    assert [name for name, *_days in dated(organization.names, "name")] == [
        "银龄服务社",
        "重阳服务站",
    ]


def test_the_database_refuses_two_names_on_one_day(organization, stamp, alice, at):
    rename(organization, stamp)
    row = {"organization": organization, "name": "丙社", "entered_by": alice, "entered_at": at}
    for days in (
        {"from_on": date(2019, 1, 1), "to_on": date(2019, 2, 1)},
        {"from_on": date(2030, 1, 1), "to_on": date(2030, 2, 1)},
        {"from_on": None, "to_on": None},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            OrganizationName.objects.create(**row, **days)


@pytest.mark.django_db(transaction=True)
def test_of_two_renamings_at_once_one_wins(organization, stamp):
    copies = [Organization.objects.get(pk=organization.pk) for _ in range(2)]
    names = ("甲社", "乙社")
    calls = [partial(rename, copy, stamp, name) for copy, name in zip(copies, names, strict=True)]
    outcomes = at_once(calls)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "Organization"]
    assert organization.names.count() == 2
