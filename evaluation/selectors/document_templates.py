"""The words of documents: a district's newest template of a kind, else what the portal brings."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext_lazy as _

from evaluation.models import DocumentTemplate, OfficialDocument
from evaluation.models.document import NUMBERED, DocumentKind
from evaluation.rules import templating
from portal.jurisdictions.models import Division

DEFAULTS = Path(__file__).resolve().parents[1] / "data" / "documents"
# What each name stands for, and a value to preview it with.
NAMES: Mapping[str, tuple[Any, str]] = MappingProxyType(
    {
        "district": (_("name of the district"), "海棠区"),
        "issuer": (_("issuing office"), "海棠区民政局"),
        "center": (_("name of the center"), "海棠区梧桐路街道社会组织服务中心"),
        "township": (_("office of the street or town"), "梧桐路街道办事处"),
        "rectification_no": (_("rectification no."), "310199-ZG-2026-00001"),
        "title": (_("title of the round or the rectification"), "2025年度绩效考评"),
        "as_of": (_("day that the figures speak of"), "2025年12月31日"),
        "count": (_("how many items, or centers"), "3"),
        "last_due": (_("last day of all items"), "2026年3月31日"),
        "standard": (_("name and number of the standard"), "《建设指导意见》（〔2024〕1号）"),
        "year": (_("year"), "2025"),
        "scheme": (_("name of the review scheme"), "《2025年考评方案》"),
        "period_from": (_("first day of the period"), "2025年1月1日"),
        "period_to": (_("last day of the period"), "2025年12月31日"),
        "self_due": (_("self-assessment due on"), "2026年3月20日"),
        "township_due": (_("opinion of the street or town due on"), "2026年4月3日"),
        "district_due": (_("review of the bureau due on"), "2026年5月6日"),
        "reply_due": (_("reply due on"), "2026年5月13日"),
        "total": (_("points by the bureau"), "86.50"),
        "grade": (_("review grade"), "良好"),
        "reply": (_("reply of the center"), "对B1项得分有异议，已补充佐证材料。"),
        "opinion": (_("opinion of the recheck"), "经复核，B1项补充材料有效，调整得分。"),
        "excluded": (_("centers left out of the round"), "1"),
        "excellent": (_("centers rated excellent"), "2"),
        "good": (_("centers rated good"), "3"),
        "qualified": (_("centers rated qualified"), "2"),
        "unqualified": (_("centers rated unqualified"), "1"),
        "mean": (_("mean of the points"), "82.13"),
        "highest": (_("most points"), "96.50"),
        "lowest": (_("fewest points"), "58.00"),
        "publicity_from": (_("announced from"), "2026年5月20日"),
        "publicity_until": (_("objections until"), "2026年5月26日"),
        "published": (_("day the results were published"), "2026年5月29日"),
        "sha256": (_("SHA-256 of the archive"), "0" * 64),
        "period": (_("period"), "2026年第一季度"),
        "centers": (_("number of centers"), "8"),
        "judged": (_("centers with complete data"), "7"),
        "compliant": (_("compliant centers"), "4"),
        "rate": (_("share of compliant centers"), "57.14%"),
        "expected": (_("filings due in the period"), "16"),
        "on_time": (_("filings in time"), "14"),
        "overdue": (_("filings overdue"), "1"),
        "open_items": (_("items to be put right"), "3"),
        "closed_items": (_("items put right in the period"), "5"),
        "filing_no": (_("no. of the filing"), "12"),
        "matter": (_("what the filing is for"), "2026年第一季度报送"),
        "submitted": (_("day of the submission"), "2026年4月3日"),
    }
)
BLOCKS: Mapping[str, Any] = MappingProxyType(
    {
        "signature": _("issuing office and date"),
        "items": _("what was found, item by item, with clause and quote"),
        "requirements": _("what is asked for, item by item, with its last day"),
        "results": _("table of the results"),
        "centers": _("table of the centers"),
        "indicators": _("table of the indicators"),
        "figures": _("table of the overall results"),
        "rules": _("table of the rules"),
        "facts": _("table of the facts"),
    }
)


@dataclass(frozen=True)
class Words:
    """What a document of a kind says in a district; ``template`` is None for what the portal
    brings, whose ``word`` is not known."""

    kind: str
    issuer: str
    title: str
    body: str
    word: str = ""
    addressee: str = ""
    copies_to: str = ""
    note: str = ""
    template: DocumentTemplate | None = None

    @property
    def is_numbered(self) -> bool:
        return self.kind in NUMBERED


FIELDS = ("word", "issuer", "title", "addressee", "body", "copies_to", "note")


def current(district: Division, kind: str) -> Words:
    """The newest template of the district, else the default. One query."""
    newest = DocumentTemplate.objects.filter(district=district, kind=kind).first()
    if newest is None:
        return default(district, kind)
    values = {name: getattr(newest, name) for name in FIELDS}
    return Words(kind=kind, template=newest, **values)


def written_from(document: OfficialDocument) -> Words:
    """The words that a document was written from, whatever holds now."""
    if document.template is None:
        return default(document.district, document.kind)
    values = {name: getattr(document.template, name) for name in FIELDS}
    return Words(kind=document.kind, template=document.template, **values)


def default(district: Division, kind: str) -> Words:
    """What the portal brings."""
    brought: dict[str, Any] = dict(_read(kind))
    return Words(kind=kind, issuer=f"{district.name}民政局", **brought)


@cache
def _read(kind: str) -> Mapping[str, str]:
    return tomllib.loads((DEFAULTS / f"{kind}.toml").read_text("utf-8"))


def kinds_of(district: Division) -> list[tuple[DocumentKind, Words]]:
    """Every kind with what holds in the district. One query."""
    newest = DocumentTemplate.objects.filter(district=district).order_by("kind", "-number")
    own = {template.kind: template for template in newest.distinct("kind")}
    found = []
    for kind in DocumentKind:
        if template := own.get(kind.value):
            values = {name: getattr(template, name) for name in FIELDS}
            found.append((kind, Words(kind=kind.value, template=template, **values)))
        else:
            found.append((kind, default(district, kind.value)))
    return found


def samples(district: Division, words: Words) -> tuple[dict[str, str], dict[str, Any]]:
    """Values and blocks to preview a template with."""
    kind = templating.KINDS[words.kind]
    values = {name: NAMES[name][1] for name in kind.names}
    values |= {"district": district.name, "issuer": words.issuer}
    return values, {name: _sample_block(name) for name in kind.blocks}


def _sample_block(name: str) -> list[dict[str, Any]]:
    if name in ("items", "requirements"):
        return [
            {"kind": "heading", "level": 2, "text": "场所面积"},
            {"kind": "text", "text": "（示例）场所面积为24.00平方米。"},
        ]
    rows = [["1", "（示例）", "—"], ["2", "（示例）", "—"]]
    return [{"kind": "grid", "headers": ["序号", "名称", "结果"], "rows": rows}]
