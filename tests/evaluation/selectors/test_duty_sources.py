"""What counts for duties where it happens: applications, matches, rounds, publications."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from evaluation.models import Run
from evaluation.selectors import duties, duty_pages
from evaluation.services import publications
from projects.models import LotteryApplication, Match
from projects.services import lotteries, matches
from tests.factories.organizations import OrganizationFactory
from tests.factories.portal import UserFactory
from tests.factories.procurements import (
    LotteryApplicationFactory,
    MatchFactory,
    NeedFactory,
    OfferFactory,
)
from tests.factories.projects import ProjectFactory
from tests.factories.reviews import ReviewFactory, ReviewRoundFactory, adopted

pytestmark = pytest.mark.django_db
ON = date(2026, 6, 30)
DAY = timedelta(days=1)


@pytest.fixture
def one(golden):
    return golden["C01"]


def outcome(haitang, rule, known_at=None):
    found = duties.judge([haitang], 2026, ON, known_at=known_at)
    return found[haitang.pk].outcomes[rule]


def line(haitang, rule):
    page = duty_pages.explain(haitang, 2026, ON)
    return next(each for each in page.lines if each.rule.id == rule)


def forced(model, pk, **values):
    """Write what a service would write over many steps."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        model.objects.filter(pk=pk).update(**values)
        cursor.execute("SET session_replication_role = origin")


# --- DD-31


def test_an_application_counts_from_its_recommendation_on(haitang, one, alice, at):
    project = ProjectFactory(division=one.division)
    application = lotteries.apply(
        project=project,
        center=one,
        year=2026,
        purpose="elderly",
        amount_yuan=Decimal("100000.00"),
        by=UserFactory(),
        at=at,
    )
    assert outcome(haitang, "DD-31").outcome == "no_data"
    lotteries.move(
        application=application,
        to="recommended",
        version=application.version,
        by=alice,
        at=at + DAY,
    )
    found = outcome(haitang, "DD-31")
    assert (found.outcome, found.counted) == ("met", (("lotteries", application.pk),))
    assert found.figures["covered"] == 1
    assert outcome(haitang, "DD-31", known_at=at).outcome == "no_data"
    told = line(haitang, "DD-31").counted[0]
    assert (told.section, told.key) == ("lotteries", application.pk)
    assert project.name in told.label
    assert told.happened


def test_the_district_is_judged_again_where_an_application_comes_to_count(
    haitang, one, alice, at
):
    application = LotteryApplicationFactory(
        project=ProjectFactory(division=one.division), center=one, entered_at=at
    )

    def runs_after(verb, **values):
        verb(application=application, version=application.version, by=alice, at=at, **values)
        return Run.objects.filter(trigger="duty", division=haitang).count()

    assert runs_after(lotteries.move, to="recommended") == 1
    assert runs_after(lotteries.move, to="screened") == 1
    assert runs_after(lotteries.move, to="reviewed") == 1
    assert runs_after(lotteries.grant, granted_yuan=Decimal("80000.00")) == 2
    assert runs_after(lotteries.pay, paid_yuan=Decimal("80000.00")) == 2


def test_what_was_granted_is_known_as_it_was(haitang, one, alice, at):
    application = LotteryApplicationFactory(
        project=ProjectFactory(division=one.division), center=one, entered_at=at
    )
    for day, (step, more) in enumerate(
        [("recommended", {}), ("screened", {}), ("reviewed", {})], start=1
    ):
        lotteries.move(
            application=application,
            to=step,
            version=application.version,
            by=alice,
            at=at + day * DAY,
            **more,
        )
    lotteries.grant(
        application=application,
        granted_yuan=Decimal("80000.00"),
        version=application.version,
        by=alice,
        at=at + 10 * DAY,
    )
    assert outcome(haitang, "DD-31").figures["approved_yuan"] == "80000.00"
    assert outcome(haitang, "DD-31", known_at=at + 5 * DAY).figures["approved"] == 0


def test_one_that_was_refused_as_a_draft_is_none(haitang, one, at, alice):
    application = LotteryApplicationFactory(
        project=ProjectFactory(division=one.division), center=one, entered_at=at
    )
    forced(LotteryApplication, application.pk, status="refused")
    assert outcome(haitang, "DD-31").outcome == "no_data"


# --- DD-24


def test_a_signed_match_is_an_agreement_of_its_year(haitang, one, at):
    match = MatchFactory(
        need=NeedFactory(division=one.division),
        offer=OfferFactory(
            organization=OrganizationFactory(division=one.division), district=haitang
        ),
        center=one,
        entered_at=at,
    )
    assert outcome(haitang, "DD-24").outcome == "no_data"
    forced(Match, match.pk, status="signed", amount_yuan=Decimal("5000.00"))
    found = outcome(haitang, "DD-24")
    assert (found.outcome, found.counted) == ("met", (("matches", match.pk),))
    assert outcome(haitang, "DD-24", known_at=at - DAY).outcome == "no_data"


def test_the_district_is_judged_again_where_a_match_is_signed(haitang, one, alice, at):
    match = MatchFactory(
        need=NeedFactory(division=one.division),
        offer=OfferFactory(
            organization=OrganizationFactory(division=one.division), district=haitang
        ),
        center=one,
    )
    matches.intend(match=match, version=match.version, by=alice, at=at)
    assert not Run.objects.filter(trigger="duty").exists()
    matches.sign(
        match=match, amount_yuan=Decimal(0), version=match.version, by=alice, at=at
    )
    assert Run.objects.get(trigger="duty").division == haitang


# --- DD-41


def test_a_finished_round_is_a_review_of_its_centers(haitang, one, golden, alice, at):
    made = ReviewRoundFactory(district=haitang, scheme=adopted(haitang))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        ReviewFactory(
            round=made,
            center=one,
            status="final",
            grade="good",
            final_total="88.00",
            approved_by=alice,
            approved_at=at,
            reviewed_by=UserFactory(),
            reviewed_at=at,
            district_total="88.00",
        )
        cursor.execute("SET session_replication_role = origin")
    assert outcome(haitang, "DD-41").outcome == "no_data"
    forced(
        type(made),
        made.pk,
        status="final",
        publicity_from=date(2026, 3, 2),
        publicity_until=date(2026, 3, 9),
        published_by=alice,
        published_at=at,
    )
    found = outcome(haitang, "DD-41")
    assert found.counted == (("rounds", made.pk),)
    assert (found.figures["covered"], found.figures["centers"] > 1) == (1, True)
    assert outcome(haitang, "DD-41", known_at=at - DAY).outcome == "no_data"
    assert line(haitang, "DD-41").missing_centers


# --- DD-42


def publish(center, alice, at):
    text = publications.prepare(center=center, item="contact", year=2026, by=alice, at=at)
    publications.edit(
        publication=text,
        version=text.version,
        title="",
        texts={"hours": "9:00"},
        by=alice,
        at=at,
    )
    return publications.publish(
        publication=text, version=text.version, is_checked=True, by=alice, at=at
    )


def test_what_was_published_in_time_counts_and_what_came_late_does_not(haitang, golden, alice, at):
    in_time = publish(golden["C01"], alice, at + DAY)
    late = publish(golden["C02"], alice, at + 60 * DAY)
    found = outcome(haitang, "DD-42")
    assert found.counted == (("publications", in_time.pk),)
    assert found.uncounted == ((("publications", late.pk), "published_late"),)
    assert outcome(haitang, "DD-42", known_at=at).outcome == "no_data"
    told = line(haitang, "DD-42")
    assert in_time.title in told.counted[0].label
    assert told.uncounted[0].note


def test_what_was_withdrawn_counts_no_more(haitang, golden, alice, at):
    text = publish(golden["C01"], alice, at + DAY)
    publications.withdraw(
        publication=text, version=text.version, note="有误", by=alice, at=at + 2 * DAY
    )
    found = outcome(haitang, "DD-42")
    assert found.uncounted == ((("publications", text.pk), "publication_withdrawn"),)
    assert outcome(haitang, "DD-42", known_at=at + DAY).counted


def test_newer_texts_of_an_item_count_as_one(haitang, golden, alice, at):
    first = publish(golden["C01"], alice, at + DAY)
    second = publish(golden["C01"], alice, at + 2 * DAY)
    assert outcome(haitang, "DD-42").counted == (("publications", first.pk),)
    publications.withdraw(
        publication=second, version=second.version, note="有误", by=alice, at=at + 3 * DAY
    )
    found = outcome(haitang, "DD-42")
    assert found.counted == ()
    assert found.uncounted == ((("publications", second.pk), "publication_withdrawn"),)
    assert outcome(haitang, "DD-42", known_at=at + 2 * DAY).counted


def test_many_districts_cost_as_much_as_one(
    haitang, huangpu, golden, alice, at, django_assert_max_num_queries
):
    publish(golden["C01"], alice, at + DAY)
    publish(golden["C02"], alice, at + DAY)
    with django_assert_max_num_queries(20):
        duties.judge([haitang, huangpu], 2026, ON)
