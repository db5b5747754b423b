"""Papers of a case: materials ticked off, files kept, who came counted."""

from datetime import date

import pytest

from organizations.models import CaseEvidence
from organizations.selectors import cases as selectors
from organizations.services import case_files, cases
from organizations.services.case_files import Present
from portal.audit.models import AuditEvent
from portal.evidence.inspection import EvidenceRefused
from tests.factories.evidence import paper
from tests.factories.organizations import (
    ActivityTeamFactory,
    CaseFactory,
    CaseMaterialFactory,
    OrganizationFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]
DAY = date(2026, 2, 10)


@pytest.fixture
def case(center):
    return CaseFactory(center=center)


@pytest.fixture
def training(center, diane, at):
    return cases.open_case(
        center=center, kind="training", title="培训", opened_on=DAY, status="done", by=diane, at=at
    )


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_materials_are_ticked_off_and_new_ones_added(case, diane, at):
    CaseMaterialFactory(case=case, code="articles")
    rows = {"articles": ("received", "第二稿"), "理事会名单": ("missing", "")}
    case_files.set_materials(case=case, rows=rows, by=diane, at=at)
    listed = {m.code: (m.state, m.note, m.changed_by) for m in case.materials.all()}
    assert listed == {
        "articles": ("received", "第二稿", diane),
        "理事会名单": ("missing", "", diane),
    }
    event = AuditEvent.objects.get(action="organizations.case.set_materials")
    assert event.changes["articles"] == ["missing", "received"]


def test_what_is_ticked_the_same_writes_nothing(case, diane, at):
    material = CaseMaterialFactory(case=case, code="articles", state="received")
    case_files.set_materials(case=case, rows={"articles": ("received", "")}, by=diane, at=at)
    material.refresh_from_db()
    assert material.changed_by != diane
    assert not AuditEvent.objects.filter(action="organizations.case.set_materials").exists()


def test_a_file_is_kept_with_the_case(case, diane, at):
    kept = case_files.attach(case=case, upload=paper(), title="签到表", by=diane, at=at)
    assert (kept.case, kept.title, kept.file.media_type) == (case, "签到表", "application/pdf")


def test_a_file_that_is_none_of_ours_is_refused(case, diane, at):
    upload = paper(name="程序.exe")
    with pytest.raises(EvidenceRefused):
        case_files.attach(case=case, upload=upload, title="签到表", by=diane, at=at)
    assert not CaseEvidence.objects.exists()


def test_a_dropped_case_takes_no_file(center, diane, at):
    case = CaseFactory(center=center, status="dropped")
    with pytest.raises(cases.CaseDropped):
        case_files.attach(case=case, upload=paper(), title="签到表", by=diane, at=at)
    assert not CaseEvidence.objects.exists()


def test_who_came_makes_the_participants_of_the_training(training, wutong, diane, at):
    organization = OrganizationFactory(division=wutong)
    rows = [
        Present(organization=organization, people=3, is_head=True),
        Present(team=ActivityTeamFactory(division=wutong), people=2),
    ]
    case_files.attend(case=training, rows=rows, by=diane, at=at)
    assert training.records.valid().get().participant_count == 5
    case_files.attend(case=training, rows=rows[:1], by=diane, at=at)
    assert [row.organization for row in training.attendances.all()] == [organization]
    assert training.records.valid().get().participant_count == 3


def test_a_line_names_one_and_nobody_twice(training, wutong, diane, at):
    twice = Present(organization=OrganizationFactory(division=wutong))
    for rows in ([Present()], [twice, twice]):
        with pytest.raises(case_files.AttendanceUnclear):
            case_files.attend(case=training, rows=rows, by=diane, at=at)
    assert not training.attendances.exists()


def test_who_came_is_of_the_district(training, huangpu, diane, at):
    rows = [Present(organization=OrganizationFactory(division=huangpu))]
    with pytest.raises(cases.SubjectElsewhere):
        case_files.attend(case=training, rows=rows, by=diane, at=at)


def test_only_what_others_come_to_has_a_sign_in_list(case, diane, at):
    with pytest.raises(case_files.AttendanceMisplaced):
        case_files.attend(case=case, rows=[], by=diane, at=at)


@pytest.mark.parametrize(("kind", "function"), [("nurture", "FN-15"), ("participation", "FN-22")])
def test_who_took_part_makes_the_participants_of_an_activity(
    center, wutong, diane, at, kind, function
):
    case = cases.open_case(
        center=center,
        kind=kind,
        title="社区花园共建",
        opened_on=date(2026, 2, 10),
        status="done",
        by=diane,
        at=at,
    )
    rows = [
        Present(organization=OrganizationFactory(division=wutong), people=4),
        Present(team=ActivityTeamFactory(division=wutong), people=9),
    ]
    case_files.attend(case=case, rows=rows, by=diane, at=at)
    (record,) = case.records.valid()
    assert (record.function, record.participant_count) == (function, 13)


def test_a_head_who_took_part_was_not_trained(center, wutong, diane, at):
    organization = OrganizationFactory(
        division=wutong, status="normal", community_kind="livelihood"
    )
    for kind in ("participation", "training"):
        case = cases.open_case(
            center=center,
            kind=kind,
            title="活动",
            opened_on=date(2026, 2, 10),
            status="done",
            by=diane,
            at=at,
        )
        row = Present(organization=organization, is_head=True)
        case_files.attend(case=case, rows=[row], by=diane, at=at)
        rate = selectors.heads_trained(wutong, date(2026, 3, 1))
        assert rate == (int(kind == "training"), 1)
