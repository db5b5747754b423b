"""What documents say of rectifications, districts and filings. In Chinese always.

Each function reads one kind of subject in a fixed number of queries; nobody types any of it.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import sha256
from types import MappingProxyType

from django.db.models import Prefetch, Q
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from centers.models import Center, Filing, Obligation
from centers.selectors import obligations
from evaluation.models import ItemStep, Rectification, RectificationItem, Verdict
from evaluation.rules.packs import RulePack
from evaluation.selectors import parameters, tallies
from evaluation.selectors.document_blocks import (
    NONE,
    Gathered,
    NotReady,
    center_names,
    grid,
    heading,
    share_text,
    texts,
)
from evaluation.selectors.rectification_grounds import clause_text
from evaluation.selectors.rectifications import OPEN, step_text
from portal.jurisdictions.models import Division
from portal.papers import date_text, days_written, time_text

JUDGED = ("compliant", "basically_compliant", "not_compliant")
NO_DAYS: Mapping[int, date] = MappingProxyType({})
QUARTER_ENDS = [(3, 31), (6, 30), (9, 30), (12, 31)]
# What a draft would ask for is asked of nobody yet.
_IS_OPEN = Q(status__in=["open", "answered"], rectification__status="issued")


def noticed(rectification: Rectification) -> list[RectificationItem]:
    """The items that its notice is about: those to be put right; where none is, those that were.
    Raises ``NotReady``. Two queries."""
    if rectification.status == Rectification.Status.CANCELLED:
        raise NotReady(_("The rectification is cancelled."))
    found = rectification.items.exclude(status=RectificationItem.Status.CANCELLED)
    again = Prefetch("steps", ItemStep.objects.filter(kind=ItemStep.Kind.REOPENED))
    items = list(
        found.select_related("answer__review__round__scheme")
        .prefetch_related(again)
        .order_by("position")
    )
    if not items:
        raise NotReady(_("The rectification has no item: enter what to put right."))
    return [item for item in items if item.status in OPEN] or items


def rests_on(items: Iterable[RectificationItem], days: Mapping[int, date] = NO_DAYS) -> str:
    """The SHA-256 of what a notice about the items says of them."""
    said = [
        [
            *(item.pk, item.fact, item.requirement, item.reopened),
            days.get(item.pk, item.due_on).isoformat(),
        ]
        for item in items
    ]
    return sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def rectification_notice(
    rectification: Rectification, days: Mapping[int, date] = NO_DAYS
) -> Gathered:
    """Of a notice being drafted or issued, with its items; ``days`` go before the days of items,
    by their ids."""
    items = noticed(rectification)
    due = {item.pk: days.get(item.pk, item.due_on) for item in items}
    opened_on = localdate(rectification.opened_at)
    pack = parameters.parsed(parameters.pack_in_force(opened_on))
    titles = {rule.id: rule.title for rule in pack.rules}
    center = rectification.center
    values = center_names(center) | {
        "rectification_no": rectification.rectification_no,
        "title": rectification.title,
        "as_of": date_text(max(_days(items), default=opened_on)),
        "count": str(len(items)),
        "last_due": date_text(max(due.values())),
        "standard": _standard(pack),
    }
    told, asked = [], []
    for number, item in enumerate(items, start=1):
        fact = f"{_ended(_fact(item, pack))}{_again(item)}"
        told += [heading(_title_of(item, titles)), *texts(days_written(fact))]
        until = f"整改期限：{date_text(due[item.pk])}前（含当日）。"
        asked += texts(f"{number}.{_ended(days_written(item.requirement))}{until}")
    return Gathered(values, {"items": told, "requirements": asked})


def _days(items: Iterable[RectificationItem]) -> list[date]:
    days = (str(item.basis.get("as_of") or "") for item in items)
    return [date.fromisoformat(day) for day in days if day]


def _title_of(item: RectificationItem, titles: Mapping[str, str]) -> str:
    if item.answer is not None and not item.rule:
        return item.answer.name
    return titles.get(item.rule) or str(item.basis.get("title") or f"第{item.position}项")


def _fact(item: RectificationItem, pack: RulePack) -> str:
    """The fact, with the words of the clause where it does not repeat them; of an indicator that
    is scored by hand, the scheme by which."""
    clause, quote = str(item.basis.get("clause") or ""), str(item.basis.get("quote") or "")
    if item.answer is not None and not item.rule:
        scheme = item.answer.review.round.scheme
        return f"{_ended(item.fact)}评分依据为《{scheme.title}》{item.answer.code}。"
    if not item.rule or not quote or quote in item.fact:
        return item.fact
    asked = f"《{pack.title}》{clause_text(clause)}“{quote}”"
    return f"{_ended(item.fact)}与{asked}的要求存在差距。"


def _again(item: RectificationItem) -> str:
    """That an item was put right before, and by what it fails again."""
    steps = list(item.steps.all())
    if item.status not in OPEN or not steps:
        return ""
    return f"该事项此前已整改销号，现再次不达标：{_ended(step_text(steps[-1]))}"


def _ended(text: str) -> str:
    """The sentence with a full stop."""
    text = text.strip()
    return text if text.endswith(("。", "！", "；", "？")) else f"{text}。"


def _standard(pack: RulePack) -> str:
    return f"《{pack.title}》（{pack.doc_no}）"


def briefing(district: Division, period: tuple[date, date], on: date) -> Gathered:
    """Of a district: its standing results on the day, filings due and items closed in the period,
    both days inclusive."""
    begins, ends = period
    centers = Center.objects.within(district)
    rollups = tallies.by_rollup(centers)
    judged = sum(rollups[name] for name in JUDGED)
    due = Obligation.objects.filter(center__in=centers, due_on__range=period)
    filed = obligations.tally(due, on)
    items = RectificationItem.objects.filter(center__in=centers)
    closed = items.filter(status="closed", closed_at__date__range=period)
    values = {
        "period": period_text(begins, ends),
        "as_of": date_text(on),
        "centers": str(centers.count()),
        "judged": str(judged),
        "compliant": str(rollups["compliant"]),
        "rate": share_text(rollups["compliant"], judged),
        "expected": str(filed.expected),
        "on_time": str(filed.on_time),
        "overdue": str(filed.overdue),
        "open_items": str(items.filter(_IS_OPEN).count()),
        "closed_items": str(closed.count()),
    }
    results = [[str(Verdict.Rollup(name).label), str(n)] for name, n in rollups.items()]
    pack = parameters.parsed(parameters.pack_in_force(on))
    rows = [
        [
            tally.rule.title,
            *(str(tally.counts.get(name, 0)) for name in ("met", "not_met")),
            *(str(tally.counts.get(name, 0)) for name in ("no_data", "not_applicable")),
            share_text(tally.counts.get("met", 0), tally.judged),
        ]
        for tally in tallies.by_rule(centers, pack.center_rules)
    ]
    headers = ["标准", "符合", "不符合", "数据不足", "不适用", "符合率"]
    return Gathered(
        values,
        {"figures": [grid(["总体结果", "中心数"], results)], "rules": [grid(headers, rows)]},
    )


def filing_cover(filing: Filing) -> Gathered:
    """Of a filing that was submitted."""
    if filing.submitted_at is None:
        raise NotReady(_("The cover sheet is written once the filing was submitted."))
    asked = filing.obligation
    matter = asked.round.title if asked else "变更报送"
    period = "—" if asked is None else period_text(asked.period_from_on, asked.period_to_on)
    values = center_names(filing.center) | {
        "filing_no": str(filing.pk),
        "matter": matter,
        "period": period,
        "submitted": date_text(localdate(filing.submitted_at)),
    }
    facts = [
        ["中心名称", filing.center.name],
        ["中心编号", filing.center.code],
        ["统一社会信用代码", filing.center.uscc or "未填报"],
        ["所在街镇", filing.center.division.name],
        ["报送事项", matter],
        ["所属期间", period],
        ["报送来源", str(filing.get_source_display())],
        ["报送时间", time_text(filing.submitted_at)],
        ["报送状态", str(filing.get_status_display())],
        ["内容校验码（SHA-256）", filing.content_hash or "无"],
    ]
    rows = [
        [
            str(number),
            str(section.get_kind_display()),
            str(section.get_status_display()),
            time_text(section.decided_at) if section.decided_at else NONE,
        ]
        for number, section in enumerate(filing.sections.order_by("pk"), start=1)
    ]
    listed = grid(["序号", "分项", "状态", "审核时间"], rows)
    return Gathered(values, {"facts": [{"kind": "pairs", "items": facts}, listed]})


def period_text(begins: date, ends: date) -> str:
    """2026年, 2026年第一季度, or from day to day."""
    if begins.year == ends.year and (ends.month, ends.day) in QUARTER_ENDS and begins.day == 1:
        last = QUARTER_ENDS.index((ends.month, ends.day)) + 1
        if begins.month == 1 and last == 4:
            return f"{begins.year}年"
        if begins.month == 3 * last - 2:
            return f"{begins.year}年第{'一二三四'[last - 1]}季度"
    return f"{date_text(begins)}至{date_text(ends)}"
