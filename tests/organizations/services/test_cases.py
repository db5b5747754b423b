"""Cases: numbered, moved by their table, counted once, and what of it is refused."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import InternalError, transaction

from organizations.models import STATES, Case, CaseStep, WorkRecord
from organizations.models.details import ConsultationDetail
from organizations.rules import casework
from organizations.selectors import cases as selectors
from organizations.services import case_details, cases, work_records
from portal.audit.models import AuditEvent
from portal.errors import Conflict, ReasonMissing
from portal.inbox.models import Notice
from tests.factories.centers import MembershipFactory
from tests.factories.organizations import ActivityTeamFactory, OrganizationFactory
from tests.factories.portal import UserFactory
from tests.threads import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]
DAY = date(2026, 2, 10)
LEAST = {"opinion": {"led_by": "街道党工委"}, "support": {"support_kind": "talent"}}
# Kind → the way to an end: (state, what has to be known there).
WAYS = {
    "consultation": [("materials", {}), ("advising", {}), ("closed", {"outcome": "register"})],
    "grading": [
        *[(to, {}) for to in ("preparing", "submitted", "visited")],
        ("notified", {"notified_grade": "3A"}),
    ],
    "training": [("done", {})],
    "nurture": [("done", {})],
    "party": [("done", {})],
    "incubation": [("growing", {}), ("mature", {}), ("graduated", {})],
    "participation": [("done", {})],
    "support": [("done", {})],
    "brand": [(to, {}) for to in ("screened", "voted", "reviewed", "publicized", "selected")],
    "dispute": [("settled", {})],
    "opinion": [
        *[(to, {}) for to in ("chosen", "consulting")],
        ("formed", {"opinion": "按楼层分担"}),
        ("submitted", {"submitted_to": "街道办事处"}),
        ("answered", {"adopted": "yes"}),
        *[(to, {}) for to in ("carried_out", "announced")],
    ],
    "policy_evaluation": [("done", {"policy": "社区食堂补贴办法"})],
    "publicity": [("done", {"policy": "慈善法"})],
}


@pytest.fixture
def take_up(center, diane, at):
    """(kind, fields) → a case of diane's center, opened on 10 February."""

    def take_up(kind="consultation", **fields):
        fields = {"title": "一件事", "opened_on": DAY, "details": LEAST.get(kind, {}), **fields}
        return cases.open_case(center=center, kind=kind, by=diane, at=at, **fields)

    return take_up


@pytest.fixture
def move(diane, at):
    def move(case, to, day=DAY, **fields):
        fields = {"version": case.version, "happened_on": day, "text": "办理", **fields}
        return cases.move(case=case, to=to, by=diane, at=at, **fields)

    return move


def functions(case):
    """What the case counts as: function and day of its valid records."""
    return [(r.function, r.happened_on) for r in case.records.valid().order_by("happened_on")]


# --- numbers


def test_cases_of_a_district_kind_and_year_are_numbered(take_up):
    numbers = [take_up().case_no, take_up("dispute").case_no, take_up().case_no]
    assert numbers == ["310199-ZX-2026-00001", "310199-JF-2026-00001", "310199-ZX-2026-00002"]


def test_every_kind_has_letters_of_its_own():
    assert set(cases.LETTERS) == set(STATES)
    assert len(set(cases.LETTERS.values())) == len(STATES)


# --- counting


@pytest.mark.parametrize("kind", STATES)
def test_a_case_that_goes_its_way_counts_once_when_it_counts(take_up, move, kind):
    counted = casework.COUNTED[kind]
    case = take_up(kind)
    day, expected = DAY, []
    if counted.status == next(iter(STATES[kind])):
        expected = [(counted.function, DAY)]
    assert functions(case) == expected
    for to, details in WAYS[kind]:
        day += timedelta(days=1)
        move(case, to, day, details=details)
        if not expected and to == counted.status:
            expected = [(counted.function, day)]
        assert functions(case) == expected, to
    assert case.is_final or case.status == "closed"
    assert case.closed_on == day
    record = case.records.get()
    assert (record.title, record.center, record.case) == ("一件事", case.center, case)


def test_what_is_entered_once_done_counts_on_its_day(take_up):
    case = take_up("training", status="done", details={"headcount": 30})
    assert functions(case) == [("FN-13", DAY)]
    assert case.records.get().participant_count == 30


def test_a_support_service_counts_by_its_kind(take_up):
    assert take_up("support", status="done").records.get().support_kind == "talent"


def test_an_incubation_counts_once_in_each_year_something_happens(take_up, center, diane):
    at = datetime(2028, 3, 2, 1, 0, tzinfo=UTC)
    case = cases.open_case(
        center=center, kind="incubation", title="孵化", opened_on=DAY, by=diane, at=at
    )
    for day in (date(2026, 12, 31), date(2027, 1, 1), date(2027, 6, 1)):
        cases.note(case=case, text="走访", happened_on=day, by=diane, at=at)
    later = {"version": case.version, "happened_on": date(2028, 1, 5), "by": diane, "at": at}
    cases.move(case=case, to="growing", **later)
    days = [DAY, date(2027, 1, 1), date(2028, 1, 5)]
    assert functions(case) == [("FN-21", day) for day in days]


def test_a_consultation_taken_up_again_counts_no_second_time(take_up, move):
    case = take_up()
    move(case, "closed", details={"outcome": "supplement"})
    move(case, "advising")
    assert functions(case) == [("FN-11", DAY)]
    assert case.closed_on is None


def test_dropping_takes_the_case_out_of_the_figure_with_the_reason(take_up, move):
    case = take_up()
    move(case, "dropped", text="重复登记")
    assert functions(case) == []
    assert case.records.get().void_reason == "重复登记"


def test_dropping_needs_a_reason_and_is_for_good(take_up, move):
    case = take_up()
    with pytest.raises(ReasonMissing):
        move(case, "dropped", text=" ")
    assert functions(case) == [("FN-11", DAY)]
    move(case, "dropped")
    with pytest.raises(cases.CaseDropped):
        move(case, "advising")


def test_the_record_of_a_case_is_not_voided_by_hand(take_up, diane, at):
    case = take_up()
    with pytest.raises(work_records.EnteredElsewhere, match=case.case_no):
        work_records.withdraw(record=case.records.get(), reason="不是咨询", by=diane, at=at)
    assert functions(case) == [("FN-11", DAY)]


def test_correcting_a_case_corrects_what_it_counts_as(take_up, diane, at, center):
    case = take_up("support", status="done")
    team = ActivityTeamFactory(division=center.division)
    cases.correct(
        case=case,
        version=case.version,
        title="财务辅导",
        team=team,
        details={"support_kind": "finance"},
        by=diane,
        at=at,
    )
    record = case.records.valid().get()
    told = (record.title, record.served, record.support_kind, record.happened_on)
    assert told == ("财务辅导", team.name, "finance", DAY)
    assert record.team == team
    assert case.records.count() == 2


def test_correcting_what_the_record_does_not_say_leaves_it(take_up, diane, at):
    case = take_up("dispute")
    cases.correct(case=case, version=1, details={"place": "西园居委会"}, by=diane, at=at)
    assert case.records.count() == 1
    assert selectors.detail_of(case).place == "西园居委会"


# --- states


def way_to(kind, status):
    """The states from the first one to ``status``."""
    first = next(iter(STATES[kind]))
    ways, waiting = {first: []}, [first]
    while waiting:
        here = waiting.pop(0)
        for there in STATES[kind][here] - ways.keys():
            ways[there] = [*ways[here], there]
            waiting.append(there)
    return ways[status]


@pytest.mark.parametrize(
    ("kind", "before"),
    [(kind, state) for kind in STATES for state in STATES[kind] if state != "dropped"],
)
def test_a_jump_that_the_table_does_not_know_is_refused(take_up, diane, at, kind, before):
    case = take_up(kind)
    for state in way_to(kind, before):
        Case.objects.filter(pk=case.pk).update(status=state)
    case.refresh_from_db()
    asked = {"case": case, "version": case.version, "happened_on": DAY, "text": "x"}
    for to in STATES[kind].keys() - STATES[kind][before]:
        with pytest.raises(cases.MoveRefused):
            cases.move(**asked, to=to, by=diane, at=at)
        if to != before:
            with pytest.raises(InternalError), transaction.atomic():
                Case.objects.filter(pk=case.pk).update(status=to)
    case.refresh_from_db()
    assert case.status == before


def test_a_state_of_another_kind_is_refused_by_the_database(take_up):
    case = take_up("training")
    with pytest.raises(InternalError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(status="advising")


def test_a_state_is_not_reached_without_what_has_to_be_known(take_up, move):
    case = take_up()
    with pytest.raises(cases.DetailMissing, match="结果"):
        move(case, "closed")
    case.refresh_from_db()
    assert (case.status, CaseStep.objects.count()) == ("advising", 0)


def test_a_grade_is_as_notified_on_the_day_of_the_move(take_up, move):
    case = take_up("grading")
    for to in ("preparing", "submitted", "visited"):
        move(case, to)
    day = date(2026, 2, 20)
    move(case, "notified", day, details={"notified_grade": "4A"}, doc_no="沪民〔2026〕1号")
    detail = selectors.detail_of(case)
    assert (detail.notified_grade, detail.notified_on) == ("4A", day)
    assert case.doc_no == "沪民〔2026〕1号"


@pytest.mark.parametrize(
    ("to", "day", "details"),
    [
        ("answered", date(2026, 2, 10), {"adopted": "yes"}),
        ("submitted", date(2026, 2, 20), {"reply_due_on": date(2026, 2, 19)}),
    ],
)
def test_days_of_an_opinion_out_of_order_are_refused_in_words(take_up, move, to, day, details):
    case = take_up("opinion")
    for step in ("chosen", "consulting"):
        move(case, step)
    move(case, "formed", details={"opinion": "增设晾衣架"})
    if to == "answered":
        move(case, "submitted", date(2026, 2, 20), details={"submitted_to": "街道办事处"})
    known = {"submitted_to": "街道办事处"} if to == "submitted" else {}
    with pytest.raises((case_details.DetailRefused, cases.StepOutOfTime)):
        move(case, to, day, details={**known, **details})


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        ("opinion", {"led_by": "街道党工委", "adopted": "yes"}),
        ("opinion", {"led_by": "街道党工委", "reply_due_on": date(2026, 3, 1)}),
        ("grading", {"notified_grade": "3A"}),
        ("grading", {"valid_until": date(2031, 3, 1)}),
        ("support", {"support_kind": "talent", "hours": -1}),
    ],
)
def test_what_contradicts_itself_is_refused_in_words_and_nothing_is_opened(
    take_up, kind, details
):
    with pytest.raises(case_details.DetailRefused, match=r"[一-鿿]+.*。"):
        take_up(kind, details=details)
    assert not Case.objects.exists()


def test_a_grade_that_ends_before_its_notice_is_refused(take_up, move):
    case = take_up("grading")
    for to in ("preparing", "submitted", "visited"):
        move(case, to)
    known = {"notified_grade": "4A", "valid_until": DAY}
    with pytest.raises(case_details.DetailRefused):
        move(case, "notified", details=known)
    case.refresh_from_db()
    assert case.status == "visited"


def test_a_state_follows_the_one_before_it_and_notes_do_not(take_up, move, diane, at):
    case = take_up()
    later = DAY + timedelta(days=9)
    move(case, "materials", later)
    cases.note(case=case, text="先前来电", happened_on=DAY, by=diane, at=at)
    with pytest.raises(cases.StepOutOfTime):
        move(case, "advising", later - timedelta(days=1))
    move(case, "advising", later)


def test_leaving_an_incubation_counts_in_no_further_year(center, diane):
    at = datetime(2028, 3, 2, 1, 0, tzinfo=UTC)
    case = cases.open_case(
        center=center, kind="incubation", title="孵化", opened_on=DAY, by=diane, at=at
    )
    left = {"version": case.version, "happened_on": date(2027, 1, 5), "by": diane, "at": at}
    cases.move(case=case, to="left", **left)
    assert functions(case) == [("FN-21", DAY)]


@pytest.mark.parametrize("days", [-1, 100])
def test_a_step_before_the_opening_or_after_today_is_refused(take_up, move, days):
    case = take_up()
    with pytest.raises(cases.StepOutOfTime):
        move(case, "materials", DAY + timedelta(days=days))
    assert not CaseStep.objects.exists()


def test_a_case_is_not_opened_for_a_day_to_come(take_up):
    with pytest.raises(cases.StepOutOfTime):
        take_up(opened_on=date(2026, 3, 3))
    assert not Case.objects.exists()


def test_who_moves_a_case_somebody_moved_is_told(take_up, move):
    case = take_up()
    stale = case.version
    move(case, "materials")
    with pytest.raises(Conflict):
        move(case, "closed", version=stale, details={"outcome": "register"})


def test_every_step_says_who_when_and_from_where(take_up, move, diane, at):
    case = take_up()
    move(case, "materials", date(2026, 2, 12), text="待补验资证明")
    step = case.steps.get()
    assert (step.before, step.after, step.text) == ("advising", "materials", "待补验资证明")
    assert (step.by, step.at, step.happened_on) == (diane, at, date(2026, 2, 12))
    event = AuditEvent.objects.get(action="organizations.case.move")
    assert event.changes["status"] == ["advising", "materials"]
    assert event.division_path == case.center.division.path


def test_a_note_leaves_the_state_and_needs_words(take_up, diane, at):
    case = take_up()
    cases.note(case=case, text="电话答复", happened_on=DAY, by=diane, at=at)
    assert (case.steps.get().before, case.steps.get().after) == ("advising", "advising")
    with pytest.raises(ReasonMissing):
        cases.note(case=case, text="  ", happened_on=DAY, by=diane, at=at)


# --- whom it is about


def test_an_organization_of_another_district_is_refused(take_up, huangpu):
    with pytest.raises(cases.SubjectElsewhere):
        take_up(organization=OrganizationFactory(division=huangpu))
    assert not Case.objects.exists()


def test_a_case_is_about_an_organization_or_a_team(take_up, wutong):
    with pytest.raises(cases.SubjectElsewhere):
        take_up(
            organization=OrganizationFactory(division=wutong),
            team=ActivityTeamFactory(division=wutong),
        )


def test_only_people_of_the_center_are_responsible(take_up, alice):
    with pytest.raises(cases.ResponsibleElsewhere):
        take_up(responsible=alice)


def test_whoever_becomes_responsible_is_told_once(take_up, center, diane, at):
    colleague = UserFactory(full_name="陈同事")
    MembershipFactory(user=colleague, center=center, role="center_staff")
    case = take_up()
    cases.hand_over(case=case, responsible=colleague, by=diane, at=at)
    assert case.responsible == colleague
    notice = Notice.objects.get(user=colleague)
    assert case.case_no in notice.sentence
    assert notice.url_path == f"/desk/cases/{case.pk}/"


# --- what is personal


def test_who_asked_is_kept_sealed_and_only_with_consent(take_up):
    personal = {"enquirer_name": "周某某", "enquirer_phone": "13800138000"}
    with pytest.raises(case_details.ConsentMissing):
        take_up(details=personal)
    case = take_up(details={**personal, "consent_given": True})
    detail = selectors.detail_of(case)
    assert "周某某".encode() not in bytes(detail.enquirer_name_sealed)
    assert [masked for _f, _l, masked in selectors.sealed_of(detail)] == ["周**", "138****8000"]
    told = str(list(AuditEvent.objects.values_list("changes", "target_label")))
    assert "周某某" not in told
    assert "13800138000" not in told


def test_withdrawn_consent_takes_the_person_off_the_file(take_up, diane, at):
    case = take_up(details={"enquirer_name": "周某某", "consent_given": True})
    cases.correct(case=case, version=1, details={"consent_given": False}, by=diane, at=at)
    detail = ConsultationDetail.objects.get(case=case)
    assert (detail.enquirer_name_sealed, detail.consent_given) == (None, False)


def test_a_correction_that_names_nobody_keeps_who_was_named(take_up, diane, at):
    case = take_up(details={"enquirer_name": "周某某", "consent_given": True})
    blank = {"enquirer_name": "", "enquirer_phone": "", "consent_given": True}
    cases.correct(case=case, version=1, details=blank, by=diane, at=at)
    assert selectors.sealed_of(selectors.detail_of(case))[0][2] == "周**"


def test_an_opinion_says_who_led_it(take_up):
    with pytest.raises(case_details.LeadershipMissing):
        take_up("opinion", details={"led_by": " "})


def test_a_support_service_says_its_kind(take_up):
    with pytest.raises(case_details.SupportKindMissing):
        take_up("support", details={})


def test_the_intended_form_lists_its_materials_and_keeps_what_is_ticked(take_up, diane, at):
    case = take_up(details={"intended_type": "association"})
    listed = list(case.materials.values_list("code", flat=True))
    assert "articles" in listed
    case.materials.filter(code="articles").update(state="received")
    cases.correct(case=case, version=1, details={"intended_type": "foundation"}, by=diane, at=at)
    assert case.materials.get(code="articles").state == "received"
    assert case.materials.filter(code="council_list", state="missing").exists()


# --- at the same moment


@pytest.mark.django_db(transaction=True)
def test_of_two_who_move_a_case_at_once_one_wins_and_it_counts_once(center, diane, at):
    case = cases.open_case(
        center=center, kind="training", title="培训", opened_on=DAY, by=diane, at=at
    )

    def finish():
        mine = Case.objects.get(pk=case.pk)
        return cases.move(case=mine, to="done", version=1, happened_on=DAY, by=diane, at=at)

    results = at_once([finish, finish])
    assert sum(isinstance(result, Case) for result in results) == 1
    assert WorkRecord.objects.valid().count() == 1


@pytest.mark.django_db(transaction=True)
def test_cases_opened_at_once_get_different_numbers(center, diane, at):
    def take_up():
        return cases.open_case(
            center=center, kind="dispute", title="纠纷", opened_on=DAY, by=diane, at=at
        )

    numbers = {case.case_no for case in at_once([take_up] * 4)}
    assert numbers == {f"310199-JF-2026-0000{n}" for n in range(1, 5)}
