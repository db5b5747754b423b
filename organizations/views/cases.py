"""Cases at the desk: a center's list, one case, and what is done about it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views import View

from centers.models import Center
from centers.selectors import centers_of
from organizations import permissions
from organizations.forms import case_details
from organizations.forms import cases as forms
from organizations.forms.advisers import FROM_ADVISER, AdviserForm
from organizations.models import ActivityTeam, Case, Organization
from organizations.models.attendance import ATTENDED
from organizations.models.case import STATES
from organizations.rules import adviser, casework
from organizations.selectors import advice, materials
from organizations.selectors import cases as selectors
from organizations.services import cases
from organizations.views.centers import get_center
from portal.errors import DomainError

PER_PAGE = 50
# Names offered while one types.
MOST_OFFERED = 300
ALL = "all"
# Questions of the adviser → fields of a consultation.
ANSWERS = {"wish": "intended_type", "name": "proposed_name"}


def get_case(request, pk, *, keeps=True):
    """The case if the user sees it (404), and where ``keeps`` works on it (403)."""
    visible = Case.objects.visible_to(request.user).select_related(
        "center__division", "organization", "team", "responsible", "opened_by"
    )
    case = get_object_or_404(visible, pk=pk)
    if keeps and not permissions.can_keep_work(request.user, case.center):
        raise PermissionDenied
    return case


def offered(center):
    """Names of the register of the center's township, to choose from while typing."""
    names = {}
    for model in (Organization, ActivityTeam):
        there = model.objects.filter(division=center.division).order_by("name")
        names[model._meta.model_name] = list(there.values_list("name", flat=True)[:MOST_OFFERED])
    return {"known": names}


@login_required
def case_list(request, code):
    """The cases of a center: the open ones or all, of one kind or of any."""
    center = get_center(request, code)
    today = timezone.localdate()
    kind, part = request.GET.get("kind", ""), request.GET.get("part", "open")
    found = center.cases.select_related("organization", "team", "responsible")
    if kind in STATES:
        found = found.filter(kind=kind)
    if part != ALL:
        found = found.exclude(status__in=selectors.AT_REST).order_by("follow_up_on", "-id")
    year = today.year
    context = {
        "center": center,
        "my_centers": centers_of(request.user),
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "kind": kind if kind in STATES else "",
        "part": ALL if part == ALL else "open",
        "kinds": kinds(selectors.open_by_kind(center)),
        "today": today,
        "year": year,
        "rates": selectors.opinion_rates(Center.objects.filter(pk=center.pk), year, today),
        "heads": selectors.heads_trained(center.division, today),
        "can_keep": permissions.can_keep_work(request.user, center),
    }
    return render(request, "organizations/case_list.html", context)


def kinds(counts=None):
    """(code, label, function, open cases) of every kind, in the order of the guidance."""
    labels = dict(Case.Kind.choices)
    return [
        (kind, labels[kind], counted.function, (counts or {}).get(kind, 0))
        for kind, counted in sorted(casework.COUNTED.items(), key=lambda item: item[1].function)
    ]


@login_required
def case_detail(request, pk):
    """One case: what is known, what comes next, what happened, what it counts as."""
    case = get_case(request, pk, keeps=False)
    return render(request, "organizations/case_detail.html", shown(request, case))


def shown(request, case):
    """What the page of a case shows."""
    detail = selectors.detail_of(case)
    labels = dict(Case.Status.choices)
    can_keep = permissions.can_keep_work(request.user, case.center)
    listed = list(case.materials.select_related("changed_by"))
    return {
        "case": case,
        "center": case.center,
        "detail": detail,
        "lines": selectors.lines_of(detail),
        "sealed": selectors.sealed_of(detail),
        "can_reveal": permissions.can_reveal(request.user, case),
        "moves": [(to, label) for to, label in labels.items() if to in case.moves],
        "counted": casework.COUNTED[case.kind],
        "records": case.records.select_related("voided_by").order_by("happened_on", "id"),
        "steps": case.steps.select_related("by").order_by("-happened_on", "-id"),
        "materials": [(material, materials.label(material.code)) for material in listed],
        "missing": sum(material.state == "missing" for material in listed),
        "evidence": case.evidence.select_related("file", "added_by"),
        "is_attended": case.kind in ATTENDED,
        "attendances": case.attendances.select_related("organization", "team"),
        "today": timezone.localdate(),
        "can_check_grading": _can_check_grading(request.user, case),
        "can_keep": can_keep and case.status != casework.DROPPED,
    }


def _can_check_grading(user, case):
    """Whether the help with a grade assessment leads to what stands against it."""
    about = case.organization if case.kind == Case.Kind.GRADING else None
    return about is not None and permissions.can_view_warnings(user, about)


class CasePage(LoginRequiredMixin, View):
    """A page that asks something about a case. What a service refuses is said above the form, and
    what was typed stays."""

    template = "organizations/case_form.html"
    lead = ""

    def get(self, request, **kwargs):
        self.found(**kwargs)
        return self.page(*self.forms())

    def post(self, request, **kwargs):
        self.found(**kwargs)
        asked = self.forms(request.POST)
        # Each form is asked, so that every place is marked at once.
        judged = [form.is_valid() for form in asked if form is not None]
        if not all(judged):
            return self.page(*asked)
        try:
            done = self.act(*asked, by=request.user, at=timezone.now())
        except DomainError as refusal:
            self.found(**kwargs)
            version = self.case.version if self.case else ""
            return self.page(*asked, refusal=str(refusal), version=version)
        messages.success(request, self.success)
        return redirect(self.leads_to(done))

    def leads_to(self, done):
        return redirect("work:case", self.case.pk).url

    def found(self, pk):
        """The case asked about; for strangers there is none."""
        self.case = get_case(self.request, pk)
        self.center = self.case.center

    def page(self, form, more=None, **context):
        context = {
            "case": self.case,
            "center": self.center,
            "form": form,
            "more": more,
            "title": self.title,
            "lead": self.lead,
            "submit_label": self.submit_label,
            "version": self.case.version if self.case else "",
            **self.around(),
            **context,
        }
        return render(self.request, self.template, context)

    def around(self):
        return offered(self.center)


class CaseOpen(CasePage):
    """Open a case of a kind."""

    submit_label = _("Open the case")
    success = _("Opened under its number.")

    def found(self, code, kind):
        self.case, self.kind = None, kind
        if kind not in STATES:
            raise Http404
        self.center = get_center(self.request, code, permissions.can_keep_work)
        self.title = Case.Kind(kind).label
        self.lead = _("It gets the next number of its kind, and counts when its kind counts.")

    def forms(self, data=None):
        given = self.known() if data is None else None
        today = timezone.localdate()
        # The adviser and the register lead here with what they know already.
        initial = {**(given or {}), "responsible": self.request.user.pk}
        form = forms.OpenForm(
            data, kind=self.kind, today=today, center=self.center, initial=initial
        )
        more = case_details.detail_form(self.kind, data, center=self.center, initial=given)
        return form, more

    def known(self):
        """What the address says, in the words of the case; of the adviser's answers what follows
        from them, with the documents that say so."""
        asked = self.request.GET.dict()
        if self.kind == Case.Kind.CONSULTATION and FROM_ADVISER.items() <= asked.items():
            form = AdviserForm(asked)
            if form.is_valid():
                answers = form.answers(advice.places())
                given = adviser.advise(answers)
                return advice.consultation(answers, given) | {
                    "advice": advice.text(advice.told(given))
                }
        return {ANSWERS.get(name, name): value for name, value in asked.items()}

    def act(self, form, more, **who):
        return cases.open_case(
            center=self.center,
            kind=self.kind,
            **form.cleaned_data,
            details=more.values,
            **who,
        )

    def leads_to(self, done):
        return redirect("work:case", done.pk).url


class CaseCorrect(CasePage):
    """Correct what a case says."""

    title = _("Correct the case")
    lead = _("What the case counted as follows at once.")
    submit_label = _("Save")
    success = _("Saved.")

    def forms(self, data=None):
        case = self.case
        names = ("title", "organization", "team", "follow_up_on", "result", "doc_no", "version")
        initial = {name: getattr(case, name) for name in names}
        detail = selectors.detail_of(case)
        return (
            forms.CorrectForm(data, center=self.center, initial=initial),
            case_details.detail_form(case.kind, data, center=self.center, instance=detail),
        )

    def act(self, form, more, **who):
        return cases.correct(case=self.case, **form.cleaned_data, details=more.values, **who)


class CaseMove(CasePage):
    """Take a case to its next state."""

    success = _("Noted. The case has moved on.")
    submit_label = _("Note it")

    def found(self, pk):
        super().found(pk)
        self.to = self.request.POST.get("to") or self.request.GET.get("to", "")
        if self.to not in STATES[self.case.kind]:
            raise Http404
        self.title = Case.Status(self.to).label
        if self.to == casework.DROPPED:
            self.lead = _("A dropped case counts nowhere and is not taken up again.")

    def forms(self, data=None):
        form = forms.MoveForm(
            data,
            case=self.case,
            to=self.to,
            today=timezone.localdate(),
            initial={"version": self.case.version, "to": self.to},
        )
        detail = selectors.detail_of(self.case)
        return form, case_details.move_details(
            self.case, self.to, data, center=self.center, instance=detail
        )

    def act(self, form, more, **who):
        values = form.cleaned_data
        return cases.move(case=self.case, **values, details=more.values if more else {}, **who)


class CaseNote(CasePage):
    """Write down what was done; the state stays."""

    title = _("Add a note")
    submit_label = _("Note it")
    success = _("Noted.")

    def forms(self, data=None):
        return (forms.NoteForm(data, today=timezone.localdate()),)

    def act(self, form, **who):
        return cases.note(case=self.case, **form.cleaned_data, **who)


class CaseHandOver(CasePage):
    """Make somebody else responsible."""

    title = _("Hand over")
    lead = _("Whoever becomes responsible is told, and reminded on the day of the follow-up.")
    submit_label = _("Hand over")
    success = _("Handed over.")

    def forms(self, data=None):
        initial = {"responsible": self.case.responsible_id}
        return (forms.HandOverForm(data, center=self.center, initial=initial),)

    def act(self, form, **who):
        return cases.hand_over(case=self.case, **form.cleaned_data, **who)
