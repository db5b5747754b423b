"""Every table is scoped, reached only through a scoped one, or public: nothing is forgotten."""

import pytest
from django.apps import apps

from portal.users.models import ApiToken, User

pytestmark = pytest.mark.django_db

OURS = (
    "portal",
    "audit",
    "feeds",
    "jurisdictions",
    "users",
    "evidence",
    "workdays",
    "inbox",
    "clients",
    "webhooks",
    "centers",
    "organizations",
    "projects",
    "evaluation",
)
# Scoped by ``visible_to``: model → who in 海棠区 sees its rows.
SCOPED = {
    "audit.AuditEvent": "auditor",
    "users.User": "chief",
    "users.ApiToken": "chief",
    "centers.Center": "alice",
    "centers.Filing": "alice",
    "centers.Section": "alice",
    "centers.CoordinationEvent": "alice",
    "centers.Round": "alice",
    "centers.Obligation": "alice",
    "centers.Extension": "alice",
    "centers.Opinion": "alice",
    "organizations.Organization": "alice",
    "organizations.ActivityTeam": "alice",
    "organizations.Campaign": "alice",
    "organizations.Case": "alice",
    "organizations.CaseKeeper": "alice",
    "organizations.Inspection": "alice",
    "organizations.Transfer": "alice",
    "organizations.WorkRecord": "alice",
    "organizations.Observation": "alice",
    "organizations.AnnualFigures": "alice",
    "organizations.CreditListing": "alice",
    "organizations.EarlyWarning": "alice",
    "organizations.Watch": "alice",
    "projects.Project": "alice",
    "projects.Need": "alice",
    "projects.Match": "alice",
    "projects.FundingSource": "alice",
    "projects.Offer": "alice",
    "projects.LotteryApplication": "alice",
    "projects.Procurement": "alice",
    "projects.Invitee": "alice",
    "projects.Question": "alice",
    "projects.Challenge": "alice",
    "projects.Bidder": "alice",
    "projects.Bid": "alice",
    "projects.Opening": "alice",
    "projects.OpenedBid": "alice",
    "projects.Expert": "alice",
    "projects.Draw": "alice",
    "projects.Seat": "alice",
    "projects.Score": "alice",
    "projects.Award": "alice",
    "projects.Contract": "alice",
    "evaluation.Run": "alice",
    "evaluation.Waiver": "alice",
    "evaluation.Finding": "alice",
    "evaluation.Verdict": "alice",
    "inbox.Notice": "alice",
    "inbox.Digest": "chief",
    "centers.Attachment": "alice",
    "evaluation.DutyRecord": "alice",
    "evaluation.DutyFinding": "alice",
    "evaluation.Scheme": "alice",
    "evaluation.ReviewRound": "alice",
    "evaluation.Review": "alice",
    "evaluation.Objection": "alice",
    "evaluation.Rectification": "alice",
    "evaluation.DocumentTemplate": "alice",
    "evaluation.OfficialDocument": "alice",
    "evaluation.Publication": "alice",
    "evaluation.Feedback": "alice",
    "evaluation.CityPack": "alice",
    "clients.Client": "chief",
    "clients.Call": "chief",
    "webhooks.Endpoint": "chief",
    "webhooks.Delivery": "chief",
}
# Never listed by itself: shown only where the row it belongs to is seen.
REACHED_THROUGH = {
    "users.RoleAssignment": "user",
    "centers.Membership": "center",
    "centers.Person": "center",
    "centers.ProfileRow": "section",
    "centers.StaffRow": "section",
    "centers.PremisesRow": "section",
    "centers.AccountRow": "section",
    "centers.FundingRow": "section",
    "centers.CouncilRow": "section",
    "centers.FunctionRow": "section",
    "centers.StatutoryRow": "section",
    "centers.EventMinutes": "event",
    "centers.FollowUp": "event",
    "centers.SectionSubmission": "section",
    "centers.RowComment": "section",
    "centers.SectionDraft": "section",
    "organizations.OrganizationName": "organization",
    "organizations.OrganizationDomicile": "organization",
    "organizations.TeamStep": "team",
    "organizations.CaseStep": "case",
    "organizations.Attendance": "case",
    "organizations.CaseEvidence": "case",
    "organizations.CaseMaterial": "case",
    "organizations.BrandDetail": "case",
    "organizations.ConsultationDetail": "case",
    "organizations.DisputeDetail": "case",
    "organizations.GradingDetail": "case",
    "organizations.IncubationDetail": "case",
    "organizations.NurtureDetail": "case",
    "organizations.OpinionDetail": "case",
    "organizations.ParticipationDetail": "case",
    "organizations.PartyDetail": "case",
    "organizations.PolicyDetail": "case",
    "organizations.SupportDetail": "case",
    "organizations.TrainingDetail": "case",
    "organizations.InspectionHelp": "inspection",
    "organizations.InspectionMaterial": "inspection",
    "organizations.WarningStep": "warning",
    "organizations.TransferRow": "transfer",
    "projects.Plan": "project",
    "projects.CostLine": "project",
    "projects.PriceSource": "line",
    "projects.BudgetBasis": "project",
    "projects.ProjectDocument": "project",
    "projects.Contribution": "record",
    "projects.Criterion": "procurement",
    "projects.KeyHolder": "procurement",
    "projects.KeyPresentation": "holder",
    "projects.Share": "bid",
    "projects.BidFile": "opened_bid",
    "projects.Repair": "opened_bid",
    "projects.RankedBid": "opened_bid",
    "projects.Tie": "expert",
    "projects.ContractLine": "contract",
    "projects.Supplement": "contract",
    "projects.Milestone": "contract",
    "projects.Payment": "contract",
    "projects.Supervision": "contract",
    "projects.Acceptance": "contract",
    "projects.AcceptanceItem": "acceptance",
    "projects.Performance": "contract",
    "projects.PerformanceItem": "performance",
    "evaluation.Shard": "run",
    "evidence.EvidenceFile": "attachments",
    "evaluation.DutyCenter": "record",
    "evaluation.DutyEvidence": "record",
    "evaluation.Basis": "center",
    "evaluation.Indicator": "scheme",
    "evaluation.Extra": "scheme",
    "evaluation.Band": "scheme",
    "evaluation.Survey": "round",
    "evaluation.Answer": "review",
    "evaluation.Mark": "answer",
    "evaluation.ReviewEvidence": "review",
    "evaluation.ReviewExtra": "review",
    "evaluation.ReviewStep": "review",
    "evaluation.RectificationItem": "rectification",
    "evaluation.ItemResponse": "item",
    "evaluation.ItemEvidence": "response",
    "evaluation.ItemExtension": "item",
    "evaluation.ItemStep": "item",
    "evaluation.DocumentDelivery": "document",
    "evaluation.FeedbackStep": "feedback",
    "webhooks.Attempt": "delivery",
}
# The same for everybody.
PUBLIC = {
    "jurisdictions.Division": "the official list",
    "evaluation.Pack": "the text of the standard",
    "evaluation.Activation": "from which day the standard judges, published with its document",
    "evaluation.ParameterOverride": "published with its document number",
    "centers.MechanismMinimum": "what a district asks of all of its centers",
    "organizations.InspectionCalendar": "the days of annual inspections, published by notice",
    "organizations.Series": "the last number of each series, of nobody",
    "projects.Announcement": "what is published of a procurement, for everybody",
    "workdays.WorkYear": "the State Council's calendar",
    "feeds.Change": "codes alone; a reader of the feed is given those of his own divisions",
}


def our_models():
    return {
        model._meta.label: model for model in apps.get_models() if model._meta.app_label in OURS
    }


def scoped(model):
    return ApiToken.scoped if model is ApiToken else model._default_manager


def test_every_model_is_in_exactly_one_list():
    listed = [*SCOPED, *REACHED_THROUGH, *PUBLIC]
    assert sorted(listed) == sorted(our_models())


def test_every_model_with_a_scope_is_listed_as_scoped():
    has_scope = {
        label
        for label, model in our_models().items()
        if hasattr(scoped(model), "visible_to") and label not in PUBLIC
    }
    assert has_scope == set(SCOPED)


def test_a_row_of_every_kind_can_be_made(rows_of):
    """Else what is asked of everything is not asked of it."""
    made = {label: make() for label, make in rows_of.items()}
    assert {label: row._meta.label for label, row in made.items()} == {
        label: label for label in rows_of
    }
    assert all(row.pk for row in made.values())


@pytest.mark.parametrize("label", REACHED_THROUGH)
def test_what_is_reached_through_another_leads_to_something_scoped(label):
    while label in REACHED_THROUGH:
        model = apps.get_model(label)
        label = model._meta.get_field(REACHED_THROUGH[label]).related_model._meta.label
    assert label in SCOPED


@pytest.mark.parametrize("label", SCOPED)
def test_own_district_sees_the_row_and_others_do_not(
    request, rows_of, bob, charlie, label, client_of, huangpu
):
    obj = rows_of[label]()
    manager = scoped(type(obj))
    reader = request.getfixturevalue(SCOPED[label])
    stranger, _token = client_of(huangpu)
    assert manager.visible_to(reader).filter(pk=obj.pk).exists()
    for other in (bob, charlie, stranger):
        assert not manager.visible_to(User.objects.get(pk=other.pk)).filter(pk=obj.pk).exists()


@pytest.mark.parametrize("label", SCOPED)
def test_a_superuser_sees_every_row(rows_of, charlie, label):
    obj = rows_of[label]()
    charlie.is_superuser = True
    assert scoped(type(obj)).visible_to(charlie).filter(pk=obj.pk).exists()


@pytest.mark.parametrize(
    "label", [label for label in SCOPED if label.startswith(("centers", "eval"))]
)
def test_a_director_sees_her_center_and_no_other_in_the_district(rows_of, diane, label):
    obj = rows_of[label]()
    assert not scoped(type(obj)).visible_to(diane).filter(pk=obj.pk).exists()
