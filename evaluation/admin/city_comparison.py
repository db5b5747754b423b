"""Districts side by side, by what each submitted: for the municipality, and a district its own."""

from decimal import Decimal
from io import BytesIO

from django.http import FileResponse, Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evaluation.admin.pages import page, shown_to
from evaluation.resources import city_packs as files
from evaluation.rules.city_pack_facts import COUNT
from evaluation.selectors import city_pack_words, city_packs
from portal.audit import services as audit
from portal.forms import asked_year
from portal.users.roles import Capability
from portal.workbooks import XLSX

FIRST_FIGURE = "standards.compliant_rate"
ROW_HEIGHT, LONGEST, LEFT = 26, 300, 100


@shown_to(Capability.SUMMARY_VIEW)
def comparison(request):
    """Submitted packs of a year: one figure as bars and as a table, exchanges that suggest
    themselves, and all figures."""
    last_year = timezone.localdate().year - 1
    sent = city_packs.years(request.user)
    year, refused = _year(request, sent, last_year)
    found = city_packs.compare(year, request.user)
    labels = city_pack_words.Labels(next(iter(found.packs.values()), None))
    names = {each.code: each.name for each in found.districts}
    wanted = request.GET.get("figure", FIRST_FIGURE)
    compared = [figure for figure in found.figures if figure.is_compared]
    chosen = next((figure for figure in compared if figure.key == wanted), None)
    return page(
        request,
        "admin/evaluation/city_comparison.html",
        title=_("Districts side by side"),
        found=found,
        refused=refused,
        years=sorted({*sent, year, last_year}, reverse=True),
        choices=[(figure.key, labels[figure.key]) for figure in compared],
        chosen=chosen and _drawn(chosen, names, labels),
        suggestions=[
            {
                "label": labels[each.key],
                "group": city_pack_words.GROUP_LABELS[each.group],
                "strong": names[each.strong],
                "strong_value": each.strong_value,
                "weak": names[each.weak],
                "weak_value": each.weak_value,
                "gap": each.gap,
            }
            for each in found.suggestions
        ],
        columns=[
            {
                "name": each.name,
                "url": reverse(
                    "admin:evaluation_citypack_change", args=[found.packs[each.code].pk]
                ),
            }
            for each in found.districts
        ],
        groups=_groups(found, labels),
    )


def _groups(found, labels):
    """Every figure of every district, by group."""
    groups = [
        {
            "label": label,
            "rows": [
                {
                    "label": labels[figure.key],
                    "unit": "" if figure.unit == COUNT else city_pack_words.UNITS[figure.unit],
                    "values": [figure.values.get(each.code) for each in found.districts],
                }
                for figure in found.figures
                if figure.group == code
            ],
        }
        for code, label in city_pack_words.GROUP_LABELS.items()
    ]
    return [group for group in groups if group["rows"]]


@shown_to(Capability.SUMMARY_VIEW)
def export(request):
    """The comparison as a workbook; the audit trail of each pack says who took it."""
    now = timezone.now()
    last_year = timezone.localdate(now).year - 1
    year, _refused = _year(request, city_packs.years(request.user), last_year)
    found = city_packs.compare(year, request.user)
    if not found.districts:
        raise Http404
    stream = BytesIO()
    files.comparison(stream, found)
    for pack in found.packs.values():
        audit.record(
            action="evaluation.city_pack.export",
            by=request.user,
            at=now,
            target=pack,
            division_path=pack.division.path,
            changes={"format": [None, "comparison"]},
        )
    stream.seek(0)
    name = f"{gettext('Districts side by side')}-{year}.xlsx"
    return FileResponse(stream, as_attachment=True, filename=name, content_type=XLSX)


def _year(request, sent, last_year):
    """The year that is asked for, else the last that somebody submitted; and why another is
    shown than the one typed, or ""."""
    if request.GET.get("year"):
        return asked_year(request.GET, timezone.localdate())
    return (sent[0] if sent else last_year), ""


def _drawn(figure, names, labels):
    """One figure of every district, the largest first; what is unknown last."""
    known = {code: Decimal(value) for code, value in figure.values.items() if value is not None}
    widest = max([*known.values(), Decimal(1)])
    codes = sorted(names, key=lambda code: (code not in known, -known.get(code, 0), code))
    bars = []
    for index, code in enumerate(codes):
        width = max(known.get(code, Decimal(0)), Decimal(0)) * LONGEST / widest
        bars.append(
            {
                "name": names[code],
                "value": figure.values.get(code),
                "last_year": figure.last_year.get(code),
                "change": city_pack_words.signed(figure.changes.get(code)),
                "top": index * ROW_HEIGHT + 5,
                "middle": index * ROW_HEIGHT + 13,
                "width": f"{width:.1f}",
                "end": f"{LEFT + width + 8:.1f}",
            }
        )
    return {
        "key": figure.key,
        "label": labels[figure.key],
        "unit": city_pack_words.UNITS[figure.unit],
        "height": len(bars) * ROW_HEIGHT + 6,
        "bars": bars,
    }
