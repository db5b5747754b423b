"""The record of an opening as an official paper: 开标记录, in Chinese always."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.dateparse import parse_datetime
from django.utils.timezone import localdate

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
    pdf,
    time_text,
)
from portal.papers.paper import Block
from projects.models import KeyHolder, OpenedBid, Opening
from projects.selectors import announced

TITLE = "开标记录"
HEADERS = ("序号", "供应商", "收到时间", "结果", "报价（元）", "文件")
HASH_HEADERS = ("序号", "投标文件校验码（SHA-256），与回执一致")
NO_BIDS = "截止时间前没有收到有效的投标文件。"
NOT_COUNTED = "截止前被替换或撤回、不参加开标的投标文件共%s份，均原样保存。"
MARK_LENGTH = 16


def record_file(opening: Opening) -> tuple[str, bytes]:
    """Name and bytes of the PDF; the same opening gives the same bytes."""
    with translation.override(announced.LANGUAGE):
        paper = _paper(opening)
    return f"{TITLE}-{opening.procurement.procurement_no}.pdf", pdf.write(paper)


def _paper(opening: Opening) -> Paper:
    record, procurement = opening.minutes, opening.procurement
    holders = KeyHolder.objects.filter(procurement=procurement).select_related("user")
    people = {holder.position: str(holder.user) for holder in holders}
    facts = [
        ("采购编号", procurement.procurement_no),
        ("采购方式", str(procurement.get_route_display())),
        ("采购人", procurement.purchaser),
        ("预算（元）", _yuan(procurement.budget_yuan)),
        ("投标截止时间", _time(record["deadline_at"])),
        ("开标时间", time_text(opening.opened_at)),
    ]
    brought = [
        Line(f"{people.get(key['position'], '')}，{_time(key['presented_at'])}出示密钥。")
        for key in record["keys"]
    ]
    rows = [_row(bid) for bid in record["bids"]]
    hashes = [(str(bid["position"]), bid["sha256"]) for bid in record["bids"]]
    bids: list[Block] = [Text(NO_BIDS)]
    if rows:
        bids = [Grid(HEADERS, rows), Grid(HASH_HEADERS, hashes)]
    if record["not_counted"]:
        bids.append(Text(NOT_COUNTED % len(record["not_counted"])))
    return Paper(
        title=TITLE,
        parts=[
            Part([Line(procurement.title, is_centred=True), Pairs(facts)]),
            Part([Heading("开标人"), *brought]),
            Part(
                [
                    Heading("投标文件"),
                    *bids,
                    Note(f"本记录校验码（SHA-256）：{opening.sha256}"),
                    Signature(procurement.purchaser, localdate(opening.opened_at)),
                ]
            ),
        ],
        made_at=opening.opened_at,
        author=procurement.purchaser,
        mark=opening.sha256[:MARK_LENGTH],
    )


def _row(bid: Mapping[str, Any]) -> tuple[str, ...]:
    price = bid["price_yuan"]
    return (
        str(bid["position"]),
        bid["organization"],
        _time(bid["received_at"]),
        str(OpenedBid.Outcome(bid["outcome"]).label),
        _yuan(Decimal(price)) if price else "—",
        "、".join(file["name"] for file in bid["files"]) or "—",
    )


def _yuan(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def _time(text: str | None) -> str:
    moment = parse_datetime(text) if text else None
    return time_text(moment) if moment else "—"
