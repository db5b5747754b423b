"""An accepted filing as an official paper: 街镇社会组织服务中心报送表, in Chinese always."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone, translation
from django.utils.text import capfirst

from centers import selectors
from centers.models import FUNCTIONS, ROW_MODELS, Filing, PremisesRow, Row, Section, StatutoryRow
from centers.selectors import comparisons
from portal.cells import amount_in_words
from portal.papers import (
    Grid,
    Heading,
    Line,
    Note,
    Pairs,
    Paper,
    Part,
    Signature,
    Text,
    date_text,
    docx,
    money_text,
    pdf,
    time_text,
)
from portal.papers.paper import Block

TITLE = "街镇社会组织服务中心报送表"
UNKNOWN, UNJUDGED, OPEN_END, NO_RECORD = "未填报", "未判定", "至今", "无记录"
ZERO_REPORT = "本项确无内容（零报告）。"
# One row fills a card of its own, rather than a line of a table.
CARDS = (Section.Kind.PROFILE, Section.Kind.PREMISES)
# An empty last day says that it still holds; elsewhere nobody said.
STILL_HOLDS = (
    Section.Kind.PROFILE,
    Section.Kind.STAFF,
    Section.Kind.PREMISES,
    Section.Kind.ACCOUNTS,
    Section.Kind.STATUTORY,
)
LAST_FIELDS = ("starts_on", "ends_on", "note")
# What the section does not ask; shown where it is filled in all the same.
NOT_ASKED: dict[str, frozenset[str]] = {Section.Kind.FUNCTIONS: frozenset({"starts_on", "ends_on"})}
MARK_LENGTH = 16
CHANGE_HEADERS = ("变动", "行", "栏目", "原内容", "现内容")
WHOLE_ROW, NOTHING = "整行", "—"
LARGEST_IN_WORDS = Decimal(10) ** 12
WRITERS = {
    "docx": (
        docx.write,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    "pdf": (pdf.write, "application/pdf"),
}
Clauses = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class File:
    """A file to hand out."""

    name: str
    content_type: str
    content: bytes


def filing_file(
    filing: Filing, suffix: str, *, clauses: Clauses, with_changes: bool = False
) -> File:
    """The accepted filing as ``docx`` or ``pdf``; the same filing gives the same bytes.

    ``clauses`` names, by kind of section and field, the clause that asks for the field.
    """
    with translation.override("zh-hans"):
        paper = FilingPaper(filing, clauses=clauses, with_changes=with_changes).paper()
    write, content_type = WRITERS[suffix]
    name = f"{filing.center.code}-报送{filing.pk}.{suffix}"
    return File(name, content_type, write(paper))


class FilingPaper:
    """What the paper says. A fixed number of queries, however many rows."""

    def __init__(self, filing: Filing, *, clauses: Clauses, with_changes: bool) -> None:
        people = ("opened_by", "prepared_by", "submitted_by")
        places = ("center__division__parent", "obligation__round")
        self.filing = Filing.objects.select_related(*people, *places).get(pk=filing.pk)
        self.clauses, self.with_changes = clauses, with_changes
        order = list(Section.Kind.values)
        self.sections = sorted(
            self.filing.sections.select_related("based_on", "decided_by"),
            key=lambda section: order.index(section.kind),
        )
        self.accepted_at = max(s.decided_at for s in self.sections if s.decided_at)
        known = selectors.accepted_sections(self.filing.center, self.accepted_at)
        own = (s for s in self.sections if s.kind == Section.Kind.PROFILE)
        profile = next(own, known.get(Section.Kind.PROFILE))
        bases = [s.based_on for s in self.sections if s.based_on and with_changes]
        self.rows = selectors.rows_by_section([*self.sections, *bases, *filter(None, [profile])])
        self.name, self.uscc = self._as_known_then(profile)

    def _as_known_then(self, profile: Section | None) -> tuple[str, str | None]:
        """Name and credit code when the filing was accepted: the register's may be newer."""
        rows = self.rows[profile.pk] if profile else []
        current = [row for row in rows if row.ends_on is None] or rows
        row = current[-1] if current else self.filing.center
        return row.name, row.uscc

    def paper(self) -> Paper:
        """The paper; its date is that of the last acceptance."""
        digest = self.filing.content_hash
        parts = [Part([Line(f"报送编号：{self.filing.pk}", is_centred=True), *self._cover()])]
        parts += [Part(self._section(section)) for section in self.sections]
        return Paper(
            title=TITLE,
            parts=[*parts, Part(self._ending())],
            made_at=self.accepted_at,
            author=self.name,
            mark=f"内容校验码前{MARK_LENGTH}位：{digest[:MARK_LENGTH] or '无'}",
        )

    def _cover(self) -> list[Block]:
        filing, division = self.filing, self.filing.center.division
        items = [
            ("中心名称", self.name),
            ("中心编号", filing.center.code),
            ("统一社会信用代码", self.uscc or UNKNOWN),
            ("所属区", division.parent.name if division.parent else NO_RECORD),
            ("所属街镇", division.name),
            *self._round(),
            ("报送来源", filing.get_source_display()),
            ("编制", _signed(filing.prepared_by, filing.prepared_at)),
            ("确认报送", _signed(filing.submitted_by, filing.submitted_at)),
            ("街镇意见", self._opinion()),
            *(
                (f"{s.get_kind_display()}审核", f"通过，{_signed(s.decided_by, s.decided_at)}")
                for s in self.sections
            ),
        ]
        return [Heading("报送信息"), Pairs(items)]

    def _round(self) -> list[tuple[str, str]]:
        obligation = self.filing.obligation
        if obligation is None:
            return [("报送事项", "变更报送（不属于报送轮次）")]
        period = f"{date_text(obligation.period_from_on)}至{date_text(obligation.period_to_on)}"
        return [("报送轮次", obligation.round.title), ("所属期间", period)]

    def _opinion(self) -> str:
        opinion = self.filing.opinions.select_related("given_by").order_by("-number").first()
        if opinion is None:
            return "无"
        said = [opinion.get_verdict_display(), opinion.text]
        return "，".join([*filter(None, said), _signed(opinion.given_by, opinion.given_at)])

    def _section(self, section: Section) -> list[Block]:
        rows = self.rows[section.pk]
        blocks: list[Block] = [Heading(str(capfirst(section.get_kind_display())))]
        if not rows:
            blocks.append(Text(ZERO_REPORT))
        elif section.kind in CARDS:
            blocks += self._cards(section.kind, rows)
        else:
            blocks += self._table(section.kind, rows)
        return blocks + (self._changes(section) if self.with_changes else [])

    def _cards(self, kind: str, rows: Sequence[Row]) -> list[Block]:
        fields = _fields(kind)
        blocks: list[Block] = []
        for row in rows:
            said = [
                (self._label(kind, name), _text(kind, row, name, in_table=False)) for name in fields
            ]
            blocks += [Line(f"第{row.position}行")] if len(rows) > 1 else []
            blocks.append(Pairs(said))
        return blocks

    def _table(self, kind: str, rows: Sequence[Row]) -> list[Block]:
        fields = _fields(kind)
        filled = [f for f in fields if any(not _is_blank(getattr(row, f)) for row in rows)]
        filled = [f for f in fields if f in filled or (f == "ends_on" and kind in STILL_HOLDS)]
        headers = ["序号", *(self._label(kind, name, in_table=True) for name in filled)]
        lines = [
            [str(row.position), *(_text(kind, row, name, in_table=True) for name in filled)]
            for row in rows
        ]
        silent = [f for f in fields if f not in filled and _is_asked(kind, rows, f)]
        blocks: list[Block] = [Grid(headers, lines)]
        if silent:
            names = "、".join(_verbose_name(kind, name) for name in silent)
            blocks.append(Text(f"以下各栏各行均未填报：{names}。"))
        return blocks

    def _label(self, kind: str, name: str, *, in_table: bool = False) -> str:
        label = _verbose_name(kind, name)
        if in_table and name.endswith("_yuan"):
            label = label.replace("元", "万元")
        clause = self.clauses.get(kind, {}).get(name)
        return f"{label}\n{clause}" if clause else label

    def _changes(self, section: Section) -> list[Block]:
        blocks: list[Block] = [Heading("与上一次通过内容相比", 2)]
        if section.based_on is None:
            return [*blocks, Text("此前没有通过的内容，全部为新报。")]
        before, after = self.rows[section.based_on.pk], self.rows[section.pk]
        lines = [
            line
            for old, new in comparisons.pair(section.kind, before, after)
            for line in _changed(section.kind, old, new)
        ]
        return [*blocks, Grid(CHANGE_HEADERS, lines) if lines else Text("没有变动。")]

    def _ending(self) -> list[Block]:
        digest = self.filing.content_hash
        blocks: list[Block] = [Heading("内容校验")]
        if digest:
            blocks += [
                Pairs([("校验码（SHA-256）", digest)]),
                Text(
                    "校验方法：与门户中本报送所载校验码逐位比对，或由系统管理员按库存内容"
                    "重新计算；一致即自通过之日起内容未被改动。"
                ),
            ]
        else:
            blocks.append(Text("校验码：无。本报送在启用校验码之前通过。"))
        signed_at = self.filing.submitted_at or self.accepted_at
        return [
            *blocks,
            Signature(self.name, timezone.localtime(signed_at).date()),
            Note("本表由门户按已通过的报送内容生成，通过后不再改动"),
        ]


def _signed(by: Any, at: datetime | None) -> str:
    return f"{by}，{time_text(at)}" if by and at else NO_RECORD


def _fields(kind: str) -> list[str]:
    """Names of what a row declares, dates and remarks last."""
    columns = ROW_MODELS[kind]._meta.concrete_fields
    declared = set(selectors.declared_fields(kind))
    names = [column.name for column in columns if column.attname in declared]
    return [*(n for n in names if n not in LAST_FIELDS), *(n for n in LAST_FIELDS if n in names)]


def _verbose_name(kind: str, name: str) -> str:
    column: Any = ROW_MODELS[kind]._meta.get_field(name)
    return str(capfirst(column.verbose_name))


def _is_blank(value: Any) -> bool:
    return value is None or value in ("", [])


def _text(kind: str, row: Any, name: str, *, in_table: bool) -> str:
    """What the row says in words; what nobody said is never 0."""
    value = getattr(row, name)
    if _is_blank(value):
        return _silence(kind, row, name)
    if row._meta.get_field(name).choices:
        return str(getattr(row, f"get_{name}_display")())
    if name == "function":
        title, clause = FUNCTIONS[value]
        return f"{title}（{clause}）"
    if name == "co_location":
        labels = dict(PremisesRow.CoLocation.choices)
        return "、".join(str(labels.get(code, code)) for code in value)
    if name.endswith("_yuan"):
        return money_text(value) if in_table else _in_words(value)
    return _plain(value)


def _silence(kind: str, row: Any, name: str) -> str:
    if kind == Section.Kind.STATUTORY and name not in _asked(row):
        return NOTHING
    if name == "ends_on" and kind in STILL_HOLDS:
        return OPEN_END
    return {"note": NOTHING, "adequacy": UNJUDGED}.get(name, UNKNOWN)


def _is_asked(kind: str, rows: Sequence[Any], name: str) -> bool:
    if kind == Section.Kind.STATUTORY:
        return name == "note" or any(name in _asked(row) for row in rows)
    return name not in NOT_ASKED.get(kind, ())


def _asked(row: StatutoryRow) -> frozenset[str]:
    """What a statutory matter asks: what is no change is so from day to day."""
    period = frozenset() if row.matter in StatutoryRow.CHANGES else frozenset({"ends_on"})
    return StatutoryRow.ASKED[row.matter] | period


def _in_words(yuan: Decimal) -> str:
    """A single amount: in yuan, and in words as contracts write it."""
    figure = f"{yuan:,.2f}"
    return f"{figure}（人民币{amount_in_words(yuan)}）" if yuan < LARGEST_IN_WORDS else figure


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return date_text(value)
    if isinstance(value, Decimal):
        return f"{value:,f}"
    return str(value)


def _changed(kind: str, old: Any, new: Any) -> list[list[str]]:
    """The lines that tell how one row became another; none where they say the same."""
    if old is None:
        return [["新增", str(new.position), WHOLE_ROW, NOTHING, f"见上列第{new.position}行"]]
    fields = [name for name in _fields(kind) if name not in comparisons.JUDGED]
    if new is None:
        said = "；".join(
            f"{_verbose_name(kind, n)}：{_text(kind, old, n, in_table=False)}"
            for n in fields
            if not _is_blank(getattr(old, n))
        )
        return [["删除", str(old.position), WHOLE_ROW, said, NOTHING]]
    return [
        [
            *("修改", str(new.position), _verbose_name(kind, name)),
            *(_text(kind, row, name, in_table=False) for row in (old, new)),
        ]
        for name in fields
        if getattr(old, name) != getattr(new, name)
    ]
