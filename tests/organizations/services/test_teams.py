"""The filing of activity teams: who says what, what is refused, and what counts."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from evaluation.selectors import parameters
from organizations.models import ActivityTeam, TeamStep, WorkRecord
from organizations.selectors import duplicates, thresholds
from organizations.selectors import teams as selectors
from organizations.services import teams
from portal import sealing
from portal.audit.models import AuditEvent
from portal.errors import Conflict, DomainError, ReasonMissing
from tests.factories.centers import CenterFactory
from tests.factories.organizations import ActivityTeamFactory, OrganizationFactory
from tests.threads import at_once

DAY = date(2026, 2, 10)
PHONE = "13812341234"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]


@pytest.fixture
def who(alice, at):
    return {"by": alice, "at": at}


@pytest.fixture
def applied(center, who):
    return teams.apply(
        name="晚霞舞蹈队",
        division=center.division,
        neighborhood="东弄居委会",
        kind="culture_sport",
        happened_on=DAY,
        center=center,
        member_count=20,
        leader_name="王芳",
        leader_phone=PHONE,
        **who,
    )


@pytest.fixture
def step(who):
    """Take a step of a team as it stands."""

    def taken(verb, team, **values):
        return verb(team=team, version=team.version, **{"happened_on": DAY, **values}, **who)

    return taken


@pytest.fixture
def active(applied, step):
    step(teams.give_opinion, applied, agrees=True)
    return step(teams.review, applied, agrees=True)


def steps(team):
    return list(team.steps.values_list("kind", flat=True))


def counted():
    return list(WorkRecord.objects.valid().values_list("function", "happened_on__year"))


# --- onto file


def test_a_team_is_heard_by_the_committee_and_put_on_file_by_the_township(applied, step, center):
    assert applied.status == "community"
    step(teams.give_opinion, applied, agrees=True, text="同意")
    assert applied.status == "township"
    assert counted() == []
    step(teams.review, applied, agrees=True, filing_no="梧桐备1号")
    applied.refresh_from_db()
    assert (applied.status, applied.filing_no, applied.filed_on) == ("active", "梧桐备1号", DAY)
    assert steps(applied) == ["apply", "opinion", "review", "file"]
    filed = applied.steps.get(kind="file")
    assert (filed.record.center, filed.record.team) == (center, applied)
    assert counted() == [("FN-16", 2026)]


def test_without_a_number_the_township_gives_its_next(active, center, who, step):
    assert active.filing_no == f"{center.division.code}-2026-00001"


def test_a_number_of_the_series_that_a_team_has_already_is_passed_over(
    applied, step, wutong, center
):
    series = f"{center.division.code}-2026-"
    for last in (1, 2):
        ActivityTeamFactory(division=wutong, filing_no=f"{series}0000{last}")
    step(teams.give_opinion, applied, agrees=True)
    step(teams.review, applied, agrees=True)
    assert applied.filing_no == f"{series}00003"


def test_without_a_center_nothing_is_counted(wutong, who, step):
    team = teams.apply(
        name="合唱团",
        division=wutong,
        neighborhood="西园居委会",
        kind="culture_sport",
        happened_on=DAY,
        **who,
    )
    step(teams.give_opinion, team, agrees=True)
    step(teams.review, team, agrees=True)
    assert team.status == "active"
    assert counted() == []


def test_sent_back_corrected_and_handed_in_anew(applied, step):
    step(teams.give_opinion, applied, agrees=False, sends_back=True, text="缺活动地点")
    assert applied.status == "draft"
    step(teams.change, applied, place="社区文化活动中心")
    step(teams.apply_again, applied)
    assert (applied.status, applied.place) == ("community", "社区文化活动中心")
    assert steps(applied) == ["apply", "return", "change", "apply"]


@pytest.mark.parametrize("verb", [teams.give_opinion, teams.review])
@pytest.mark.parametrize("sends_back", [True, False])
def test_who_sends_back_or_refuses_says_why(applied, step, verb, sends_back):
    if verb is teams.review:
        step(teams.give_opinion, applied, agrees=True)
    before = applied.status
    for text in ("", "  "):
        with pytest.raises(ReasonMissing):
            step(verb, applied, agrees=False, sends_back=sends_back, text=text)
    assert ActivityTeam.objects.get().status == before
    step(verb, applied, agrees=False, sends_back=sends_back, text="不在辖区内")
    assert applied.status == ("draft" if sends_back else "refused")
    assert applied.steps.last().text == "不在辖区内"


def test_a_least_number_of_members_is_asked_for_where_one_is_set(applied, step, wutong):
    step(teams.give_opinion, applied, agrees=True)
    asked = []
    thresholds.provide(
        lambda paths, on: asked.append(on) or {wutong.path: {"team_min_members": 21}}
    )
    try:
        with pytest.raises(teams.TeamTooSmall, match=r"20.*21"):
            step(teams.review, applied, agrees=True)
        assert asked == [DAY]
        thresholds.provide(lambda paths, on: {wutong.path: {"team_min_members": 20}})
        step(teams.review, applied, agrees=True)
    finally:
        thresholds.provide(parameters.values_for)
    assert applied.status == "active"


def test_a_number_belongs_to_one_team(applied, step, wutong):
    ActivityTeamFactory(division=wutong, filing_no="梧桐备1号")
    step(teams.give_opinion, applied, agrees=True)
    with pytest.raises(teams.FilingNumberTaken, match="梧桐备1号"):
        step(teams.review, applied, agrees=True, filing_no="梧桐备1号")
    assert ActivityTeam.objects.get(pk=applied.pk).status == "township"


@pytest.mark.parametrize("day", [date(2026, 3, 3), date(2026, 2, 9)])
def test_a_step_is_neither_to_come_nor_before_the_last(applied, step, day):
    with pytest.raises(teams.TeamDayWrong):
        step(teams.give_opinion, applied, agrees=True, happened_on=day)
    assert steps(applied) == ["apply"]


def test_more_party_members_than_members_are_refused(center, who, applied, step):
    step(teams.give_opinion, applied, agrees=False, sends_back=True, text="补充")
    with pytest.raises(teams.TeamTooSmall, match=r"21.*20"):
        step(teams.change, applied, party_member_count=21)
    with pytest.raises(teams.TeamTooSmall):
        step(teams.change, applied, party_member_count=3, member_count=2)


def test_a_team_on_file_already_is_entered_as_such(wutong, who, center):
    old = {"name": "象棋社", "division": wutong, "neighborhood": "河畔居委会", "kind": "other"}
    team = teams.file(**old, filing_no="〔2018〕3", filed_on=date(2018, 3, 1), **who)
    assert (team.status, steps(team), counted()) == ("active", ["file"], [])
    teams.file(**old, filed_on=date(2018, 3, 1), center=center, **who)
    assert counted() == [("FN-16", 2018)]
    assert steps(teams.file(**old, **who)) == []


def test_a_center_of_another_township_does_not_help(active, guihua, center, who, step):
    elsewhere = CenterFactory(division=guihua)
    old = {"name": "象棋社", "neighborhood": "河畔居委会", "kind": "other", "center": elsewhere}
    refused = (
        lambda: teams.file(**old, division=center.division, filed_on=DAY, **who),
        lambda: teams.apply(**old, division=center.division, happened_on=DAY, **who),
        lambda: step(teams.confirm_upkeep, active, center=elsewhere),
        lambda: step(teams.change, active, center=elsewhere),
    )
    for each in refused:
        with pytest.raises(teams.CenterElsewhere):
            each()
    assert ActivityTeam.objects.count() == WorkRecord.objects.count() == 1


# --- kept true


def test_the_yearly_confirmation_counts_once_a_year(active, step, center, who):
    again = {"happened_on": date(2026, 2, 20), "center": center, "member_count": 25}
    step(teams.confirm_upkeep, active, **again)
    assert (active.upkeep_on, active.member_count) == (date(2026, 2, 20), 25)
    assert counted() == [("FN-16", 2026)]
    assert active.steps.last().record is None


def test_a_year_later_the_confirmation_is_the_centers_work_again(wutong, center, step, who):
    team = ActivityTeamFactory(division=wutong)
    step(teams.confirm_upkeep, team, happened_on=date(2025, 11, 1), center=center)
    step(teams.confirm_upkeep, team, happened_on=date(2026, 1, 5), center=center)
    assert sorted(counted()) == [("FN-16", 2025), ("FN-16", 2026)]
    assert [each.record.team for each in team.steps.all()] == [team, team]
    with pytest.raises(teams.TeamDayWrong):
        step(teams.confirm_upkeep, team, happened_on=date(2026, 1, 5), center=center)


def test_only_an_active_team_is_confirmed(applied, step):
    with pytest.raises(teams.TeamNotOpen):
        step(teams.confirm_upkeep, applied)


def test_what_is_the_same_already_writes_nothing(active, step):
    before, version = steps(active), active.version
    step(teams.change, active, member_count=20, leader_phone=PHONE)
    assert (steps(active), active.version) == (before, version)


def test_the_telephone_is_sealed_and_stays_out_of_the_trail(active, step):
    purpose = ActivityTeam.SEALED["leader_phone"]
    assert sealing.unseal(active.leader_phone_sealed, purpose=purpose) == PHONE
    step(teams.change, active, leader_phone="13900001111", leader_name="李明", place="广场")
    active.refresh_from_db()
    assert sealing.unseal(active.leader_phone_sealed, purpose=purpose) == "13900001111"
    told = str(list(AuditEvent.objects.values_list("changes", "reason", "target_label")))
    assert "leader_phone_sealed" in told
    assert not {"13900001111", PHONE, "李明", "王芳", "\\x"} & {
        text for text in ("13900001111", PHONE, "李明", "王芳", "\\x") if text in told
    }
    step(teams.change, active, leader_phone=None)
    assert (active.leader_phone_sealed, active.leader_phone_digest) == (None, None)


def test_the_telephone_of_a_leader_goes_with_the_leader(active, step):
    step(teams.change, active, leader_name="王芳", place="广场")
    assert active.leader_phone_sealed is not None
    step(teams.change, active, leader_name="李明")
    active.refresh_from_db()
    assert (active.leader_phone_sealed, active.leader_phone_digest) == (None, None)
    step(teams.change, active, leader_name="赵敏", leader_phone=PHONE)
    assert active.leader_phone_sealed is not None


def test_suspended_resumed_and_cleared(active, step):
    with pytest.raises(ReasonMissing):
        step(teams.suspend, active, text=" ")
    step(teams.suspend, active, text="负责人生病")
    step(teams.resume, active)
    with pytest.raises(ReasonMissing):
        step(teams.clear, active, text="")
    step(teams.clear, active, text="已停止活动")
    assert active.status == "cleared"
    with pytest.raises(Conflict):
        step(teams.resume, active)
    assert steps(active)[-3:] == ["suspend", "resume", "clear"]


# --- what became of them


@pytest.fixture
def registered(wutong):
    return OrganizationFactory(division=wutong, registered_on=date(2026, 2, 20))


@pytest.fixture
def convert(who):
    def converted(team, organization):
        return teams.convert(team=team, organization=organization, version=team.version, **who)

    return converted


def test_a_team_that_was_registered_keeps_its_story(active, registered, convert):
    convert(active, registered)
    assert (active.status, registered.team) == ("converted", active)
    last = active.steps.last()
    assert (last.kind, last.happened_on) == ("convert", date(2026, 2, 20))
    assert ActivityTeam.objects.count() == 1
    assert steps(active) == ["apply", "opinion", "review", "file", "convert"]


def test_another_district_or_an_unfitting_day_is_refused(active, huangpu, wutong, convert):
    day = date(2026, 2, 20)
    active.founded_on = date(2026, 2, 21)
    active.save()
    other = OrganizationFactory(division=wutong, registered_on=day)
    ActivityTeamFactory(division=wutong, status="converted", organization=other)
    wrong = (
        OrganizationFactory(division=huangpu, registered_on=date(2026, 3, 1)),
        OrganizationFactory(division=wutong, registered_on=None),
        OrganizationFactory(division=wutong, registered_on=day),
        other,
    )
    for organization in wrong:
        with pytest.raises(teams.ConversionRefused):
            convert(active, organization)
    assert ActivityTeam.objects.get(pk=active.pk).status == "active"


# --- the same team twice


def test_the_same_name_and_the_same_leader_at_the_same_place_are_shown(center, who, wutong):
    def entered(**values):
        fields = {"name": "象棋社", "division": wutong, "neighborhood": "东弄居委会"}
        return teams.file(**{**fields, "kind": "other", **values}, **who)

    team = entered(leader_phone=PHONE, place="广场")
    name = entered(name="象棋 社")
    leader = entered(name="别队", leader_phone=PHONE, place="广场")
    entered(name="别队二", leader_phone=PHONE, place="公园")
    entered(name="别队三", leader_phone="13900001111", place="广场")
    found = duplicates.teams_like(
        name=team.name,
        division=wutong,
        leader_digest=team.leader_phone_digest,
        place=team.place,
        exclude=team.pk,
    )
    assert [each.row for each in found] == [name, leader]


def test_a_search_takes_any_character(wutong, alice):
    team = ActivityTeamFactory(division=wutong)
    assert list(selectors.of_township(alice, wutong, words="\0", status="\0")) == [team]


# --- at once


@pytest.mark.django_db(transaction=True)
def test_of_two_who_review_at_once_one_decides(applied, step, alice, at):
    step(teams.give_opinion, applied, agrees=True)
    version = applied.version

    def decide(agrees):
        team = ActivityTeam.objects.get(pk=applied.pk)
        return teams.review(
            team=team,
            version=version,
            agrees=agrees,
            happened_on=DAY,
            text="不予备案",
            by=alice,
            at=at,
        )

    answers = at_once([lambda: decide(True), lambda: decide(False)] * 2)
    assert sum(isinstance(answer, Conflict) for answer in answers) == 3
    (winner,) = (answer for answer in answers if not isinstance(answer, Conflict))
    standing = ActivityTeam.objects.get()
    assert standing.status == winner.status
    assert len(counted()) == (standing.status == "active")
    assert TeamStep.objects.filter(kind__in=["file", "refuse"]).count() == 1


# --- any order


# Verb → (service, what it is told, where it may be said → where it leads).
VERBS = {
    "again": (teams.apply_again, {}, {"draft": "community"}),
    "committee agrees": (teams.give_opinion, {"agrees": True}, {"community": "township"}),
    "township agrees": (teams.review, {"agrees": True}, {"township": "active"}),
    "committee sends back": (
        teams.give_opinion,
        {"agrees": False, "sends_back": True, "text": "补"},
        {"community": "draft"},
    ),
    "committee refuses": (
        teams.give_opinion,
        {"agrees": False, "text": "不符"},
        {"community": "refused"},
    ),
    "township sends back": (
        teams.review,
        {"agrees": False, "sends_back": True, "text": "补"},
        {"township": "draft"},
    ),
    "township refuses": (
        teams.review,
        {"agrees": False, "text": "不符"},
        {"township": "refused"},
    ),
    "suspend": (teams.suspend, {"text": "停"}, {"active": "suspended"}),
    "resume": (teams.resume, {}, {"suspended": "active"}),
    "clear": (teams.clear, {"text": "清"}, {"active": "cleared", "suspended": "cleared"}),
}


class TeamMachine(RuleBasedStateMachine):
    """A team goes where the table leads and nowhere else, in whatever order it is asked."""

    given: dict

    def __init__(self):
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.team = teams.apply(
            name="舞蹈队",
            neighborhood="东弄居委会",
            kind="other",
            happened_on=DAY,
            division=self.given["center"].division,
            center=self.given["center"],
            **self.given["who"],
        )
        self.standing, self.steps = "community", 1

    def teardown(self):
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    @rule(verb=st.sampled_from(sorted(VERBS)))
    def say(self, verb):
        service, told, leads = VERBS[verb]
        version = self.team.version
        try:
            service(team=self.team, version=version, happened_on=DAY, **told, **self.given["who"])
        except DomainError:
            assert self.standing not in leads
            assert self.team.version == version
        else:
            self.standing, self.steps = leads[self.standing], self.steps + 1
            # The township's opinion and the entry in the register are two steps.
            self.steps += verb == "township agrees"
            assert self.team.version == version + 1

    @rule()
    def confirm(self):
        day = self.team.upkeep_on or DAY
        try:
            teams.confirm_upkeep(
                team=self.team,
                version=self.team.version,
                happened_on=day + timedelta(days=1) if self.team.upkeep_on else day,
                center=self.given["center"],
                **self.given["who"],
            )
        except DomainError:
            assert self.standing != "active" or day >= date(2026, 3, 2)
        else:
            assert self.standing == "active"
            self.steps += 1

    @invariant()
    def the_row_and_its_story_agree(self):
        row = ActivityTeam.objects.get(pk=self.team.pk)
        assert row.status == self.team.status == self.standing
        assert row.steps.count() == self.steps
        assert len(counted()) == (row.filed_on is not None)


def test_a_team_goes_where_the_table_leads_in_any_order(center, who):
    machine = type("Machine", (TeamMachine,), {"given": {"center": center, "who": who}})
    run_state_machine_as_test(
        machine, settings=settings(max_examples=20, stateful_step_count=10, deadline=None)
    )
