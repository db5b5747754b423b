"""Workbooks of the register in the background: staged, compared, confirmed, written once."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test import override_settings
from django.utils import translation

from organizations.models import (
    ActivityTeam,
    CreditListing,
    Inspection,
    Organization,
    Transfer,
    TransferRow,
)
from organizations.resources import credit_lists as credit_list_rows
from organizations.selectors import timelines
from organizations.services import credit_lists, intakes, transfers
from portal import sealing
from portal.audit.models import AuditEvent
from portal.errors import Conflict, ReasonMissing
from portal.workbooks import read
from tests.conftest import AT
from tests.factories.organizations import (
    ActivityTeamFactory,
    CreditListingFactory,
    InspectionFactory,
    OrganizationFactory,
)
from tests.factories.transfers import TransferFactory
from tests.organizations.conftest import ORGANIZATION, TEAM

pytestmark = pytest.mark.django_db

CODE = ORGANIZATION["统一社会信用代码"]
BAD = ORGANIZATION | {
    "名称": "海棠区另一服务中心",
    "统一社会信用代码": "52310199MJQ00002XK",
    "从业人员数": "10余人",
}
FULL = ORGANIZATION | {
    "住所": "梧桐路1号",
    "业务范围": "为老服务；社区食堂",
    "业务主管单位": "海棠区民政局",
    "法定代表人": "王芳",
    "联系人": "李梅",
    "联系电话": "13812345678",
    "注册资金（万元）": "10",
    "从业人员数": 12,
    "专职人数": 5,
    "党组织": "联合",
    "党建联络员": "有",
    "社区社会组织类别": "生活服务",
    "是否慈善组织": "是",
    "公募资格": "是",
    "评估等级": "4A",
    "有效期至": "2027-12-31",
    "上年度年检": "合格",
    "前年度年检": "基本合格",
    "名录状态": "活动异常",
    "列入日期": "2025-07-01",
    "状态": "正常",
}


def problems(transfer):
    return {problem.rule_code for problem in transfers.problems_of(transfer)}


def register(**fields):
    return OrganizationFactory(name=ORGANIZATION["名称"], uscc=CODE, **fields)


@pytest.fixture
def take_out(haitang, alice, settings, tmp_path):
    """The path of an export of 海棠区."""
    settings.MEDIA_ROOT = str(tmp_path / "media")

    def run(table="organizations", **settings):
        transfer = transfers.request_export(
            table=table, district=haitang, by=alice, at=AT, **settings
        )
        assert transfers.work(transfer_id=transfer.pk, at=AT)
        transfer.refresh_from_db()
        assert transfer.status == "done"
        return transfers.path_of(transfer.result_name)

    return run


def test_name_that_is_only_a_comma_is_refused_in_its_cell(wutong, save, bring_in):
    transfer = bring_in(save([ORGANIZATION | {"联系人": "、"}]))
    assert (transfer.status, problems(transfer)) == ("checked", {"text_length"})


def test_row_is_staged_and_written_only_when_confirmed(wutong, alice, save, bring_in, confirm):
    transfer = bring_in(save([FULL]))
    assert (transfer.status, transfer.new_count, transfer.error_count) == ("checked", 1, 0)
    assert not Organization.objects.exists()
    assert confirm(transfer).status == "done"
    made = Organization.objects.get()
    assert (made.name, made.uscc, made.division) == (ORGANIZATION["名称"], CODE, wutong)
    assert (made.status, made.version, made.registered_capital_yuan) == ("normal", 1, 100000)
    assert (made.party_unit, made.grade, made.is_charity) == ("joint", "4A", True)
    purpose = Organization.SEALED["contact_phone"]
    assert sealing.unseal(made.contact_phone_sealed, purpose=purpose) == "13812345678"
    years = Inspection.objects.order_by("year").values_list("year", "conclusion", "concluded_on")
    assert list(years) == [(2024, "basically_qualified", None), (2025, "qualified", None)]
    listing = CreditListing.objects.get()
    assert (listing.organization, listing.kind) == (made, "abnormal")
    assert listing.listed_on == date(2025, 7, 1)
    event = AuditEvent.objects.get(action="organizations.transfer.import")
    assert (event.actor_id, event.changes["new"]) == (alice.pk, [None, "1"])


def test_past_years_are_told_as_they_ended_and_corrected_by_what_a_table_tells_later(
    wutong, save, bring_in, confirm
):
    def told():
        found = Inspection.objects.order_by("year")
        return list(found.values_list("year", "status", "conclusion", "exempt_reason"))

    made = register(division=wutong)
    confirm(bring_in(save([ORGANIZATION | {"上年度年检": "未参检", "前年度年检": "合格"}])))
    missed = (2025, "missed", None, None)
    assert told() == [(2024, "concluded", "qualified", None), missed]
    confirm(bring_in(save([ORGANIZATION | {"上年度年检": "合格", "前年度年检": "不合格"}])))
    assert told() == [(2024, "concluded", "unqualified", None), missed]
    assert made.inspections.get(year=2024).version == 2


@pytest.mark.parametrize(
    "cells",
    [
        {"status": "filling"},
        {"status": "concluded", "conclusion": "qualified", "concluded_on": date(2026, 3, 1)},
    ],
)
def test_a_table_overwrites_no_inspection_under_way_or_concluded_on_a_day(
    wutong, save, bring_in, confirm, cells
):
    standing = InspectionFactory(organization=register(division=wutong), year=2025, **cells)
    row = ORGANIZATION | {"上年度年检": "不合格", "前年度年检": "合格"}
    confirm(bring_in(save([row])))
    found = Inspection.objects.get(year=2025)
    assert (found.status, found.conclusion, found.version) == (
        standing.status,
        standing.conclusion,
        1,
    )
    assert Inspection.objects.filter(year=2024, conclusion="qualified").exists()


def test_same_workbook_twice_changes_nothing(wutong, save, bring_in, confirm):
    path = save([FULL])
    confirm(bring_in(path))
    again = bring_in(path)
    assert (again.status, again.same_count, again.good_count) == ("checked", 1, 0)
    with pytest.raises(transfers.NotToBeConfirmed):
        confirm(again)
    assert Organization.objects.get().version == 1


def test_export_comes_back_without_a_difference(wutong, save, bring_in, confirm, take_out):
    confirm(bring_in(save([FULL])))
    OrganizationFactory(
        division=wutong,
        name="海棠区㛃𬱖协会",
        org_type="association",
        old_certificate_no="沪民证字第0123号",
        registered_on=date(2001, 2, 3),
        authority_level="district",
        is_direct_registration=True,
        scope="=1+1",
        actual_address="-5号",
        contact_name="+86张",
    )
    again = bring_in(take_out())
    assert (again.status, again.error_count, again.same_count) == ("checked", 0, 2), problems(again)


def test_export_of_teams_comes_back_without_a_difference(
    wutong, save, bring_in, confirm, take_out
):
    row = TEAM | {"备案编号": "梧备001", "类别": "文体活动", "成立时间": "2012-03-04"}
    confirm(bring_in(save([row], title="群众活动团队"), table="teams"))
    again = bring_in(take_out("teams"), table="teams")
    assert (again.error_count, again.same_count) == (0, 1), problems(again)


def test_telephones_leave_masked_unless_for_a_purpose(wutong, save, bring_in, confirm, take_out):
    confirm(bring_in(save([FULL])))
    masked = str(read(take_out())[0].rows)
    assert "138****5678" in masked
    assert "13812345678" not in masked
    assert "13812345678" in str(read(take_out(with_personal=True, purpose="联络年检"))[0].rows)
    event = AuditEvent.objects.filter(action="organizations.transfer.export").first()
    assert event.reason == "联络年检"


def test_telephones_without_a_purpose_are_refused(haitang, alice):
    with pytest.raises(ReasonMissing):
        transfers.request_export(
            table="organizations", district=haitang, with_personal=True, by=alice, at=AT
        )
    assert not Transfer.objects.exists()


def test_credit_list_goes_out_masked_and_copied_back_changes_nothing(haitang, alice, take_out):
    said = "电话13812345678"
    listing = CreditListingFactory(district=haitang, grounds=said, entered_by=alice)
    header, row = read(take_out("credit_list"))[0].rows
    assert header[0] == "统一社会信用代码"
    assert "13812345678" not in str(row)
    pasted = "\t".join("" if cell is None else str(cell) for cell in row)
    entries = credit_list_rows.read("\t".join(map(str, header)) + f"\n{pasted}")
    result = credit_lists.take(district=haitang, rows=entries, by=alice, at=AT)
    assert (result.new, result.changed, result.same) == (0, 0, 1)
    listing.refresh_from_db()
    assert listing.grounds == said


def test_credit_list_neither_comes_in_by_a_workbook_nor_goes_out_open(haitang, alice, save):
    table = {"table": "credit_list", "district": haitang, "by": alice, "at": AT}
    upload = SimpleUploadedFile("名录.xlsx", save([ORGANIZATION]).read_bytes())
    with pytest.raises(transfers.NotOfThisTable):
        transfers.request_import(upload=upload, **table)
    with pytest.raises(transfers.NotOfThisTable):
        transfers.request_export(with_personal=True, purpose="核对", **table)
    assert not Transfer.objects.exists()


@pytest.mark.parametrize(
    "values",
    [{"direction": "import"}, {"direction": "export", "with_personal": True, "purpose": "核对"}],
)
def test_database_keeps_credit_lists_from_coming_in_and_from_going_out_open(haitang, values):
    with pytest.raises(IntegrityError, match="transfer_credit_list_goes_out_masked"):
        TransferFactory(district=haitang, table="credit_list", **values)


def test_one_bad_row_keeps_all_out_unless_only_good_ones_are_asked_for(
    wutong, save, bring_in, confirm
):
    path = save([ORGANIZATION, BAD])
    transfer = bring_in(path)
    assert (transfer.new_count, transfer.bad_count) == (1, 1)
    assert "inexact" in problems(transfer)
    with pytest.raises(transfers.NotToBeConfirmed):
        confirm(transfer)
    assert not Organization.objects.exists()
    confirm(transfer, mode="good_rows")
    assert [made.uscc for made in Organization.objects.all()] == [CODE]


def test_workbook_comes_back_with_its_errors_in_it(wutong, save, bring_in):
    transfer = bring_in(save([ORGANIZATION, BAD]))
    sheets = read(transfers.path_of(transfer.result_name))
    assert "one number" in str(sheets[0].rows)
    table = next(sheet for sheet in sheets if sheet.name == "社会组织")
    assert "10余人" in table.rows[2]
    again = bring_in(transfers.path_of(transfer.result_name))
    assert (again.new_count, again.bad_count) == (1, 1)


def test_of_a_large_workbook_only_the_wrong_rows_come_back(
    wutong, save, bring_in, monkeypatch
):
    monkeypatch.setattr("organizations.resources.books.LARGEST_MARKED", 1)
    transfer = bring_in(save([ORGANIZATION, BAD | {"注册资金（万元）": 5}]))
    [sheet] = read(transfers.path_of(transfer.result_name))
    assert len(sheet.rows) == 2
    assert (sheet.rows[1][7], sheet.rows[1][6]) == (5, "10余人")
    again = bring_in(transfers.path_of(transfer.result_name))
    assert (again.row_count, again.bad_count) == (1, 1)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([ORGANIZATION, ORGANIZATION | {"名称": "海棠区改名服务中心"}], "duplicate"),
        ([ORGANIZATION | {"街镇": "外滩街道"}], "other_district"),
        ([ORGANIZATION | {"状态": "注销", "从业人员数": 5, "专职人数": 6}], "more_full_time"),
        ([ORGANIZATION | {"公募资格": "是"}], "raising_without_charity"),
        ([ORGANIZATION | {"有效期至": "2027-12-31"}], "grade_until_without_grade"),
    ],
)
def test_rows_that_cannot_be(wutong, save, bring_in, rows, code):
    transfer = bring_in(save(rows))
    assert code in problems(transfer)
    assert transfer.bad_count == len(rows)


def test_code_of_another_district_is_refused(wutong, huangpu, save, bring_in):
    register(division=huangpu)
    transfer = bring_in(save([ORGANIZATION]))
    assert problems(transfer) == {"in_another_district"}
    assert not transfer.good_count


def test_status_moves_only_as_the_authority_can_move_it(alice, wutong, save, bring_in, confirm):
    made = register(division=wutong, status="deregistering")
    assert problems(bring_in(save([ORGANIZATION | {"状态": "吊销"}]))) == {"status_jump"}
    confirm(bring_in(save([ORGANIZATION | {"状态": "注销"}])))
    made.refresh_from_db()
    assert made.status == "deregistered"
    event = AuditEvent.objects.get(action="organizations.organization.change_status")
    assert (event.actor_id, event.target_id) == (alice.pk, str(made.pk))
    assert "upload.xlsx" in event.reason
    assert event.changes == {"status": ["deregistering", "deregistered"]}
    moments = timelines.of_organization(made, alice)
    assert (moments[-1].kind, moments[-1].on) == ("status", date(2026, 3, 2))


def test_blank_cells_change_nothing_and_what_is_said_is_changed(wutong, save, bring_in, confirm):
    made = register(division=wutong, staff_count=9, scope="助老", contact_name="李梅")
    transfer = bring_in(save([ORGANIZATION | {"从业人员数": 10, "业务范围": None}]))
    assert (transfer.changed_count, transfer.new_count) == (1, 0)
    confirm(transfer)
    made.refresh_from_db()
    assert (made.staff_count, made.scope, made.contact_name) == (10, "助老", "李梅")
    assert made.version == 2


def test_rename_and_move_are_dated(wutong, save, bring_in, confirm):
    made = register(
        division=wutong,
        registered_on=date(2020, 3, 1),
        domicile="旧址1号",
        status="normal",
        initials="htqwtylhzfwzx",
    )
    row = ORGANIZATION | {"名称": "海棠区新名服务中心", "住所": "新址2号"}
    confirm(bring_in(save([row])))
    names = list(made.names.order_by("from_on").values_list("name", "from_on", "to_on"))
    assert names == [
        (ORGANIZATION["名称"], date(2020, 3, 1), date(2026, 3, 1)),
        ("海棠区新名服务中心", date(2026, 3, 2), None),
    ]
    addresses = list(made.domiciles.order_by("from_on").values_list("address", "to_on"))
    assert addresses == [("旧址1号", date(2026, 3, 1)), ("新址2号", None)]
    made.refresh_from_db()
    assert (made.name, made.initials) == ("海棠区新名服务中心", "")
    again = bring_in(save([row | {"名称": "海棠区又改服务中心"}]))
    assert problems(again) == {"renamed_today"}


def test_what_is_entered_is_dated_from_the_registration(wutong, save, bring_in, confirm, alice):
    confirm(bring_in(save([ORGANIZATION])))
    made = Organization.objects.get()
    name, domicile = made.names.get(), made.domiciles.get()
    assert (name.name, domicile.address, domicile.division) == (made.name, "", wutong)
    for row in (name, domicile):
        assert (row.from_on, row.to_on, row.entered_by) == (made.registered_on, None, alice)


def test_another_day_of_registration_or_spelling_corrects_what_holds(
    wutong, save, bring_in, confirm
):
    confirm(bring_in(save([ORGANIZATION | {"住所": None}])))
    spelled = ORGANIZATION["名称"].replace("海棠区", "海棠区 ")
    told = {"名称": spelled, "登记日期": "2014-09-01", "住所": "新址2号"}
    confirm(bring_in(save([ORGANIZATION | told])))
    made = Organization.objects.get()
    assert made.registered_on == date(2014, 9, 1)
    name, domicile = made.names.get(), made.domiciles.get()
    assert (name.name, name.from_on) == (made.name, date(2014, 9, 1))
    assert (domicile.address, domicile.from_on) == ("新址2号", date(2014, 9, 1))


def test_a_registration_after_a_change_of_name_is_told(wutong, save, bring_in, confirm):
    made = register(division=wutong, registered_on=date(2020, 3, 1), status="normal")
    confirm(bring_in(save([ORGANIZATION | {"名称": "海棠区新名服务中心"}])))
    assert made.names.count() == 2
    row = ORGANIZATION | {"名称": "海棠区新名服务中心", "登记日期": "2026-03-02"}
    assert problems(bring_in(save([row]))) == {"registered_after_change"}


def test_near_namesake_is_asked_about(wutong, save, bring_in):
    OrganizationFactory(division=wutong, name="梧桐路银龄互助服务中心", uscc="52310199MJQ00003XL")
    transfer = bring_in(save([ORGANIZATION]))
    assert (transfer.new_count, transfer.error_count) == (1, 0)
    assert problems(transfer) == {"near_duplicate"}


def test_organization_whose_code_was_not_known_gets_it(wutong, save, bring_in, confirm):
    made = OrganizationFactory(division=wutong, name=ORGANIZATION["名称"])
    confirm(bring_in(save([ORGANIZATION])))
    made.refresh_from_db()
    assert made.uscc == CODE
    assert Organization.objects.count() == 1


def test_team_is_written_with_its_steps(wutong, save, bring_in, confirm):
    row = TEAM | {
        "备案编号": "梧备001",
        "备案日期": "2024-05-06",
        "类别": "舞蹈队",
        "所在社区备案意见": "同意",
        "社区意见日期": "2024-04-01",
        "街镇审核意见": "同意",
        "街镇意见日期": "2024-05-01",
    }
    confirm(bring_in(save([row], title="群众活动团队"), table="teams"))
    team = ActivityTeam.objects.get()
    assert (team.kind, team.member_count, team.filing_no) == ("culture_sport", 26, "梧备001")
    steps = [(step.kind, step.happened_on) for step in team.steps.all()]
    assert steps == [
        ("opinion", date(2024, 4, 1)),
        ("review", date(2024, 5, 1)),
        ("file", date(2024, 5, 6)),
    ]
    confirm(bring_in(save([row | {"状态": "暂停"}], title="群众活动团队"), table="teams"))
    team.refresh_from_db()
    assert (team.status, team.steps.last().kind) == ("suspended", "suspend")


def test_team_of_the_same_name_elsewhere_is_another(wutong, save, bring_in, confirm):
    ActivityTeamFactory(division=wutong, name=TEAM["群团名称"], neighborhood="西园居委会")
    transfer = bring_in(save([TEAM], title="群众活动团队"), table="teams")
    assert (transfer.new_count, transfer.error_count) == (1, 0)


@pytest.mark.parametrize(
    ("fields", "change", "code"),
    [
        ({"status": "township"}, {}, "being_filed"),
        ({}, {"状态": "转登记"}, "converted_elsewhere"),
    ],
)
def test_what_happens_to_a_team_on_its_page_is_not_imported(
    wutong, save, bring_in, fields, change, code
):
    names = {"name": TEAM["群团名称"], "neighborhood": TEAM["所属社区"]}
    ActivityTeamFactory(division=wutong, **names, **fields)
    transfer = bring_in(save([TEAM | change], title="群众活动团队"), table="teams")
    assert problems(transfer) == {code}


def test_register_that_changed_since_the_check_is_checked_again(
    wutong, save, bring_in, confirm, alice
):
    made = register(division=wutong, staff_count=1)
    transfer = bring_in(save([ORGANIZATION | {"从业人员数": 10}]))
    Organization.objects.filter(pk=made.pk).update(staff_count=2, version=2)
    confirm(transfer)
    assert (transfer.status, transfer.row_count) == ("waiting", 1)
    made.refresh_from_db()
    assert made.staff_count == 2
    transfers.work(transfer_id=transfer.pk, at=AT)
    transfer.refresh_from_db()
    assert transfer.status == "checked"
    confirm(transfer)
    made.refresh_from_db()
    assert (transfer.status, made.staff_count) == ("done", 10)


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("organizations", ORGANIZATION | {"统一社会信用代码": "沪民证字第0123号"}),
        ("teams", TEAM),
    ],
)
def test_what_has_no_number_is_entered_once_by_two_who_checked_it(
    wutong, save, bring_in, confirm, table, row
):
    path = save([row], title={"teams": "群众活动团队"}.get(table, "社会组织"))
    first, second = bring_in(path, table=table), bring_in(path, table=table)
    assert confirm(first).status == "done"
    assert confirm(second).status == "waiting"
    transfers.work(transfer_id=second.pk, at=AT)
    second.refresh_from_db()
    assert (second.status, second.new_count, second.same_count) == ("checked", 0, 1)
    assert intakes.REGISTERS[table].model.objects.count() == 1


def test_credit_list_without_a_code_is_told_and_not_taken(wutong, save, bring_in, confirm):
    row = FULL | {"统一社会信用代码": "沪民证字第0123号"}
    transfer = bring_in(save([row]))
    assert "listing_without_code" in problems(transfer)
    assert confirm(transfer).status == "done"
    assert not CreditListing.objects.exists()


def test_row_without_a_code_that_could_be_any_of_several_is_refused(wutong, save, bring_in):
    for number in (2, 3):
        OrganizationFactory(division=wutong, name=ORGANIZATION["名称"], old_certificate_no=number)
    row = ORGANIZATION | {"统一社会信用代码": "沪民证字第0123号"}
    assert "several_organizations" in problems(bring_in(save([row])))


def test_identity_number_goes_with_its_legal_representative(wutong, save, bring_in, confirm):
    purpose = Organization.SEALED["legal_rep_id"]
    made = register(
        division=wutong,
        legal_representative="张三",
        legal_rep_id_sealed=sealing.seal("31010119800101001X", purpose=purpose),
        legal_rep_id_digest=sealing.digest("31010119800101001X", purpose=purpose),
    )
    confirm(bring_in(save([ORGANIZATION | {"法定代表人": "张三", "从业人员数": 10}])))
    made.refresh_from_db()
    assert sealing.unseal(made.legal_rep_id_sealed, purpose=purpose) == "31010119800101001X"
    confirm(bring_in(save([ORGANIZATION | {"法定代表人": "李四"}])))
    made.refresh_from_db()
    assert made.legal_representative == "李四"
    assert (made.legal_rep_id_sealed, made.legal_rep_id_digest) == (None, None)


def team_with_phone(division, phone="13800000000", **fields):
    purpose = ActivityTeam.SEALED["leader_phone"]
    return ActivityTeamFactory(
        division=division,
        name=TEAM["群团名称"],
        neighborhood=TEAM["所属社区"],
        leader_name="张阿姨",
        leader_phone_sealed=sealing.seal(phone, purpose=purpose),
        leader_phone_digest=sealing.digest(phone, purpose=purpose),
        **fields,
    )


@pytest.mark.parametrize(
    ("leader", "said", "kept"),
    [
        ("张阿姨", "138****0000", "13800000000"),
        ("王阿姨", "138****0000", None),
        ("王阿姨", "13800000000", "13800000000"),
    ],
)
def test_telephone_goes_with_its_leader(wutong, save, bring_in, confirm, leader, said, kept):
    team = team_with_phone(wutong)
    row = TEAM | {"负责人姓名": leader, "联系电话": said}
    transfer = bring_in(save([row], title="群众活动团队"), table="teams")
    assert ("phone_of_another" in problems(transfer)) is (kept is None)
    confirm(transfer)
    team.refresh_from_db()
    assert team.leader_name == leader
    assert (team.leader_phone_sealed is None) is (team.leader_phone_digest is None) is (not kept)
    if kept:
        purpose = ActivityTeam.SEALED["leader_phone"]
        assert sealing.unseal(team.leader_phone_sealed, purpose=purpose) == kept


def test_number_that_no_key_opens_stops_neither_export_nor_import(
    wutong, save, bring_in, confirm, take_out
):
    with override_settings(SECRET_KEY="lost"):
        team = team_with_phone(wutong, place="文化活动中心", content="广场舞", member_count=26)
    path = take_out("teams", with_personal=True, purpose="联络")
    assert "****" in str(read(path)[0].rows)
    assert bring_in(path, table="teams").error_count == 0
    transfer = bring_in(save([TEAM], title="群众活动团队"), table="teams")
    assert confirm(transfer).status == "done"
    team.refresh_from_db()
    purpose = ActivityTeam.SEALED["leader_phone"]
    assert sealing.unseal(team.leader_phone_sealed, purpose=purpose) == "13800000000"


def test_credit_code_is_no_filing_number(wutong, save, bring_in):
    path = save([TEAM | {"备案编号": CODE}], title="群众活动团队")
    transfer = bring_in(path, table="teams")
    assert (transfer.status, problems(transfer)) == ("checked", {"credit_code"})


def test_what_the_database_refuses_twice_is_given_up_with_its_reason(
    wutong, save, bring_in, confirm
):
    """Staged past the check: a constraint that no check of a row knows."""
    transfer = bring_in(save([TEAM], title="群众活动团队"), table="teams")

    def spoil():
        row = TransferRow.objects.get()
        row.content["filing_no"] = CODE
        row.save()

    spoil()
    assert confirm(transfer).status == "waiting"
    transfers.work(transfer_id=transfer.pk, at=AT)
    transfer.refresh_from_db()
    spoil()
    assert confirm(transfer).status == "failed"
    assert "team_filing_no_is_no_credit_code" in transfer.message
    assert not ActivityTeam.objects.exists()


def test_of_two_who_confirm_one_is_told(wutong, save, bring_in, alice):
    transfer = bring_in(save([ORGANIZATION]))
    seen = Transfer.objects.get(pk=transfer.pk)
    mode, version = "all_or_nothing", transfer.version
    transfers.confirm(transfer=transfer, mode=mode, version=version, by=alice, at=AT)
    with pytest.raises(Conflict):
        transfers.confirm(transfer=seen, mode=mode, version=version, by=alice, at=AT)


def rows_of(count):
    return [
        ORGANIZATION | {"名称": f"海棠区第{n}服务中心", "统一社会信用代码": f"沪民证字第{n:04d}号"}
        for n in range(count)
    ]


def test_progress_rises_and_a_worker_lost_between_chunks_is_made_up_for(
    wutong, save, bring_in, confirm, monkeypatch
):
    monkeypatch.setattr(transfers, "CHUNK", 2)
    seen = []
    whole = transfers._copy

    def copy(lines):
        seen.append(Transfer.objects.get().done_count)
        if len(seen) == 2:
            raise ConnectionError
        whole(lines)

    monkeypatch.setattr(transfers, "_copy", copy)
    with pytest.raises(ConnectionError):
        bring_in(save(rows_of(5)))
    transfer = Transfer.objects.get()
    assert (transfer.status, transfer.attempts, transfer.lease_until) == ("checking", 1, None)
    assert TransferRow.objects.count() == 2
    later = AT + timedelta(minutes=5)
    assert transfers.sweep(at=later) == 1
    transfers.work(transfer_id=transfer.pk, at=later)
    transfer.refresh_from_db()
    assert (transfer.status, transfer.new_count) == ("checked", 5)
    assert seen == [2, 4, 2, 4, 5]
    confirm(transfer)
    assert Organization.objects.count() == 5


def test_writing_that_breaks_off_writes_nothing_and_is_done_again(
    wutong, save, bring_in, confirm, monkeypatch
):
    transfer = bring_in(save(rows_of(3)))
    whole = intakes._change

    def broken(register):
        monkeypatch.setattr(intakes, "_change", whole)
        raise ConnectionError

    monkeypatch.setattr(intakes, "_change", broken)
    with pytest.raises(ConnectionError):
        confirm(transfer)
    assert not Organization.objects.exists()
    transfers.work(transfer_id=transfer.pk, at=AT)
    transfer.refresh_from_db()
    assert (transfer.status, Organization.objects.count()) == ("done", 3)
    assert not transfers.work(transfer_id=transfer.pk, at=AT)


def test_worker_that_was_taken_for_lost_finishes_nothing(
    wutong, save, bring_in, confirm, monkeypatch
):
    """Its lease ran out between the last chunk and the comparison; another has the workbook."""
    whole = transfers._finish_check

    def finish(transfer, *rest):
        monkeypatch.setattr(transfers, "_finish_check", whole)
        assert transfers._claim(transfer.pk, AT + timedelta(hours=1)).attempts == 2
        whole(transfer, *rest)

    monkeypatch.setattr(transfers, "_finish_check", finish)
    transfer = bring_in(save(rows_of(2)))
    assert (transfer.status, transfer.attempts) == ("checking", 2)
    assert transfers.work(transfer_id=transfer.pk, at=AT + timedelta(hours=2))
    transfer.refresh_from_db()
    assert (transfer.status, transfer.new_count) == ("checked", 2)
    confirm(transfer)
    assert Organization.objects.count() == 2


def test_worker_that_was_taken_for_lost_throws_nothing_away(
    wutong, save, bring_in, monkeypatch
):
    """Two have it; the one that began earlier comes late to its first step."""
    whole, seen = transfers._check, []

    def check(transfer, at):
        monkeypatch.setattr(transfers, "_check", whole)
        assert transfers.work(transfer_id=transfer.pk, at=AT + timedelta(hours=1))
        transfer.refresh_from_db(fields=["version", "status"])
        transfer.status = "checking"
        seen.append(transfers._stage(transfer, transfers.Contents(), AT.date()))

    monkeypatch.setattr(transfers, "_check", check)
    transfer = bring_in(save(rows_of(2)))
    assert seen == [False]
    assert (transfer.status, TransferRow.objects.count()) == ("checked", 2)


def test_rows_that_are_gone_are_staged_again_and_not_reported_as_written(
    wutong, save, bring_in, confirm
):
    transfer = bring_in(save(rows_of(2)))
    TransferRow.objects.filter(number=2).delete()
    confirm(transfer)
    assert (transfer.status, Organization.objects.count()) == ("waiting", 0)
    transfers.work(transfer_id=transfer.pk, at=AT)
    transfer.refresh_from_db()
    confirm(transfer)
    assert (transfer.status, Organization.objects.count()) == ("done", 2)


def test_what_fails_always_is_given_up_and_says_so(wutong, save, bring_in, monkeypatch):
    def fail(*_args, **_kwargs):
        raise ConnectionError

    monkeypatch.setattr(transfers, "_copy", fail)
    with pytest.raises(ConnectionError):
        bring_in(save([ORGANIZATION]))
    transfer = Transfer.objects.get()
    for _attempt in range(2):
        with pytest.raises(ConnectionError):
            transfers.work(transfer_id=transfer.pk, at=AT)
    transfer.refresh_from_db()
    assert transfer.status == "failed"
    assert "3" in transfer.message
    assert not transfers.work(transfer_id=transfer.pk, at=AT)


def test_file_that_is_no_workbook_is_refused_with_what_to_do(wutong, tmp_path, bring_in):
    path = tmp_path / "表.xlsx"
    path.write_text("名称,信用代码", encoding="utf-8")
    transfer = bring_in(path)
    assert transfer.status == "refused"
    assert "Excel" in transfer.message


def test_workbook_without_its_table_is_refused_with_its_problems(wutong, save, bring_in):
    transfer = bring_in(save([{"甲": 1, "乙": 2}]))
    assert transfer.status == "refused"
    assert problems(transfer) == {"header_not_found"}


def test_discarded_workbook_is_not_written(wutong, save, bring_in, confirm, alice):
    transfer = bring_in(save([ORGANIZATION]))
    transfers.cancel(transfer=transfer, version=transfer.version, by=alice, at=AT)
    with pytest.raises(Conflict):
        confirm(transfer)
    assert not Organization.objects.exists()


def test_upload_is_thrown_away_at_the_end_of_it(
    wutong, alice, save, bring_in, django_capture_on_commit_callbacks
):
    transfer = bring_in(save([ORGANIZATION]))
    kept = transfers.path_of(transfer.kept)
    assert kept.is_file()
    with django_capture_on_commit_callbacks(execute=True):
        transfers.cancel(transfer=transfer, version=transfer.version, by=alice, at=AT)
    assert not kept.exists()
    assert Transfer.objects.get().kept == ""


def test_results_and_rows_are_forgotten_after_a_week(wutong, save, bring_in, confirm):
    transfer = confirm(bring_in(save([ORGANIZATION, BAD])), mode="good_rows")
    result = transfers.path_of(transfer.result_name)
    transfers.forget(at=AT + timedelta(days=6))
    assert result.is_file()
    assert transfers.forget(at=AT + timedelta(days=8)) == 1
    assert not result.exists()
    assert not TransferRow.objects.exists()
    assert Transfer.objects.get().result_name == ""
    assert transfers.forget(at=AT + timedelta(days=8)) == 0


def test_rows_are_forgotten_where_there_is_no_file(wutong, save, bring_in, confirm):
    confirm(bring_in(save([ORGANIZATION])))
    assert transfers.forget(at=AT + timedelta(days=8)) == 1
    assert not TransferRow.objects.exists()


def test_what_the_portal_does_not_keep_does_not_come_back(wutong, save, bring_in):
    row = TEAM | {"家庭地址": "梧桐路9号", "政治面貌": "中共党员", "参加人数": "10余人"}
    transfer = bring_in(save([row], title="群众活动团队"), table="teams")
    assert transfer.bad_count == 1
    back = str([sheet.rows for sheet in read(transfers.path_of(transfer.result_name))])
    for words in ("家庭地址", "政治面貌", "10余人", "张阿姨"):
        assert words in back
    for words in ("梧桐路9号", "中共党员"):
        assert words not in back


def test_fetching_is_told_in_the_trail(alice, wutong, save, bring_in):
    transfer = bring_in(save([ORGANIZATION, BAD]))
    assert transfers.fetch(transfer=transfer, by=alice, at=AT).is_file()
    event = AuditEvent.objects.get(action="organizations.transfer.fetch")
    assert (event.actor_id, event.target_id) == (alice.pk, str(transfer.pk))




def test_what_nobody_confirmed_is_given_up_after_a_week(wutong, save, bring_in):
    transfer = bring_in(save([ORGANIZATION]))
    transfers.forget(at=AT + timedelta(days=8))
    transfer.refresh_from_db()
    assert transfer.status == "cancelled"


def test_messages_are_in_the_language_of_whoever_uploaded(haitang, alice, wutong, save, settings):
    transfer = TransferFactory(district=haitang, language="zh-hans", requested_by=alice)
    with translation.override("en"):
        transfers.work(transfer_id=transfer.pk, at=AT)
    transfer.refresh_from_db()
    assert transfer.message == "文件已不存在。请重新上传。"
