"""Contracts, payments and supervision at the bureau's desk."""

from functools import partial

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q
from django.http import Http404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action

from organizations.models import Organization
from portal.admin import ScopedModelAdmin, own_page
from portal.errors import DomainError, together
from portal.jurisdictions.filters import DivisionFilter
from portal.users.roles import Capability
from projects.admin.filters import ProjectDivisionFilter
from projects.forms import contracts as forms
from projects.forms.performances import EvaluateForm, FiguresForm, SubmitForm
from projects.models import Award, Contract, Payment, Performance
from projects.permissions import can_manage_contract
from projects.selectors import contracts as selectors
from projects.selectors import performances as performance_selectors
from projects.services import (
    acceptances,
    contracts,
    documents,
    milestones,
    payments,
    performances,
    supervisions,
    supplements,
)

Status = Contract.Status


def _attach(*, contract, **values):
    return documents.attach(project=contract.project, contract=contract, **values)


DRAFT, IN_FORCE = (Status.DRAFTED,), (Status.SIGNED, Status.ACCEPTED)
# Address → what it does, how it is called, its form, and the states in which it can be done.
STEPS = {
    "terms": (contracts.update, _("Correct the terms"), forms.TermsForm, DRAFT),
    "lines": (contracts.set_lines, _("Lines"), forms.LinesForm, DRAFT),
    "milestones": (contracts.set_milestones, _("Milestones"), forms.MilestonesForm, DRAFT),
    "payments": (contracts.set_payments, _("Planned payments"), forms.PaymentsForm, DRAFT),
    "sign": (contracts.sign, _("Enter the signing"), forms.SignForm, DRAFT),
    "publish": (
        contracts.publish,
        _("Publish the contract"),
        forms.PlainForm,
        (*IN_FORCE, Status.SETTLED),
    ),
    "file": (
        contracts.file,
        _("Enter the filing"),
        forms.FileForm,
        (*IN_FORCE, Status.SETTLED),
    ),
    "supervise": (
        supervisions.enter,
        _("Enter a supervision"),
        forms.SupervisionForm,
        IN_FORCE,
    ),
    "supplement": (supplements.add, _("Add a supplement"), forms.SupplementForm, IN_FORCE),
    "plan-payment": (payments.add, _("Plan a payment"), forms.PlanPaymentForm, IN_FORCE),
    "accept": (acceptances.accept, _("Enter the acceptance"), forms.AcceptForm, (Status.SIGNED,)),
    "evaluate": (
        performances.draft,
        _("Evaluate the performance"),
        EvaluateForm,
        (*IN_FORCE, Status.SETTLED, Status.TERMINATED),
    ),
    "attach": (_attach, _("Add a file"), forms.PaperForm, tuple(Status)),
    "settle": (contracts.settle, _("Settle the contract"), forms.PlainForm, (Status.ACCEPTED,)),
    "terminate": (
        contracts.terminate,
        _("Terminate the contract"),
        forms.ReasonForm,
        (Status.DRAFTED, Status.SIGNED),
    ),
}
# Address → what it does, as what it takes the row, where the row is found, how it is called, form.
ROW_STEPS = {
    "pay": (payments.pay, "payment", "payments", _("Enter the payment"), forms.PayForm),
    "cancel": (payments.cancel, "payment", "payments", _("Cancel the payment"), forms.CancelForm),
    "deliver": (
        milestones.deliver,
        "milestone",
        "milestones",
        _("Enter what was delivered"),
        forms.DeliverForm,
    ),
    "confirm": (
        milestones.confirm,
        "milestone",
        "milestones",
        _("Confirm what was delivered"),
        forms.ConfirmForm,
    ),
    "correct": (
        supervisions.correct,
        "supervision",
        "supervisions",
        _("Enter the correction"),
        forms.CorrectForm,
    ),
    "figures": (
        performances.update,
        "performance",
        "performances",
        _("Fill in the evaluation"),
        FiguresForm,
    ),
    "submit": (
        performances.submit,
        "performance",
        "performances",
        _("Submit the evaluation"),
        SubmitForm,
    ),
}


class ContractDivisionFilter(DivisionFilter):
    """Where the project of the contract lies."""

    path_lookup = "contract__project__division__path"


@admin.register(Contract)
class ContractAdmin(ScopedModelAdmin):
    view_capability = Capability.PROJECT_VIEW
    when_empty = _(
        "There is no contract yet. Once an award was notified, its contract is drafted here."
    )
    list_display = [
        *("contract_no", "title", "supplier", "purpose", "price_yuan", "signed_on"),
        *("ends_on", "status"),
    ]
    list_display_links = ["contract_no", "title"]
    list_filter = [
        ProjectDivisionFilter,
        ("purpose", ChoicesDropdownFilter),
        ("status", ChoicesDropdownFilter),
    ]
    list_select_related = ["supplier"]
    search_fields = ["contract_no", "title", "supplier__name", "project__project_no"]
    actions_list = ["draft"]

    def get_queryset(self, request):
        found = super().get_queryset(request)
        return found.select_related(
            "project__division", "supplier", "procurement", "award", "drafted_by"
        )

    def get_urls(self):
        wrap = self.admin_site.admin_view
        name = "projects_contract_{}".format
        return [
            path("<int:pk>/step/<slug:verb>/", wrap(self.step), name=name("step")),
            path("<int:pk>/row/<slug:verb>/<int:row>/", wrap(self.row), name=name("row")),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        contract = self.scoped_or_404(request, object_id)
        may_manage = can_manage_contract(request.user, contract.project.division)
        is_draft = contract.status == Status.DRAFTED
        return self.page(
            request,
            "admin/projects/contract.html",
            title=str(contract),
            obj=contract,
            contract=contract,
            sums=selectors.sums_of(contract, timezone.localdate()),
            days=_days(contract),
            missing=selectors.missing(contract) if is_draft else [],
            conditions=_conditions(contract),
            lines=contract.lines.all(),
            milestones=_with_steps(
                contract, contract.milestones.select_related("confirmed_by"), _milestone_steps
            ),
            payments=_with_steps(
                contract, contract.payments.select_related("milestone", "paid_by"), _payment_steps
            ),
            supplements=contract.supplements.all(),
            supervisions=_with_steps(
                contract,
                contract.supervisions.select_related("center", "entered_by"),
                _supervision_steps,
            ),
            acceptances=contract.acceptances.select_related("center").prefetch_related("items"),
            performances=[_performance(contract, each) for each in _performances(contract)],
            documents=contract.documents.select_related("added_by"),
            steps=_steps(contract) if may_manage else [],
            may_manage=may_manage,
        )

    def _managed(self, request, pk):
        """The contract, for whoever may manage it."""
        contract = self.scoped_or_404(request, pk)
        if not can_manage_contract(request.user, contract.project.division):
            raise PermissionDenied
        return contract

    def step(self, request, pk, verb):
        """Ask for what the step needs, and take it."""
        contract = self._managed(request, pk)
        if verb not in STEPS:
            raise Http404
        take, label, form_class, _states = STEPS[verb]
        return self.ask(
            request,
            self._form(request, form_class, contract),
            partial(take, contract=contract),
            title=label,
            said=lambda _done: gettext("Done: %(step)s.") % {"step": label},
            leads_to=own_page(contract),
            obj=contract,
            intro=_intro(verb, contract),
        )

    def _form(self, request, form_class, contract):
        data = request.POST or None
        if form_class is forms.TermsForm:
            return form_class(data, instance=Contract.objects.get(pk=contract.pk))
        if form_class is EvaluateForm:
            organizations = Organization.objects.visible_to(request.user)
            return form_class(data, contract=contract, organizations=organizations)
        return form_class(data, request.FILES or None, contract=contract)

    def row(self, request, pk, verb, row):
        """Ask for what a step of a row needs, and take it."""
        contract = self._managed(request, pk)
        if verb not in ROW_STEPS:
            raise Http404
        take, noun, rows, label, form_class = ROW_STEPS[verb]
        found = getattr(contract, rows).filter(pk=row).first()
        if found is None:
            raise Http404
        return self.ask(
            request,
            form_class(request.POST or None, row=found),
            partial(take, **{noun: found}),
            title=label,
            said=lambda _done: gettext("Done: %(step)s.") % {"step": label},
            leads_to=own_page(contract),
            obj=contract,
            intro=str(found),
        )

    def has_manage_permission(self, request, object_id=None):
        return can_manage_contract(request.user)

    @action(description=_("Draft a contract"), url_path="draft", permissions=["manage"])
    def draft(self, request):
        """Draft the contract of an award that was notified and has none."""
        return self.ask(
            request,
            forms.DraftForm(request.POST or None, awards=_awards(request.user)),
            contracts.draft,
            title=_("Draft a contract"),
            said=gettext("Drafted. Now enter lines, milestones and payments."),
            intro=_("Price and supplier are those of the award."),
        )


def _awards(user):
    """Awards of which ``user`` may draft the contract."""
    found = Award.objects.visible_to(user).filter(
        notified_at__isnull=False, revoked_at=None, procurement__status="awarded"
    )
    drafted = Contract.objects.filter(
        Q(award=OuterRef("pk"))
        | Q(procurement=OuterRef("procurement")) & ~Q(status=Status.TERMINATED)
    )
    found = found.exclude(Exists(drafted)).select_related("procurement__project", "organization")
    managed = [
        award.pk
        for award in found.select_related("procurement__project__division")
        if can_manage_contract(user, award.procurement.project.division)
    ]
    return found.filter(pk__in=managed)


def _days(contract):
    """The last days, or None while the work calendar does not know the year."""
    try:
        return selectors.days_of(contract)
    except DomainError:
        return None


def _conditions(contract):
    """Names of the conditions that are ticked."""
    fields = {field.name: field.verbose_name for field in Contract._meta.fields}
    return [fields[name] for name in contracts.CONDITIONS if getattr(contract, name)]


def _steps(contract):
    """(address, name, whether it is the next one) of the steps that the state allows."""
    done = {"publish": contract.published_on, "file": contract.filed_on}
    return [
        (
            reverse("admin:projects_contract_step", args=[contract.pk, verb]),
            label,
            verb in ("sign", "accept", "settle"),
        )
        for verb, (_take, label, _form, states) in STEPS.items()
        if contract.status in states and not done.get(verb) and _was_signed(verb, contract)
    ]


def _was_signed(verb, contract):
    """Nothing is evaluated of a draft that was terminated."""
    return verb != "evaluate" or contract.signed_on is not None


def _with_steps(contract, rows, steps_of):
    """(row, [(address, name)]) of each."""
    return [(row, _row_steps(contract, row, steps_of(contract, row))) for row in rows]


def _row_steps(contract, row, verbs):
    return [
        (
            reverse("admin:projects_contract_row", args=[contract.pk, verb, row.pk]),
            ROW_STEPS[verb][3],
        )
        for verb in verbs
    ]


def _milestone_steps(contract, milestone):
    if contract.status not in IN_FORCE or milestone.confirmed_at is not None:
        return []
    return ["deliver"] if milestone.delivered_on is None else ["deliver", "confirm"]


def _payment_steps(contract, payment):
    is_open = contract.status in IN_FORCE and payment.status == Payment.Status.PLANNED
    return ["pay", "cancel"] if is_open else []


def _supervision_steps(_contract, supervision):
    return ["correct"] if supervision.corrected_on is None and supervision.correct_by else []


def _performances(contract):
    return contract.performances.select_related("center", "third_party")


def _performance(contract, performance):
    """An evaluation with its parts, what it comes to so far, and its steps."""
    is_draft = performance.status == Performance.Status.DRAFT
    overdone = performance_selectors.overdone_percent(performance, timezone.localdate())
    outcome = performance_selectors.outcome(performance, overdone)
    flags = [flag._asdict() for flag in outcome.flags] if is_draft else performance.flags
    return {
        "row": performance,
        "parts": performance_selectors.parts_of(performance, outcome),
        "score": outcome.score if is_draft else performance.score,
        "remarks": performance_selectors.remarks(flags),
        "missing": performance_selectors.refusals(performance) if is_draft else [],
        "template": performance_selectors.template_name(performance),
        "steps": _row_steps(contract, performance, ["figures", "submit"] if is_draft else []),
    }


def _when_to_sign(last, result):
    text = gettext("To be signed by %(day)s.")
    if result.publicity_until is not None:
        text = gettext("To be signed after %(open)s, and by %(day)s.")
    if result.challenge_until is not None and result.challenge_until >= timezone.localdate():
        also = gettext(
            "Until %(challenge)s the result can be challenged; a challenge that is right undoes the"
            " award."
        )
        text = together([text, also])
    return text % {
        "day": last,
        "open": result.publicity_until,
        "challenge": result.challenge_until,
    }


def _intro(verb, contract):
    """What is worth knowing before a step."""
    days = _days(contract)
    if verb == "sign" and days and days.sign_by:
        return _when_to_sign(days.sign_by, selectors.result_open(contract.procurement))
    if verb == "publish" and days and days.publish_by:
        text = gettext("To be published by %(day)s. What is published cannot be taken back.")
        return text % {"day": days.publish_by}
    if verb == "file" and days and days.file_by:
        return gettext("To be filed by %(day)s.") % {"day": days.file_by}
    if verb in ("payments", "lines"):
        return gettext("The price is %(price)s yuan.") % {"price": f"{contract.price_yuan:.2f}"}
    if verb in ("supplement", "plan-payment"):
        sums = selectors.sums_of(contract, timezone.localdate())
        room = sums.supplement_room if verb == "supplement" else sums.room
        return gettext("Up to %(room)s yuan.") % {"room": f"{room:.2f}"}
    return ""


class ThroughContract(ScopedModelAdmin):
    """Rows of contracts that ``user`` sees; each opens its contract."""

    view_capability = Capability.PROJECT_VIEW
    list_display_links = None

    def get_queryset(self, request):
        seen = Contract.objects.visible_to(request.user)
        found = self.model.objects.filter(contract__in=seen)
        return found.order_by(*self.get_ordering(request))

    @admin.display(description=_("contract"), ordering="contract__contract_no")
    def of_contract(self, row):
        return format_html('<a href="{}">{}</a>', own_page(row.contract), row.contract)


@admin.register(Payment)
class PaymentAdmin(ThroughContract):
    when_empty = _("No payment is planned yet. Payments are planned on the page of a contract.")
    list_display = [
        *("of_contract", "supplier", "stage", "amount_yuan", "due_on", "status"),
        *("paid_on", "voucher_no"),
    ]
    list_filter = [
        ContractDivisionFilter,
        ("status", ChoicesDropdownFilter),
        ("stage", ChoicesDropdownFilter),
    ]
    list_select_related = ["contract__supplier"]
    search_fields = ["contract__contract_no", "contract__title", "voucher_no"]
    ordering = ["due_on", "id"]

    @admin.display(description=_("supplier"))
    def supplier(self, payment):
        return payment.contract.supplier
