"""The moment a page of the bureau shows: asked for, checked, and said in words."""

from dataclasses import dataclass
from functools import cached_property

from django.http import Http404
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from evaluation.forms import MomentForm
from evaluation.selectors import findings, places


@dataclass
class Asked:
    """What was asked for; ``is_live`` is None where nothing can be shown, and ``refusal`` or the
    form says why."""

    form: MomentForm
    is_live: bool | None = None
    refusal: str = ""

    @cached_property
    def moment(self):
        return self.form.moment

    @property
    def is_shown(self):
        return self.is_live is not None

    @property
    def query(self):
        """The question as it stands, to carry along a link: "" or "?…"."""
        asked = {name: self.form.data.get(name, "") for name in self.form.fields}
        return _query({name: value for name, value in asked.items() if value})

    @property
    def moment_query(self):
        """The moment alone."""
        return _query(
            {name: self.form.data[name] for name in MOMENT if self.form.data.get(name)}
        )

    @property
    def said(self):
        """Which moment the figures are of, and how much they decide."""
        return said(self.moment, is_live=self.is_live)


MOMENT = ("as_of", "known_at")


def _query(asked):
    return f"?{urlencode(asked)}" if asked else ""


def said(moment, *, is_live):
    """Which moment results are of, and how much they decide."""
    if moment.as_of is None:
        return _("The standing results, as they were evaluated last.")
    day = moment.as_of.isoformat()
    if moment.known_at is not None:
        known_at = date_format(timezone.localtime(moment.known_at), "Y-m-d H:i")
        return _(
            "As of %(day)s, by what was known at %(known_at)s. Judged just now; it decides nothing."
        ) % {"day": day, "known_at": known_at}
    if is_live:
        return _(
            "As of %(day)s, by what is known today. What was not evaluated officially for that "
            "day was judged just now and decides nothing."
        ) % {"day": day}
    return _("The official results of %(day)s.") % {"day": day}


def ask(request, centers, form_class=MomentForm, **kwargs):
    """Read the moment from the address; what cannot be shown is refused with the reason."""
    form = form_class(request.GET, at=timezone.now(), **kwargs)
    if not form.is_valid():
        return Asked(form)
    try:
        return Asked(form, findings.needs_judging(centers, form.moment))
    except findings.LiveLimitError as refusal:
        return Asked(form, refusal=str(refusal))


def place_or_404(request, code, *, counts_centers):
    """The division asked for, unless the user does not reach it: then there is none."""
    place = places.find(request.user, code, counts_centers=counts_centers)
    if place is None:
        raise Http404
    return place
