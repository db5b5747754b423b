"""A district's yearly pack: counted independently, proven, and the same whenever it is built."""

import json
import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256

import orjson
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from centers import demo
from centers.models import Section
from centers.services import events, imports, rounds
from evaluation.models import (
    Feedback,
    ItemStep,
    Publication,
    Rectification,
    RectificationItem,
    Review,
    ReviewRound,
)
from evaluation.rules.redacting import personal
from evaluation.selectors import (
    city_pack_cases,
    city_pack_inputs,
    city_packs,
    disclosure,
    feedbacks,
    judgments,
)
from evaluation.services import duties, parameters, waivers
from organizations.services import work_records
from portal.jurisdictions.models import Division
from portal.users.models import User
from projects.services import lotteries, matches
from tests.factories.centers import CenterFactory, ObligationFactory, RoundFactory
from tests.factories.city_packs import CityPackFactory
from tests.factories.duties import DutyRecordFactory
from tests.factories.evidence import EvidenceFileFactory
from tests.factories.organizations import OrganizationFactory
from tests.factories.portal import UserFactory
from tests.factories.procurements import MatchFactory, NeedFactory, OfferFactory, signed
from tests.factories.projects import ProjectFactory
from tests.factories.publications import FeedbackFactory, FeedbackStepFactory, PublishedFactory
from tests.factories.rectifications import ItemFactory, RectificationFactory, issue
from tests.factories.reviews import ReviewFactory, ReviewRoundFactory, adopted

pytestmark = pytest.mark.django_db

AS_OF = date(2025, 12, 31)


@pytest.fixture
def pack_of(golden, haitang, at):
    """Moment of knowing → the pack of 2025 as JSON."""

    def build(known_at=at + timedelta(hours=1), **changes):
        asked = {"district": haitang, "year": 2025, "as_of": AS_OF, "known_at": known_at}
        return orjson.loads(city_packs.text(**asked | changes))

    return build


def figures_of(pack):
    return {figure["key"]: figure for figure in pack["figures"]}


def values_of(pack):
    return {key: figure["value"] for key, figure in figures_of(pack).items()}


# --- counted another way


def one(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]


ACCEPTED = (
    "SELECT DISTINCT ON (center_id, kind) id, center_id, kind FROM centers_section"
    " WHERE status = 'accepted' ORDER BY center_id, kind, decided_at DESC, id DESC"
)
IN_FORCE = (
    "(row.starts_on IS NULL OR row.starts_on <= '2025-12-31')"
    " AND (row.ends_on IS NULL OR row.ends_on >= '2025-12-31')"
)


def staff_of(condition):
    return str(
        one(
            f"SELECT count(DISTINCT row.person_id) FROM centers_staffrow row"
            f" JOIN ({ACCEPTED}) held ON held.id = row.section_id WHERE {IN_FORCE} AND {condition}"
        )
    )


def test_the_figures_of_haitang_are_those_the_tables_hold(pack_of):
    values = values_of(pack_of())
    heads = "row.post IN ('director', 'acting_director')"
    assert values["people.full_time_directors"] == staff_of(f"row.is_full_time AND {heads}") == "6"
    assert values["people.full_time_staff"] == staff_of(
        f"row.is_full_time AND NOT ({heads}) AND row.person_id NOT IN"
        f" (SELECT row.person_id FROM centers_staffrow row JOIN ({ACCEPTED}) held"
        f" ON held.id = row.section_id WHERE {IN_FORCE} AND {heads})"
    )
    assert values["people.community_workers"] == staff_of(
        "row.employment_type = 'seconded_community_worker'"
    )
    for form in ("purchase", "grant", "donation", "earned_income"):
        amount = one(
            f"SELECT COALESCE(sum(row.amount_yuan), 0) / 10000 FROM centers_fundingrow row"
            f" JOIN ({ACCEPTED}) held ON held.id = row.section_id"
            " WHERE row.fiscal_year = 2025 AND row.form = %s",
            form,
        )
        assert values[f"money.{form}"] == f"{amount:.2f}"
    for function in ("FN-11", "FN-24", "FN-45"):
        count = one(
            f"SELECT sum(row.count) FROM centers_functionrow row"
            f" JOIN ({ACCEPTED}) held ON held.id = row.section_id"
            " WHERE row.fiscal_year = 2025 AND row.function = %s",
            function,
        )
        assert values[f"functions.{function}.count"] == str(count)


def test_coverage_and_the_standard_are_those_the_tables_hold(pack_of):
    figures = figures_of(pack_of())
    haitang = "(SELECT id FROM jurisdictions_division WHERE code = '310199')"
    townships = one(
        f"SELECT count(*) FROM jurisdictions_division WHERE parent_id = {haitang}"
    )
    covered = one(
        "SELECT count(DISTINCT place.id) FROM jurisdictions_division place"
        " JOIN centers_center center ON center.division_id = place.id"
        f" WHERE place.parent_id = {haitang}"
    )
    assert figures["coverage.townships"]["value"] == str(townships)
    assert figures["coverage.with_center"]["value"] == str(covered) == "8"
    # ST-04: two people in full-time posts beside whoever heads the center.
    staffed = one(
        "SELECT count(*) FROM (SELECT held.center_id FROM centers_staffrow row"
        f" JOIN ({ACCEPTED}) held ON held.id = row.section_id"
        f" WHERE {IN_FORCE} AND row.is_full_time"
        " AND row.post NOT IN ('director', 'acting_director')"
        " GROUP BY held.center_id HAVING count(DISTINCT row.person_id) >= 2) met"
    )
    filed = one(f"SELECT count(*) FROM ({ACCEPTED}) held WHERE held.kind = 'staff'")
    signage = figures["standards.ST-04"]
    assert (signage["numerator"], signage["denominator"]) == (staffed, filed) == (7, 8)
    shared = one(
        "SELECT count(DISTINCT held.center_id) FROM centers_premisesrow row"
        f" JOIN ({ACCEPTED}) held ON held.id = row.section_id"
        f" WHERE {IN_FORCE} AND jsonb_typeof(row.co_location) = 'array'"
        " AND jsonb_array_length(row.co_location) > 0"
    )
    assert figures["premises.co_located"]["value"] == str(shared)
    total = one(
        "SELECT sum(CASE row.purpose WHEN 'basic_operation' THEN row.amount_yuan"
        " WHEN 'mixed' THEN row.basic_amount_yuan ELSE 0 END) / 10000 FROM centers_fundingrow row"
        f" JOIN ({ACCEPTED}) held ON held.id = row.section_id WHERE row.fiscal_year = 2025"
    )
    assert figures["money.total"]["value"] == f"{total:.2f}"


def test_the_golden_district(pack_of):
    """Domain reference §10.4 and §10.5, summed."""
    values = values_of(pack_of())
    assert values["coverage.rate"] == "100.00"
    assert (values["standards.compliant"], values["standards.basically_compliant"]) == ("2", "2")
    assert (values["standards.not_compliant"], values["standards.compliant_rate"]) == ("4", "50.00")
    assert (values["standards.ST-04"], values["standards.ST-13"]) == ("87.50", "80.00")
    # 110.00 + 30.00 + 45.00 + 60.00 + 33.00 + 52.50 + 40.00 + 70.00, and between 45.00 and 52.50
    assert (values["premises.area"], values["premises.area_median"]) == ("440.50", "48.75")
    assert values["functions.FN-11.count"] == str(26 + 9 + 5 + 7 + 11 + 4 + 3 + 8)
    assert (values["functions.FN-24.rate"], values["functions.FN-33.rate"]) == ("75.00", "50.00")
    waived = figures_of(pack_of())["standards.ST-03"]
    assert (waived["numerator"], waived["denominator"]) == (6, 7)


def test_what_nobody_said_is_null_and_never_0(pack_of):
    values = values_of(pack_of())
    for key in ("people.social_workers", "mechanism.exchanges", "review.excellent"):
        assert values[key] is None, key
    assert values["money.welfare_lottery"] == "0.00"
    assert values["review.rectifications"] == "0"


def test_the_year_before_stands_beside(pack_of):
    signage = figures_of(pack_of())["standards.ST-04"]
    assert (signage["last_year"], signage["change"]) == ("75.00", "12.50")


def test_a_center_that_handed_in_nothing_is_not_counted_yet(pack_of, golden):
    CenterFactory(code="C70", division=golden["C01"].division)
    assert values_of(pack_of())["standards.centers"] == "8"


# --- proven


def test_every_figure_is_proven(pack_of):
    pack = pack_of()
    index = {f"{each['kind']}:{each['key']}" for each in pack["evidence"]}
    for figure in pack["figures"]:
        assert figure["evidence"], figure["key"]
        assert set(figure["evidence"]) <= index
    assert index == {name for figure in pack["figures"] for name in figure["evidence"]}


def hashed(said):
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
    return sha256(text.encode()).hexdigest()


def test_the_hash_of_a_verdict_and_of_a_finding_is_that_of_what_was_judged(pack_of, golden, at):
    index = {each["key"]: each["sha256"] for each in pack_of()["evidence"]}
    known_at = at + timedelta(hours=1)
    for code, center in golden.items():
        judged = judgments.judge([center.pk], AS_OF, known_at=known_at)[center.pk]
        said = {
            "center": code,
            "as_of": "2025-12-31",
            "rollup": judged.rollup,
            "dimensions": dict(judged.dimensions),
            "waived": sorted(judged.waivers),
        }
        assert index[f"{code}/2025-12-31"] == hashed(said)
        outcome = judged.outcomes["ST-04"]
        said = {
            "center": code,
            "rule": "ST-04",
            "as_of": "2025-12-31",
            "outcome": outcome.outcome,
            "reason": outcome.reason,
            "figures": {name: _plain(value) for name, value in outcome.figures.items()},
        }
        assert index[f"{code}/ST-04/2025-12-31"] == hashed(said)


def _plain(value):
    return value if isinstance(value, int | list) or value is None else str(value)


@pytest.mark.parametrize(
    ("name", "kind", "count"),
    [
        ("rectifications", "rectification", 1),
        ("complaints", "complaint", 1),
        ("feedback", "feedback", 1),
        ("filings", "filing", 1),
    ],
)
def test_a_list_is_hashed_over_its_members(world, name, kind, count):
    pack = orjson.loads(world.text(world.at + timedelta(hours=1)))
    lists = {each["key"]: each for each in pack["evidence"] if each["kind"] == "list"}
    members = sorted(
        [f"{kind}:{each['key']}", each["sha256"]]
        for each in pack["evidence"]
        if each["kind"] == kind
    )
    assert len(members) == count
    assert lists[f"{name}/2025-12-31"]["sha256"] == hashed(members)
    assert lists[f"{name}/2024-12-31"]["sha256"] == hashed([])


def test_a_pack_tells_how_each_center_stood(pack_of, golden):
    pack = pack_of()
    told = {each["code"]: each for each in pack["centers"]}
    assert told.keys() == golden.keys()
    assert told["C01"]["township"] == golden["C01"].division.code
    for rollup in ("compliant", "basically_compliant", "not_compliant"):
        so = sum(each["rollup"] == rollup for each in told.values())
        assert str(so) == values_of(pack)[f"standards.{rollup}"]
    met = sum(each["outcomes"]["ST-04"] == "met" for each in told.values())
    assert met == figures_of(pack)["standards.ST-04"]["numerator"]


def test_a_pack_of_the_first_form_is_built_again_in_that_form(pack_of, haitang, at):
    asked = {"district": haitang, "year": 2025, "as_of": AS_OF, "known_at": at}
    text = city_packs.text(**asked, form=city_packs.WITHOUT_CENTERS)
    pack = CityPackFactory(
        division=haitang,
        content=text,
        known_at=at,
        built_at=at,
        sha256=sha256(text.encode()).hexdigest(),
    )
    assert "centers" not in orjson.loads(text)
    assert city_packs.rebuilt(pack) == text


def test_the_hash_of_a_section_is_that_of_its_rows(pack_of, golden):
    section = Section.objects.get(center=golden["C01"], kind="funding", status="accepted")
    key = f"C01/funding/{section.pk}"
    found = next(each for each in pack_of()["evidence"] if each["key"] == key)
    facts = city_pack_inputs.fact_selectors.facts_for([golden["C01"].pk], AS_OF)
    rows = [
        {
            "row": row.row,
            "fiscal_year": row.fiscal_year,
            "form": row.form,
            "purpose": row.purpose,
            "amount_yuan": _text(row.amount_yuan),
            "basic_amount_yuan": _text(row.basic_amount_yuan),
            "received_yuan": _text(row.received_yuan),
            "is_annual_renewal": row.is_annual_renewal,
            "starts_on": _text(row.starts_on),
            "ends_on": _text(row.ends_on),
        }
        for row in facts[golden["C01"].pk].funding
    ]
    said = {"center": "C01", "section": "funding", "rows": rows}
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
    assert found["sha256"] == sha256(text.encode()).hexdigest()


def _text(value):
    return None if value is None else str(value)


def test_a_fact_that_changes_changes_its_hash_and_no_other(pack_of, refile, at):
    before = {each["key"]: each["sha256"] for each in pack_of()["evidence"]}
    refile("C02", at=at + timedelta(days=1), premises=[])
    after = {each["key"]: each["sha256"] for each in pack_of(at + timedelta(days=2))["evidence"]}
    changed = {key for key in before.keys() & after.keys() if before[key] != after[key]}
    assert "C02/ST-08/2025-12-31" in changed
    assert not any(key.startswith("C01/") for key in changed)


def test_nobody_is_named(pack_of, golden):
    text = json.dumps(pack_of(), ensure_ascii=False)
    for center in golden.values():
        for name in center.persons.values_list("name", flat=True):
            assert name not in text
        assert center.name not in text
    for user in User.objects.all():
        assert not user.full_name or user.full_name not in text
    # A hash may hold as many digits as a number of a person.
    words = re.sub(r'"sha256": "[0-9a-f]{64}"', "", text)
    assert not personal(words)


# --- the same whenever it is built


@pytest.fixture
def refile(golden, alice):
    """(code, moment, changes) → the center's sections accepted anew with what differs."""
    scenario = {center["code"]: center for center in demo.golden()}

    def accept(code, at, **changes):
        declaration = demo.declaration(scenario[code] | changes, golden[code].division)
        return imports.accept_declarations(declarations=[declaration], by=alice, at=at)

    return accept


class World:
    """A district in which something of every kind happened before, and what happens later."""

    def __init__(self, golden, haitang, alice, leader, refile, at):
        self.golden, self.haitang, self.refile = golden, haitang, refile
        self.alice, self.leader, self.at = alice, leader, at
        self.later = at + timedelta(days=3)
        one, two = golden["C01"], golden["C02"]
        stamp = {"by": alice, "at": at}
        self.event = events.plan(
            kind="exchange",
            title="片区交流",
            planned_year=2025,
            planned_quarter=2,
            center=one,
            participants=[two],
            **stamp,
        )
        held = {"held_on": date(2025, 5, 8), "minutes": "交流纪要", **stamp}
        self.event = events.record(event=self.event, version=self.event.version, **held)
        self.briefing = events.plan(
            kind="briefing", title="专报", planned_year=2025, planned_quarter=4, center=two, **stamp
        )
        self.work = work_records.enter(
            center=one, function="FN-13", happened_on=date(2025, 6, 1), title="培训", **stamp
        )
        self.duty = DutyRecordFactory(
            district=haitang,
            kind="link",
            starts_on=date(2025, 3, 1),
            ends_on=None,
            centers=[one, two],
            recorded_at=at,
        )
        self.complaint = DutyRecordFactory(
            district=haitang,
            kind="complaint",
            starts_on=date(2025, 8, 4),
            result="pending",
            recorded_at=at,
        )
        self.waiver = waivers.request(
            center=golden["C08"],
            rule="ST-02",
            reason="正在招聘",
            basis="理事会决议",
            starts_on=date(2025, 11, 1),
            ends_on=date(2026, 6, 30),
            **stamp,
        )
        waivers.approve(waiver=self.waiver, by=leader, at=at)
        self.obligation = ObligationFactory(
            round=RoundFactory(division=haitang, opened_at=at),
            center=one,
            opens_on=date(2025, 9, 1),
            due_on=date(2025, 10, 15),
            locks_on=date(2025, 12, 1),
        )
        self.publication = PublishedFactory(
            division=one.division,
            center=one,
            year=2025,
            due_on=date(2025, 6, 30),
            published_on=date(2025, 6, 1),
            published_at=at,
        )
        self.feedback = FeedbackFactory(
            district=haitang,
            received_at=datetime(2025, 9, 1, 1, 0, tzinfo=at.tzinfo),
            due_on=date(2025, 9, 20),
        )
        notice = RectificationFactory(center=one)
        self.item = ItemFactory(rectification=notice)
        ItemStep.objects.create(item=self.item, number=1, kind="opened", taken_at=at)
        issue(notice)
        Rectification.objects.filter(pk=notice.pk).update(
            issued_at=datetime(2025, 10, 1, 1, 0, tzinfo=at.tzinfo)
        )
        project = ProjectFactory(division=one.division)
        self.lottery = lotteries.apply(
            project=project,
            center=one,
            year=2025,
            purpose="elderly",
            amount_yuan=Decimal("50000.00"),
            by=UserFactory(),
            at=at,
        )
        self.advance_lottery("recommended", at)
        self.match = MatchFactory(
            need=NeedFactory(division=one.division),
            offer=OfferFactory(
                organization=OrganizationFactory(division=one.division), district=haitang
            ),
            center=one,
            happened_on=date(2025, 6, 3),
            entered_at=at,
        )
        self.match = matches.intend(match=self.match, version=self.match.version, **stamp)
        self.round = ReviewRoundFactory(district=haitang, scheme=adopted(haitang))
        self.review = ReviewFactory(round=self.round, center=one)

    def text(self, known_at):
        return city_packs.text(
            district=self.haitang, year=2025, as_of=AS_OF, known_at=known_at, notes=NOTES
        )

    def advance_lottery(self, to, at):
        self.lottery.refresh_from_db()
        taken = {"application": self.lottery, "version": self.lottery.version}
        self.lottery = lotteries.move(to=to, by=self.alice, at=at, **taken)

    @property
    def stamp(self):
        return {"by": self.alice, "at": self.later}

    # What happens later.

    def a_filing_is_accepted(self):
        self.refile("C02", self.later, premises=[])

    def a_correction_is_accepted(self):
        self.refile("C01", self.later, funding=[], staff=None)

    def a_new_center_files(self):
        center = demo.golden()[0] | {"code": "C71", "uscc": None}
        declaration = demo.declaration(center, self.golden["C01"].division)
        imports.accept_declarations(declarations=[declaration], **self.stamp)

    def a_center_is_entered(self):
        CenterFactory(code="C72", division=self.golden["C03"].division)

    def an_event_is_corrected(self):
        self.event.refresh_from_db()
        events.correct(
            event=self.event,
            version=self.event.version,
            participants=[],
            kind="visit",
            title="互访",
            planned_year=2025,
            planned_quarter=2,
            planned_on=None,
            **self.stamp,
        )

    def another_day_is_recorded(self):
        self.event.refresh_from_db()
        held = {"held_on": date(2026, 1, 8), "minutes": "另一份纪要", **self.stamp}
        self.event = events.record(event=self.event, version=self.event.version, **held)

    def an_event_is_held(self):
        self.briefing.refresh_from_db()
        held = {"held_on": date(2025, 12, 5), "minutes": "专报", **self.stamp}
        self.briefing = events.record(event=self.briefing, version=self.briefing.version, **held)

    def work_is_recorded(self):
        work_records.enter(
            center=self.golden["C02"],
            function="FN-11",
            happened_on=date(2025, 7, 1),
            title="咨询",
            **self.stamp,
        )

    def work_is_voided(self):
        work_records.void(record=self.work, reason="重复", **self.stamp)

    def a_duty_is_recorded(self):
        duties.record(
            district=self.haitang,
            kind="guidance",
            title="指导",
            starts_on=date(2025, 4, 1),
            doc_no="海民〔2025〕1号",
            centers=self.golden.values(),
            **self.stamp,
        )

    def a_duty_is_voided(self):
        duties.void(record=self.duty, reason="误录", **self.stamp)

    def a_complaint_is_settled(self):
        self.complaint.refresh_from_db()
        duties.settle(record=self.complaint, result="handled", **self.stamp)

    def a_waiver_is_revoked(self):
        self.waiver.refresh_from_db()
        waivers.revoke(waiver=self.waiver, reason="已到岗", **self.stamp)

    def a_waiver_is_granted(self):
        asked = waivers.request(
            center=self.golden["C06"],
            rule="ST-12",
            reason="财政下达较晚",
            basis="街道函",
            starts_on=date(2025, 12, 1),
            ends_on=date(2026, 6, 30),
            **self.stamp,
        )
        waivers.approve(waiver=asked, by=self.leader, at=self.later)

    def a_parameter_is_set(self):
        parameters.override(
            division=self.haitang,
            key="min_area",
            value="50.00",
            effective_from=date(2025, 6, 1),
            reason="区级标准",
            doc_no="海民规〔2026〕1号",
            **self.stamp,
        )

    def other_days_are_set(self):
        parameters.override(
            division=self.haitang,
            key="disclosure_days",
            value="240",
            effective_from=date(2025, 1, 1),
            reason="区级标准",
            doc_no="海民规〔2026〕2号",
            **self.stamp,
        )

    def a_street_ends(self):
        own = self.golden["C03"].division
        Division.objects.filter(pk=own.pk).update(valid_to=date(2027, 6, 30))

    def a_contract_is_entered(self):
        center = self.golden["C04"]
        supplier = OrganizationFactory(division=center.division, uscc=center.uscc)
        signed(project__division=center.division, bidders=[supplier])

    def more_time_is_given(self):
        self.obligation.extensions.create(
            due_on=date(2025, 12, 30),
            locks_on=date(2026, 12, 1),
            reason="延期",
            granted_by=self.alice,
            granted_at=self.later,
        )

    def a_round_is_cancelled(self):
        self.obligation.round.refresh_from_db()
        rounds.cancel(round=self.obligation.round, reason="撤销", **self.stamp)

    def a_text_is_published(self):
        center = self.golden["C03"]
        PublishedFactory(
            division=center.division,
            center=center,
            year=2025,
            due_on=date(2025, 6, 30),
            published_on=date(2026, 3, 5),
            published_at=self.later,
        )

    def a_text_is_withdrawn(self):
        Publication.objects.filter(pk=self.publication.pk).update(
            status="withdrawn",
            withdrawn_by=self.alice,
            withdrawn_at=self.later,
            withdraw_note="有误",
        )

    def feedback_is_answered(self):
        Feedback.objects.filter(pk=self.feedback.pk).update(status="handling", handler=self.alice)
        Feedback.objects.filter(pk=self.feedback.pk).update(
            status="answered", answer="已答复", answered_by=self.alice, answered_at=self.later
        )
        self.feedback.steps.create(
            number=1, status="answered", taken_by=self.alice, taken_at=self.later
        )

    def feedback_comes_in(self):
        FeedbackFactory(district=self.haitang, received_at=self.later)

    def an_item_is_closed(self):
        RectificationItem.objects.filter(pk=self.item.pk).update(
            status="closed", closed_at=self.later, closed_how="evaluation"
        )
        ItemStep.objects.create(item=self.item, number=2, kind="closed", taken_at=self.later)

    def a_notice_is_issued(self):
        notice = RectificationFactory(center=self.golden["C05"])
        ItemFactory(rectification=notice)
        issue(notice)
        Rectification.objects.filter(pk=notice.pk).update(issued_at=self.later)

    def a_lottery_is_granted(self):
        for step in ("screened", "reviewed"):
            self.advance_lottery(step, self.later)
        lotteries.grant(
            application=self.lottery,
            version=self.lottery.version,
            granted_yuan=Decimal("40000.00"),
            **self.stamp,
        )

    def another_lottery_is_recommended(self):
        center = self.golden["C04"]
        applied = lotteries.apply(
            project=ProjectFactory(division=center.division),
            center=center,
            year=2025,
            purpose="elderly",
            amount_yuan=Decimal("80000.00"),
            by=UserFactory(),
            at=self.later,
        )
        taken = {"application": applied, "version": applied.version}
        lotteries.move(to="recommended", **taken, **self.stamp)

    def a_match_is_signed(self):
        self.match.refresh_from_db()
        matches.sign(
            match=self.match,
            amount_yuan=Decimal("30000.00"),
            version=self.match.version,
            **self.stamp,
        )

    def reviews_become_final(self):
        finish(self.round, self.review, at=self.later)

    LATER = (
        a_filing_is_accepted,
        a_correction_is_accepted,
        a_new_center_files,
        a_center_is_entered,
        an_event_is_corrected,
        another_day_is_recorded,
        an_event_is_held,
        work_is_recorded,
        work_is_voided,
        a_duty_is_recorded,
        a_duty_is_voided,
        a_complaint_is_settled,
        a_waiver_is_revoked,
        a_waiver_is_granted,
        a_parameter_is_set,
        other_days_are_set,
        a_street_ends,
        a_contract_is_entered,
        more_time_is_given,
        a_round_is_cancelled,
        a_text_is_published,
        a_text_is_withdrawn,
        feedback_is_answered,
        feedback_comes_in,
        an_item_is_closed,
        a_notice_is_issued,
        a_lottery_is_granted,
        another_lottery_is_recommended,
        a_match_is_signed,
        reviews_become_final,
    )
    # After these nothing more is done to the round or the event.
    LAST = (a_round_is_cancelled, an_event_is_corrected)


NOTES = [{"figure": "coverage.rate", "kind": "practice", "text": "区、街镇两级联动。"}]


def finish(review_round, review, *, at):
    """The review of a round, through every state, published at a moment."""
    somebody, another = UserFactory(), UserFactory()
    found = Review.objects.filter(pk=review.pk)
    for status, values in {
        "township": {},
        "district": {},
        "reply": {"reviewed_by": somebody, "reviewed_at": at, "district_total": "91.00"},
        "settled": {},
        "approved": {
            "approved_by": another,
            "approved_at": at,
            "final_total": "91.00",
            "grade": "excellent",
        },
    }.items():
        found.update(status=status, **values)
    rounds_found = ReviewRound.objects.filter(pk=review_round.pk)
    rounds_found.update(
        status="publicity", publicity_from=date(2026, 3, 3), publicity_until=date(2026, 3, 4)
    )
    found.update(status="final")
    rounds_found.update(status="final", published_by=another, published_at=at)


@pytest.fixture
def world(golden, haitang, alice, leader, refile, at):
    return World(golden, haitang, alice, leader, refile, at)


@pytest.mark.parametrize("happens", World.LATER, ids=lambda each: each.__name__)
def test_what_happens_later_changes_nothing_of_the_past(world, happens):
    known_at = world.at + timedelta(hours=1)
    before = world.text(known_at)
    happens(world)
    assert city_packs.differences(before, world.text(known_at)) == []
    assert before == world.text(known_at)


@settings(
    max_examples=4,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(order=st.permutations(range(len(World.LATER))), length=st.integers(8, len(World.LATER)))
def test_in_whatever_order_much_happens_the_pack_is_byte_identical(world, order, length):
    known_at = world.at + timedelta(hours=1)
    before = world.text(known_at)
    with transaction.atomic():
        world.later = world.at + timedelta(days=3)
        chosen = [World.LATER[position] for position in order[:length]]
        for happens in sorted(chosen, key=lambda each: each in World.LAST):
            world.later += timedelta(hours=1)
            happens(world)
        assert world.text(known_at) == before
        assert world.text(world.later + timedelta(hours=1)) != before
        transaction.set_rollback(True)
    held = (world.event, world.briefing, world.waiver, world.complaint, world.work, world.duty)
    for row in (*held, world.lottery, world.match):
        row.refresh_from_db()


def test_what_happened_is_in_the_pack_that_knows_of_it(world):
    values = values_of(orjson.loads(world.text(world.at + timedelta(hours=1))))
    assert values["mechanism.exchanges"] == "1"
    assert values["mechanism.link_rate"] == "25.00"
    assert values["disclosure.on_time_rate"] == "4.17"
    assert values["disclosure.complaints_handled_rate"] == "0.00"
    assert values["disclosure.feedback_in_time_rate"] == "0.00"
    assert values["review.rectifications"] == "1"
    assert values["review.rectified_rate"] == "0.00"
    assert values["quality.late_filings"] == "1"
    assert values["functions.lottery_applied"] == "1"
    assert values["functions.lottery_approved"] == "0"
    world.a_lottery_is_granted()
    world.an_event_is_held()
    world.reviews_become_final()
    world.a_complaint_is_settled()
    world.a_round_is_cancelled()
    values = values_of(orjson.loads(world.text(world.later + timedelta(hours=1))))
    # Granted and handled in March: on the last day of the year they were not.
    assert values["functions.lottery_applied"] == "1"
    assert values["functions.lottery_approved"] == "0"
    assert values["mechanism.briefing"] == "1"
    assert values["review.excellent"] == "1"
    assert values["disclosure.complaints_handled_rate"] == "0.00"
    assert values["quality.late_filings"] is None


def test_files_of_complaints_prove_the_duty_of_disclosure(world):
    def proofs(known_at):
        pack = orjson.loads(world.text(known_at))
        return {e["key"]: e["sha256"] for e in pack["evidence"] if e["kind"] == "duty"}

    added_at = world.at + timedelta(hours=1)
    before = proofs(added_at - timedelta(minutes=1))
    world.complaint.evidence.create(
        file=EvidenceFileFactory(), added_by=world.alice, added_at=added_at
    )
    after = proofs(added_at)
    assert {key for key in after if after[key] != before[key]} == {"310199/DD-42/2025"}


def test_feedback_is_counted_as_its_own_rate_counts_it(world, haitang):
    last = datetime(2025, 12, 31, 15, 59, tzinfo=world.at.tzinfo)
    for ended_at in (last - timedelta(days=2), last + timedelta(days=2)):
        one = FeedbackFactory(
            district=haitang, received_at=last - timedelta(days=9), due_on=date(2026, 1, 10)
        )
        FeedbackStepFactory(feedback=one, status="answered", taken_at=ended_at)
    found = city_pack_cases.feedback(haitang, 2025, AS_OF, world.at + timedelta(hours=1))
    rate = feedbacks.rate(haitang, date(2025, 1, 1), AS_OF, known_at=last)
    assert (sum(each.state == "in_time" for each in found), len(found)) == tuple(rate) == (1, 2)


def test_a_complaint_handled_within_the_year_is_handled(world, haitang):
    DutyRecordFactory(
        district=haitang,
        kind="complaint",
        starts_on=date(2025, 6, 2),
        result="handled",
        settled_by=world.alice,
        settled_at=datetime(2025, 6, 20, 1, 0, tzinfo=world.at.tzinfo),
    )
    world.a_complaint_is_settled()
    figures = figures_of(orjson.loads(world.text(world.later + timedelta(hours=1))))
    handled = figures["disclosure.complaints_handled_rate"]
    assert (handled["numerator"], handled["denominator"]) == (1, 2)


def test_disclosure_is_counted_as_its_own_rate_counts_it(world, golden, haitang):
    """The centers owe three things a year each, and one text is out."""
    known_at = world.at + timedelta(hours=1)
    ids = [center.pk for center in golden.values()]
    found = city_pack_cases.disclosures(ids, 2025, AS_OF, known_at)
    span = (date(2025, 1, 1), AS_OF)
    rates = disclosure.rates(disclosure.centers_of(haitang), *span, known_at, owner="center")
    on_time = [each for each in found if each.state == "on_time"]
    assert [(each.of, each.kind) for each in on_time] == [("C01", "services")]
    assert len(found) == sum(each.due for each in rates.values()) == 24
    assert sum(each.on_time for each in rates.values()) == 1
    pack = orjson.loads(world.text(known_at))
    figure = figures_of(pack)["disclosure.on_time_rate"]
    assert (figure["numerator"], figure["denominator"]) == (1, 24)
    assert figure["parts"] == {"on_time": 1, "late": 0, "missing": 23}
    lists = {each["key"]: each["sha256"] for each in pack["evidence"] if each["kind"] == "list"}
    members = sorted([each.evidence.name, each.evidence.sha256] for each in found)
    assert lists["publications/2025-12-31"] == hashed(members)


def test_centers_reviewed_and_grades_are_of_one_round(world):
    world.reviews_become_final()
    figures = figures_of(orjson.loads(world.text(world.later + timedelta(hours=1))))
    reviewed, excellent = figures["review.reviewed_rate"], figures["review.excellent"]
    assert (reviewed["numerator"], reviewed["denominator"]) == (1, 8)
    assert (excellent["numerator"], excellent["denominator"]) == (1, 1)


def test_building_costs_the_same_however_many_centers(golden, haitang, at):
    asked = {"district": haitang, "year": 2025, "as_of": AS_OF, "known_at": at}
    with CaptureQueriesContext(connection) as of_eight:
        city_packs.text(**asked)
    elsewhere = Division.objects.get(code="310101")
    type(golden["C01"]).objects.exclude(code="C01").update(division=elsewhere)
    with CaptureQueriesContext(connection) as of_one:
        city_packs.text(**asked)
    assert len(of_one) == len(of_eight)
