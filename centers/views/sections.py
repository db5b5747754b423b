"""One section of a filing: added, filled in, kept while typed, saved, taken out again."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.dateformat import format as day_format
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_POST

from centers import permissions
from centers.forms import SectionForm, chosen_year
from centers.models import Filing, Section, SectionDraft
from centers.selectors import drafts as kept_entries
from centers.selectors import histories
from centers.services import drafts, filings
from centers.views import panels, refusals
from centers.views.filings import get_filing, posted_version
from portal.errors import DomainError

# Sent with a page, and not typed by anybody.
NOT_TYPED = {"csrfmiddlewaretoken", "version", "typed_by", "as_stored"}
HTTP_LOGIN_AGAIN = 401


def get_section(request, pk, kind, may=None):
    """The section of a filing that ``request.user`` sees, and ``may`` do more to."""
    filing = get_filing(request, pk, may)
    section = get_object_or_404(
        Section.objects.select_related("decided_by", "saved_by"), filing=pk, kind=kind
    )
    section.filing, section.center = filing, filing.center
    is_drafted = section.status in Section.EDITABLE
    if is_drafted and not permissions.can_edit_filing(request.user, filing):
        # Not handed in, or not again: still the center's own work.
        raise Http404
    return section


def is_open(section):
    return section.status in Section.EDITABLE and section.filing.status in Filing.EDITABLE


def year_asked(section, data):
    """The year chosen on the page; otherwise the year in which the round's period ends, and for a
    filing that answers no round this year."""
    obligation = section.filing.obligation if section.kind == Section.Kind.FUNCTIONS else None
    return chosen_year(data, obligation.period_to_on if obligation else timezone.localdate())


class SectionEdit(LoginRequiredMixin, View):
    """The page to fill in a section; who may not, or not now, reads it."""

    @staticmethod
    def posted(section, data):
        """What was sent from this page, to be cleaned; the self-check reads it the same way."""
        return SectionForm(section, data, year=year_asked(section, data))

    def get(self, request, pk, kind):
        section = get_section(request, pk, kind)
        kept, others = kept_apart(section, request.user)
        year = year_asked(section, request.GET)
        if kept is None:
            return self.page(section, SectionForm(section, year=year), others=others)
        if not is_open(section):
            form = SectionForm(section, year=year)
            typed = as_kept(section, kept, auto_id="typed_%s")
            return self.page(section, form, kept=kept, typed=typed)
        return self.restored(section, kept, others)

    def restored(self, section, kept, others):
        """What the user typed before, to be saved or discarded; if the section moved on, beside
        what is stored now."""
        form = as_kept(section, kept)
        if kept.version == section.version:
            return self.page(section, form, kept=kept, others=others, version=kept.version)
        refusal = moved_on(section, self.request.user)
        return self.beside_stored(section, form, refusal, kept=kept, others=others)

    def post(self, request, pk, kind):
        section = get_section(request, pk, kind, permissions.can_edit_filing)
        form = self.posted(section, request.POST)
        if not form.is_valid():
            return self.not_saved(section, form)
        try:
            filings.save_section(
                section=section,
                version=form.version,
                rows=form.rows,
                by=request.user,
                at=timezone.now(),
            )
        except DomainError as refusal:
            return self.not_saved(section, form, str(refusal))
        messages.success(request, _("Saved. Nothing is submitted yet."))
        return redirect("desk:filing", pk)

    def not_saved(self, section, form, refusal=None):
        """What the user typed stays, on the page and on the server; a refusal shows beside it what
        is stored now."""
        version = form.head["version"].value()
        if form.head.has_version:
            drafts.keep(
                section=section,
                version=form.version,
                data=typed_into(self.request),
                by=self.request.user,
                at=timezone.now(),
            )
        if refusal is None:
            return self.page(section, form, version=version, is_sent=True)
        section = get_section(self.request, *self.kwargs.values())
        return self.beside_stored(section, form, refusal, is_sent=True)

    def beside_stored(self, section, form, refusal, **context):
        stored = SectionForm(section, year=form.year, auto_id="stored_%s")
        return self.page(
            section, form, refusal=refusal, stored=stored, version=section.version, **context
        )

    def page(self, section, form, **context):
        may_edit = permissions.can_edit_filing(self.request.user, section.filing)
        rows = form.stored
        submission = histories.returned_submission(section)
        context = {
            "section": section,
            "filing": section.filing,
            "center": section.center,
            "form": form,
            "may_edit": may_edit,
            "is_editable": may_edit and is_open(section),
            "is_locked": not is_open(section),
            "version": section.version,
            "reported": section.reported(len(rows)),
            "since_accepted": histories.since_accepted(section, rows),
            "since_returned": histories.since_returned(section, rows, submission),
            **panels.evidence(section, form),
            "gone": commented(form, histories.comments(section, submission)),
        } | context
        return render(self.request, "centers/section_edit.html", context)


def commented(form, comments):
    """Put the bureau's words beside the rows of ``form``; answers those whose row is gone."""
    kept, gone = comments.beside(line for line, _row in form.by_line)
    for line, row in form.by_line:
        row.comments = kept.get(line, [])
    return gone


def kept_apart(section, user):
    """(what ``user`` typed and did not save, what others did)."""
    entries = kept_entries.unsaved([section])
    mine = next((entry for entry in entries if entry.user_id == user.pk), None)
    return mine, [entry for entry in entries if entry.user_id != user.pk]


def as_kept(section, draft, auto_id="id_%s"):
    """The page as it was typed."""
    data = MultiValueDict({"version": [str(draft.version)], **draft.data})
    year = year_asked(section, data)
    return SectionForm(section, data, year=year, auto_id=auto_id, is_kept=True)


def typed_into(request):
    """What the page sent, name → values, without what nobody typed."""
    return {name: values for name, values in request.POST.lists() if name not in NOT_TYPED}


def moved_on(section, user):
    """Who saved the section after the page was read, in words."""
    if section.saved_by is None:
        return _("The section was changed meanwhile; your entries were not overwritten.")
    when = clock(section.saved_at)
    if section.saved_by_id == user.pk:
        return _(
            "You saved this section at %(time)s in another window; the entries here are kept."
        ) % {"time": when}
    return _("%(user)s saved this section at %(time)s; your entries were not overwritten.") % {
        "user": section.saved_by,
        "time": when,
    }


def clock(moment):
    """The time of day; of another day the date too."""
    local = timezone.localtime(moment)
    is_today = local.date() == timezone.localdate()
    return day_format(local, "H:i" if is_today else "Y-m-d H:i")


@login_required
@require_POST
def section_keep(request, pk, kind):
    """Keep what stands on a section's page while somebody types; answers when, and what happened
    to the section meanwhile."""
    section = get_section(request, pk, kind, permissions.can_edit_filing)
    version = posted_version(request)
    if request.POST.get("typed_by") != str(request.user.pk):
        # Somebody else logged in with this browser: not theirs.
        return HttpResponse(status=HTTP_LOGIN_AGAIN)
    at = timezone.now()
    if request.POST.get("as_stored"):
        drafts.forget(section=section, by=request.user)
        return JsonResponse({"kept": "", "news": ""})
    try:
        data = typed_into(request)
        drafts.keep(section=section, version=version, data=data, by=request.user, at=at)
    except DomainError as refusal:
        return JsonResponse({"news": str(refusal)}, status=409)
    return JsonResponse({"kept": clock(at), "news": news(section, version, request.user)})


def news(section, version, user):
    """What the typist must know now; empty when nothing happened."""
    if not is_open(section):
        return _("The section was locked meanwhile. Your entries are kept, but not filed.")
    return moved_on(section, user) if section.version != version else ""


@login_required
@require_POST
def section_discard(request, pk, kind):
    """Throw away kept entries, of oneself or of a colleague."""
    section = get_section(request, pk, kind, permissions.can_edit_filing)
    draft = get_object_or_404(
        SectionDraft.objects.select_related("user"), section=section, pk=number(request, "draft")
    )
    draft.section = section
    with refusals.shown(request):
        drafts.discard(
            draft=draft, by=request.user, at=timezone.now(), seen_at=posted_moment(request, "seen")
        )
        messages.success(request, _("Discarded. What was saved before still stands."))
    if request.POST.get("back") == "section":
        return redirect("desk:section-edit", pk, kind)
    return redirect("desk:filing", pk)


def number(request, name):
    value = request.POST.get(name, "")
    if not value.isdecimal() or len(value) > 18:
        raise Http404
    return int(value)


def posted_moment(request, name):
    try:
        return datetime.fromisoformat(request.POST.get(name, ""))
    except ValueError:
        return None


@login_required
@require_POST
def section_add(request, pk, kind):
    filing = get_filing(request, pk, permissions.can_edit_filing)
    if kind not in Section.Kind.values:
        raise Http404
    with refusals.shown(request):
        filings.add_section(filing=filing, kind=kind, by=request.user, at=timezone.now())
        return redirect("desk:section-edit", pk, kind)
    return redirect("desk:filing", pk)


@login_required
@require_POST
def section_drop(request, pk, kind):
    section = get_section(request, pk, kind, permissions.can_edit_filing)
    if section.status != Section.Status.DRAFT:
        raise PermissionDenied
    with refusals.shown(request):
        filings.drop_section(section=section, by=request.user, at=timezone.now())
        messages.success(request, _("Taken out of the filing. What was accepted still stands."))
    return redirect("desk:filing", pk)
