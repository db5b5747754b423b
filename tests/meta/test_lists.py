"""Every list costs the same number of queries, whether it shows one row or three."""

from datetime import UTC, datetime
from decimal import Decimal
from functools import partial

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLResolver

from centers.models import AccountRow, Center
from evaluation.models import Pack, Review, ReviewEvidence, Survey
from evaluation.services import evaluations
from portal.users.models import ApiToken
from projects.models import Contribution
from projects.services import budgets
from tests.factories.centers import CenterFactory, FilingFactory, MembershipFactory
from tests.factories.city_packs import CityPackFactory
from tests.factories.documents import OfficialDocumentFactory, filed
from tests.factories.duties import DutyRecordFactory
from tests.factories.evaluation import FindingFactory, RunFactory, VerdictFactory
from tests.factories.events import (
    EventFactory,
    EventMinutesFactory,
    FollowUpFactory,
    HeldEventFactory,
    MechanismMinimumFactory,
)
from tests.factories.evidence import EvidenceFileFactory
from tests.factories.organizations import (
    ActivityTeamFactory,
    AttendanceFactory,
    CampaignFactory,
    CaseEvidenceFactory,
    CaseFactory,
    CaseMaterialFactory,
    CaseStepFactory,
    EarlyWarningFactory,
    InspectionFactory,
    InspectionHelpFactory,
    InspectionMaterialFactory,
    OrganizationFactory,
    TeamStepFactory,
    WorkRecordFactory,
)
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.factories.procurements import (
    AnnouncementFactory,
    ContractFactory,
    ContractLineFactory,
    CostLineFactory,
    DocumentFactory,
    MilestoneFactory,
    PaymentFactory,
    PlanFactory,
    PriceSourceFactory,
    QuestionFactory,
    announced,
    awarded,
)
from tests.factories.projects import ProjectFactory
from tests.factories.publications import FeedbackFactory
from tests.factories.rectifications import ItemFactory, RectificationFactory, ResponseFactory
from tests.factories.rectifications import issue as issue_notice
from tests.factories.reviews import (
    AnswerFactory,
    IndicatorFactory,
    MarkFactory,
    ReviewFactory,
    ReviewRoundFactory,
    SchemeFactory,
    SectionFactory,
    adopt,
    adopted,
    finished,
    graded,
)

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)

OURS = (
    *("audit", "jurisdictions", "users", "workdays", "inbox", "clients", "webhooks"),
    *("centers", "organizations", "projects", "evaluation"),
)
# Who reads a register; the others are the officer's.
READERS = {"audit.AuditEvent": "auditor", "users.User": "chief"}
READERS |= dict.fromkeys(("inbox.Digest", "clients.Client", "clients.Call"), "chief")
READERS |= dict.fromkeys(("webhooks.Endpoint", "webhooks.Delivery"), "chief")
# Rows that every list has anyway.
FIXED = {"jurisdictions.Division"}
# Registers that are the same for every district.
PUBLIC = {"workdays.WorkYear", "organizations.InspectionCalendar"}
# Desk and API pages that list rows; the rest shows one thing.
DESK_LISTS = {
    "desk:filing-list",
    "desk:filing",
    "evaluation:center",
    "evaluation:timeline",
    "evaluation:rectification-list",
    "evaluation:rectification",
    "evaluation:feedback-list",
    "desk:event-home",
    "desk:event-list",
    "desk:event",
    "desk:inbox",
    "work:home",
    "work:inspection",
    "work:inspection-list",
    "work:list",
    "work:team-list",
    "work:team",
    "work:organization",
    "work:organizations",
    "work:warning-list",
    "work:warning",
    "work:cases",
    "work:case",
    "evaluation:lookahead",
    "evaluation:document",
    "evaluation:document-list",
    "evaluation:review-list",
    "evaluation:review",
    "evaluation:review-home",
    "evaluation:opinion-list",
    "evaluation:review-opinion",
    "evaluation:publication-home",
    "evaluation:publication-year",
    "projects:procurements",
    "projects:procurement",
    "projects:need-list",
    "projects:need",
    "projects:suggestions",
    "projects:offer-list",
    "projects:lottery-list",
    "projects:contract",
    "projects:project-list",
    "projects:project",
    "projects:basis",
    "projects:unit-costs",
}
API_LISTS = {
    *("compliance-centers", "compliance-centers-ndjson", "compliance-centers-csv"),
    "compliance-center-history",
    "compliance-findings",
    "compliance-findings-ndjson",
    "compliance-findings-csv",
    *("compliance-summary", "compliance-summary-ndjson", "compliance-summary-csv"),
    *("compliance-districts", "compliance-districts-ndjson", "compliance-districts-csv"),
    *("compliance-runs", "compliance-runs-ndjson", "compliance-runs-csv"),
    "divisions",
    "divisions-ndjson",
    "divisions-csv",
    "standards",
    *("standards-versions", "standards-versions-ndjson", "standards-versions-csv"),
    *("city-packs", "city-packs-ndjson", "city-packs-csv"),
}
# One row more of what each list shows.
API_MADE_BY = {
    "centers": "centers.Center",
    "rounds": "centers.Round",
    "obligations": "centers.Obligation",
    "filings": "centers.Filing",
    "organizations": "organizations.Organization",
    "teams": "organizations.ActivityTeam",
    "casework": "organizations.WorkRecord",
    "inspections": "organizations.Inspection",
    "campaigns": "organizations.Campaign",
    "warnings": "organizations.EarlyWarning",
    "cases": "organizations.Case",
    "projects": "projects.Project",
    "procurements": "projects.Award",
    "announcements": "projects.Announcement",
    "contracts": "projects.Contract",
    "reviews": "evaluation.Review",
    "rectifications": "evaluation.Rectification",
    "publications": "evaluation.Publication",
}
API_REGISTERS = {
    f"{name}{form}": label
    for name, label in API_MADE_BY.items()
    for form in ("", "-ndjson", "-csv")
}
API_LISTS |= set(API_REGISTERS)
API_SINGLES = {"compliance-center", "compliance-run", "division", "schema", "docs"}
API_SINGLES |= {"center", "center-facts", "round", "filing", "organization", "team", "guide"}
API_SINGLES |= {"warning"}
API_SINGLES |= {"case"}
API_SINGLES |= {"review", "rectification"}
API_SINGLES |= {"publication"}
API_SINGLES |= {"project", "procurement", "announcement", "contract"}
API_SINGLES |= {"changes", "me", "standards-version", "compliance-simulations"}

API_SINGLES |= {"inspection", "campaign", "city-pack"}


def api_names(patterns=None):
    """Names of every address of the API."""
    for entry in patterns or get_resolver("portal.api.urls").url_patterns:
        if isinstance(entry, URLResolver):
            yield from api_names(entry.url_patterns)
        else:
            yield entry.name


def registers():
    return sorted(m._meta.label for m in admin.site._registry if m._meta.app_label in OURS)


def queries(client, path):
    """Number of queries, and the answer read to its end."""
    with CaptureQueriesContext(connection) as captured:
        response = client.get(path)
        body = b"".join(response.streaming_content) if response.streaming else response.content
    assert response.status_code == 200
    # The minute of a token's last use is written when the clock's minute changes.
    stamp = f'UPDATE "{ApiToken._meta.db_table}"'
    counted = [query for query in captured if not query["sql"].startswith(stamp)]
    return len(counted), response, body.decode()


@pytest.mark.parametrize("label", registers())
def test_register_costs_the_same_for_one_and_three_rows(request, rows_of, client_for, label):
    client = client_for(request.getfixturevalue(READERS.get(label, "alice")))
    app_label, model = label.lower().split(".")
    path = reverse(f"admin:{app_label}_{model}_changelist")
    make = rows_of.get(label)
    first = make and make()
    client.get(path)
    one, response, _body = queries(client, path)
    shown = len(response.context["cl"].result_list)
    if label in FIXED:
        assert shown > 3
        return
    second, third = make(), make()
    three, response, _body = queries(client, path)
    assert len(response.context["cl"].result_list) == shown + 2
    assert {first, second, third} <= set(response.context["cl"].result_list)
    assert three == one


@pytest.mark.parametrize("label", registers())
def test_register_search_finds_nothing_of_another_district(rows_of, client_for, bob, label):
    """Searching is listing: what is out of reach cannot be found by its name."""
    if label in FIXED | PUBLIC:
        return
    obj = rows_of[label]()
    app_label, model = label.lower().split(".")
    path = reverse(f"admin:{app_label}_{model}_changelist")
    for query in ("", f"?q={str(obj)[:10]}", f"?id__exact={obj.pk}", "?all="):
        response = client_for(bob).get(path + query, follow=True)
        if response.status_code == 200 and "cl" in (response.context or {}):
            assert obj not in response.context["cl"].result_list


# --- desk


def test_every_desk_page_is_judged_a_list_or_not():
    desk = {
        f"{entry.namespace}:{page.name}"
        for entry in get_resolver().url_patterns
        if getattr(entry, "namespace", None) in ("desk", "evaluation", "work", "projects")
        for page in entry.url_patterns
    }
    singles = {
        "desk:home",
        "desk:filing-open",
        "desk:filing-answer",
        "desk:filing-prepare",
        "desk:filing-take-back",
        "desk:filing-decline",
        "desk:filing-submit",
        "desk:filing-withdraw",
        "desk:section-edit",
        "desk:section-add",
        "desk:section-drop",
        "desk:workbook",
        "desk:workbook-upload",
        "desk:workbook-marked",
        "desk:attachment-add",
        "desk:attachment-replace",
        "desk:attachment-remove",
        "desk:attachment-download",
        "desk:section-keep",
        "desk:section-discard",
        "evaluation:finding",
        "evaluation:self-check",
        "desk:inbox-read",
        "desk:inbox-mail",
        "desk:notice",
        "desk:notice-read",
        "desk:event-plan",
        "desk:bureau-event-plan",
        "desk:event-correct",
        "desk:event-record",
        "desk:event-cancel",
        "desk:follow-up-add",
        "desk:follow-up-finish",
        "desk:filing-print",
        "evaluation:clause",
        "evaluation:review-submit",
        "evaluation:review-reply",
        "evaluation:review-evidence",
        "evaluation:review-claim",
        "evaluation:review-evidence-file",
        "evaluation:review-evidence-void",
        "evaluation:review-extra-file",
        "evaluation:opinion-give",
        "evaluation:opinion-return",
        "evaluation:waiver-request",
        "evaluation:waiver",
        "evaluation:waiver-withdraw",
        "evaluation:waiver-evidence",
        "evaluation:publication",
        "evaluation:publication-drop",
        "evaluation:publication-list",
        "evaluation:publication-picture",
        "evaluation:publication-prepare",
        "evaluation:publication-prove",
        "evaluation:publication-publish",
        "evaluation:publication-withdraw",
        "evaluation:document-receipt",
        "evaluation:document-file",
        "evaluation:document-received",
        "evaluation:rectification-receive",
        "evaluation:rectification-respond",
        "evaluation:rectification-extend",
        "evaluation:rectification-file",
        "evaluation:feedback",
        "evaluation:feedback-reply",
        "desk:section-cautions",
        "work:enter",
        "work:record",
        "work:case-open",
        "work:case-move",
        "work:case-note",
        "work:case-correct",
        "work:case-hand-over",
        "work:case-materials",
        "work:case-evidence",
        "work:case-evidence-download",
        "work:case-attendance",
        "work:void",
        "work:adviser",
        "work:grading-check",
        "work:inspection-help",
        "work:inspection-help-void",
        "work:inspection-materials",
        "work:inspection-move",
        "work:team-apply",
        "work:team-step",
        "work:reveal",
        "work:warning-report",
        "work:warning-zero",
        "projects:procurement-guide",
        "projects:need-enter",
        "projects:need-move",
        "projects:match-introduce",
        "projects:match-move",
        "projects:offer-enter",
        "projects:lottery",
        "projects:lottery-apply",
        "projects:lottery-move",
        "projects:supervision-add",
        "projects:plan-edit",
        "projects:plan-submit",
        "projects:plan-decide",
        "projects:cost-lines",
        "projects:price-sources",
        "projects:basis-supply",
        "projects:project-attach",
        "projects:contract-file",
        "projects:project-file",
    }
    assert desk == DESK_LISTS | singles


def test_publication_home_costs_the_same_for_two_and_four(alice_client, wutong):
    # Whoever has one center is led to it.
    CenterFactory(division=wutong), CenterFactory(division=wutong)
    path = reverse("evaluation:publication-home")
    alice_client.get(path)
    two, _response, short = queries(alice_client, path)
    CenterFactory(division=wutong), CenterFactory(division=wutong)
    four, _response, long = queries(alice_client, path)
    assert long != short
    assert four == two


def test_filing_list_costs_the_same_for_one_and_three(diane, diane_client, wutong):
    path = reverse("desk:filing-list")

    def more():
        center = CenterFactory(division=wutong)
        MembershipFactory(user=diane, center=center)
        filing = FilingFactory(center=center, opened_by=diane)
        filing.sections.create(center=center, kind="premises")

    more()
    diane_client.get(path)
    one, *_ = queries(diane_client, path)
    more(), more()
    assert queries(diane_client, path)[0] == one


def test_filing_page_costs_the_same_for_one_and_three_rows(diane, diane_client, center):
    filing = FilingFactory(center=center, opened_by=diane)
    section = filing.sections.create(center=center, kind="accounts")
    path = reverse("desk:filing", args=[filing.pk])

    def more(position):
        AccountRow.objects.create(section=section, position=position, holder="甲")

    more(1)
    diane_client.get(path)
    one, *_ = queries(diane_client, path)
    more(2), more(3)
    assert queries(diane_client, path)[0] == one


def test_rectifications_of_a_center_cost_the_same_for_one_and_three(diane_client, center):
    def more(rule):
        return ItemFactory(rectification=RectificationFactory(center=center), rule=rule)

    issue_notice(more("ST-09").rectification)
    path = reverse("evaluation:rectification-list", args=[center.code])
    diane_client.get(path)
    one, *_ = queries(diane_client, path)
    issue_notice(more("ST-08").rectification), issue_notice(more("ST-10").rectification)
    assert queries(diane_client, path)[0] == one


def test_a_rectification_costs_the_same_for_one_and_three_items(diane_client, center, diane):
    def made(rules):
        notice = RectificationFactory(center=center)
        items = [ItemFactory(rectification=notice, rule=rule) for rule in rules]
        issue_notice(notice)
        for item in items:
            ResponseFactory(item=item, answered_by=diane)
        return reverse("evaluation:rectification", args=[notice.pk])

    short, long = made(["ST-09"]), made(["ST-08", "ST-10", "ST-07"])
    diane_client.get(short)
    assert queries(diane_client, short)[0] == queries(diane_client, long)[0]


def test_feedback_costs_the_same_for_one_and_three(diane_client, center, haitang, alice):
    def more():
        FeedbackFactory(district=haitang, status="handling", handler=alice, handed_to=center)

    more()
    path = reverse("evaluation:feedback-list")
    diane_client.get(path)
    one, *_ = queries(diane_client, path)
    more(), more()
    assert queries(diane_client, path)[0] == one


@pytest.mark.parametrize("page", ["need-list", "offer-list", "lottery-list"])
def test_needs_offers_and_lotteries_cost_the_same_for_one_and_three(
    rows_of, diane_client, center, page
):
    label = {
        "need-list": "projects.Need",
        "offer-list": "projects.Offer",
        "lottery-list": "projects.LotteryApplication",
    }[page]
    path = reverse(f"projects:{page}", args=[center.code])
    rows_of[label]()
    diane_client.get(path)
    one, *_ = queries(diane_client, path)
    rows_of[label](), rows_of[label]()
    assert queries(diane_client, path)[0] == one


def test_a_need_with_its_introductions_costs_the_same_for_one_and_three(
    rows_of, diane_client, center, wutong
):
    match = rows_of["projects.Match"]()
    type(match.need).objects.update(status="screened")
    type(match.need).objects.update(status="published")
    paths = [reverse(f"projects:{page}", args=[match.need_id]) for page in ("need", "suggestions")]

    def cost():
        return [queries(diane_client, path)[0] for path in paths]

    rows_of["projects.Offer"]()
    cost()
    one = cost()
    for _ in range(2):
        offer = rows_of["projects.Offer"]()
        type(match).objects.create(
            need=match.need,
            offer=offer,
            center=center,
            happened_on=match.happened_on,
            entered_by=match.entered_by,
            entered_at=match.entered_at,
        )
        rows_of["projects.Offer"]()
    assert cost() == one


def test_projects_of_a_center_cost_the_same_for_one_and_three(diane_client, center, wutong):
    path = reverse("projects:project-list", args=[center.code])

    def more():
        supplier = OrganizationFactory(division=wutong)
        PlanFactory(project=ProjectFactory(division=wutong, supplier=supplier))

    more()
    diane_client.get(path)
    one, *_ = queries(diane_client, path)
    more(), more()
    assert queries(diane_client, path)[0] == one


def test_a_project_and_its_basis_cost_the_same_for_one_and_three_rows(
    diane_client, center, wutong, alice
):
    project = ProjectFactory(division=wutong)

    def more():
        line = CostLineFactory(project=project)
        document = DocumentFactory(project=project)
        for _each in range(2):
            PriceSourceFactory(line=line, document=document)
        basis = budgets.supply(project=project, version=project.version, by=alice, at=AT)
        ContractLineFactory(contract=ContractFactory(award=awarded(project__division=wutong)))
        announced(project__division=wutong)
        return [
            reverse("projects:project", args=[project.pk]),
            reverse("projects:basis", args=[basis.pk]),
        ]

    def costs(paths):
        for path in paths:
            diane_client.get(path)
        return [queries(diane_client, path)[0] for path in paths]

    one = costs(more())
    more()
    assert costs(more()) == one


def test_unit_costs_cost_the_same_for_one_and_three(diane_client, center, wutong):
    path = reverse("projects:unit-costs")

    def more(item):
        contract = ContractFactory(award=awarded(project__division=wutong))
        ContractLineFactory(contract=contract, item=item)
        MilestoneFactory(contract=contract)
        PaymentFactory(contract=contract, position=1, amount_yuan=contract.price_yuan)
        for status in ("signed", "accepted"):
            type(contract).objects.filter(pk=contract.pk).update(status=status, signed_on=AT.date())

    more("助餐")
    diane_client.get(path)
    one, *_ = queries(diane_client, path)
    more("助餐"), more("助浴")
    assert queries(diane_client, path)[0] == one


def test_procurements_of_a_center_cost_the_same_for_one_and_three(diane_client, center, wutong):
    path = reverse("projects:procurements", args=[center.code])
    announced(project__division=wutong)
    diane_client.get(path)
    one, *_ = queries(diane_client, path)
    announced(project__division=wutong), announced(project__division=wutong)
    assert queries(diane_client, path)[0] == one


def test_a_procurement_costs_the_same_for_one_and_three_rows(diane_client, center, wutong, alice):
    procurement = announced(project__division=wutong)
    path = reverse("projects:procurement", args=[procurement.pk])

    def more(number):
        AnnouncementFactory(procurement=procurement, number=number)
        QuestionFactory(
            procurement=procurement,
            organization=OrganizationFactory(division=wutong),
            answer="按实际上门时间",
            answered_by=alice,
            answered_at=AT,
        )
        record = WorkRecordFactory(center=center, function="FN-45")
        Contribution.objects.create(record=record, procurement=procurement)

    more(1)
    diane_client.get(path)
    one, *_ = queries(diane_client, path)
    more(2), more(3)
    assert queries(diane_client, path)[0] == one


def test_documents_cost_the_same_for_one_and_three(diane, diane_client, center, haitang):
    files = iter(EvidenceFileFactory.create_batch(3))

    def more():
        document = OfficialDocumentFactory(district=haitang)
        return filed(document, next(files), center, sequence=document.pk)

    document = more()
    lists = reverse("evaluation:document-list"), reverse("evaluation:document", args=[document.pk])
    for path in lists:
        diane_client.get(path)
    before = [queries(diane_client, path)[0] for path in lists]
    more(), more()
    other = CenterFactory(division=center.division)
    MembershipFactory(user=diane, center=other)
    document.deliveries.create(center=other, delivered_at=AT)
    assert [queries(diane_client, path)[0] for path in lists] == before


def test_reviews_of_a_center_cost_the_same_for_one_and_three(diane_client, center, haitang):
    def held(year):
        round_ = ReviewRoundFactory(district=haitang, scheme=adopted(haitang), year=year)
        return ReviewFactory(round=round_, center=center)

    held(2021)
    path = reverse("evaluation:review-list", args=[center.code])
    diane_client.get(path)
    one, *_ = queries(diane_client, path)
    held(2022), held(2023)
    assert queries(diane_client, path)[0] == one


def marked_review(haitang, center, year, number, stage="self"):
    """A review of so many indicators, each with a mark and a piece of evidence, voided or not."""
    scheme = graded(SchemeFactory(district=haitang))
    section = SectionFactory(scheme=scheme)
    points = Decimal(100) / number
    rows = [
        IndicatorFactory(scheme=scheme, parent=section, points=points) for _each in range(number)
    ]
    round_ = ReviewRoundFactory(district=haitang, scheme=adopt(scheme), year=year)
    review = ReviewFactory(round=round_, center=center)
    for row in rows:
        mark = MarkFactory(answer=AnswerFactory(review=review, indicator=row), points=1)
        who = {"stage": "self", "text": "台账", "added_by": mark.marked_by, "added_at": AT}
        voided = {"voided_by": mark.marked_by, "voided_at": AT, "void_reason": "传错"}
        ReviewEvidence.objects.create(review=review, answer=mark.answer, **who)
        ReviewEvidence.objects.create(review=review, answer=mark.answer, **who, **voided)
    if stage != "self":
        by = mark.marked_by
        Review.objects.filter(pk=review.pk).update(
            status="township", assessed_by=by, assessed_at=AT, self_total=1
        )
        Review.objects.filter(pk=review.pk).update(status=stage)
    return review


def test_a_review_costs_the_same_for_one_and_three_marks_and_files(diane_client, center, haitang):
    short, long = (
        reverse("evaluation:review", args=[marked_review(haitang, center, year, number).pk])
        for year, number in ((2021, 1), (2022, 4))
    )
    diane_client.get(short)
    assert queries(diane_client, short)[0] == queries(diane_client, long)[0]


def test_an_opinion_costs_the_same_for_one_and_three_marks_and_reviews(
    client_for, center, haitang, wutong
):
    user = UserFactory(is_staff=True)
    RoleAssignmentFactory(user=user, role="township_reviewer", division=wutong)
    street, listed = client_for(user), reverse("evaluation:opinion-list")
    first = marked_review(haitang, center, 2021, 1, "township")
    street.get(listed)
    one, *_ = queries(street, listed)
    second = marked_review(haitang, center, 2022, 4, "township")
    marked_review(haitang, center, 2023, 1)
    assert queries(street, listed)[0] == one
    short, long = (
        queries(street, reverse("evaluation:review-opinion", args=[each.pk]))[0]
        for each in (first, second)
    )
    assert short == long


def test_the_bureaus_page_of_a_review_costs_the_same_for_one_and_three_marks(
    alice_client, center, haitang
):
    short, long = (
        reverse(
            "admin:evaluation_review_change",
            args=[marked_review(haitang, center, year, number, "district").pk],
        )
        for year, number in ((2021, 1), (2022, 4))
    )
    alice_client.get(short)
    assert queries(alice_client, short)[0] == queries(alice_client, long)[0]


def test_reviews_to_choose_from_cost_the_same_for_one_and_three_centers(alice_client, wutong):
    path = reverse("evaluation:review-home")
    CenterFactory(division=wutong)
    alice_client.get(path)
    one, *_ = queries(alice_client, path)
    CenterFactory(division=wutong), CenterFactory(division=wutong)
    assert queries(alice_client, path)[0] == one


def test_a_round_of_reviews_costs_the_same_for_one_and_three_reviews(alice_client, haitang, wutong):
    round_ = ReviewRoundFactory(district=haitang, scheme=adopted(haitang))
    path = reverse("admin:evaluation_reviewround_change", args=[round_.pk])

    def more():
        center = CenterFactory(division=wutong)
        ReviewFactory(round=round_, center=center)
        Survey.objects.create(
            round=round_,
            center=center,
            group="residents",
            asked=0,
            valid_answers=0,
            entered_by=round_.created_by,
            entered_at=AT,
        )

    more()
    alice_client.get(path)
    one, *_ = queries(alice_client, path)
    more(), more()
    assert queries(alice_client, path)[0] == one


def test_inbox_costs_the_same_for_one_and_three_notices(rows_of, alice_client):
    path = reverse("desk:inbox")
    rows_of["inbox.Notice"]()
    alice_client.get(path)
    one, *_ = queries(alice_client, path)
    rows_of["inbox.Notice"](), rows_of["inbox.Notice"]()
    assert queries(alice_client, path)[0] == one


def test_event_home_costs_the_same_for_one_and_three(alice_client, wutong):
    CenterFactory(division=wutong)
    path = reverse("desk:event-home")
    alice_client.get(path)
    one, *_ = queries(alice_client, path)
    CenterFactory(division=wutong), CenterFactory(division=wutong)
    assert queries(alice_client, path)[0] == one


def test_work_home_costs_the_same_for_one_and_three(alice_client, wutong):
    CenterFactory(division=wutong)
    path = reverse("work:home")
    alice_client.get(path)
    one, *_ = queries(alice_client, path)
    CenterFactory(division=wutong), CenterFactory(division=wutong)
    assert queries(alice_client, path)[0] == one


def test_work_list_costs_the_same_for_one_and_three(diane_client, center):
    path = reverse("work:list", args=[center.code]) + "?year=2026"

    def more():
        WorkRecordFactory(center=center)
        WorkRecordFactory(center=center, function="FN-24", support_kind="talent")

    more()
    diane_client.get(path)
    one, *_ = queries(diane_client, path)
    more(), more()
    assert queries(diane_client, path)[0] == one


def test_organizations_cost_the_same_for_one_and_three(rows_of, alice_client):
    path = reverse("work:organizations")
    rows_of["organizations.Organization"]()
    alice_client.get(path)
    one, *_ = queries(alice_client, path)
    rows_of["organizations.Organization"](), rows_of["organizations.Organization"]()
    assert queries(alice_client, path)[0] == one


def test_organization_page_costs_the_same_for_one_and_three_moments(alice_client, center, wutong):
    organization = OrganizationFactory(division=wutong)
    path = reverse("work:organization", args=[organization.pk])

    def more():
        CaseFactory(center=center, organization=organization)

    more()
    alice_client.get(path)
    one, *_ = queries(alice_client, path)
    more(), more()
    assert queries(alice_client, path)[0] == one


def test_warning_list_costs_the_same_for_one_and_three(diane_client, center, wutong):
    path = reverse("work:warning-list", args=[center.code])

    def more():
        EarlyWarningFactory(organization=OrganizationFactory(division=wutong))

    more()
    diane_client.get(path)
    one, *_ = queries(diane_client, path)
    more(), more()
    assert queries(diane_client, path)[0] == one


def test_case_list_costs_the_same_for_one_and_three(diane_client, center, wutong):
    path = reverse("work:cases", args=[center.code])

    def more():
        CaseFactory(center=center, organization=OrganizationFactory(division=wutong))
        CaseFactory(
            center=center,
            team=ActivityTeamFactory(division=wutong),
            kind="training",
            status="planned",
        )

    more()
    diane_client.get(path)
    one, *_ = queries(diane_client, path)
    more(), more()
    assert queries(diane_client, path)[0] == one


def test_warning_page_costs_the_same_for_one_and_three_steps(
    diane, diane_client, center, wutong, at
):
    warning = EarlyWarningFactory(organization=OrganizationFactory(division=wutong))
    path = reverse("work:warning", args=[warning.pk])

    def more():
        warning.steps.create(after="clue", level="general", text="已联系", by=diane, at=at)

    more()
    diane_client.get(path)
    one, *_ = queries(diane_client, path)
    more(), more()
    assert queries(diane_client, path)[0] == one


def test_team_list_costs_the_same_for_one_and_three(diane_client, center, wutong):
    path = reverse("work:team-list", args=[center.code])
    ActivityTeamFactory(division=wutong)
    diane_client.get(path)
    one, *_ = queries(diane_client, path)
    ActivityTeamFactory(division=wutong), ActivityTeamFactory(division=wutong, status="draft")
    assert queries(diane_client, path)[0] == one


def test_team_page_costs_the_same_for_one_and_three_steps(diane_client, center, wutong):
    team = ActivityTeamFactory(division=wutong, name="甲队")
    path = reverse("work:team", args=[team.pk])

    def more():
        record = WorkRecordFactory(center=center, function="FN-16", team=team)
        TeamStepFactory(team=team, record=record)
        ActivityTeamFactory(division=wutong, name="甲队")

    more()
    diane_client.get(path)
    one, *_ = queries(diane_client, path)
    more(), more()
    assert queries(diane_client, path)[0] == one


def test_case_page_costs_the_same_for_one_and_three_of_everything(diane_client, center, wutong):
    case = CaseFactory(center=center, kind="training", status="planned")
    path = reverse("work:case", args=[case.pk])

    def more():
        CaseStepFactory(case=case)
        CaseMaterialFactory(case=case)
        CaseEvidenceFactory(case=case)
        AttendanceFactory(case=case, organization=OrganizationFactory(division=wutong))

    more()
    diane_client.get(path)
    one, *_ = queries(diane_client, path)
    more(), more()
    assert queries(diane_client, path)[0] == one


def test_inspection_list_costs_the_same_for_one_and_three(rows_of, diane_client, center):
    path = reverse("work:inspection-list", args=[center.code]) + "?year=2024"
    rows_of["organizations.Inspection"]()
    diane_client.get(path)
    one, *_ = queries(diane_client, path)
    rows_of["organizations.Inspection"](), rows_of["organizations.Inspection"]()
    assert queries(diane_client, path)[0] == one


def test_inspection_page_costs_the_same_for_one_and_three_rows(rows_of, diane_client, center):
    inspection = rows_of["organizations.Inspection"]()
    path = reverse("work:inspection", args=[inspection.pk])
    papers = iter(["report_form", "statements", "other"])

    def more():
        InspectionHelpFactory(inspection=inspection, center=center)
        InspectionMaterialFactory(inspection=inspection, code=next(papers))

    more()
    diane_client.get(path)
    one, *_ = queries(diane_client, path)
    more(), more()
    assert queries(diane_client, path)[0] == one


def test_a_campaigns_page_costs_the_same_for_one_and_three_rows(alice_client, haitang, wutong):
    campaign = CampaignFactory(district=haitang)
    path = reverse("admin:organizations_campaign_change", args=[campaign.pk])

    def more():
        InspectionFactory(organization__division=wutong, campaign=campaign)

    more()
    alice_client.get(path)
    one, *_ = queries(alice_client, path)
    more(), more()
    assert queries(alice_client, path)[0] == one


def test_event_list_costs_the_same_for_one_and_three(diane_client, center, wutong, haitang):
    path = reverse("desk:event-list", args=[center.code]) + "?year=2026"

    def more():
        other = CenterFactory(division=wutong)
        EventFactory(center=center)
        EventFactory(district=haitang, participants=[center])
        HeldEventFactory(center=other, participants=[center], minutes="议定")

    more()
    diane_client.get(path)
    one, *_ = queries(diane_client, path)
    more(), more()
    assert queries(diane_client, path)[0] == one


def test_event_page_costs_the_same_for_one_and_three_rows(diane_client, center, wutong):
    event = HeldEventFactory(center=center)
    path = reverse("desk:event", args=[event.pk])

    def more(number):
        EventMinutesFactory(event=event, number=number)
        FollowUpFactory(event=event)
        event.participants.add(CenterFactory(division=wutong))

    more(1)
    diane_client.get(path)
    one, *_ = queries(diane_client, path)
    more(2), more(3)
    assert queries(diane_client, path)[0] == one


def test_event_matrix_costs_the_same_for_one_and_three(alice_client, wutong, haitang):
    path = reverse("admin:centers_coordinationevent_matrix") + "?district=310199&year=2026"

    def more(number):
        HeldEventFactory(center=CenterFactory(division=wutong), minutes="议定")
        MechanismMinimumFactory(district=haitang, number=number)

    more(1)
    alice_client.get(path)
    one, *_ = queries(alice_client, path)
    more(2), more(3)
    assert queries(alice_client, path)[0] == one


def test_a_districts_duties_cost_the_same_for_one_and_three_records(
    alice_client, wutong, haitang, pack
):
    path = reverse("compliance:duties-district", args=["310199"]) + "?year=2026"

    def more():
        center = CenterFactory(division=wutong)
        DutyRecordFactory(district=haitang, centers=[center])
        HeldEventFactory(center=center, minutes="议定")

    more()
    alice_client.get(path)
    one, *_ = queries(alice_client, path)
    more(), more()
    assert queries(alice_client, path)[0] == one


# --- API


def test_every_api_address_is_judged_a_list_or_not():
    assert set(api_names()) == API_LISTS | API_SINGLES


@pytest.fixture
def api(client_of, haitang):
    return Client(headers={"authorization": f"Bearer {client_of(haitang)[1]}"})


@pytest.mark.parametrize("form", ["", "-ndjson", "-csv"])
@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("compliance-districts", "evaluation.DutyFinding"),
        ("compliance-runs", "evaluation.Run"),
    ],
)
def test_other_lists_cost_the_same_for_one_and_three_rows(rows_of, api, name, label, form):
    path = reverse(f"api:{name}{form}")
    rows_of[label]()
    queries(api, path)
    one, *_ = queries(api, path)
    rows_of[label](), rows_of[label]()
    assert queries(api, path)[0] == one


@pytest.mark.parametrize("form", ["", "-ndjson", "-csv"])
def test_versions_of_the_standard_cost_the_same_for_one_and_three(api, pack, at, form):
    path = reverse(f"api:standards-versions{form}")

    def more(number):
        Pack.objects.create(
            code=pack.code,
            version=pack.version + number,
            division_code=pack.division_code,
            effective_from=pack.effective_from,
            sha256=f"{number:064}",
            content=pack.content | {"version": pack.version + number},
            loaded_at=at,
        )

    queries(api, path)
    one, *_ = queries(api, path)
    more(1), more(2)
    assert queries(api, path)[0] == one


@pytest.fixture
def results(haitang, wutong, pack):
    """A function that adds one more center with a finding and a verdict."""
    run = RunFactory(division=haitang, pack=pack)

    def more():
        center = CenterFactory(division=wutong)
        FindingFactory(center=center, run=run)
        VerdictFactory(center=center, run=run)
        return center

    return more


OTHERWISE = {
    "compliance-center-history",
    *("compliance-districts", "compliance-districts-ndjson", "compliance-districts-csv"),
    *("compliance-runs", "compliance-runs-ndjson", "compliance-runs-csv"),
    *("standards-versions", "standards-versions-ndjson", "standards-versions-csv"),
    *("city-packs", "city-packs-ndjson", "city-packs-csv"),
    "divisions",
    "divisions-ndjson",
    "divisions-csv",
    "standards",
}


@pytest.mark.parametrize("form", ["", "-ndjson", "-csv"])
def test_submitted_packs_cost_the_same_for_one_and_three(api, haitang, leader, at, form):
    path = reverse(f"api:city-packs{form}")

    def more(year):
        CityPackFactory(
            division=haitang,
            year=year,
            status="submitted",
            submitted_by=leader,
            submitted_at=at,
            signer="郭局长",
        )

    more(2023)
    queries(api, path)
    one, _response, short = queries(api, path)
    more(2024), more(2025)
    three, _response, long = queries(api, path)
    assert long != short
    assert three == one


@pytest.mark.parametrize("name", sorted(API_LISTS - OTHERWISE - set(API_REGISTERS)))
def test_api_list_costs_the_same_for_one_and_three_rows(api, results, name):
    path = reverse(f"api:{name}")
    results()
    queries(api, path)
    one, _response, short = queries(api, path)
    results(), results()
    three, _response, long = queries(api, path)
    assert long != short
    assert three == one


def _issued(make):
    return issue_notice(make())


def _final(make):
    return finished(make())


@pytest.mark.parametrize("name", sorted(API_REGISTERS))
def test_api_register_costs_the_same_for_one_and_three_rows(api, rows_of, name):
    path, more = reverse(f"api:{name}"), rows_of[API_REGISTERS[name]]
    # Clients read what is issued, and results that are final.
    told = {"evaluation.Rectification": _issued, "evaluation.Review": _final}
    if API_REGISTERS[name] in told:
        more = partial(told[API_REGISTERS[name]], more)
    more()
    queries(api, path)
    one, _response, short = queries(api, path)
    more(), more()
    three, _response, long = queries(api, path)
    assert long != short
    assert three == one


@pytest.mark.parametrize("name", ["divisions", "standards"])
def test_api_reference_costs_a_few_queries(api, haitang, pack, name):
    queries(api, reverse(f"api:{name}"))
    assert queries(api, reverse(f"api:{name}"))[0] <= 12


def test_api_history_costs_the_same_for_one_and_three_periods(api, results, pack, at):
    center = results()
    path = reverse("api:compliance-center-history", args=[center.code])
    run = RunFactory(division=center.division, pack=pack)
    # The first period has no cause to look for; every further one has.
    FindingFactory(center=center, run=run, superseded_at=at)
    queries(api, path)
    one, *_ = queries(api, path)
    for _ in range(2):
        FindingFactory(center=center, run=run, superseded_at=at)
    assert queries(api, path)[0] == one


def test_center_page_costs_the_same_however_much_was_filed(golden, haitang, client_for, alice, at):
    """C08 has staff that left; C01 has more rows than C02: the page asks for neither by itself."""
    run = evaluations.request(division=haitang, as_of=at.date(), by=alice, at=at)
    evaluations.compute(shard_id=run.shards.get().pk, at=at)
    client = client_for(alice)
    client.get(reverse("evaluation:center", args=["C01"]))
    counts = {
        code: queries(client, reverse("evaluation:center", args=[code]))[0]
        for code in ("C01", "C02")
    }
    assert counts["C01"] == counts["C02"]
    assert Center.objects.count() == 8


@pytest.mark.parametrize("name", ["simulation", "lookahead"])
def test_page_without_the_pen_costs_the_same_for_one_and_three(alice_client, wutong, pack, name):
    path = reverse(f"compliance:{name}") + "?division=310199"
    CenterFactory(division=wutong)
    alice_client.get(path)
    one, *_ = queries(alice_client, path)
    CenterFactory(division=wutong), CenterFactory(division=wutong)
    assert queries(alice_client, path)[0] == one


def test_lookahead_of_a_center_costs_the_same_however_much_was_filed(golden, client_for, alice):
    client = client_for(alice)
    client.get(reverse("evaluation:lookahead", args=["C01"]))
    counts = [
        queries(client, reverse("evaluation:lookahead", args=[code]))[0] for code in ("C01", "C02")
    ]
    assert counts[0] == counts[1]
