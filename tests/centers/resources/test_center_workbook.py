# ruff: noqa: RUF001 (full-width characters are what the offices type)
"""The workbook of one filing: pre-filled out, only what changed in, all of it or nothing."""

from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from centers import selectors
from centers.models import FundingRow, Person, Section, SectionDraft
from centers.resources import CenterWorkbook, WorkbookHasErrors
from centers.resources.center_columns import columns_for
from centers.resources.center_workbook import NotThisFiling, WorkbookOutdated
from centers.services import filings
from centers.services.filings import EntriesUnsaved
from portal.workbooks import WorkbookRefused
from tests.centers.resources.conftest import Book

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("golden_once")]

KINDS = list(Section.Kind.values)
FULL = "海棠区梧桐路街道社会组织服务中心"


@pytest.fixture
def filing(golden, diane, at):
    """A change of C01 with every section, pre-filled."""
    filing = filings.open_change(center=golden["C01"], by=diane, at=at)
    for kind in KINDS:
        filings.add_section(filing=filing, kind=kind, by=diane, at=at)
    return filing


@pytest.fixture
def book(filing, at, tmp_path):
    """The filing's workbook, downloaded."""
    CenterWorkbook(filing).download(path := tmp_path / "中心.xlsx", at=at)
    return Book(path)


def versions(filing):
    return dict(filing.sections.values_list("kind", "version"))


def rows_of(filing, kind):
    return selectors.rows_of(filing.sections.get(kind=kind))


def content(filing):
    return {
        kind: selectors.with_lines(rows_of(filing, kind), kind)
        for kind in filing.sections.values_list("kind", flat=True)
    }


def take(filing, book, by, at):
    return CenterWorkbook(filing).take(book.save(), by=by, at=at)


def problems_of(filing, book):
    checked = CenterWorkbook(filing).check(book.save())
    return [(p.sheet, f"{p.column_letter}{p.row}", p.rule_code) for p in checked.problems]


def test_download_has_a_sheet_per_section_the_rows_lists_and_the_guide(book):
    assert book.book.sheetnames == ["中心", "人员", "场所", "经费", "服务", "法定事项", "填表说明"]
    assert book.get("中心", 2, "统一社会信用代码") == "52310199MJF1000166"
    assert book.get("人员", 2, "姓名") == "徐超霞"
    assert "区" not in [cell.value for cell in book.book["中心"][1]]
    guide = list(book.book["填表说明"].iter_rows(values_only=True))
    columns = [c for own in columns_for(KINDS).values() for c in own]
    assert [row[1].rstrip("●") for row in guide[1 : len(columns) + 1]] == [
        column.header for column in columns
    ]
    assert all(row[4] for row in guide[1 : len(columns) + 1])
    area = next(row for row in guide if str(row[1]).startswith("自用面积"))
    assert area[5] == "三(二)-4"
    assert book.book["人员"].data_validations.dataValidation


def test_only_the_sections_of_the_filing_are_in_the_workbook(golden, diane, at, tmp_path):
    filing = filings.open_change(center=golden["C01"], by=diane, at=at)
    for kind in ("accounts", "funding"):
        filings.add_section(filing=filing, kind=kind, by=diane, at=at)
    CenterWorkbook(filing).download(path := tmp_path / "中心.xlsx", at=at)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["中心", "经费", "填表说明"]
    headers = [cell.value for cell in book["中心"][1]]
    assert headers == ["中心名称●", "银行账户户名", "开户银行", "开户日期", "销户日期"]
    assert CenterWorkbook(filing).check(path).uploads == {}


def test_unchanged_download_changes_nothing(filing, book, diane, at):
    before = content(filing), versions(filing)
    checked = take(filing, book, diane, at)
    assert (checked.problems, checked.uploads) == ([], {})
    assert (content(filing), versions(filing)) == before


def test_one_changed_cell_saves_one_section_and_rows_keep_their_lines(filing, book, diane, at):
    before = content(filing)
    book.set("场所", 2, "自用面积（平方米）", "88平")
    take(filing, book, diane, at)
    after = content(filing)
    assert after["premises"][0]["exclusive_area_m2"] == Decimal(88)
    assert [r["line"] for r in after["premises"]] == [r["line"] for r in before["premises"]]
    assert {k: v for k, v in after.items() if k != "premises"} == {
        k: v for k, v in before.items() if k != "premises"
    }
    assert [k for k, version in versions(filing).items() if version > 1] == ["premises"]


@pytest.mark.parametrize(
    ("sheet", "header", "raw", "kind", "field", "value"),
    [
        ("中心", "联系电话", "021-59999999", "profile", "phone", "021-59999999"),
        ("中心", "年度基本运作成本（万元）", "42万", "profile", "basic_cost_yuan", Decimal(420000)),
        ("中心", "法定代表人是否理事长", "是", "profile", "is_legal_representative_chair", True),
        ("中心", "街镇内社会组织数", "86家", "profile", "organization_count", 86),
        ("中心", "理事会人数", "7人", "governance", "member_count", 7),
        ("中心", "开户银行", "海棠支行", "accounts", "bank", "海棠支行"),
        ("人员", "离岗日期", "2025.6.30", "staff", "ends_on", date(2025, 6, 30)),
        ("人员", "薪酬是否参照社区工作者", "否", "staff", "pay_follows_community_worker", False),
        ("经费", "金额（万元）", "50万", "funding", "amount_yuan", Decimal(500000)),
        ("服务", "登记咨询（FN-11）", 99, "functions", "count", 99),
    ],
)
def test_every_section_is_taken_in(filing, book, diane, at, sheet, header, raw, kind, field, value):
    before = content(filing)
    book.set(sheet, 2, header, raw)
    checked = take(filing, book, diane, at)
    assert list(checked.uploads) == [kind]
    [changed] = [row for row in content(filing)[kind] if row not in before[kind]]
    assert changed[field] == value
    assert changed["line"] in [row["line"] for row in before[kind]]
    assert len(content(filing)[kind]) == len(before[kind])


def test_what_the_sheet_does_not_show_stays(filing, diane, at, tmp_path):
    section = filing.sections.get(kind="functions")
    noted = [
        row | {"note": "台账第3册"}
        for row in selectors.with_lines(rows_of(filing, "functions"), "functions")
    ]
    filings.save_section(section=section, version=1, rows=noted, by=diane, at=at)
    CenterWorkbook(filing).download(path := tmp_path / "中心.xlsx", at=at)
    book = Book(path)
    book.set("服务", 2, "登记咨询（FN-11）", 99)
    take(filing, book, diane, at)
    assert {row.note for row in rows_of(filing, "functions")} == {"台账第3册"}


def test_judgment_of_the_bureau_stays_with_the_place_and_goes_with_another(
    filing, book, diane, at
):
    assert rows_of(filing, "premises")[0].adequacy == "satisfies"
    book.set("场所", 2, "备注", "三楼")
    take(filing, book, diane, at)
    assert rows_of(filing, "premises")[0].adequacy == "satisfies"
    CenterWorkbook(filing).download(book.path, at=at)
    again = Book(book.path)
    again.set("场所", 2, "自用面积（平方米）", 20)
    take(filing, again, diane, at)
    assert rows_of(filing, "premises")[0].adequacy is None


def test_column_of_the_bureau_is_locked_and_an_entry_told_and_left(filing, book, diane, at):
    column = book.column("场所", "是否满足工作需要")
    letter = openpyxl.utils.get_column_letter(column)
    lists = book.book["场所"].data_validations.dataValidation
    assert [v.type for v in lists if str(v.sqref).startswith(f"{letter}2:")] == ["custom"]
    place = book.set("场所", 2, "是否满足工作需要", "不满足")
    assert ("场所", place, "column_of_the_bureau") in problems_of(filing, book)
    take(filing, book, diane, at)
    assert rows_of(filing, "premises")[0].adequacy == "satisfies"


def test_rows_are_added_and_removed(filing, book, diane, at):
    page = book.book["人员"]
    lines = [row["line"] for row in content(filing)["staff"]]
    page.delete_rows(3)
    row = page.max_row + 1
    for header, value in {
        "中心名称": FULL,
        "姓名": "新同事",
        "岗位": "工作人员",
        "用工形式": "劳动合同",
        "是否专职": "是",
        "到岗日期": "2026-01-05",
    }.items():
        book.set("人员", row, header, value)
    take(filing, book, diane, at)
    after = rows_of(filing, "staff")
    assert after[-1].person.name == "新同事"
    assert [r.line for r in after[:-1]] == [lines[0], *lines[2:]]


def test_one_error_and_nothing_of_the_file_is_written(filing, book, diane, at):
    book.set("场所", 2, "自用面积（平方米）", 88)
    place = book.set("人员", 2, "到岗日期", "2024.02.30")
    before = content(filing), versions(filing), Person.objects.count()
    with pytest.raises(WorkbookHasErrors):
        take(filing, book, diane, at)
    checked = CenterWorkbook(filing).check(book.path)
    assert [(p.row, p.value, p.rule_code) for p in checked.errors] == [
        (2, "2024.02.30", "no_such_day")
    ]
    assert place.endswith("2")
    assert (content(filing), versions(filing), Person.objects.count()) == before


def test_marked_workbook_is_corrected_and_taken_in(filing, book, diane, at):
    place = book.set("人员", 2, "到岗日期", "2024.02.30")
    book.path.write_bytes(CenterWorkbook(filing).marked(book.save()))
    marked = Book(book.path)
    assert "【检查结果】" in marked.book["人员"][place].comment.text
    marked.set("人员", 2, "到岗日期", "2024.02.29")
    assert list(take(filing, marked, diane, at).uploads) == ["staff"]


def test_older_download_never_overwrites_and_says_who_was_there(filing, book, diane, at):
    section = filing.sections.get(kind="premises")
    later = at + timedelta(hours=1)
    filings.save_section(section=section, version=1, rows=[], by=diane, at=later)
    book.set("人员", 2, "学历", "本科")
    before = content(filing)
    with pytest.raises(WorkbookOutdated, match=str(diane)):
        take(filing, book, diane, later)
    assert content(filing) == before


def test_sheet_that_was_deleted_leaves_its_section_and_its_version_alone(
    filing, book, diane, at
):
    section = filing.sections.get(kind="premises")
    filings.save_section(section=section, version=1, rows=[], by=diane, at=at)
    del book.book["场所"]
    book.set("人员", 2, "学历", "本科")
    checked = take(filing, book, diane, at)
    assert list(checked.uploads) == ["staff"]
    assert [p.rule_code for p in checked.problems] == ["sheet_missing"]


def test_workbook_of_another_filing_or_without_its_mark_is_refused(
    filing, golden, book, diane, at, tmp_path
):
    other = filings.open_change(center=golden["C02"], by=diane, at=at)
    filings.add_section(filing=other, kind="staff", by=diane, at=at)
    with pytest.raises(NotThisFiling):
        CenterWorkbook(other).check(book.save())
    for row in book.book["填表说明"].iter_rows():
        if row[0].value and str(row[0].value).startswith("工作簿标识"):
            row[1].value = row[1].value.replace(":", "x", 1)
    with pytest.raises(NotThisFiling):
        CenterWorkbook(filing).check(book.save())
    del book.book["填表说明"]
    with pytest.raises(NotThisFiling):
        CenterWorkbook(filing).check(book.save())


def test_rows_of_other_centers_are_refused(filing, book):
    told = [
        (sheet, book.set(sheet, 2, "中心名称", "海棠区银杏街道社会组织服务中心"), "other_center")
        for sheet in ("人员", "场所", "经费", "服务")
    ]
    assert [problem for problem in problems_of(filing, book) if problem in told] == told


def test_sheet_of_the_center_takes_no_other_center(filing, book):
    place = book.set("中心", 2, "中心名称", "海棠区银杏街道社会组织服务中心")
    assert ("中心", place, "other_center") in problems_of(filing, book)


def test_center_may_change_its_name(filing, book, diane, at):
    book.set("中心", 2, "中心名称", "海棠区梧桐路街道社会组织服务中心（新址）")
    take(filing, book, diane, at)
    assert rows_of(filing, "profile")[-1].name.endswith("（新址）")


def test_emptied_sheet_asks_for_a_word(filing, book, diane, at):
    book.book["场所"].delete_rows(2, 10)
    assert ("场所", "0", "emptied") in problems_of(filing, book)
    book.set("场所", 2, "中心名称", FULL)
    book.set("场所", 2, "地址", "无")
    take(filing, book, diane, at)
    assert rows_of(filing, "premises") == []


def test_statutory_matters_come_and_go_by_workbook(filing, diane, at, tmp_path):
    section = filing.sections.get(kind="statutory")
    told = [
        {"matter": "seal_filing", "is_so": True, "done_on": date(2016, 6, 20)},
        {"matter": "capital", "non_state_share": Decimal("0.25"), "note": "章程所附验资报告"},
    ]
    filings.save_section(section=section, version=1, rows=told, by=diane, at=at)
    CenterWorkbook(filing).download(path := tmp_path / "中心.xlsx", at=at)
    book = Book(path)
    assert book.get("法定事项", 2, "事项") == "印章备案"
    before = rows_of(filing, "statutory")
    assert take(filing, book, diane, at).uploads == {}
    book.set("法定事项", 4, "中心名称", FULL)
    book.set("法定事项", 4, "事项", "登记事项变更")
    book.set("法定事项", 4, "同意（变更）日期", "2025年3月1日")
    book.set("法定事项", 4, "办理日期", "2025.3.20")
    take(filing, book, diane, at)
    *kept, new = rows_of(filing, "statutory")
    assert [row.line for row in kept] == [row.line for row in before]
    assert (new.matter, new.occurred_on, new.done_on, new.is_so) == (
        "registered_change",
        date(2025, 3, 1),
        date(2025, 3, 20),
        None,
    )


@pytest.mark.parametrize(
    ("header", "raw", "code"),
    [
        ("办理日期", "2025-02-01", "done_before_it_occurred"),
        ("同意（变更）日期", None, "day_missing"),
        ("是或否", "是", "not_asked"),
        ("非国有资产占比", "70%", "not_asked"),
    ],
)
def test_statutory_row_is_judged_by_its_matter(filing, book, header, raw, code):
    book.set("法定事项", 2, "事项", "登记事项变更")
    book.set("法定事项", 2, "同意（变更）日期", "2025-03-01")
    place = book.set("法定事项", 2, header, raw)
    assert ("法定事项", place, code) in problems_of(filing, book)


def test_list_declared_as_none_comes_back_as_none(filing, diane, at, tmp_path):
    section = filing.sections.get(kind="premises")
    filings.save_section(section=section, version=1, rows=[], by=diane, at=at)
    CenterWorkbook(filing).download(path := tmp_path / "中心.xlsx", at=at)
    book = Book(path)
    assert book.get("场所", 2, "地址") == "无"
    assert take(filing, book, diane, at).uploads == {}


def test_number_of_another_person_is_told(filing, book):
    place = book.set("人员", 2, "姓名", "王芳")
    letter = openpyxl.utils.get_column_letter(book.column("人员", "人员编号"))
    assert ("人员", f"{letter}2", "number_of_another") in problems_of(filing, book)
    assert place


def test_column_that_was_deleted_is_an_error_and_clears_nothing(filing, book):
    book.book["人员"].delete_cols(book.column("人员", "学历"))
    assert [code for _s, _p, code in problems_of(filing, book)] == ["missing_header"]


def test_unsaved_entries_of_the_uploader_are_not_lost(filing, book, diane, at):
    section = filing.sections.get(kind="staff")
    SectionDraft.objects.create(section=section, user=diane, version=1, data={}, saved_at=at)
    book.set("人员", 2, "学历", "本科")
    with pytest.raises(EntriesUnsaved):
        take(filing, book, diane, at)


def test_file_that_is_no_workbook_is_refused(filing, tmp_path):
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"PK\x03\x04nothing")
    with pytest.raises(WorkbookRefused):
        CenterWorkbook(filing).check(path)


def test_row_that_reads_like_a_total_is_left_to_the_page(filing, diane, at, tmp_path):
    section = filing.sections.get(kind="premises")
    rows = [{"address": "合计"}, {"address": "社区服务路1号"}]
    filings.save_section(section=section, version=1, rows=rows, by=diane, at=at)
    CenterWorkbook(filing).download(path := tmp_path / "中心.xlsx", at=at)
    checked = CenterWorkbook(filing).check(path)
    assert [p.rule_code for p in checked.errors] == ["not_offline"]


PAYLOADS = [
    *("=1+1", '=HYPERLINK("http://a.example","x")', "=cmd|' /C calc'!A0", "+86 13800000000"),
    *("-5", "-2+3", "@SUM(1)", "\t=1", "＝1", "＋1", "－1", "＠x", "{=1}", "'quoted", "'=1"),
    *("http://a.example/", "523101990000000000", "310199198501010028", "00123", "1E5"),
    *("TRUE", "2024-03-01", "_x0041_", "<&>\"'", "𬱖㛃𠮷", "=1+1\n=2", ";=1", "%0A=1"),
    *("|calc", '"=1"', "=", "+", "@", "==1", "=A1", "=[x]y!A1", "#N/A", "/", "无", "待定"),
]


@pytest.mark.parametrize("chunk", [PAYLOADS[n : n + 10] for n in range(0, len(PAYLOADS), 10)])
def test_texts_that_look_like_formulas_survive_and_never_become_one(
    filing, diane, at, tmp_path, chunk
):
    [first, *_rest] = selectors.with_lines(rows_of(filing, "funding"), "funding")
    del first["line"]
    said = [
        first | dict.fromkeys(("payer", "contract_name", "contract_no", "note", "route"), text)
        | {"route": text[:30]}
        for text in chunk
    ]
    section = filing.sections.get(kind="funding")
    filings.save_section(section=section, version=1, rows=said, by=diane, at=at)
    CenterWorkbook(filing).download(path := tmp_path / "中心.xlsx", at=at)
    page = openpyxl.load_workbook(path)["经费"]
    cells = [cell for row in page.iter_rows(min_row=2) for cell in row]
    texts = [cell for cell in cells if isinstance(cell.value, str)]
    assert {cell.data_type for cell in texts} == {"s"}
    assert not any(cell.hyperlink for cell in texts)
    assert CenterWorkbook(filing).take(path, by=diane, at=at).uploads == {}


DAYS = st.dates(date(1990, 1, 1), date(2030, 12, 31))
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30).filter(
    lambda text: text == text.strip() and not {"\ufffe", "\uffff"} & set(text)
)
AMOUNTS = st.decimals(0, Decimal("9999999.99"), places=2)
FUNDING = st.fixed_dictionaries(
    {
        "fiscal_year": st.integers(2000, 2030),
        "form": st.sampled_from(FundingRow.Form.values),
        "purpose": st.sampled_from([None, *FundingRow.Purpose.values]),
        "amount_yuan": AMOUNTS,
        "received_yuan": st.none() | AMOUNTS,
        "starts_on": st.none() | DAYS.map(lambda day: min(day, date(2010, 1, 1))),
        "ends_on": st.none() | DAYS.map(lambda day: max(day, date(2010, 1, 1))),
        "payer": TEXTS,
        "contract_name": TEXTS,
        "contract_no": TEXTS,
        "is_declared_annual": st.sampled_from([None, True, False]),
        "note": TEXTS,
    }
)


@settings(
    deadline=None,
    # Texts and amounts go there and back by themselves in tests/portal/workbooks/test_writing.py.
    max_examples=5,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=st.lists(FUNDING, min_size=1, max_size=4))
def test_any_rows_survive_download_and_upload(filing, diane, at, tmp_path, rows):
    section = filing.sections.get(kind="funding")
    filings.save_section(section=section, version=section.version, rows=rows, by=diane, at=at)
    before = content(filing)["funding"]
    CenterWorkbook(filing).download(path := tmp_path / "中心.xlsx", at=at)
    checked = CenterWorkbook(filing).take(path, by=diane, at=at)
    assert (checked.problems, checked.uploads) == ([], {})
    assert content(filing)["funding"] == before


PLAIN = st.text("甲乙丙丁ABC0123-", min_size=2, max_size=12).map(lambda text: f"街{text}").filter(
    lambda text: "计" not in text
)


@settings(
    deadline=None,
    max_examples=8,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    rows=st.lists(FUNDING, min_size=1, max_size=3),
    texts=st.lists(PLAIN, min_size=4, max_size=4),
)
def test_a_row_that_was_touched_keeps_its_other_cells(filing, diane, at, tmp_path, rows, texts):
    """Read anew cell by cell, the row says what it said."""
    names = ("payer", "contract_name", "contract_no", "note")
    rows = [row | dict(zip(names, texts, strict=False)) for row in rows]
    period = {"purpose": "project", "starts_on": date(2010, 1, 1), "ends_on": date(2011, 1, 1)}
    rows = [row | period if row["form"] in ("grant", "purchase") else row for row in rows]
    section = filing.sections.get(kind="funding")
    filings.save_section(section=section, version=section.version, rows=rows, by=diane, at=at)
    before = content(filing)["funding"]
    CenterWorkbook(filing).download(path := tmp_path / "中心.xlsx", at=at)
    book = Book(path)
    for number in range(2, 2 + len(rows)):
        book.set("经费", number, "采购方式", "公开招标")
    checked = take(filing, book, diane, at)
    assert list(checked.uploads) == ["funding"]
    assert content(filing)["funding"] == [row | {"route": "公开招标"} for row in before]
