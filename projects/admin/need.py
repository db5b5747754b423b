"""Needs, offers and matches at the bureau's desk."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, RangeDateFilter
from unfold.decorators import action

from centers.models import Center
from portal.admin import mark
from portal.jurisdictions.filters import DivisionFilter
from portal.jurisdictions.models import Division
from portal.jurisdictions.selectors import within_reach
from portal.users.roles import Capability
from projects.admin.steps import SteppedAdmin
from projects.forms.dressing import for_bureau
from projects.forms.needs import IntroduceForm, OfferOfForm, PlacedNeedForm
from projects.forms.steps import (
    MATCH_STEPS,
    NEED_STEPS,
    OFFER_STEPS,
    may_take,
    without_version,
)
from projects.models import Match, Need, Offer
from projects.permissions import can_plan
from projects.selectors import needs as reading
from projects.selectors import offers as offered
from projects.services import matches, needs, offers

NEED_MARKS = {
    "collected": ("○", "none"),
    "screened": ("◔", "fair"),
    "published": ("◑", "fair"),
    "matching": ("◕", "fair"),
    "adopted": ("●", "good"),
    "completed": ("✓", "good"),
    "closed": ("—", "none"),
}
MATCH_MARKS = {
    "introduced": ("◔", "fair"),
    "intended": ("◑", "fair"),
    "signed": ("✓", "good"),
    "failed": ("✕", "poor"),
}


class ExpiredFilter(DropdownFilter):
    """Whether somebody still has to do something about a need."""

    title = _("open or past its last day")
    parameter_name = "open"

    def lookups(self, request, model_admin):
        return [("open", _("open needs")), ("expired", _("open, past the last day"))]

    def queryset(self, request, queryset):
        is_open = Q(status__in=reading.OPEN)
        past = Q(until_on__lt=timezone.localdate())
        asked = {"open": is_open, "expired": is_open & past}
        return queryset.filter(asked.get(self.value(), Q()))


class OfferDistrictFilter(DivisionFilter):
    """In which district it is offered."""

    path_lookup = "district__path"


class NeedDivisionFilter(DivisionFilter):
    """Where the need lies."""

    path_lookup = "need__division__path"


class PlanningAdmin(SteppedAdmin):
    """What whoever plans projects enters."""

    def has_plan_permission(self, request, object_id=None):
        return can_plan(request.user)

    def may_step(self, request, obj, step):
        return may_take(request.user, obj, step)

    def divisions(self, request):
        """Where the user plans projects."""
        return within_reach(request.user, Capability.PROJECT_PLAN).order_by("path")

    def centers(self, request):
        """The centers there."""
        paths = Center.objects.visible_to(request.user, Capability.PROJECT_PLAN)
        return paths.select_related("division").order_by("code")


@admin.register(Need)
class NeedAdmin(PlanningAdmin):
    when_empty = _(
        "No need was collected yet. Enter the first: what residents, a neighborhood committee or a"
        " department need; published, it is introduced to organizations or made a project."
    )
    STEPS = NEED_STEPS
    list_display = [
        *("need_no", "title", "division", "field", "service", "state", "until_on"),
        "open_introductions",
    ]
    list_display_links = ["need_no", "title"]
    list_filter = [
        ExpiredFilter,
        DivisionFilter,
        ("status", ChoicesDropdownFilter),
        ("field", ChoicesDropdownFilter),
        ("service", ChoicesDropdownFilter),
        ("source", ChoicesDropdownFilter),
    ]
    list_select_related = ["division"]
    search_fields = ["need_no", "title", "target_group", "external_ref"]
    ordering = ["-id"]
    actions_list = ["enter"]
    actions_detail = ["introduce"]

    def get_queryset(self, request):
        found = super().get_queryset(request).select_related("division", "center", "entered_by")
        return reading.with_open_matches(found)

    @admin.display(description=_("status"), ordering="status")
    def state(self, need):
        if reading.is_expired(need, timezone.localdate()):
            return mark("!", "poor", reading.label_of(need, timezone.localdate()))
        return mark(*NEED_MARKS[need.status], need.get_status_display())

    @admin.display(description=_("open introductions"))
    def open_introductions(self, need):
        return need.open_matches

    @action(description=_("Enter a need"), url_path="enter", permissions=["plan"])
    def enter(self, request):
        form = PlacedNeedForm(
            request.POST or None,
            divisions=self.divisions(request),
            centers=self.centers(request),
        )
        return self.ask(
            request,
            for_bureau(form),
            without_version(needs.enter),
            title=_("Enter a need"),
            said=lambda need: gettext("Entered as %(number)s.") % {"number": need.need_no},
        )

    @action(description=_("Introduce it to an offer"), url_path="introduce", permissions=["plan"])
    def introduce(self, request, object_id):
        need = self.scoped_or_404(request, object_id)
        if not can_plan(request.user, need.division):
            raise PermissionDenied
        district = need.division.district_code
        form = IntroduceForm(
            request.POST or None,
            offers=Offer.objects.visible_to(request.user).filter(district__code=district),
            centers=self.centers(request).filter(division__path__contains=f"/{district}/"),
            today=timezone.localdate(),
            initial={"offer": request.GET.get("offer", "")},
        )
        return self.ask(
            request,
            for_bureau(form),
            lambda **values: matches.introduce(need=need, **values),
            title=_("Introduce it to an offer"),
            said=gettext("Introduced. It counts among the work of the center."),
            obj=need,
        )

    def facts(self, need):
        today = timezone.localdate()
        money = need.budget_hint_yuan
        window = f"{need.from_on or '—'} → {need.until_on or '—'}"
        return [
            (_("status"), reading.label_of(need, today)),
            (_("division"), need.division.name),
            (_("collected by"), need.center or "—"),
            (_("where it comes from"), _joined(need.get_source_display(), need.source_name)),
            (_("field"), _joined(need.get_field_display(), need.get_service_display())),
            (_("target group"), need.target_group),
            (_("description"), need.description or "—"),
            (_("people concerned"), "—" if need.scale is None else need.scale),
            (_("place"), need.location or "—"),
            (_("window"), window),
            (_("money in view (yuan)"), "—" if money is None else money),
            (_("no. on the city's platform"), need.external_ref or "—"),
            *([(_("reason for closing"), need.close_reason)] if need.close_reason else []),
        ]

    def links(self, request, need):
        is_open = need.status in (Need.Status.PUBLISHED, Need.Status.MATCHING)
        if not is_open or not can_plan(request.user, need.division):
            return []
        place = reverse("admin:projects_need_introduce", args=[need.pk])
        return [(place, _("Introduce it to an offer"))]

    def more(self, request, need):
        is_open = need.status in (Need.Status.PUBLISHED, Need.Status.MATCHING)
        found = reading.suggestions(need, timezone.localdate()) if is_open else []
        place = reverse("admin:projects_need_introduce", args=[need.pk])
        return {
            "matches": reading.matches_of(need),
            "projects": need.projects.order_by("id"),
            "is_suggested": is_open,
            "suggestions": found,
            "introduce_url": place if can_plan(request.user, need.division) else "",
        }


@admin.register(Offer)
class OfferAdmin(PlanningAdmin):
    when_empty = _(
        "No organization offered anything yet. Enter what one offers; it is then suggested for the"
        " needs that it fits."
    )
    STEPS = OFFER_STEPS
    list_display = [
        *("offer_no", "title", "organization", "district", "field", "service", "valid_until"),
        *("status", "introduced_count", "signed_count", "signed_sum"),
    ]
    list_display_links = ["offer_no", "title"]
    list_filter = [
        OfferDistrictFilter,
        ("status", ChoicesDropdownFilter),
        ("field", ChoicesDropdownFilter),
        ("service", ChoicesDropdownFilter),
    ]
    list_select_related = ["organization", "district"]
    search_fields = ["offer_no", "title", "organization__name", "organization__uscc"]
    ordering = ["-id"]
    actions_list = ["enter"]

    def get_queryset(self, request):
        found = super().get_queryset(request).select_related("organization", "district")
        return offered.counted(found)

    @admin.display(description=_("introductions"))
    def introduced_count(self, offer):
        return offer.introduced

    @admin.display(description=_("signed introductions"))
    def signed_count(self, offer):
        return offer.signed

    @admin.display(description=_("signed for (yuan)"))
    def signed_sum(self, offer):
        return offer.signed_yuan

    @action(description=_("Enter an offer"), url_path="enter", permissions=["plan"])
    def enter(self, request):
        districts = self.divisions(request).filter(kind=Division.Kind.DISTRICT)
        if not districts:
            raise PermissionDenied
        form = OfferOfForm(
            request.POST or None,
            districts=districts,
            organizations=offered.working().visible_to(request.user),
        )
        return self.ask(
            request,
            for_bureau(form),
            without_version(offers.enter),
            title=_("Enter an offer"),
            said=lambda offer: gettext("Entered as %(number)s.") % {"number": offer.offer_no},
        )

    def facts(self, offer):
        return [
            (_("status"), offer.get_status_display()),
            (_("social organization"), offer.organization.name),
            (_("district"), offer.district.name),
            (_("field"), _joined(offer.get_field_display(), offer.get_service_display())),
            (_("description"), offer.description or "—"),
            (_("people it can serve"), "—" if offer.capacity is None else offer.capacity),
            (_("how it is priced"), offer.price_basis or "—"),
            (_("references"), offer.references or "—"),
            (_("valid until"), offer.valid_until or "—"),
        ]

    def more(self, request, offer):
        seen = Match.objects.visible_to(request.user)
        return {"matches": offered.matches_of(offer).filter(pk__in=seen.values("pk"))}


@admin.register(Match)
class MatchAdmin(PlanningAdmin):
    when_empty = _(
        "Nobody was introduced yet. Open a published need: it says which offers fit it and why."
    )
    STEPS = MATCH_STEPS
    list_display = [
        *("happened_on", "need_title", "offer_title", "center", "event", "state"),
        *("amount_yuan", "outcome"),
    ]
    list_display_links = ["happened_on", "need_title"]
    list_filter = [
        NeedDivisionFilter,
        ("status", ChoicesDropdownFilter),
        ("happened_on", RangeDateFilter),
    ]
    search_fields = [
        *("need__title", "need__need_no", "offer__title", "offer__organization__name"),
        *("center__name", "event"),
    ]
    ordering = ["-happened_on", "-id"]

    def get_queryset(self, request):
        found = super().get_queryset(request)
        return found.select_related(
            "need__division", "offer__organization", "center__division", "entered_by"
        )

    @admin.display(description=_("need"), ordering="need")
    def need_title(self, match):
        return match.need.title

    @admin.display(description=_("offer"), ordering="offer")
    def offer_title(self, match):
        return f"{match.offer.organization.name} · {match.offer.title}"

    @admin.display(description=_("status"), ordering="status")
    def state(self, match):
        return mark(*MATCH_MARKS[match.status], match.get_status_display())

    def facts(self, match):
        amount = match.amount_yuan
        return [
            (_("status"), match.get_status_display()),
            (_("need"), match.need),
            (_("offer"), match.offer),
            (_("social organization"), match.offer.organization.name),
            (_("introduced by"), match.center),
            (_("day"), match.happened_on),
            (_("at which event"), match.event or "—"),
            (_("amount (yuan)"), "—" if amount is None else amount),
            (_("what came of it"), match.outcome or "—"),
            (_("entered by"), match.entered_by),
        ]


def _joined(*parts):
    return " · ".join(str(part) for part in parts if part)
