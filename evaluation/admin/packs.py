"""Versions of the standard: what each says, when it judges, and the decision to activate one."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldBooleanWidget

from evaluation.admin.pages import opened_by, page, shown_to
from evaluation.admin.parameter_forms import DecisionForm
from evaluation.models import Activation, Pack
from evaluation.permissions import can_activate_pack
from evaluation.selectors import pack_versions, parameters, wording
from evaluation.services import packs
from portal.errors import DomainError
from portal.users.roles import Capability


class ActivationForm(DecisionForm):
    """From when a pack judges; a day that has passed is asked about twice."""

    is_confirmed = forms.BooleanField(
        label=gettext_lazy(
            "I know that this day has passed or that another pack is to judge after it: stored"
            " results since then are judged again."
        ),
        required=False,
        widget=UnfoldBooleanWidget,
    )
    field_order = ["effective_from", "reason", "doc_no", "is_confirmed", "version"]

    def clean(self):
        cleaned = super().clean()
        day = cleaned.get("effective_from")
        later = Activation.objects.own().standing().filter(active_from__gt=day) if day else None
        is_special = day and (day < timezone.localdate() or later.exists())
        if is_special and not cleaned["is_confirmed"]:
            self.add_error(
                "is_confirmed",
                _("This day has passed, or another pack is to judge after it. Confirm it."),
            )
        return cleaned


class WithdrawalForm(forms.Form):
    """Why an activation is taken back."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )


@shown_to(Capability.SUMMARY_VIEW)
def pack_list(request):
    """Which pack judges when, every loaded version, and what differs between two."""
    today = timezone.localdate()
    loaded = list(Pack.objects.order_by("division_code", "effective_from", "version"))
    return page(
        request,
        "admin/evaluation/packs.html",
        title=_("Rule packs"),
        today=today,
        periods=pack_versions.periods(),
        withdrawn=Activation.objects.own()
        .filter(withdrawn_at__isnull=False)
        .select_related("pack", "withdrawn_by"),
        versions=[_version(pack) for pack in loaded],
        compared=_compared(request, loaded),
        in_force=parameters.pack_in_force(today) if loaded else None,
        may_activate=can_activate_pack(request.user),
    )


def _version(pack):
    rules = parameters.parsed(pack)
    try:
        dry_run = reverse("compliance:dry-run", args=[pack.pk])
    except NoReverseMatch:
        dry_run = ""
    counts = {}
    for rule in rules.rules:
        counts[rule.rule_class] = counts.get(rule.rule_class, 0) + 1
    return {
        "pack": pack,
        "rules": rules,
        "classes": [
            (code, label, counts[code])
            for code, label in wording.CLASSES.items()
            if code in counts
        ],
        "dry_run": dry_run,
        "is_own": _is_own(pack),
    }


def _is_own(pack):
    return pack.division_code == settings.MUNICIPALITY


def _compared(request, loaded):
    """The two versions asked for; without a question the two newest of the municipality."""
    by_id = {str(pack.pk): pack for pack in loaded}
    old, new = by_id.get(request.GET.get("old")), by_id.get(request.GET.get("new"))
    if old is None or new is None:
        own = [pack for pack in loaded if _is_own(pack)][-2:]
        if len(own) < 2:
            return None
        old, new = own
    return {"old": old, "new": new, "difference": pack_versions.difference(old, new)}


@shown_to(Capability.SUMMARY_VIEW)
def pack_detail(request, pk):
    """One version: its document, its rules and its parameters as the file has them."""
    pack = get_object_or_404(Pack, pk=pk)
    version = _version(pack)
    rules = {rule.id: rule for rule in version["rules"].rules}
    return page(
        request,
        "admin/evaluation/pack.html",
        title=str(pack),
        version=version,
        rules=[
            (rule, wording.rule_title(rule), wording.class_label(rule))
            for rule in version["rules"].rules
        ],
        parameters=pack_versions.defaults(version["rules"].parameters, rules),
        may_activate=can_activate_pack(request.user) and _is_own(pack),
    )


@opened_by(Capability.SUMMARY_VIEW)
def activate(request, pk):
    """The decision that a version judges from a day on."""
    if not can_activate_pack(request.user):
        raise PermissionDenied
    pack = get_object_or_404(Pack, pk=pk)
    if not _is_own(pack):
        raise Http404
    newest = pack_versions.newest_decision()
    form = ActivationForm(
        request.POST or None,
        initial={"version": newest, "effective_from": timezone.localdate()},
    )
    if form.is_valid() and _activated(request, form, pack):
        return redirect("compliance:packs")
    judging = parameters.pack_in_force(timezone.localdate())
    return page(
        request,
        "admin/evaluation/pack_activate.html",
        title=_("Activate %(pack)s") % {"pack": pack},
        pack=pack,
        version=_version(pack),
        form=form,
        judging=judging,
        difference=pack_versions.difference(judging, pack) if judging != pack else None,
    )


def _activated(request, form, pack):
    given = form.cleaned_data
    try:
        packs.activate(
            pack=pack,
            active_from=given["effective_from"],
            reason=given["reason"],
            doc_no=given["doc_no"],
            version=given["version"],
            by=request.user,
            at=timezone.now(),
        )
    except packs.ActivatedMeanwhile as refusal:
        form.add_error(None, str(refusal))
        form.data = form.data.copy()
        form.data["version"] = pack_versions.newest_decision()
        return False
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(
        request,
        _("%(pack)s judges from %(day)s on.") % {"pack": pack, "day": given["effective_from"]},
    )
    return True


@opened_by(Capability.SUMMARY_VIEW)
def withdraw(request, pk):
    """An activation is taken back before its day."""
    if not can_activate_pack(request.user):
        raise PermissionDenied
    activation = get_object_or_404(Activation.objects.own().select_related("pack"), pk=pk)
    form = WithdrawalForm(request.POST or None)
    if form.is_valid():
        try:
            packs.withdraw(
                activation=activation, by=request.user, at=timezone.now(), **form.cleaned_data
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Withdrawn."))
            return redirect("compliance:packs")
    return page(
        request,
        "admin/form_page.html",
        title=_("Withdraw %(activation)s") % {"activation": activation},
        form=form,
        submit_label=_("Withdraw"),
        intro=_("The pack that judges until then goes on judging."),
    )
