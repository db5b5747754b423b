"""The paper of an accepted filing says what was accepted, in Chinese, and nothing more."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import docx
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from pypdf import PdfReader

from centers.forms import CLAUSES
from centers.models import Filing, Person, Section
from centers.resources import papers
from centers.services import filings
from tests.factories.centers import ObligationFactory, OpinionFactory, hand_in

pytestmark = pytest.mark.django_db

FUNDING = {
    "fiscal_year": 2025,
    "form": "purchase",
    "payer": "梧桐路街道办事处",
    "amount_yuan": Decimal("480100.00"),
}


@pytest.fixture
def accept(center, diane, alice, at, pack):
    """{kind: rows} → their filing, accepted."""

    def make(**rows_by_kind):
        filing = filings.open_change(center=center, by=diane, at=at)
        for kind, rows in rows_by_kind.items():
            section = filings.add_section(filing=filing, kind=kind, by=diane, at=at)
            filings.save_section(
                section=section, version=section.version, rows=rows, by=diane, at=at
            )
        hand_in(filing, by=diane, at=at)
        for section in Section.objects.filter(filing=filing):
            filings.accept_section(section=section, version=section.version, by=alice, at=at)
        return Filing.objects.get(pk=filing.pk)

    return make


def word(filing, **options):
    file = papers.filing_file(filing, "docx", clauses=CLAUSES, **options)
    return docx.Document(BytesIO(file.content))


def cells(document):
    return [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]


def words(document):
    return "\n".join([*(p.text for p in document.paragraphs), *map("\t".join, cells(document))])


def test_cover_names_the_center_and_everybody_who_decided(accept, center):
    filing = accept(accounts=[{"holder": "某中心"}])
    text = words(word(filing))
    for part in (
        *(center.name, "C90", "海棠区", "梧桐路街道", f"报送编号：{filing.pk}"),
        *("变更报送", "王主任，2026年3月2日 09:00", "银行账户审核\t通过，林经办，2026年3月2日"),
    ):
        assert part in text


def test_cover_names_the_round_and_the_opinion_of_the_township(accept, center, haitang, leader):
    filing = accept(accounts=[])
    obligation = ObligationFactory(center=center, round__division=haitang)
    OpinionFactory(filing=filing, verdict="object", text="面积待核", given_by=leader)
    paper = papers.FilingPaper(filing, clauses=CLAUSES, with_changes=False)
    paper.filing.obligation = obligation
    with translation.override("zh-hans"):
        cover = dict(paper.paper().parts[0].blocks[2].items)
    assert cover["报送轮次"] == obligation.round.title
    assert cover["所属期间"] == "2025年1月1日至2025年12月31日"
    assert "面积待核，郭局长" in cover["街镇意见"]


def test_nothing_to_report_is_said(accept):
    assert "本项确无内容（零报告）。" in words(word(accept(accounts=[])))


def test_unknown_is_not_zero(accept):
    unknown = {"exclusive_area_m2": None, "has_signage": None}
    zero = {"exclusive_area_m2": Decimal("0.00"), "has_signage": False}
    for row, area, signage in ((unknown, "未填报", "未填报"), (zero, "0.00", "否")):
        filing = accept(premises=[row])
        pairs = [row for row in cells(word(filing)) if len(row) == 4]
        said = {r[i].split("\n")[0]: r[i + 1] for r in pairs for i in (0, 2)}
        assert (said["自用面积（平方米）"], said["标识指引"]) == (area, signage)


def test_fields_name_their_clause_and_columns_nobody_filled_in_are_listed(accept):
    document = word(accept(funding=[FUNDING]))
    headers = next(row for row in cells(document) if row[0] == "序号")
    assert any("三(三)-2" in header for header in headers)
    blank = next(p.text for p in document.paragraphs if "均未填报" in p.text)
    assert "已到账（元）" in blank
    assert "资金形式" not in blank


def test_what_a_statutory_matter_does_not_ask_is_not_called_unknown(accept):
    rows = [
        {"matter": "branches", "is_so": False},
        {"matter": "registered_change", "occurred_on": date(2025, 3, 1)},
    ]
    paper = word(accept(statutory=rows))
    branches, change = [line for line in cells(paper) if line[0] in ("1", "2")]
    assert branches == ["1", "分支机构", "—", "否", "至今"]
    assert change == ["2", "登记事项变更", "2025年3月1日", "—", "—"]
    assert "以下各栏各行均未填报：办理日期、备注。" in words(paper)


def test_amounts_of_tables_are_in_ten_thousands(accept):
    document = word(accept(funding=[FUNDING]))
    assert "48.01" in words(document)
    assert any("万元" in cell for row in cells(document) for cell in row)


def test_single_amounts_are_in_words(accept):
    profile = {"name": "某中心", "registered_capital_yuan": Decimal("30000.00")}
    assert "30,000.00（人民币叁万元整）" in words(word(accept(profile=[profile])))


def test_every_row_is_there_in_both_formats(accept):
    holders = [f"开户人第{n}户" for n in range(1, 201)]
    filing = accept(accounts=[{"holder": holder} for holder in holders])
    text = words(word(filing))
    file = papers.filing_file(filing, "pdf", clauses=CLAUSES)
    pdf = "".join(page.extract_text() for page in PdfReader(BytesIO(file.content)).pages)
    for holder in holders:
        assert holder in text
        assert holder in pdf


def test_the_hash_stands_at_the_end_and_at_the_foot(accept):
    filing = accept(accounts=[])
    document = word(filing)
    assert ["校验码（SHA-256）", filing.content_hash] == list(dict.fromkeys(cells(document)[-1]))
    assert filing.content_hash[:16] in document.sections[0].footer.paragraphs[0].text
    assert "由系统管理员按库存内容重新计算" in words(document)


def test_a_filing_without_hash_says_so(accept):
    paper = papers.FilingPaper(accept(accounts=[]), clauses=CLAUSES, with_changes=False)
    paper.filing.content_hash = ""
    with translation.override("zh-hans"):
        made = paper.paper()
    assert made.mark == "内容校验码前16位：无"
    assert "无。本报送在启用校验码之前通过。" in made.parts[-1].blocks[1].text


def test_changes_are_told_when_asked(accept):
    accept(accounts=[{"holder": "甲", "bank": "一行"}, {"holder": "乙"}])
    filing = accept(accounts=[{"holder": "甲", "bank": "二行"}, {"holder": "丙"}])
    told = [row for row in cells(word(filing, with_changes=True)) if len(row) == 5]
    assert ["修改", "1", "开户银行", "一行", "二行"] in told
    assert ["新增", "2", "整行", "—", "见上列第2行"] in told
    assert [row[3] for row in told if row[0] == "删除"] == ["银行账户户名：乙"]
    assert [row for row in cells(word(filing)) if "修改" in row] == []


def test_first_filing_says_that_all_is_new(accept):
    assert "此前没有通过的内容" in words(word(accept(accounts=[]), with_changes=True))


@pytest.mark.parametrize("suffix", ["docx", "pdf"])
def test_the_same_filing_gives_the_same_bytes_in_any_language(accept, suffix):
    filing = accept(accounts=[{"holder": "某中心"}], premises=[{}])
    chinese = papers.filing_file(filing, suffix, clauses=CLAUSES)
    with translation.override("en"):
        assert papers.filing_file(filing, suffix, clauses=CLAUSES) == chinese
    assert chinese.name == f"C90-报送{filing.pk}.{suffix}"


def test_a_later_name_does_not_change_an_older_paper(accept, center):
    filing = accept(profile=[{"name": "旧名中心"}])
    before = papers.filing_file(filing, "docx", clauses=CLAUSES)
    accept(profile=[{"name": "新名中心"}])
    assert papers.filing_file(filing, "docx", clauses=CLAUSES) == before


def test_rare_names_survive(accept, center):
    people = [Person.objects.create(center=center, code=n, name=n) for n in ("㛃𬱖", "𠮷·买买提")]
    filing = accept(staff=[{"person": person, "post": "staff"} for person in people])
    text = words(word(filing))
    assert "㛃𬱖" in text
    assert "𠮷·买买提" in text
    file = papers.filing_file(filing, "pdf", clauses=CLAUSES)
    pdf = "".join(page.extract_text() for page in PdfReader(BytesIO(file.content)).pages)
    assert "〓" in pdf


def test_rows_cost_no_queries(accept):
    def count(filing):
        with CaptureQueriesContext(connection, ) as queries:
            papers.filing_file(filing, "docx", clauses=CLAUSES, with_changes=True)
        return len(queries)

    one = count(accept(accounts=[{"holder": "甲"}]))
    assert count(accept(accounts=[{"holder": h} for h in "甲乙丙"])) == one
    # One query for each kind of row.
    three = accept(accounts=[], funding=[FUNDING], premises=[{}])
    assert count(three) == one + 2
