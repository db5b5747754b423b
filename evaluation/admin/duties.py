"""Duties of the district bureaus: all districts as a table, and one district's year to work on."""

import io
from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from centers.models import Center
from centers.models.event import EARLIEST_YEAR
from centers.selectors import mechanisms
from evaluation.admin.duty_forms import NoneForm, RecordForm, SettleForm, UploadForm, VoidForm
from evaluation.admin.marks import outcome_mark
from evaluation.admin.pages import opened_by, page, shown_to
from evaluation.models import DutyFinding, DutyRecord, Pack
from evaluation.permissions import can_record_duty
from evaluation.resources import duties as sheets
from evaluation.rules import duties as duty_rules
from evaluation.selectors import districts as facts
from evaluation.selectors import duty_pages, parameters, wording
from evaluation.services import duties
from portal.audit import services as audit
from portal.errors import DomainError
from portal.evidence import services as evidence
from portal.evidence.services import EvidenceLost
from portal.evidence.views import answer
from portal.forms import asked_year
from portal.jurisdictions.models import Division
from portal.jurisdictions.selectors import within_reach
from portal.users.roles import Capability
from portal.workbooks import XLSX

# Duty → the mechanisms it is kept by.
MECHANISMS = {
    duty_rules.EXCHANGE: duty_rules.HORIZONTAL,
    duty_rules.COOPERATION: duty_rules.JOINT,
}


@shown_to(Capability.SUMMARY_VIEW)
def overview(request):
    """Districts × duties of a year, as far as the user sees them summed up."""
    year, _is_one = _year(request)
    lines = duty_pages.district_lines(DutyFinding.objects.visible_to(request.user), year)
    opened = set(_districts(request.user).values_list("code", flat=True))
    if len(opened) == 1 and len(lines) <= 1:
        return redirect(_district_url(opened.pop(), year))
    rules = _rules(year)
    rows = [
        {
            "line": line,
            "is_open": line.district.code in opened,
            "cells": [_cell(rule, line.findings.get(rule.id)) for rule in rules],
        }
        for line in lines
    ]
    return page(
        request,
        "admin/evaluation/duties.html",
        title=_("Duties of the districts"),
        year=year,
        years=range(timezone.localdate().year, EARLIEST_YEAR - 1, -1),
        rules=[(rule, wording.rule_title(rule)) for rule in rules],
        rows=rows,
    )


def _cell(rule, finding):
    """(title of the duty, mark, sentence); no mark where nothing was found yet."""
    title = wording.rule_title(rule)
    if finding is None:
        return title, None, ""
    sentence = wording.reason_text(finding.reason, finding.figures)
    return title, outcome_mark(rule.rule_class, finding.outcome), sentence


def _rules(year):
    """Rules of duties that the year is judged by; none when no pack is loaded."""
    try:
        pack = parameters.pack_in_force(facts.last_day(year, timezone.localdate()))
    except Pack.DoesNotExist:
        return ()
    return parameters.parsed(pack).district_rules


@shown_to(Capability.COMPLIANCE_VIEW)
def district(request, code):
    """One district's year: every duty with its outcome, evidence, and what is missing."""
    place, (year, _is_one) = _district(request.user, code), _year(request)
    today = timezone.localdate()
    found = duty_pages.explain(place, year, today)
    statements = duty_pages.statements(place, year)
    voided = duty_pages.voided(place, year)
    kinds = {kind for line in found.lines for kind in _kinds(line)}
    totals = _mechanisms(place, year, today)
    return page(
        request,
        "admin/evaluation/duty_district.html",
        title=_("Duties of %(district)s in %(year)s") % {"district": place, "year": year},
        district=place,
        year=year,
        years=sorted({*facts.years_of([place], today)[place.pk], year}, reverse=True),
        found=found,
        lines=[
            {
                "line": line,
                "mark": outcome_mark(line.rule.rule_class, line.outcome),
                "kinds": [(kind, DutyRecord.Kind(kind).label) for kind in line.record_kinds],
                "statement": statements.get(line.rule.kind),
                "voided": [record for record in voided if record.kind in _kinds(line)],
                "mechanisms": [totals[kind] for kind in MECHANISMS.get(line.rule.kind, ())],
            }
            for line in found.lines
        ],
        voided=[record for record in voided if record.kind not in kinds],
        may_record=can_record_duty(request.user, place),
        met=sum(line.outcome == "met" for line in found.lines),
    )


def _mechanisms(place, year, today):
    """Mechanism → its minimum, what is planned and done, and how many centers reached it."""
    centers = Center.objects.within(place).exclude(division=place).select_related("division")
    lines = mechanisms.lines(centers.order_by("code"), year, today)
    return {each.kind: each for each in mechanisms.totals(place, year, lines)}


def _kinds(line):
    """Kinds of record, and of statement that there was none, that belong to a duty."""
    return {*line.record_kinds, line.rule.kind}


@shown_to(Capability.COMPLIANCE_VIEW)
def export(request, code):
    """The district's year as a workbook; the audit trail says who took it."""
    place, (year, is_one) = _district(request.user, code), _year(request)
    if not is_one:
        return redirect(_district_url(code, year))
    found = duty_pages.explain(place, year, timezone.localdate())
    stream = io.BytesIO()
    title = gettext("Duties of %(district)s in %(year)s") % {"district": place, "year": year}
    header = [(title, ""), (_("asked by"), str(request.user)), (_("asked at"), timezone.now())]
    sheets.export(stream, header=header, page=found)
    audit.record(
        action="evaluation.duties.export",
        by=request.user,
        at=timezone.now(),
        target=place,
        division_path=place.path,
        changes={"year": [None, year]},
    )
    stream.seek(0)
    return FileResponse(
        stream, as_attachment=True, filename=f"{title}.xlsx", content_type=XLSX
    )


@opened_by(Capability.DUTY_RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
def record(request, code, kind):
    """Enter one thing the bureau did: a form in place of the button, or a page of its own."""
    place = _to_record(request.user, code)
    if kind not in DutyRecord.Kind.values or kind in DutyRecord.BY_EVENTS:
        raise Http404
    form = RecordForm(request.POST or None, request.FILES or None, kind=kind, district=place)
    if form.is_valid():
        act = partial(duties.record, district=place, kind=kind)
        new = _saved(request.user, form, act)
        if new:
            messages.success(request, gettext("Recorded. The duty is judged again."))
            return redirect(_district_url(code, new.starts_on.year, kind))
    context = {"form": form, "district": place, "kind": kind}
    if request.htmx and not form.is_bound:
        return render(request, "admin/evaluation/_duty_form.html", context)
    title = DutyRecord.Kind(kind).label
    return page(request, "admin/evaluation/duty_form.html", title=title, **context)


def _saved(user, form, act):
    """What ``act`` made of the form and its file, or None with the refusal on the form."""
    values = dict(form.cleaned_data)
    upload = values.pop("upload", None)
    stamp = {"by": user, "at": timezone.now()}
    try:
        files = [evidence.store(upload=upload, **stamp)] if upload else []
    except DomainError as refusal:
        form.add_error("upload", str(refusal))
        return None
    try:
        return act(files=files, **values, **stamp)
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return None


@opened_by(Capability.DUTY_RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
def declare_none(request, code, kind):
    """State that a year, which is over, had none."""
    place, (year, is_one) = _to_record(request.user, code), _year(request)
    if not is_one:
        return redirect(_district_url(code, year))
    if kind not in DutyRecord.Kind.values:
        raise Http404
    form = NoneForm(request.POST or None)
    if form.is_valid():
        try:
            duties.declare_none(
                district=place,
                kind=kind,
                year=year,
                note=form.cleaned_data["note"],
                by=request.user,
                at=timezone.now(),
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, gettext("Stated. The duty counts as not met."))
            return redirect(_district_url(code, year, kind))
    said = {"kind": DutyRecord.Kind(kind).label, "year": year}
    return page(
        request,
        "admin/form_page.html",
        title=_("%(kind)s: none in %(year)s") % said,
        intro=_("The duty then counts as not met, and no longer as unknown."),
        form=form,
        submit_label=_("State it"),
    )


@shown_to(Capability.COMPLIANCE_VIEW)
def record_detail(request, pk):
    """One record with its evidence, and what can still be done with it."""
    return _record_page(request, _record(request.user, pk))


def _record_page(request, one, **forms):
    may_record = can_record_duty(request.user, one.district) and not one.voided_at
    is_pending = one.result == DutyRecord.Result.PENDING
    context = {
        "void_form": VoidForm(),
        "upload_form": UploadForm(),
        "settle_form": SettleForm(kind=one.kind) if is_pending else None,
    }
    return page(
        request,
        "admin/evaluation/duty_record.html",
        title=one.title,
        record=one,
        centers=one.centers.order_by("code"),
        files=one.evidence.select_related("file", "added_by"),
        may_record=may_record,
        year=one.none_in_year or one.starts_on.year,
        **context | forms,
    )


@opened_by(Capability.DUTY_RECORD)
@require_http_methods(["POST"])
def void(request, pk):
    one = _record_to_change(request.user, pk)
    form = VoidForm(request.POST)
    if _done(request, form, partial(duties.void, record=one), _("Voided.")):
        return redirect(_district_url(one.district.code, one.none_in_year or one.starts_on.year))
    return _record_page(request, one, void_form=form)


@opened_by(Capability.DUTY_RECORD)
@require_http_methods(["POST"])
def settle(request, pk):
    one = _record_to_change(request.user, pk)
    form = SettleForm(request.POST, kind=one.kind)
    if _done(request, form, partial(duties.settle, record=one), _("Result entered.")):
        return redirect("compliance:duty-record", pk)
    return _record_page(request, one, settle_form=form)


@opened_by(Capability.DUTY_RECORD)
@require_http_methods(["POST"])
def prove(request, pk):
    one = _record_to_change(request.user, pk)
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid() and form.cleaned_data["upload"]:
        _saved(request.user, form, partial(duties.prove, record=one))
        if not form.errors:
            messages.success(request, gettext("The file was attached."))
            return redirect("compliance:duty-record", pk)
        for refusal in form.non_field_errors():
            messages.error(request, refusal)
    return _record_page(request, one, upload_form=form)


def _done(request, form, act, told):
    """Whether ``act`` did what the form says; a refusal stands at the top of the page, for the
    form may be gone by then."""
    if not form.is_valid():
        return False
    try:
        act(**form.cleaned_data, by=request.user, at=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, str(told))
    return True


@shown_to(Capability.COMPLIANCE_VIEW)
def evidence_file(request, pk, key):
    """The stored bytes, to whoever may read the record."""
    found = _record(request.user, pk).evidence.filter(file=key).select_related("file").first()
    if found is None:
        raise Http404
    try:
        return answer(found.file, inline="show" in request.GET)
    except EvidenceLost as refusal:
        messages.error(request, str(refusal))
        return redirect("compliance:duty-record", pk)


# --- who sees what


def _districts(user):
    """Districts whose records the user reads."""
    return within_reach(user, Capability.COMPLIANCE_VIEW).filter(kind=Division.Kind.DISTRICT)


def _district(user, code):
    found = _districts(user).filter(code=code).first()
    if found is None:
        raise Http404
    return found


def _to_record(user, code):
    found = _district(user, code)
    if not can_record_duty(user, found):
        raise PermissionDenied
    return found


def _record(user, pk):
    visible = DutyRecord.objects.visible_to(user)
    people = ("district", "recorded_by", "settled_by", "voided_by")
    found = visible.select_related(*people).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _record_to_change(user, pk):
    found = _record(user, pk)
    if not can_record_duty(user, found.district):
        raise PermissionDenied
    return found


def _year(request):
    """(year asked for, whether it is one); another than the one typed is said."""
    today = timezone.localdate()
    year, refusal = asked_year(request.GET, today, last=today.year)
    if refusal:
        messages.error(request, refusal)
    return year, not refusal


def _district_url(code, year, kind=""):
    anchor = f"#{'disclosure' if kind == DutyRecord.Kind.COMPLAINT else kind}" if kind else ""
    return f"{reverse('compliance:duties-district', args=[code])}?year={year}{anchor}"
