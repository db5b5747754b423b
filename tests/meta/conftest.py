"""One row of every kind in 海棠区, for tests that ask the same of everything."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from centers.models import ROW_MODELS, RowComment, Section, SectionDraft, SectionSubmission
from evaluation.models import DutyFinding, ParameterOverride, ReviewRound, Shard, Waiver
from organizations.models import Campaign, CaseKeeper, CreditListing, InspectionCalendar, Watch
from portal.audit import services as audit
from portal.clients.models import Client
from portal.users.models import ApiToken, Dataset
from tests.factories.centers import (
    CenterFactory,
    ExtensionFactory,
    FilingFactory,
    MembershipFactory,
    ObligationFactory,
    OpinionFactory,
    PersonFactory,
    RoundFactory,
    SectionFactory,
    SubmittedFilingFactory,
)
from tests.factories.city_packs import CityPackFactory
from tests.factories.clients import CallFactory, issue
from tests.factories.documents import OfficialDocumentFactory, TemplateFactory
from tests.factories.duties import DutyFindingFactory, DutyRecordFactory
from tests.factories.evaluation import FindingFactory, RunFactory, VerdictFactory
from tests.factories.events import HeldEventFactory
from tests.factories.evidence import AttachmentFactory
from tests.factories.organizations import (
    ActivityTeamFactory,
    AnnualFiguresFactory,
    CampaignFactory,
    CaseFactory,
    CreditListingFactory,
    EarlyWarningFactory,
    InspectionCalendarFactory,
    InspectionFactory,
    ObservationFactory,
    OrganizationFactory,
    WatchFactory,
    WorkRecordFactory,
)
from tests.factories.portal import (
    DigestFactory,
    NoticeFactory,
    RoleAssignmentFactory,
    UserFactory,
    WorkYearFactory,
)
from tests.factories.procurements import (
    AnnouncementFactory,
    BidderFactory,
    ChallengeFactory,
    DrawFactory,
    ExpertFactory,
    FundingSourceFactory,
    InviteeFactory,
    LotteryApplicationFactory,
    MatchFactory,
    NeedFactory,
    OfferFactory,
    PerformanceFactory,
    ProcurementFactory,
    QuestionFactory,
    ScoreFactory,
    advance,
    awarded,
    opened_bid,
    seated,
    signed,
)
from tests.factories.projects import ProjectFactory
from tests.factories.publications import FeedbackFactory, PublishedFactory
from tests.factories.rectifications import RectificationFactory
from tests.factories.reviews import ObjectionFactory, ReviewFactory, ReviewRoundFactory, adopted
from tests.factories.transfers import TransferFactory
from tests.factories.webhooks import DeliveryFactory, EndpointFactory

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
# Beyond any clock of a test.
FAR = date(2099, 12, 31)


@pytest.fixture
def client_of(db):
    """(division) → a service account of an API client there, and its token's text."""

    def open_account(division):
        user = UserFactory(is_service=True)
        RoleAssignmentFactory(user=user, role="api_client", division=division)
        return user, issue(user, Dataset.values)

    return open_account


class Maker:
    """Makes one more row of a model, at a new center of 梧桐路街道 where it hangs on one."""

    def __init__(self, district, township, pack, officer, client_of):
        self.district, self.township, self.pack = district, township, pack
        self.officer, self.client_of = officer, client_of

    def center(self):
        return CenterFactory(division=self.township)

    def section_row(self, kind):
        section = SectionFactory(filing=FilingFactory(center=self.center()), kind=kind)
        needed = {
            "profile": {"name": "甲"},
            "accounts": {"holder": "甲"},
            "funding": {"form": "grant"},
            "functions": {"fiscal_year": 2025, "function": "FN-11"},
            "statutory": {"matter": "branches", "is_so": False},
        }.get(kind, {})
        if kind == "staff":
            needed = {"person": PersonFactory(center=section.center)}
        return ROW_MODELS[kind].objects.create(section=section, position=1, **needed)

    def section(self):
        return SectionFactory(filing=self.filing(), status="submitted")

    def filing(self):
        return SubmittedFilingFactory(center=self.center())

    def round(self):
        return RoundFactory(division=self.district, opened_by=self.officer)

    def obligation(self):
        return ObligationFactory(round=self.round(), center=self.center())

    def extension(self):
        return ExtensionFactory(obligation=self.obligation(), granted_by=self.officer)

    def opinion(self):
        return OpinionFactory(filing=self.filing(), given_by=self.officer)

    def submission(self):
        return SectionSubmission.objects.create(
            section=self.section(),
            number=1,
            content=[],
            content_hash="0" * 64,
            submitted_by=self.officer,
            submitted_at=AT,
        )

    def comment(self):
        return RowComment.objects.create(
            section=self.section(),
            number=1,
            line=uuid4(),
            text="缺证",
            made_by=self.officer,
            made_at=AT,
        )

    def draft(self):
        return SectionDraft.objects.create(
            section=self.section(), user=self.officer, version=1, data={}, saved_at=AT
        )

    def attachment(self):
        """Attached to a draft and handed in since."""
        attachment = AttachmentFactory(section=SectionFactory(filing=self.filing()))
        Section.objects.filter(pk=attachment.section_id).update(status="submitted")
        return attachment

    def assignment(self):
        return RoleAssignmentFactory(user=UserFactory(), role="evaluator", division=self.district)

    def event(self):
        target = self.center()
        path = self.township.path
        return audit.record(
            action="x.y.z", by=self.officer, at=AT, target=target, division_path=path
        )

    def run(self):
        return RunFactory(division=self.district, pack=self.pack, requested_by=self.officer)

    def waiver(self):
        return Waiver.objects.create(
            center=self.center(),
            rule="ST-04",
            basis="理事会决议",
            reason="正在招聘",
            ends_on=FAR,
            requested_by=self.officer,
            requested_at=AT,
        )

    def notice(self, **values):
        return NoticeFactory(user=self.officer, division_path=self.district.path, **values)

    def digest(self):
        digest = DigestFactory(user=UserFactory(), claimed_at=AT)
        self.notice(digest=digest)
        return digest

    def call(self):
        """Of a client that has a token here."""
        account, _text = self.client_of(self.district)
        return CallFactory(client=account.client)

    def endpoint(self):
        """Of a client that has a token here."""
        account, _text = self.client_of(self.district)
        return EndpointFactory(client=account.client)

    def organization(self):
        return OrganizationFactory(division=self.township)

    def listing(self):
        """Of another day each time: one entry stands per code, list and day."""
        day = date(2020, 1, 1) + timedelta(days=CreditListing.objects.count())
        return CreditListingFactory(district=self.district, listed_on=day)

    def watch(self):
        """Of another night each time."""
        day = date(2020, 1, 1) + timedelta(days=Watch.objects.count())
        return WatchFactory(district=self.district, on=day)

    def work_year(self):
        return WorkYearFactory(entered_by=self.officer)

    def campaign(self):
        """Of another year each time."""
        year = 2000 + Campaign.objects.count()
        return CampaignFactory(district=self.district, year=year, opened_by=self.officer)

    def calendar(self):
        """Of another year each time."""
        year = 2000 + InspectionCalendar.objects.count()
        return InspectionCalendarFactory(division=self.district, year=year)

    def duty_finding(self):
        """Of another year each time: one stands per district, rule and year."""
        year = 2100 - DutyFinding.objects.count()
        return DutyFindingFactory(
            division=self.district,
            year=year,
            as_of=date(year, 12, 31),
            run=self.run(),
            pack=self.pack,
        )

    def procurement(self):
        return ProcurementFactory(project=self.project())

    def project(self):
        return ProjectFactory(division=self.township)

    def contract(self):
        return signed(awarded(self.procurement()))

    def opened_bid(self):
        return opened_bid(self.procurement())

    def match(self):
        """Of a need and an offer here."""
        offer = OfferFactory(organization=self.organization(), district=self.district)
        need = NeedFactory(division=self.township)
        return MatchFactory(need=need, offer=offer, center=self.center())

    def lottery(self):
        return LotteryApplicationFactory(project=self.project(), center=self.center())

    def asked(self, make):
        """Of a procurement here, by an organization from here."""
        return make(procurement=self.procurement(), organization=self.organization())

    def score(self):
        """Of a panel that is through."""
        bid = self.opened_bid()
        procurement = bid.bid.procurement
        seat = seated(procurement, district=self.district, status="declared")
        criterion = procurement.criteria.get(kind="technical")
        score = ScoreFactory(seat=seat, opened_bid=bid, criterion=criterion)
        type(seat).objects.filter(pk=seat.pk).update(status="submitted", submitted_at=AT)
        advance(procurement, "ranked")
        return score

    def review_round(self, **values):
        """Of another year each time: one is held a year."""
        year = 2099 - ReviewRound.objects.count()
        scheme = adopted(self.district)
        return ReviewRoundFactory(district=self.district, scheme=scheme, year=year, **values)

    def review(self):
        return ReviewFactory(round=self.review_round(), center=self.center())

    def objection(self):
        announced = self.review_round(
            status="publicity", publicity_from=AT.date(), publicity_until=AT.date()
        )
        review = ReviewFactory(round=announced, center=self.center())
        return ObjectionFactory(review=review)

    def city_pack(self):
        """Submitted by nobody yet."""
        return CityPackFactory(division=self.district)

    def override(self):
        return ParameterOverride.objects.create(
            division=self.district,
            key="min_area",
            value="35.00",
            effective_from=date(2026, 1, 1),
            reason="细则",
            doc_no="〔2025〕9号",
            set_by=self.officer,
            set_at=AT,
        )


@pytest.fixture
def rows_of(haitang, wutong, pack, alice, client_of):
    """Model label → a function that makes one more row of that model in 海棠区."""
    new = Maker(haitang, wutong, pack, alice, client_of)
    return {
        "audit.AuditEvent": new.event,
        "users.User": lambda: new.assignment().user,
        "users.RoleAssignment": new.assignment,
        "users.ApiToken": lambda: ApiToken.objects.get(user=client_of(haitang)[0]),
        "clients.Client": lambda: Client.objects.get(user=client_of(haitang)[0]),
        "clients.Call": new.call,
        "webhooks.Endpoint": new.endpoint,
        "webhooks.Delivery": lambda: DeliveryFactory(endpoint=new.endpoint()),
        "centers.Center": new.center,
        "centers.Membership": lambda: MembershipFactory(center=new.center()),
        "centers.Person": lambda: PersonFactory(center=new.center()),
        "centers.Filing": new.filing,
        "centers.Section": new.section,
        "centers.CoordinationEvent": lambda: HeldEventFactory(center=new.center(), minutes="议定"),
        "centers.Round": new.round,
        "centers.Obligation": new.obligation,
        "centers.Extension": new.extension,
        "centers.Opinion": new.opinion,
        "centers.SectionSubmission": new.submission,
        "centers.RowComment": new.comment,
        "centers.SectionDraft": new.draft,
        "centers.Attachment": new.attachment,
        "organizations.Organization": lambda: OrganizationFactory(division=wutong),
        "organizations.ActivityTeam": lambda: ActivityTeamFactory(division=wutong),
        "organizations.Campaign": new.campaign,
        "organizations.Case": lambda: CaseFactory(center=new.center()),
        "organizations.CaseKeeper": lambda: CaseKeeper.objects.get(pk=new.center().pk),
        "organizations.Inspection": lambda: InspectionFactory(organization__division=wutong),
        "organizations.InspectionCalendar": new.calendar,
        "organizations.Transfer": lambda: TransferFactory(district=haitang),
        "organizations.WorkRecord": lambda: WorkRecordFactory(center=new.center()),
        "organizations.Observation": lambda: ObservationFactory(organization=new.organization()),
        "organizations.AnnualFigures": lambda: AnnualFiguresFactory(
            organization=new.organization()
        ),
        "organizations.CreditListing": new.listing,
        "organizations.EarlyWarning": lambda: EarlyWarningFactory(organization=new.organization()),
        "organizations.Watch": new.watch,
        "projects.Project": lambda: ProjectFactory(division=wutong),
        "projects.Need": lambda: NeedFactory(division=wutong),
        "projects.Offer": lambda: OfferFactory(organization=new.organization(), district=haitang),
        "projects.Match": new.match,
        "projects.FundingSource": lambda: FundingSourceFactory(project=new.project()),
        "projects.LotteryApplication": new.lottery,
        "projects.Procurement": new.procurement,
        "projects.Invitee": lambda: new.asked(InviteeFactory),
        "projects.Question": lambda: new.asked(QuestionFactory),
        "projects.Challenge": lambda: new.asked(ChallengeFactory),
        "projects.Announcement": lambda: AnnouncementFactory(procurement=new.procurement()),
        "projects.Bidder": lambda: BidderFactory(organization=new.organization()),
        "projects.Bid": lambda: new.opened_bid().bid,
        "projects.Opening": lambda: new.opened_bid().opening,
        "projects.OpenedBid": new.opened_bid,
        "projects.Expert": lambda: ExpertFactory(district=haitang),
        "projects.Draw": lambda: DrawFactory(procurement=new.procurement()),
        "projects.Seat": lambda: seated(new.procurement(), district=haitang),
        "projects.Score": new.score,
        "projects.Award": lambda: awarded(new.procurement()),
        "projects.Contract": new.contract,
        "projects.Payment": lambda: new.contract().payments.get(),
        "projects.Performance": lambda: PerformanceFactory(contract=new.contract()),
        "evaluation.ParameterOverride": new.override,
        "evaluation.Run": new.run,
        "evaluation.Shard": lambda: Shard.objects.create(run=new.run(), position=0, center_ids=[]),
        "evaluation.Waiver": new.waiver,
        "evaluation.Finding": lambda: FindingFactory(center=new.center(), run=new.run()),
        "evaluation.Verdict": lambda: VerdictFactory(center=new.center(), run=new.run()),
        "evaluation.DutyRecord": lambda: DutyRecordFactory(district=haitang),
        "evaluation.DutyFinding": new.duty_finding,
        "evaluation.Scheme": lambda: adopted(haitang),
        "evaluation.ReviewRound": new.review_round,
        "evaluation.Review": new.review,
        "evaluation.Objection": new.objection,
        "evaluation.Rectification": lambda: RectificationFactory(center=new.center()),
        "evaluation.DocumentTemplate": lambda: TemplateFactory(district=haitang),
        "evaluation.OfficialDocument": lambda: OfficialDocumentFactory(district=haitang),
        "evaluation.Publication": lambda: PublishedFactory(division=wutong, center=new.center()),
        "evaluation.Feedback": lambda: FeedbackFactory(district=haitang),
        "evaluation.CityPack": new.city_pack,
        "inbox.Notice": new.notice,
        "inbox.Digest": new.digest,
        "workdays.WorkYear": new.work_year,
    } | {
        model._meta.label: lambda kind=kind: new.section_row(kind)
        for kind, model in ROW_MODELS.items()
    }


@pytest.fixture
def auditor(haitang):
    """The auditor, who sees the trail and nothing else."""
    user = UserFactory(username="auditor", full_name="何审计", is_staff=True)
    RoleAssignmentFactory(user=user, role="district_auditor", division=haitang)
    return user
