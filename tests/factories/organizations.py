"""Organizations, activity teams, cases, records of work, and warnings."""

from datetime import UTC, date, datetime
from decimal import Decimal

import factory

from organizations.models import (
    DETAIL_MODELS,
    ActivityTeam,
    AnnualFigures,
    Attendance,
    Campaign,
    Case,
    CaseEvidence,
    CaseMaterial,
    CaseStep,
    CreditListing,
    EarlyWarning,
    Inspection,
    InspectionCalendar,
    InspectionHelp,
    InspectionMaterial,
    Observation,
    Organization,
    OrganizationDomicile,
    OrganizationName,
    TeamStep,
    Watch,
    WorkRecord,
)
from tests.factories.evidence import EvidenceFileFactory
from tests.factories.portal import UserFactory

AT = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


class OrganizationFactory(factory.django.DjangoModelFactory):
    """A social-service institution without a credit code."""

    class Meta:
        model = Organization

    name = factory.Sequence(lambda n: f"海棠区测试服务中心{n}")
    org_type = "social_service_institution"


class ActivityTeamFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ActivityTeam

    name = factory.Sequence(lambda n: f"测试舞蹈队{n}")
    neighborhood = "东弄居委会"
    kind = "culture_sport"


class OrganizationNameFactory(factory.django.DjangoModelFactory):
    """The name since 1 January 2020; ``organization`` is given."""

    class Meta:
        model = OrganizationName

    name = factory.SelfAttribute("organization.name")
    from_on = date(2020, 1, 1)
    entered_by = factory.SubFactory(UserFactory)
    entered_at = AT


class OrganizationDomicileFactory(factory.django.DjangoModelFactory):
    """The domicile since 1 January 2020; ``organization`` is given."""

    class Meta:
        model = OrganizationDomicile

    address = "梧桐路1号"
    division = factory.SelfAttribute("organization.division")
    from_on = date(2020, 1, 1)
    entered_by = factory.SubFactory(UserFactory)
    entered_at = AT


class TeamStepFactory(factory.django.DjangoModelFactory):
    """Filed on 10 February 2026; ``team`` is given."""

    class Meta:
        model = TeamStep

    kind = "file"
    happened_on = date(2026, 2, 10)
    by = factory.SubFactory(UserFactory)
    at = AT


# What a detail of the kind cannot be without.
LEAST_DETAILS = {
    "opinion": {"led_by": "街道党工委"},
    "support": {"support_kind": "talent"},
}


class CaseFactory(factory.django.DjangoModelFactory):
    """A consultation opened on 10 February 2026 with its detail; ``center`` is given."""

    class Meta:
        model = Case
        skip_postgeneration_save = True

    case_no = factory.Sequence(lambda n: f"310199-ZX-2026-{n:05d}")
    kind = "consultation"
    status = "advising"
    title = factory.Sequence(lambda n: f"登记咨询{n}")
    opened_on = date(2026, 2, 10)
    opened_by = factory.SubFactory(UserFactory)
    opened_at = AT

    @factory.post_generation
    def detail(self, create, extracted, **values):
        if create:
            known = LEAST_DETAILS.get(self.kind, {}) | values
            DETAIL_MODELS[self.kind].objects.create(case=self, **known)


class CaseStepFactory(factory.django.DjangoModelFactory):
    """A note of 10 February 2026; ``case`` is given."""

    class Meta:
        model = CaseStep

    happened_on = date(2026, 2, 10)
    before = factory.SelfAttribute("case.status")
    after = factory.SelfAttribute("case.status")
    text = "已答复"
    by = factory.SubFactory(UserFactory)
    at = AT


class CampaignFactory(factory.django.DjangoModelFactory):
    """The inspection of institutions for 2024; ``district`` is given."""

    class Meta:
        model = Campaign

    year = 2024
    kind = "institution"
    title = factory.LazyAttribute(lambda campaign: f"{campaign.year}年度检查")
    opened_by = factory.SubFactory(UserFactory)
    opened_at = AT


class InspectionCalendarFactory(factory.django.DjangoModelFactory):
    """The days of institutions for 2024 that a notice set; ``division`` is given."""

    class Meta:
        model = InspectionCalendar

    year = 2024
    kind = "institution"
    opens_on = date(2025, 1, 2)
    unit_due_on = date(2025, 4, 15)
    authority_due_on = date(2025, 6, 15)
    doc_no = "沪民社管〔2025〕1号"
    entered_by = factory.SubFactory(UserFactory)
    entered_at = AT


class InspectionFactory(factory.django.DjangoModelFactory):
    """An institution's for 2024, not started; ``organization__division`` is given."""

    class Meta:
        model = Inspection

    organization = factory.SubFactory(OrganizationFactory)
    year = 2024
    kind = "institution"


class InspectionHelpFactory(factory.django.DjangoModelFactory):
    """A reminder of 3 March 2025; ``inspection`` and ``center`` are given."""

    class Meta:
        model = InspectionHelp

    kind = "remind"
    happened_on = date(2025, 3, 3)
    text = "电话提醒"
    by = factory.SubFactory(UserFactory)
    at = AT


class InspectionMaterialFactory(factory.django.DjangoModelFactory):
    """The report form is there; ``inspection`` is given."""

    class Meta:
        model = InspectionMaterial

    code = "report_form"
    state = "received"
    changed_by = factory.SubFactory(UserFactory)
    changed_at = AT


class AttendanceFactory(factory.django.DjangoModelFactory):
    """One person; ``case`` and an organization or a team are given."""

    class Meta:
        model = Attendance


class CaseMaterialFactory(factory.django.DjangoModelFactory):
    """Missing; ``case`` is given."""

    class Meta:
        model = CaseMaterial

    code = factory.Sequence(lambda n: f"材料{n}")
    changed_by = factory.SubFactory(UserFactory)
    changed_at = AT


class CaseEvidenceFactory(factory.django.DjangoModelFactory):
    """A file without bytes; ``case`` is given."""

    class Meta:
        model = CaseEvidence

    file = factory.SubFactory(EvidenceFileFactory)
    title = "签到表"
    added_by = factory.SelfAttribute("file.uploaded_by")
    added_at = AT


class WorkRecordFactory(factory.django.DjangoModelFactory):
    """A training session of 10 February 2026; ``center`` is given."""

    class Meta:
        model = WorkRecord

    function = "FN-13"
    happened_on = date(2026, 2, 10)
    title = factory.Sequence(lambda n: f"能力培训{n}")
    recorded_by = factory.SubFactory(UserFactory)
    recorded_at = AT


class ObservationFactory(factory.django.DjangoModelFactory):
    """A complaint of 10 February 2026; ``organization`` or ``team`` is given."""

    class Meta:
        model = Observation

    kind = "complaint"
    happened_on = date(2026, 2, 10)
    text = "居民来电反映"
    noted_by = factory.SubFactory(UserFactory)
    noted_at = AT


class AnnualFiguresFactory(factory.django.DjangoModelFactory):
    """Net assets of 2025; ``organization`` is given."""

    class Meta:
        model = AnnualFigures

    year = 2025
    number = 1
    net_assets_yuan = Decimal("100000.00")
    entered_by = factory.SubFactory(UserFactory)
    entered_at = AT


class CreditListingFactory(factory.django.DjangoModelFactory):
    """On the abnormal list since 10 February 2026; ``district`` is given."""

    class Meta:
        model = CreditListing

    uscc = "52310199MJF1000166"
    name = "海棠区测试服务中心"
    kind = "abnormal"
    listed_on = date(2026, 2, 10)
    entered_by = factory.SubFactory(UserFactory)
    entered_at = AT


class EarlyWarningFactory(factory.django.DjangoModelFactory):
    """A clue that the watch found on 1 March 2026; ``organization`` or ``team`` is given."""

    class Meta:
        model = EarlyWarning

    code = "W-07"
    episode = factory.Sequence(str)
    source = "computed"
    level = "general"
    since_on = date(2026, 2, 11)
    opened_on = date(2026, 3, 1)
    opened_at = AT
    ack_due_on = date(2026, 3, 13)


class WatchFactory(factory.django.DjangoModelFactory):
    """The night of 1 March 2026; ``district`` is given."""

    class Meta:
        model = Watch

    on = date(2026, 3, 1)
    requested_at = AT
    enqueued_at = AT
