"""Procurements: prepared, announced, put off, ended; questions and challenges answered; what was
published."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action

from organizations.models import Organization
from portal.admin import ScopedModelAdmin, mark, refuse_to_message, version_on_page
from portal.errors import DomainError
from portal.evidence import views as files
from portal.jurisdictions.filters import DivisionFilter
from portal.users.roles import Capability
from portal.workdays.selectors import YearUnknown
from projects.admin.filters import ProjectDivisionFilter
from projects.forms import procurements as forms
from projects.models import Announcement, Challenge, Contract, Procurement, Project, Question
from projects.models.procurement import BY_INVITATION
from projects.permissions import can_manage_procurement
from projects.selectors import procurements as reading
from projects.selectors.route_words import said
from projects.services import (
    challenges,
    criteria,
    documents,
    invitations,
    procurements,
    questions,
)

Status = Procurement.Status
MARKS = {
    Status.DRAFT: ("○", "quiet"),
    Status.ANNOUNCED: ("◔", "fair"),
    Status.EVALUATING: ("◑", "fair"),
    Status.RANKED: ("◕", "fair"),
    Status.AWARDED: ("●", "good"),
    Status.CHALLENGED: ("!", "bad"),
    Status.CONTRACTED: ("●", "good"),
    Status.COMPLETED: ("✓", "good"),
    Status.FAILED: ("✕", "bad"),
    Status.VOID: ("✕", "bad"),
    Status.TERMINATED: ("—", "quiet"),
}
# Announced, and past its deadline: somebody has to open the bids.
CLOSED = ("◔", "fair")
# Pages of the neighbours that continue what begins here: address and name.
PLACES = (
    ("admin:projects_opening_ceremony", _("Key holders and opening")),
    ("admin:projects_procurement_panel", _("Panel and scores")),
    ("admin:projects_procurement_award", _("Award")),
)
ENDS = {
    "void": (procurements.void, _("Declare it void"), Status.VOID),
    "terminate": (procurements.terminate, _("Terminate it"), Status.TERMINATED),
}


class ProcurementDivisionFilter(DivisionFilter):
    """Where the project of the procurement lies."""

    path_lookup = "procurement__project__division__path"


class WaitingFilter(DropdownFilter):
    """What somebody has to do next."""

    title = _("to be done")
    parameter_name = "waiting"

    def lookups(self, request, model_admin):
        return [
            ("draft", _("to be announced")),
            ("open", _("bids are received")),
            ("opening", _("bids to be opened")),
            ("decide", _("to be evaluated or decided")),
            ("challenged", _("challenged")),
        ]

    def queryset(self, request, queryset):
        now = timezone.now()
        asked = {
            "draft": Q(status=Status.DRAFT),
            "open": Q(status=Status.ANNOUNCED, deadline_at__gt=now),
            "opening": Q(status=Status.ANNOUNCED, deadline_at__lte=now),
            "decide": Q(status__in=[Status.EVALUATING, Status.RANKED]),
            "challenged": Q(status=Status.CHALLENGED),
        }
        return queryset.filter(asked.get(self.value(), Q()))


class Managed:
    """Objects of a procurement, for whoever manages it."""

    def has_manage_permission(self, request, object_id=None):
        return can_manage_procurement(request.user)

    def managed(self, request, object_id):
        """The object asked for; 404 for strangers, 403 for whoever may only read it."""
        found = self.scoped_or_404(request, object_id)
        procurement = getattr(found, "procurement", found)
        if not can_manage_procurement(request.user, procurement.project.division):
            raise PermissionDenied
        return found


@admin.register(Procurement)
class ProcurementAdmin(Managed, ScopedModelAdmin):
    when_empty = _(
        "Nothing is procured yet. Once a project's plan is approved and its budget supplied,"
        " prepare a procurement here: its route says what has to be ready before the notice."
    )
    view_capability = Capability.PROJECT_VIEW
    list_display = [
        *("procurement_no", "title", "route", "purchaser", "budget_yuan", "deadline_at"),
        "status_mark",
    ]
    list_display_links = ["procurement_no", "title"]
    list_filter = [
        WaitingFilter,
        ProjectDivisionFilter,
        ("route", ChoicesDropdownFilter),
        ("status", ChoicesDropdownFilter),
    ]
    search_fields = ["procurement_no", "title", "purchaser", "category"]
    ordering = ["-id"]
    actions_list = ["prepare"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("project__division", "created_by")

    @admin.display(description=_("status"), ordering="status")
    def status_mark(self, procurement):
        now = timezone.now()
        text = reading.standing(procurement, now)
        if reading.is_closed(procurement, now):
            return mark(*CLOSED, text)
        return mark(*MARKS[Status(procurement.status)], text)

    def get_urls(self):
        wrap, name = self.admin_site.admin_view, "projects_procurement_{}".format
        verbs = {
            "edit": self.edit_documents,
            "criteria": self.set_criteria,
            "invite": self.invite,
            "draw": self.draw,
            "publicity": self.publicize,
            "announce": self.announce,
            "extend": self.extend,
            "attach": self.attach,
        }
        return [
            *(
                path(f"<int:pk>/{verb}/", wrap(view), name=name(verb))
                for verb, view in verbs.items()
            ),
            *(
                path(f"<int:pk>/{verb}/", wrap(self.end), {"verb": verb}, name=name(verb))
                for verb in ENDS
            ),
            path(
                "<int:pk>/invitees/<int:invitee_pk>/remove/",
                wrap(self.remove_invitee),
                name=name("uninvite"),
            ),
            path("<int:pk>/files/<int:document_pk>/", wrap(self.download), name=name("file")),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        procurement = self.scoped_or_404(request, object_id)
        may_manage = can_manage_procurement(request.user, procurement.project.division)
        is_draft = procurement.status == Status.DRAFT
        seen = {
            "questions": procurement.questions.visible_to(request.user),
            "challenges": procurement.challenges.visible_to(request.user),
            "invitees": procurement.invitees.visible_to(request.user),
        }
        return self.page(
            request,
            "admin/projects/procurement.html",
            title=str(procurement),
            obj=procurement,
            procurement=procurement,
            standing=self.status_mark(procurement),
            missing=self._missing(procurement) if may_manage and is_draft else None,
            out_of_reach=reading.out_of_reach(procurement) if may_manage and is_draft else (),
            criteria=procurement.criteria.all(),
            key_holders=procurement.key_holders.select_related("user"),
            announcements=procurement.announcements.order_by("number"),
            documents=procurement.documents.select_related("file", "added_by"),
            questions=seen["questions"].select_related("organization"),
            challenges=seen["challenges"].select_related("organization"),
            invitees=seen["invitees"].select_related("organization"),
            contracts=Contract.objects.visible_to(request.user).filter(procurement=procurement),
            by_invitation=procurement.route in BY_INVITATION,
            places=_places(procurement),
            verbs=_verbs(procurement) if may_manage else [],
            may_manage=may_manage,
            may_edit=may_manage and is_draft,
            project_url=reverse("admin:projects_project_change", args=[procurement.project_id]),
        )

    def _missing(self, procurement):
        """What stands against the notice, in sentences."""
        try:
            return [said(refusal) for refusal in reading.refusals(procurement, timezone.now())]
        except YearUnknown as refusal:
            return [str(refusal)]

    @action(description=_("Prepare a procurement"), url_path="prepare", permissions=["manage"])
    def prepare(self, request):
        """Of a project that has no supplier yet."""
        projects = [
            project.pk
            for project in forms.seeking(Project.objects.visible_to(request.user)).select_related(
                "division"
            )
            if can_manage_procurement(request.user, project.division)
        ]
        form = forms.DraftForm(
            request.POST or None,
            projects=Project.objects.filter(pk__in=projects).order_by("-project_no"),
            initial={"project": request.GET.get("project")},
        )
        return self.ask(
            request,
            form,
            procurements.draft,
            title=gettext("Prepare a procurement"),
            said=gettext("Prepared. The page says what is still missing before the notice."),
            leads_to=_page,
            intro=gettext(
                "Nobody sees it before the notice. Everything can be corrected until then, and"
                " nothing after."
            ),
        )

    def edit_documents(self, request, pk):
        procurement = self.managed(request, pk)
        form = forms.EditForm(request.POST or None, procurement=procurement)
        return self.ask(
            request,
            form,
            lambda **values: procurements.edit(procurement=procurement, **values),
            title=gettext("Correct the procurement"),
            said=gettext("Saved."),
            leads_to=_page,
            obj=procurement,
        )

    def set_criteria(self, request, pk):
        """All criteria at once; what is refused is said above them."""
        procurement = self.managed(request, pk)
        form = forms.CriteriaForm(procurement, request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                criteria.set_criteria(
                    procurement=procurement,
                    rows=form.rows,
                    version=version_on_page(request),
                    by=request.user,
                    at=timezone.now(),
                )
            except DomainError as refusal:
                form.errors.append(str(refusal))
            else:
                self.message_user(request, gettext("Saved."), messages.SUCCESS)
                return HttpResponseRedirect(_page(procurement))
        return self.page(
            request,
            "admin/projects/procurement_criteria.html",
            title=gettext("Criteria"),
            obj=procurement,
            form=form,
        )

    def invite(self, request, pk):
        procurement = self.managed(request, pk)
        seen = Organization.objects.visible_to(request.user)
        return self.ask(
            request,
            forms.InviteForm(request.POST or None, organizations=seen),
            lambda **values: invitations.invite(procurement=procurement, **values),
            title=gettext("Invite a supplier"),
            said=gettext("Invited. It learns of it with the notice."),
            leads_to=lambda _invitee: _page(procurement),
            obj=procurement,
        )

    def draw(self, request, pk):
        procurement = self.managed(request, pk)
        count = len(reading.drawn_from(procurement))
        return self.ask(
            request,
            forms.DrawForm(request.POST or None),
            lambda **values: invitations.draw(procurement=procurement, **values),
            title=gettext("Draw suppliers at random"),
            said=gettext("Drawn. Who stood in the draw, and its seed, are kept."),
            leads_to=lambda _invitees: _page(procurement),
            obj=procurement,
            intro=gettext(
                "%(count)s organizations can be drawn: in good standing, with an account to bid by,"
                " not invited yet, and not the center that wrote the plan."
            )
            % {"count": count},
        )

    @method_decorator(require_POST)
    @refuse_to_message
    def remove_invitee(self, request, pk, invitee_pk):
        procurement = self.managed(request, pk)
        invitee = get_object_or_404(procurement.invitees, pk=invitee_pk)
        invitations.remove(invitee=invitee, by=request.user, at=timezone.now())
        self.message_user(request, gettext("The invitation is taken back."), messages.SUCCESS)
        return redirect(_page(procurement))

    def publicize(self, request, pk):
        procurement = self.managed(request, pk)
        return self.ask(
            request,
            forms.VersionForm(request.POST or None, version=procurement.version),
            lambda **values: procurements.publish_single_source(procurement=procurement, **values),
            title=gettext("Announce the single source for comment"),
            said=gettext("Announced for comment."),
            leads_to=lambda _announcement: _page(procurement),
            obj=procurement,
            intro=gettext("The supplier and the ground are published, for everybody to comment."),
        )

    def announce(self, request, pk):
        """What is missing is said on the page; nothing missing, it is announced."""
        procurement = self.managed(request, pk)
        return self.ask(
            request,
            forms.VersionForm(request.POST or None, version=procurement.version),
            lambda **values: procurements.announce(procurement=procurement, **values),
            title=gettext("Announce it"),
            said=gettext("Announced. Bids are received until the deadline."),
            leads_to=lambda _announcement: _page(procurement),
            obj=procurement,
            intro=gettext(
                "The notice goes to everybody. After it nothing changes but the deadline, which can"
                " be put off."
            ),
        )

    def extend(self, request, pk):
        procurement = self.managed(request, pk)
        form = forms.ExtendForm(
            request.POST or None,
            version=procurement.version,
            initial={"deadline_at": procurement.deadline_at},
        )
        return self.ask(
            request,
            form,
            lambda **values: procurements.extend_deadline(procurement=procurement, **values),
            title=gettext("Put off the deadline"),
            said=gettext("Put off, published, and told to whoever may answer."),
            leads_to=lambda _announcement: _page(procurement),
            obj=procurement,
        )

    def end(self, request, pk, verb):
        procurement = self.managed(request, pk)
        take, label, _to = ENDS[verb]
        return self.ask(
            request,
            forms.ReasonForm(request.POST or None, version=procurement.version),
            lambda **values: take(procurement=procurement, **values),
            title=label,
            said=gettext("Ended. The project may be procured anew."),
            leads_to=lambda _nothing: _page(procurement),
            obj=procurement,
        )

    def attach(self, request, pk):
        procurement = self.managed(request, pk)
        form = forms.FileForm(request.POST or None, request.FILES or None)
        return self.ask(
            request,
            form,
            lambda **values: documents.attach(
                project=procurement.project, procurement=procurement, **values
            ),
            title=gettext("Add a file"),
            said=gettext("Added."),
            leads_to=lambda _document: _page(procurement),
            obj=procurement,
        )

    def download(self, request, pk, document_pk):
        """A file of the procurement, to whoever sees it."""
        procurement = self.scoped_or_404(request, pk)
        document = get_object_or_404(procurement.documents.select_related("file"), pk=document_pk)
        return files.answer_or_404(document.file)


def _verbs(procurement):
    """(address, name, whether it comes first) of what the state allows."""
    is_draft = procurement.status == Status.DRAFT
    is_open = procurement.status == Status.ANNOUNCED
    scored = procurement.choice == Procurement.Choice.COMPREHENSIVE
    invites = procurement.route in BY_INVITATION
    single = procurement.route == Procurement.Route.SINGLE_SOURCE
    allowed = Procurement.TRANSITIONS.get(procurement.status, frozenset())
    asked = [
        ("announce", _("Announce it"), is_draft),
        ("edit", _("Correct the procurement"), is_draft),
        ("criteria", _("Set the criteria"), is_draft and scored),
        ("draw", _("Draw suppliers at random"), is_draft and invites and not single),
        ("invite", _("Invite a supplier"), is_draft and invites),
        ("publicity", _("Announce the single source for comment"), is_draft and single),
        ("extend", _("Put off the deadline"), is_open),
        ("attach", _("Add a file"), True),
        *(
            (verb, label, to in allowed and procurement.status != Status.CONTRACTED)
            for verb, (_take, label, to) in ENDS.items()
        ),
    ]
    return [
        (reverse(f"admin:projects_procurement_{verb}", args=[procurement.pk]), label)
        for verb, label, is_offered in asked
        if is_offered
    ]


def _places(procurement):
    """(address, name) of the pages on which it goes on."""
    found = []
    for name, label in PLACES:
        try:
            found.append((reverse(name, args=[procurement.pk]), label))
        except NoReverseMatch:
            continue
    return found


def _page(obj):
    name = f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change"
    return reverse(name, args=[obj.pk])


@admin.register(Question)
class QuestionAdmin(Managed, ScopedModelAdmin):
    when_empty = _(
        "No supplier has asked anything yet. Questions come while bids are received; an answer is"
        " published for everybody, without who asked."
    )
    view_capability = Capability.PROCUREMENT_MANAGE
    list_display = ["short_text", "procurement", "asked_at", "answered_at"]
    list_filter = [ProcurementDivisionFilter, ("answered_at", admin.EmptyFieldListFilter)]
    list_select_related = ["procurement"]
    search_fields = ["text", "procurement__procurement_no", "procurement__title"]
    ordering = ["-id"]
    fields = [
        *("procurement", "organization", "text", "asked_at"),
        *("answer", "answered_by", "answered_at"),
    ]
    actions_detail = ["give_answer"]

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .select_related("procurement__project__division", "organization", "answered_by")
        )

    def get_fields(self, request, obj=None):
        """Who asks may be about to bid: named once the bids are opened."""
        if obj is not None and reading.is_opened(obj.procurement):
            return self.fields
        return [name for name in self.fields if name != "organization"]

    @admin.display(description=_("question"))
    def short_text(self, question):
        return str(question)

    @action(description=_("Answer it"), url_path="answer", permissions=["manage"])
    def give_answer(self, request, object_id):
        question = self.managed(request, object_id)
        return self.ask(
            request,
            forms.AnswerForm(request.POST or None),
            lambda **values: questions.answer(question=question, **values),
            title=gettext("Answer it"),
            said=gettext("Answered and published."),
            leads_to=lambda _announcement: _page(question),
            obj=question,
            intro=question.text,
        )


@admin.register(Challenge)
class ChallengeAdmin(Managed, ScopedModelAdmin):
    when_empty = _(
        "Nothing was challenged. Suppliers challenge a notice, a procedure or a result on their"
        " page; the answer is due within working days, which are counted here."
    )
    view_capability = Capability.PROJECT_VIEW
    list_display = ["procurement", "organization", "about", "status", "filed_at", "due_on"]
    list_filter = [
        ProcurementDivisionFilter,
        ("status", ChoicesDropdownFilter),
        ("about", ChoicesDropdownFilter),
    ]
    list_select_related = ["procurement", "organization"]
    search_fields = ["procurement__procurement_no", "procurement__title", "organization__name"]
    ordering = ["-id"]
    fields = [
        *("procurement", "organization", "about", "facts", "request", "filed_at", "due_on"),
        *("status", "verdict", "answer", "answered_by", "answered_at"),
        *("complaint_until", "complained_on"),
    ]
    actions_detail = ["give_answer", "note_complaint"]

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .select_related("procurement__project__division", "organization", "answered_by")
        )

    @action(description=_("Answer it"), url_path="answer", permissions=["manage"])
    def give_answer(self, request, object_id):
        challenge = self.managed(request, object_id)
        form = forms.ChallengeAnswerForm(
            request.POST or None,
            version=challenge.version,
            ways=challenges.ways_back(challenge.procurement),
        )
        return self.ask(
            request,
            form,
            lambda **values: challenges.answer(challenge=challenge, **values),
            title=gettext("Answer it"),
            said=gettext("Answered. A complaint is possible until the day that is shown."),
            leads_to=_page,
            obj=challenge,
            intro=_before_answer(challenge),
        )

    @action(description=_("Note a complaint"), url_path="complain", permissions=["manage"])
    def note_complaint(self, request, object_id):
        challenge = self.managed(request, object_id)
        return self.ask(
            request,
            forms.ComplaintForm(request.POST or None, version=challenge.version),
            lambda **values: challenges.complain(challenge=challenge, **values),
            title=gettext("Note a complaint"),
            said=gettext("Noted."),
            leads_to=_page,
            obj=challenge,
        )


def _before_answer(challenge):
    """What it says, and what a right one would mean where the contract is signed already."""
    if challenge.procurement.status != Status.CONTRACTED:
        return challenge.facts
    text = gettext(
        "The contract is signed, so nothing goes back by itself: where the challenge is right,"
        " terminate the contract. What it says: %(facts)s"
    )
    return text % {"facts": challenge.facts}


@admin.register(Announcement)
class AnnouncementAdmin(ScopedModelAdmin):
    """Read only: what was published stays as it is."""

    when_empty = _(
        "Nothing was published yet. Notices, changes, answers, openings and results stand here as"
        " they were published."
    )
    view_capability = Capability.PROJECT_VIEW
    list_display = ["title", "kind", "procurement", "published_at", "publicity_until"]
    list_filter = [ProcurementDivisionFilter, ("kind", ChoicesDropdownFilter)]
    list_select_related = ["procurement"]
    search_fields = ["title", "procurement__procurement_no"]
    ordering = ["-published_at", "-id"]
    fields = [
        *("procurement", "number", "kind", "title", "publicity_until", "due_on"),
        *("published_by", "published_at", "what_it_says"),
    ]
    readonly_fields = ["what_it_says"]

    @admin.display(description=_("what it says"))
    def what_it_says(self, announcement):
        """Its page for everybody: it says no more and no less to the bureau."""
        page = reverse("open:announcement", args=[announcement.pk])
        # Dressed as the links to other objects beside it.
        dress = "text-primary-600 dark:text-primary-500"
        text = gettext("As everybody reads it")
        return format_html('<a class="{}" href="{}">{}</a>', dress, page, text)

    def get_queryset(self, request):
        seen = Procurement.objects.visible_to(request.user)
        return (
            Announcement.objects.filter(procurement__in=seen)
            .order_by(*self.get_ordering(request))
            .select_related("procurement", "published_by")
        )
