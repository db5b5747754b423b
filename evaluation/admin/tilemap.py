"""The districts as tiles: one figure of each, in a grid that keeps neighbours near each other."""

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from evaluation.admin.heatmap import GLYPHS
from evaluation.admin.moments import ask, place_or_404
from evaluation.admin.pages import page, shown_to
from evaluation.forms import MomentForm
from evaluation.models import Verdict
from evaluation.selectors import heatmaps, summaries, trends, wording
from evaluation.selectors.findings import Moment
from portal.jurisdictions.models import Division
from portal.jurisdictions.selectors import tiles
from portal.users.roles import Capability

COMPLIANT = "compliant"


class TileForm(MomentForm):
    """Which figure, and which moment."""

    show = forms.ChoiceField(label=_("What is shown"), required=False)
    field_order = ["show"]

    def __init__(self, *args, rules, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["show"].choices = [
            ("", _("compliant or basically compliant")),
            (COMPLIANT, _("compliant")),
            (
                _("dimensions"),
                [
                    (name, Verdict._meta.get_field(name).verbose_name)
                    for name in Verdict.DIMENSIONS
                ],
            ),
            (_("rules"), [(rule.id, f"{rule.id} {wording.rule_title(rule)}") for rule in rules]),
        ]

    def share(self, summary):
        """The figure chosen, of one district."""
        show = self.cleaned_data["show"]
        if show == COMPLIANT:
            return trends.share_of(summary.rollups, "compliant")
        if show in Verdict.DIMENSIONS:
            verdicts = summary.dimensions[show]
            return trends.share_of(verdicts, "compliant", "basically_compliant")
        if show:
            return trends.rate_of(summary.outcomes[show])
        return trends.share_of(summary.rollups, "compliant", "basically_compliant")

    @property
    def said(self):
        """The figure chosen, in words."""
        show = self.cleaned_data["show"]
        choices = dict(self.fields["show"].choices)
        for group in (_("dimensions"), _("rules")):
            choices |= dict(choices.get(group, ()))
        return choices[show]


@shown_to(Capability.SUMMARY_VIEW)
def tile_map(request):
    """Every district of the municipality; figures of those the user's summaries reach."""
    place = place_or_404(request, settings.MUNICIPALITY, counts_centers=False)
    form = MomentForm(request.GET, at=timezone.now())
    moment = form.moment if form.is_valid() else Moment(at=form.at)
    rules = heatmaps.rules_on(moment.as_of or form.today, moment.known_at)
    asked = ask(request, place.centers, TileForm, rules=rules)
    context = {"asked": asked, "form": asked.form, "place": place}
    if asked.is_shown:
        shown = _tiles(request.user, place, asked)
        context |= {"tiles": shown, "glyphs": GLYPHS}
        context["has_sums_only"] = any(tile["is_sum_only"] for tile in shown)
    return page(request, "admin/evaluation/tilemap.html", title=_("Map of districts"), **context)


def _tiles(user, place, asked):
    """One tile per district, by row and column. Five queries when stored."""
    districts = Division.objects.filter(parent=place.division).order_by("path")
    counts = dict(summaries.groups(place.centers, "district"))
    found = summaries.summarize(
        place.centers, "district", list(counts), asked.moment, is_live=asked.is_live
    )
    where = tiles([district.code for district in districts])
    shown = [
        _tile(user, district, where[district.code], counts, found, asked) for district in districts
    ]
    return sorted(shown, key=lambda tile: (tile["row"], tile["column"]))


def _tile(user, district, where, counts, found, asked):
    share = asked.form.share(found[district.code]) if district.code in counts else None
    step = heatmaps.step_of(share.met, share.judged) if share else None
    centers = counts.get(district.code, 0)
    is_open = user.has_capability(Capability.COMPLIANCE_VIEW, district)
    is_seen = user.has_capability(Capability.SUMMARY_VIEW, district)
    return {
        "district": district,
        "row": where[0],
        "column": where[1],
        "centers": centers,
        "share": share,
        "unjudged": centers - share.judged if share else 0,
        "percent": heatmaps.percent_of(share.met, share.judged) if share else "",
        "step": step,
        "glyph": "" if step is None else GLYPHS[step],
        "is_seen": is_seen,
        "is_sum_only": bool(centers) and is_seen and not is_open,
        "url": _url(district, asked, is_open=is_open) if is_seen and centers else "",
    }


def _url(district, asked, *, is_open):
    """The district's centers; of a district that is open in sums only, its trend."""
    if not is_open:
        return reverse("compliance:trend-division", args=[district.code])
    return reverse("compliance:heatmap-division", args=[district.code]) + asked.moment_query
