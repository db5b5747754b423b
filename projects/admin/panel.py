"""Experts, panels and awards at the bureau's desk."""

from functools import partial

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action

from centers.models import Center
from organizations.models import Organization
from portal.admin import ScopedModelAdmin, own_page, refuse_to_message
from portal.errors import DomainError
from portal.jurisdictions.models import Division
from portal.jurisdictions.selectors import within_reach
from portal.users.roles import Capability
from portal.workdays import selectors as workdays
from projects.forms import panels as forms
from projects.models import Award, Draw, Expert, Procurement, Seat, Tie
from projects.models.field import Field
from projects.models.procurement import WITHOUT_BIDS
from projects.permissions import can_award, can_manage_procurement
from projects.selectors import evaluation_days, panels
from projects.services import awards, draws, experts, rankings, seats

Status = Procurement.Status


@admin.register(Expert)
class ExpertAdmin(ScopedModelAdmin):
    when_empty = _(
        "No experts yet. Enter them with their fields, above: panels are drawn from them at random."
    )
    view_capability = Capability.PROCUREMENT_MANAGE
    list_display = ["user", "district", "field_names", "employer", "title", "is_active"]
    list_filter = ["is_active"]
    list_select_related = ["user", "district"]
    search_fields = ["user__username", "user__full_name", "employer"]
    ordering = ["district", "id"]
    actions_list = ["enter"]

    @admin.display(description=_("fields"))
    def field_names(self, expert):
        return _named_fields(expert)

    def get_urls(self):
        wrap, name = self.admin_site.admin_view, "projects_expert_{}".format
        return [
            path("<int:pk>/edit/", wrap(self.edit), name=name("edit")),
            path("<int:pk>/tie/", wrap(self.tie), name=name("tie")),
            path("ties/<int:pk>/remove/", wrap(self.untie), name=name("untie")),
            *super().get_urls(),
        ]

    def has_enter_permission(self, request, object_id=None):
        return can_manage_procurement(request.user)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        expert = self.scoped_or_404(request, object_id)
        return self.page(
            request,
            "admin/projects/expert.html",
            title=str(expert),
            obj=expert,
            expert=expert,
            field_names=_named_fields(expert),
            ties=expert.ties.select_related("organization", "center", "entered_by", "voided_by"),
            seats=expert.seats.select_related("procurement"),
            may_edit=can_manage_procurement(request.user, expert.district),
        )

    @action(description=_("Enter an expert"), url_path="enter", permissions=["enter"])
    def enter(self, request):
        """A new expert of one's district, with an account."""
        reached = within_reach(request.user, Capability.PROCUREMENT_MANAGE)
        districts = reached.filter(kind=Division.Kind.DISTRICT).order_by("path")
        return self.ask(
            request,
            forms.EnterExpertForm(request.POST or None, districts=districts),
            experts.enter,
            title=_("Enter an expert"),
            said=_entered,
            leads_to=lambda done: own_page(done[0]),
            intro=_("Whoever bids for an organization cannot be entered."),
        )

    def _managed(self, request, pk):
        expert = self.scoped_or_404(request, pk)
        if not can_manage_procurement(request.user, expert.district):
            raise PermissionDenied
        return expert

    def edit(self, request, pk):
        expert = self._managed(request, pk)
        return self.ask(
            request,
            forms.EditExpertForm(request.POST or None, expert=expert),
            partial(experts.edit, expert=expert),
            title=_("Correct the expert"),
            said=_("Saved."),
            obj=expert,
        )

    def tie(self, request, pk):
        expert = self._managed(request, pk)
        form = forms.TieForm(
            request.POST or None,
            organizations=Organization.objects.visible_to(request.user),
            centers=Center.objects.visible_to(request.user),
        )
        return self.ask(
            request,
            form,
            partial(experts.tie, expert=expert),
            title=_("Enter a tie"),
            said=_(
                "Entered. Panels at work were looked at again; one whose award or challenge is open"
                " is looked at when it goes back to its evaluation."
            ),
            leads_to=own_page(expert),
            obj=expert,
            intro=_(
                "Employment, council, supervision and control count for three years after their"
                " end, relatives and other interests while they hold."
            ),
        )

    def untie(self, request, pk):
        seen = Expert.objects.visible_to(request.user)
        ties = Tie.objects.valid().filter(expert__in=seen.values("pk"))
        tie = get_object_or_404(ties.select_related("organization", "center"), pk=pk)
        expert = self._managed(request, tie.expert_id)
        return self.ask(
            request,
            forms.ReasonForm(request.POST or None),
            partial(experts.untie, tie=tie),
            title=_("Remove the tie"),
            said=_("The tie counts no more; the entry stays."),
            leads_to=own_page(expert),
            obj=expert,
            intro=str(tie),
        )


def _named_fields(expert):
    return gettext(", ").join(str(Field(each).label) for each in expert.fields)


def _entered(done):
    """What is said once: the first password is shown nowhere else."""
    expert, password = done
    if not password:
        return gettext("%(user)s is an expert now.") % {"user": expert.user}
    text = gettext(
        "%(user)s is an expert now. User name %(username)s, first password %(password)s: it is"
        " shown this once."
    )
    named = {"user": expert.user, "username": expert.user.username}
    return text % {**named, "password": password}


@admin.register(Draw)
class DrawAdmin(ScopedModelAdmin):
    when_empty = _(
        "No experts were drawn yet. Open the panel of a procurement whose bids were opened."
    )
    view_capability = Capability.PROCUREMENT_MANAGE
    list_display = ["procurement", "number", "wanted", "drawn_by", "drawn_at"]
    list_select_related = ["procurement", "drawn_by"]
    search_fields = ["procurement__procurement_no", "procurement__title"]
    ordering = ["-drawn_at", "-id"]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        draw = self.scoped_or_404(request, object_id)
        return self.page(
            request,
            "admin/projects/draw.html",
            title=str(draw),
            obj=draw,
            draw=draw,
            pool=panels.pool_of(draw),
            is_repeatable=panels.repeated(draw) == draw.drawn,
        )


@admin.register(Seat)
class SeatAdmin(ScopedModelAdmin):
    """Seats, and the page of a procurement's panel."""

    when_empty = _(
        "Nobody sits on a panel yet. Once bids are opened, draw experts on the procurement's page."
    )
    view_capability = Capability.PROCUREMENT_MANAGE
    list_display = ["user", "procurement", "role", "status", "declared_at", "submitted_at"]
    list_display_links = ["user", "procurement"]
    list_filter = [("role", ChoicesDropdownFilter), ("status", ChoicesDropdownFilter)]
    list_select_related = ["user", "procurement"]
    search_fields = ["user__full_name", "procurement__procurement_no", "procurement__title"]
    ordering = ["-id"]

    def get_urls(self):
        wrap = self.admin_site.admin_view
        verbs = {
            "panel": self.panel,
            "award": self.award,
            "draw_experts": self.draw,
            "appoint": self.appoint,
            "rank": self.rank,
            "dismiss": self.dismiss,
        }
        return [
            *(
                path(
                    f"panels/<int:pk>/{verb.replace('_', '-')}/",
                    wrap(view),
                    name=f"projects_procurement_{verb}",
                )
                for verb, view in verbs.items()
            ),
            path("<int:pk>/recuse/", wrap(self.recuse), name="projects_seat_recuse"),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        seat = self.scoped_or_404(request, object_id)
        return HttpResponseRedirect(_panel(seat.procurement))

    def _procurement(self, request, pk, may=None):
        """The procurement, for whoever manages it or decides on its award."""
        seen = Procurement.objects.visible_to(request.user).select_related("project__division")
        found = get_object_or_404(seen, pk=pk)
        place = found.project.division
        manages = can_manage_procurement(request.user, place)
        decides = request.user.has_capability(Capability.PROCUREMENT_AWARD, place)
        if not {"manage": manages, "award": decides, None: manages or decides}[may]:
            raise PermissionDenied
        return found

    def panel(self, request, pk):
        """Who sits, how far they are, the ranking and how it came about."""
        procurement = self._procurement(request, pk)
        sitting = panels.seats_of(procurement)
        seen = sitting.filter(pk__in=Seat.objects.visible_to(request.user).values("pk"))
        lines = panels.valid_bids(procurement).count() * panels.scored_criteria(procurement).count()
        manages = can_manage_procurement(request.user, procurement.project.division)
        is_evaluated = procurement.status == Status.EVALUATING
        sits = procurement.seats.sat_by(request.user).exists()
        # A ranking that holds no more tells whoever still scores what the others gave.
        ranking = () if sits and is_evaluated else panels.last_ranking(procurement)
        return self.page(
            request,
            "admin/projects/panel.html",
            title=gettext("Panel of %(procurement)s") % {"procurement": procurement},
            obj=procurement,
            procurement=procurement,
            seats=seen,
            lines=lines,
            draws=procurement.draws.visible_to(request.user).select_related("drawn_by"),
            ranking=panels.explained(ranking, seen),
            award=procurement.awards.visible_to(request.user)
            .filter(revoked_at=None)
            .select_related("organization", "awarded_by")
            .first(),
            may_seat=manages and is_evaluated and not sits,
            due_by=_due_by(procurement),
            may_dismiss=manages
            and is_evaluated
            and not sits
            and panels.contested(procurement).exists(),
            may_recuse=manages and not sits and procurement.status in seats.RECUSABLE,
            may_award=_awardable(procurement) and can_award(request.user, procurement),
        )

    def draw(self, request, pk):
        procurement = self._procurement(request, pk, "manage")
        return self.ask(
            request,
            forms.DrawForm(request.POST or None),
            partial(draws.draw, procurement=procurement),
            title=_("Draw experts at random"),
            said=_("Drawn and asked to declare. Who stood in the draw, and its seed, are kept."),
            leads_to=_panel(procurement),
            obj=procurement,
            intro=_(
                "Of the district's experts of the project's field, without those who have a seat"
                " already or an interest in a bidder."
            ),
        )

    def appoint(self, request, pk):
        procurement = self._procurement(request, pk, "manage")
        district = Division.objects.get(code=procurement.project.division.district_code)
        return self.ask(
            request,
            forms.AppointForm(request.POST or None, district=district),
            partial(seats.appoint, procurement=procurement),
            title=_("Name a representative of the purchaser"),
            said=_("Named, and asked to declare."),
            leads_to=_panel(procurement),
            obj=procurement,
            intro=_("Whoever sits on the panel does not decide on the award."),
        )

    def recuse(self, request, pk):
        seat = self.scoped_or_404(request, pk)
        procurement = self._procurement(request, seat.procurement_id, "manage")
        return self.ask(
            request,
            forms.VersionedReasonForm(request.POST or None, of=seat),
            partial(seats.recuse, seat=seat),
            title=gettext("Recuse %(user)s") % {"user": seat.user},
            said=_("Recused. What was scored stays readable and counts nowhere."),
            leads_to=_panel(procurement),
            obj=seat,
            intro=_("A ranking that counted this sheet holds no more: rank again."),
        )

    def dismiss(self, request, pk):
        """Undo the sheets that a challenge was right about, all at once."""
        procurement = self._procurement(request, pk, "manage")
        return self.ask(
            request,
            forms.VersionedReasonForm(request.POST or None, of=procurement),
            partial(seats.dismiss, procurement=procurement),
            title=_("Have others score anew"),
            said=_("Recused. Draw again; what was scored stays readable and counts nowhere."),
            leads_to=_panel(procurement),
            obj=procurement,
            intro=_(
                "Everybody whose sheet was submitted before the challenge turned out to be right"
                " leaves the panel, and others are drawn. Where only a bid is invalid, find it"
                " invalid and rank again instead: the sheets stay."
            ),
        )

    def rank(self, request, pk):
        """Reckon; where bids are equal in everything, ask for the panel's vote."""
        procurement = self._procurement(request, pk, "manage")
        valid = {f"place-{bid.pk}": bid for bid in panels.valid_bids(procurement)}
        equals = [bid for name, bid in valid.items() if name in request.POST]
        form = forms.RankForm(request.POST or None, procurement=procurement, equals=equals)
        if request.method == "POST" and form.is_valid():
            try:
                rankings.compute(
                    procurement=procurement,
                    by=request.user,
                    at=timezone.now(),
                    **form.cleaned_data,
                )
            except rankings.VoteNeeded as refusal:
                asked = [bid for group in refusal.groups for bid in group]
                form = forms.RankForm(request.POST, procurement=procurement, equals=asked)
                form.is_valid()
                form.add_error(None, str(refusal))
            except DomainError as refusal:
                form.refuse(refusal, procurement)
            else:
                self.message_user(request, gettext("The bids are ranked."), messages.SUCCESS)
                return HttpResponseRedirect(_panel(procurement))
        return self.form_page(
            request,
            form,
            title=_("Rank the bids"),
            submit_label=_("Rank the bids"),
            obj=procurement,
            intro=_(
                "From the submitted sheets: the mean of each criterion over those who did not"
                " abstain, and the points for the price. Every step is kept."
            ),
        )

    def award(self, request, pk):
        """Decide; whoever may not is told so on the panel's page."""
        procurement = self._procurement(request, pk)
        if not can_award(request.user, procurement):
            text = gettext("The award is decided by whoever may and does not sit on the panel.")
            self.message_user(request, text, messages.WARNING)
            return HttpResponseRedirect(_panel(procurement))
        form, verb = self._asked(request, procurement)
        return self.ask(
            request,
            form,
            partial(verb, procurement=procurement),
            title=_("Decide on the award"),
            said=_("Decided. Send the notice and publish the result next."),
            obj=procurement,
            intro=_("Only a bid of the ranking made last can win, within the budget."),
        )

    def _asked(self, request, procurement):
        data = request.POST or None
        if procurement.route in WITHOUT_BIDS:
            seen = Organization.objects.visible_to(request.user)
            form = forms.GrantForm(data, procurement=procurement, organizations=seen)
            return form, awards.grant
        ranking = panels.last_ranking(procurement)
        return forms.AwardForm(data, procurement=procurement, ranking=ranking), awards.award


def _panel(procurement):
    return reverse("admin:projects_procurement_panel", args=[procurement.pk])


def _due_by(procurement):
    """Until when it goes on; None where nothing is due, or the work calendar ends before."""
    try:
        found = evaluation_days.next_of(procurement, workdays.load())
    except workdays.YearUnknown:
        return None
    return found and found.by


def _awardable(procurement):
    if procurement.status == Status.RANKED:
        return True
    return procurement.status == Status.DRAFT and procurement.route in WITHOUT_BIDS


@admin.register(Award)
class AwardAdmin(ScopedModelAdmin):
    when_empty = _("Nothing is awarded yet. Once bids are ranked, decide on the page of the panel.")
    list_display = [
        *("procurement", "organization", "price_yuan", "awarded_by", "awarded_at"),
        *("notified_at", "accepted_at", "revoked_at"),
    ]
    list_filter = [
        ("notified_at", admin.EmptyFieldListFilter),
        ("revoked_at", admin.EmptyFieldListFilter),
    ]
    list_select_related = ["procurement", "organization", "awarded_by"]
    search_fields = [
        *("procurement__procurement_no", "procurement__title", "organization__name"),
    ]
    ordering = ["-id"]

    def has_view_permission(self, request, obj=None):
        user = request.user
        return user.is_active and (
            user.has_capability(Capability.PROCUREMENT_MANAGE)
            or user.has_capability(Capability.PROCUREMENT_AWARD)
        )

    def get_urls(self):
        wrap, name = self.admin_site.admin_view, "projects_award_{}".format
        return [
            path("<int:pk>/notify/", wrap(self.notify), name=name("notify")),
            path("<int:pk>/accept/", wrap(self.accept), name=name("accept")),
            path("<int:pk>/revoke/", wrap(self.revoke), name=name("revoke")),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        award = self.scoped_or_404(request, object_id)
        procurement = award.procurement
        manages = can_manage_procurement(request.user, procurement.project.division)
        stands = award.revoked_at is None and procurement.status == Status.AWARDED
        return self.page(
            request,
            "admin/projects/award.html",
            title=str(award),
            obj=award,
            award=award,
            procurement=procurement,
            may_notify=manages and stands and award.notified_at is None,
            may_accept=manages and stands and bool(award.notified_at) and not award.accepted_at,
            may_revoke=stands and can_award(request.user, procurement),
        )

    def _managed(self, request, pk):
        award = self.scoped_or_404(request, pk)
        if not can_manage_procurement(request.user, award.procurement.project.division):
            raise PermissionDenied
        return award

    @method_decorator(require_POST)
    @refuse_to_message
    def notify(self, request, pk):
        award = self._managed(request, pk)
        awards.notify(award=award, by=request.user, at=timezone.now())
        text = gettext("The notice is sent and the result is published.")
        self.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(own_page(award))

    @method_decorator(require_POST)
    @refuse_to_message
    def accept(self, request, pk):
        award = self._managed(request, pk)
        awards.accept(award=award, by=request.user, at=timezone.now())
        self.message_user(request, gettext("Noted: the supplier accepts."), messages.SUCCESS)
        return HttpResponseRedirect(own_page(award))

    def revoke(self, request, pk):
        award = self.scoped_or_404(request, pk)
        if not can_award(request.user, award.procurement):
            raise PermissionDenied
        return self.ask(
            request,
            forms.VersionedReasonForm(request.POST or None, of=award.procurement),
            partial(awards.revoke, award=award),
            title=_("Revoke the award"),
            said=_("Revoked. The procurement is to be decided anew."),
            leads_to=own_page(award),
            obj=award.procurement,
            intro=_("Where the result was published, the revocation is published too."),
        )
