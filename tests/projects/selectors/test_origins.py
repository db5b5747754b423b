"""From a record of work to the project, procurement or need that entered it."""

import pytest

from organizations.selectors.origins import origins
from organizations.services import work_records
from projects.services import contributions
from tests.factories.centers import CenterFactory
from tests.factories.organizations import OrganizationFactory
from tests.factories.procurements import (
    MatchFactory,
    NeedFactory,
    OfferFactory,
    ProcurementFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]


@pytest.fixture
def enter(center, alice, at):
    def run(function, **origin):
        return contributions.enter(
            center=center,
            function=function,
            happened_on=at.date(),
            title="参与",
            by=alice,
            at=at,
            **origin,
        ).record

    return run


def test_a_record_leads_to_what_entered_it(enter, project, wutong, haitang):
    procurement = ProcurementFactory(project=project)
    organization = OrganizationFactory(division=wutong)
    offer = OfferFactory(organization=organization, district=haitang)
    center = CenterFactory(division=wutong)
    match = MatchFactory(need=NeedFactory(division=wutong), offer=offer, center=center)
    records = [
        enter("FN-41", project=project),
        enter("FN-45", procurement=procurement),
        enter("FN-23", match=match),
    ]
    found = origins(records)
    assert [found[record.pk].label for record in records] == [
        str(project),
        str(procurement),
        str(match.need),
    ]
    assert [found[record.pk].url for record in records] == [
        f"/desk/projects/{project.pk}/",
        f"/desk/procurements/{procurement.pk}/",
        f"/desk/needs/{match.need_id}/",
    ]


def test_a_record_of_a_project_is_not_voided_by_hand(enter, project, alice, at):
    record = enter("FN-41", project=project)
    with pytest.raises(work_records.EnteredElsewhere, match=project.name):
        work_records.withdraw(record=record, reason="误录", by=alice, at=at)
    record.refresh_from_db()
    assert record.voided_at is None
