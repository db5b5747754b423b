"""海棠区 with rows behind every resource, evaluated, and the clients that ask for it."""

from centers.models import Center, Person
from evaluation.models import Shard
from evaluation.services import evaluations
from portal.jurisdictions.models import Division
from portal.users.models import Dataset, User
from tests.api import Api
from tests.conftest import AT
from tests.factories.centers import ObligationFactory, RoundFactory
from tests.factories.city_packs import CityPackFactory, submitted
from tests.factories.clients import issue
from tests.factories.organizations import (
    ActivityTeamFactory,
    CampaignFactory,
    CaseFactory,
    EarlyWarningFactory,
    InspectionFactory,
    OrganizationFactory,
    WorkRecordFactory,
)
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.factories.procurements import AnnouncementFactory, ProcurementFactory, awarded, signed
from tests.factories.projects import ProjectFactory
from tests.factories.publications import PublishedFactory
from tests.factories.rectifications import ItemFactory, RectificationFactory
from tests.factories.rectifications import issue as issue_notice
from tests.factories.reviews import ReviewFactory, ReviewRoundFactory, adopted, finished

CANARY = "王金丝雀"


def furnish():
    """Rows of every resource beside the golden centers, and their standing results."""
    haitang = Division.objects.get(code="310199")
    Person.objects.update(name=CANARY)
    User.objects.update(full_name=CANARY)
    CampaignFactory(district=haitang, year=2024), CampaignFactory(district=haitang, year=2025)
    for _ in range(2):
        asked = RoundFactory(division=haitang)
        for center in Center.objects.order_by("code")[:2]:
            ObligationFactory(center=center, round=asked)
    for center in Center.objects.order_by("code")[:2]:
        organization = OrganizationFactory(division=center.division)
        InspectionFactory(organization=organization)
        EarlyWarningFactory(organization=organization)
        ActivityTeamFactory(division=center.division)
        WorkRecordFactory(center=center)
        CaseFactory(center=center)
        project = ProjectFactory(division=center.division, supplier=organization)
        contract = signed(awarded(ProcurementFactory(project=project)))
        AnnouncementFactory(procurement=contract.procurement)
        item = ItemFactory(rectification=RectificationFactory(center=center), fact=CANARY)
        issue_notice(item.rectification)
        PublishedFactory(center=center, division=center.division)
        held = ReviewRoundFactory(
            district=haitang, scheme=adopted(haitang), year=2020 + int(center.code[1:])
        )
        finished(ReviewFactory(round=held, center=center, reply=CANARY, visit_record=CANARY))
    for year in (2024, 2025):
        submitted(CityPackFactory(division=haitang, year=year))
    for pk in Shard.objects.order_by("pk").values_list("pk", flat=True):
        evaluations.compute(shard_id=pk, at=AT)


def client(code, datasets=Dataset.values):
    """A client with a token for data sets in a division."""
    account = UserFactory(is_service=True)
    RoleAssignmentFactory(user=account, role="api_client", division=Division.objects.get(code=code))
    return Api(issue(account, datasets))
