"""What a center publishes, at its desk: the list of a year, drafts, preview, publishing."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from centers.models import Center
from evaluation.forms.publications import ProofForm, PublicationForm, PublishForm, WithdrawForm
from evaluation.models import Publication
from evaluation.permissions import can_draft_publication, can_publish
from evaluation.rules import disclosing as d
from evaluation.selectors import disclosure, disclosure_sources, disclosure_words
from evaluation.services import publications
from evaluation.views.opens import text_url
from portal.errors import DomainError
from portal.evidence import views as files
from portal.evidence.inspection import EvidenceRefused
from portal.forms import asked_year

# Tone of a mark → the desk's class of a word that stands for a state.
TONES = {"good": "met", "fair": "missing", "bad": "not_met", "none": ""}


def get_center(request, code):
    """The center if ``request.user`` sees it."""
    visible = Center.objects.visible_to(request.user).select_related("division")
    return get_object_or_404(visible, code=code)


def get_publication(request, pk):
    """The text if ``request.user`` sees it."""
    visible = Publication.objects.visible_to(request.user).select_related(
        "center__division", "division", "drafted_by", "published_by", "withdrawn_by", "screenshot"
    )
    return get_object_or_404(visible, pk=pk)


@login_required
@require_safe
def publication_home(request):
    """Centers whose lists ``request.user`` sees; of one center, its list."""
    centers = list(
        Center.objects.visible_to(request.user).select_related("division").order_by("code")[:300]
    )
    own = set(request.user.memberships.values_list("center_id", flat=True))
    mine = [one for one in centers if one.pk in own][:1]
    if len(centers) == 1 or mine:
        return redirect(list_url(*(mine or centers)))
    return render(request, "evaluation/publication_home.html", {"centers": centers})


@login_required
@require_safe
def publication_list(request, code, year=None):
    """The list of §5.4 for a center and a year: what is due, what is out, what is late."""
    center, today = get_center(request, code), timezone.localdate()
    if year is None:
        asked, refusal = asked_year(request.GET, today, last=today.year + 1)
        if refusal:
            messages.error(request, refusal)
        return redirect("evaluation:publication-year", code, asked)
    if not 2000 <= year <= today.year + 1:
        raise Http404
    found = disclosure.lines(center, year, today)
    own, whole = disclosure.share_of(found, d.CENTER), disclosure.share_of(found)
    may_draft = _draftable(request.user, center)
    context = {
        "center": center,
        "year": year,
        "years": range(today.year + 1, today.year - 5, -1),
        "lines": [shown(line) | {"may_draft": may_draft[line.entry.owner]} for line in found],
        "on_time": own.on_time,
        "due": own.due,
        "others": {"on_time": whole.on_time - own.on_time, "due": whole.due - own.due},
        "is_out": center.publications.published().exists(),
    }
    return render(request, "evaluation/publication_list.html", context)


def _draftable(user, center):
    """Owner → whether ``user`` drafts what it owes."""
    one_of = {entry.owner: entry.item for entry in d.CATALOGUE.values()}
    return {
        owner: can_draft_publication(user, center=center, item=item)
        for owner, item in one_of.items()
    }


def shown(line):
    """A line of the list with its words."""
    shape, tone = disclosure_words.MARKS[line.state]
    return {
        "line": line,
        "item": disclosure_words.item_label(line.entry.item),
        "which": disclosure_words.subject_label(line.subject),
        "owner": disclosure_words.OWNERS[line.entry.owner],
        "occasion": disclosure_words.OCCASIONS[line.entry.when],
        "state": disclosure_words.STATES[line.state],
        "shape": shape,
        "tone": TONES[tone],
        "is_free": line.entry.when == d.AS_NEEDED,
        "is_named": line.entry.when in (d.ON_CONTRACT, d.HALF_YEARLY)
        or line.entry.item == "review",
    }


def list_url(center):
    """Where the list of a center stands."""
    return reverse("evaluation:publication-list", args=[center.code])


@login_required
@require_POST
def publication_prepare(request, code):
    """Draft an item; what cannot be drafted is said on the list."""
    center = get_center(request, code)
    item = request.POST.get("item", "")[:15]
    if not can_draft_publication(request.user, center=center, item=item):
        raise PermissionDenied
    year, refusal = asked_year(
        request.POST, timezone.localdate(), last=timezone.localdate().year + 1
    )
    if refusal:
        messages.error(request, refusal)
        return redirect(list_url(center))
    try:
        publication = publications.prepare(
            center=center,
            item=item,
            subject=request.POST.get("subject", "").replace("\0", "").strip()[:60],
            year=year,
            by=request.user,
            at=timezone.now(),
        )
    except DomainError as refused:
        messages.error(request, str(refused))
        return redirect("evaluation:publication-year", center.code, year)
    return redirect("evaluation:publication", publication.pk)


@login_required
def publication(request, pk):
    """The text exactly as residents see it, and beside a draft what can be typed."""
    found = get_publication(request, pk)
    is_draft = found.status == Publication.Status.DRAFT
    may_draft = is_draft and found.center is not None and _may_draft(request.user, found)
    form = PublicationForm(request.POST or None, publication=found) if may_draft else None
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid() and _saved(request, found, form):
            return redirect("evaluation:publication", pk)
    return _page(request, found, form=form)


def _may_draft(user, found):
    return can_draft_publication(user, found.division, center=found.center, item=found.item)


def _saved(request, found, form):
    try:
        hidden = publications.edit(
            publication=found,
            version=form.cleaned_data["version"],
            title=form.cleaned_data.get("title", ""),
            texts=form.texts,
            by=request.user,
            at=timezone.now(),
        )
    except DomainError as refusal:
        form.refuse(refusal, found)
        return False
    messages.success(request, _("Saved. Look at the preview before you publish."))
    if hidden:
        text = _("Taken out, because nobody may read it: %(kinds)s.")
        messages.warning(request, text % {"kinds": disclosure_words.hidden_text(hidden)})
    return True


def _page(request, found, *, form=None, publish_form=None, withdraw_form=None, proof_form=None):
    may_publish = can_publish(request.user, found)
    is_draft = found.status == Publication.Status.DRAFT
    is_out = found.status == Publication.Status.PUBLISHED
    may_prove = (is_draft or (is_out and not found.screenshot)) and _may_draft(request.user, found)
    entry = d.CATALOGUE.get(found.item)
    on_time = found.is_on_time
    context = {
        "center": found.center,
        "publication": found,
        "is_out": is_out,
        "public_url": text_url(found),
        "timely": ""
        if on_time is None
        else disclosure_words.STATES[d.ON_TIME if on_time else d.LATE],
        "form": form,
        "homes": disclosure_sources.homes_in(found) if is_draft else [],
        "missing": disclosure_sources.missing_in(found) if is_draft else [],
        "publish_form": publish_form or PublishForm(publication=found),
        "withdraw_form": withdraw_form or WithdrawForm(publication=found),
        "may_publish": may_publish and is_draft,
        "may_withdraw": may_publish and is_out,
        "proof_form": (proof_form or ProofForm(publication=found)) if may_prove else None,
        "may_drop": is_draft and _may_draft(request.user, found),
        "kept_back": [
            (disclosure_words.FIELDS[each.key], disclosure_words.LEVELS[each.level])
            for each in (entry.kept_back if entry else ())
        ],
    }
    return render(request, "evaluation/publication.html", context)


@login_required
@require_POST
def publication_publish(request, pk):
    """Put the draft before everybody, as the preview showed it."""
    found = get_publication(request, pk)
    if not can_publish(request.user, found):
        raise PermissionDenied
    form = PublishForm(request.POST, publication=found)
    if form.is_valid():
        try:
            publications.publish(
                publication=found, **form.cleaned_data, by=request.user, at=timezone.now()
            )
        except DomainError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Published. Everybody reads it from now on."))
    return redirect("evaluation:publication", pk)


@login_required
@require_POST
def publication_prove(request, pk):
    """Say where else it is published, and show it; what was typed stays when it is refused."""
    found = get_publication(request, pk)
    if not _may_draft(request.user, found):
        raise PermissionDenied
    form = ProofForm(request.POST, request.FILES, publication=found)
    if form.is_valid():
        try:
            publications.prove(
                publication=found, **form.cleaned_data, by=request.user, at=timezone.now()
            )
        except EvidenceRefused as refusal:
            form.add_error("upload", str(refusal))
        except DomainError as refusal:
            form.refuse(refusal, found)
        else:
            messages.success(request, _("Noted where else it is published."))
            return redirect("evaluation:publication", pk)
    return _page(request, found, proof_form=form)


@login_required
@require_safe
def publication_picture(request, pk):
    """The picture of where else it was published, for whoever sees the text at the desk."""
    found = get_publication(request, pk)
    if found.screenshot is None:
        raise Http404
    return files.answer_or_404(found.screenshot, inline=True)


@login_required
@require_POST
def publication_withdraw(request, pk):
    """Take a text from the public; what was typed stays when it is refused."""
    found = get_publication(request, pk)
    if not can_publish(request.user, found):
        raise PermissionDenied
    form = WithdrawForm(request.POST, publication=found)
    if form.is_valid():
        try:
            publications.withdraw(
                publication=found, **form.cleaned_data, by=request.user, at=timezone.now()
            )
        except DomainError as refusal:
            form.refuse(refusal, found)
        else:
            messages.success(request, _("Withdrawn. Residents read the note in its place."))
            return redirect("evaluation:publication", pk)
    return _page(request, found, withdraw_form=form)


@login_required
@require_POST
def publication_drop(request, pk):
    """Give a draft up."""
    found = get_publication(request, pk)
    if not _may_draft(request.user, found):
        raise PermissionDenied
    version = request.POST.get("version", "")
    try:
        publications.drop(
            publication=found,
            version=int(version) if version.isdecimal() and len(version) < 10 else -1,
            by=request.user,
            at=timezone.now(),
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("evaluation:publication", pk)
    messages.success(request, _("The draft was given up."))
    if found.center is None:
        return redirect("evaluation:publication-home")
    return redirect("evaluation:publication-year", found.center.code, found.year)
