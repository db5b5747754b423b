"""Key holders and openings at the bureau's desk."""

from base64 import b64encode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.decorators import method_decorator
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe
from unfold.decorators import action

from organizations.models.organization import divisions_with
from portal.admin import ScopedModelAdmin
from portal.errors import DomainError
from portal.evidence import views as files
from portal.users.roles import Capability
from projects.forms.keys import KeyFileForm, PublicKeyForm
from projects.forms.openings import AskRepairForm, DisqualifyForm, ReasonForm
from projects.models import BidFile, KeyHolder, OpenedBid, Opening, Procurement, Repair, Seat
from projects.permissions import can_hold_key, can_manage_procurement
from projects.resources import opening_papers
from projects.selectors import openings as selectors
from projects.services import key_holders, openings, repairs

PER_PAGE = 50


def _manages(request, division):
    return can_manage_procurement(request.user, division)


@admin.register(Opening)
class OpeningAdmin(ScopedModelAdmin):
    when_empty = _(
        "No bids were opened yet. After the deadline the key holders bring their keys; see “Keys”,"
        " above."
    )
    view_capability = Capability.PROCUREMENT_MANAGE
    list_display = ["procurement", "opened_at", "opened_by"]
    list_select_related = ["procurement", "opened_by"]
    search_fields = ["procurement__procurement_no", "procurement__title"]
    ordering = ["-opened_at", "-id"]
    actions_list = ["show_keys"]

    def get_urls(self):
        wrap = self.admin_site.admin_view
        name = "projects_opening_{}".format
        return [
            path("keys/", wrap(self.keys), name=name("keys")),
            path("keys/<int:pk>/", wrap(self.ceremony), name=name("ceremony")),
            path("keys/<int:pk>/register/", wrap(self.register), name=name("register")),
            path("keys/<int:pk>/present/", wrap(self.present), name=name("present")),
            path("keys/<int:pk>/record/", wrap(self.record), name=name("record")),
            path("keys/release/<int:pk>/", wrap(self.release), name=name("release")),
            path("bids/<int:pk>/disqualify/", wrap(self.disqualify), name=name("disqualify")),
            path("bids/<int:pk>/repair/", wrap(self.repair), name=name("repair")),
            path("files/<int:pk>/", wrap(self.file), name=name("file")),
            path("repairs/<int:pk>/", wrap(self.repaired), name=name("repaired")),
            *super().get_urls(),
        ]

    def has_keys_permission(self, request, object_id=None):
        return can_hold_key(request.user)

    @action(description=_("Keys"), url_path="to-keys", permissions=["keys"])
    def show_keys(self, request):
        return HttpResponseRedirect(reverse("admin:projects_opening_keys"))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        opening = self.scoped_or_404(request, object_id)
        seen = opening.bids.filter(pk__in=OpenedBid.objects.visible_to(request.user).values("pk"))
        bids = seen.select_related("bid__organization", "repair", "invalid_by")
        return self.page(
            request,
            "admin/projects/opening.html",
            title=str(opening.procurement),
            obj=opening,
            opening=opening,
            bids=bids.prefetch_related("files__file").defer("bid__sealed"),
            is_intact=selectors.is_intact(opening),
            is_bound=Seat.objects.bound(request.user)
            .filter(procurement=opening.procurement)
            .exists(),
            may_judge=_manages(request, opening.procurement.project.division)
            and opening.procurement.status == Procurement.Status.EVALUATING,
        )

    # --- keys ------------------------------------------------------------------------------------

    @method_decorator(require_safe)
    def keys(self, request):
        """Where one holds a key or may hold one."""
        if not can_hold_key(request.user):
            raise PermissionDenied
        found = selectors.with_keys(request.user).order_by("-id")
        listed = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
        own = KeyHolder.objects.filter(user=request.user, procurement__in=listed.object_list)
        held = {key.procurement_id: key for key in own.select_related("presentation")}
        return self.page(
            request,
            "admin/projects/keys.html",
            title=_("Keys of sealed bids"),
            page=listed,
            rows=[(each, held.get(each.pk)) for each in listed],
            now=selectors.clock(),
        )

    def _keyed(self, request, pk):
        """The procurement, for whoever may hold a key there; for others there is none."""
        if not can_hold_key(request.user):
            raise PermissionDenied
        places = divisions_with(request.user, Capability.KEY_HOLD)
        found = Procurement.objects.filter(project__division__in=places)
        return get_object_or_404(found.select_related("project__division"), pk=pk)

    @method_decorator(require_safe)
    def ceremony(self, request, pk):
        """One page from the making of the keys to the record of the opening."""
        return self._ceremony(request, self._keyed(request, pk))

    def _ceremony(self, request, procurement, *, public=None, key=None):
        now = selectors.clock()
        holders = list(procurement.key_holders.select_related("user", "presentation"))
        mine = next((each for each in holders if each.user_id == request.user.pk), None)
        opening = Opening.objects.filter(procurement=procurement).first()
        is_draft = procurement.status == Procurement.Status.DRAFT
        is_manager = _manages(request, procurement.project.division)
        brought = [each for each in holders if _brought(each)]
        has_passed = procurement.deadline_at is not None and procurement.deadline_at <= now
        return self.page(
            request,
            "admin/projects/ceremony.html",
            title=str(procurement),
            procurement=procurement,
            holders=[(each, _brought(each)) for each in holders],
            mine=mine,
            mine_public=mine and _base64(mine.public_key),
            has_brought=mine is not None and _brought(mine),
            brought_count=len(brought),
            still_needed=procurement.key_needed - len(brought),
            waits_for_another=not opening and len(brought) >= procurement.key_needed,
            has_passed=has_passed,
            now=now,
            opening=opening,
            record=_shown(opening) if opening and (mine or is_manager) else None,
            public=public or PublicKeyForm(),
            key=key or KeyFileForm(),
            may_register=is_draft and (mine is not None or len(holders) < procurement.key_total),
            may_release=is_draft and is_manager,
            may_present=procurement.status == Procurement.Status.ANNOUNCED and has_passed,
        )

    @method_decorator(require_POST)
    def register(self, request, pk):
        """Hold a key from now on, by its public half."""
        procurement = self._keyed(request, pk)
        form = PublicKeyForm(request.POST)
        if form.is_valid():
            try:
                key_holders.register(
                    procurement=procurement,
                    by=request.user,
                    at=timezone.now(),
                    **form.cleaned_data,
                )
            except DomainError as refusal:
                form.add_error(None, str(refusal))
            else:
                text = gettext("Your key is registered. Keep its file: you need it at the opening.")
                self.message_user(request, text)
                return HttpResponseRedirect(_ceremony_of(procurement))
        return self._ceremony(request, procurement, public=form)

    @method_decorator(require_POST)
    @method_decorator(sensitive_variables("form"))
    def present(self, request, pk):
        """Bring one's key; the last one needed opens the bids."""
        procurement = self._keyed(request, pk)
        holder = get_object_or_404(procurement.key_holders, user=request.user)
        form = KeyFileForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                opening = openings.present(
                    holder=holder,
                    by=request.user,
                    at=timezone.now(),
                    anyway="anyway" in request.POST,
                    **form.cleaned_data,
                )
            except DomainError as refusal:
                form.add_error(None, str(refusal))
            else:
                self.message_user(request, _presented(opening))
                return HttpResponseRedirect(_ceremony_of(procurement))
        procurement.refresh_from_db()
        return self._ceremony(request, procurement, key=form)

    @method_decorator(require_safe)
    def record(self, request, pk):
        """开标记录, for the procurement office and the key holders."""
        procurement = self._keyed(request, pk)
        is_holder = procurement.key_holders.filter(user=request.user).exists()
        if not is_holder and not _manages(request, procurement.project.division):
            raise PermissionDenied
        opening = get_object_or_404(
            Opening.objects.select_related("procurement"), procurement=procurement
        )
        name, content = opening_papers.record_file(opening)
        response = HttpResponse(content, content_type="application/pdf")
        response["Content-Disposition"] = content_disposition_header(True, name)
        return response

    def release(self, request, pk):
        """Free the place of a holder."""
        holders = KeyHolder.objects.select_related("procurement__project__division", "user")
        holder = get_object_or_404(holders, pk=pk)
        procurement = self._keyed(request, holder.procurement_id)
        if not _manages(request, procurement.project.division):
            raise PermissionDenied

        def release(**values):
            key_holders.release(holder=holder, **values)

        return self.ask(
            request,
            ReasonForm(request.POST or None),
            release,
            said=_("The place is free. Another officer can register a key."),
            leads_to=_ceremony_of(procurement),
            title=_("Free the place of %(holder)s") % {"holder": holder.user},
        )

    # --- opened bids -----------------------------------------------------------------------------

    def _judged(self, request, pk):
        """The opened bid, for whoever judges it."""
        if not request.user.has_capability(Capability.PROCUREMENT_MANAGE):
            raise PermissionDenied
        places = divisions_with(request.user, Capability.PROCUREMENT_MANAGE)
        seen = OpenedBid.objects.visible_to(request.user)
        found = seen.filter(bid__procurement__project__division__in=places)
        known = found.select_related("opening", "bid__organization", "bid__procurement__project")
        return get_object_or_404(known.defer("bid__sealed"), pk=pk)

    def disqualify(self, request, pk):
        """Find a bid invalid."""
        opened = self._judged(request, pk)

        def disqualify(**values):
            openings.disqualify(opened_bid=opened, **values)

        form = DisqualifyForm(request.POST or None, initial={"version": opened.version})
        return self.ask(
            request,
            form,
            disqualify,
            said=_("The bid is invalid. It is in no ranking."),
            leads_to=_record_of(opened),
            title=_("Invalid: %(bidder)s") % {"bidder": opened},
            intro=_("For good, and the bidder reads why. A formal defect can be repaired instead."),
        )

    def repair(self, request, pk):
        """Give the bidder the one chance to repair a formal defect."""
        opened = self._judged(request, pk)

        def ask_repair(**values):
            repairs.ask(opened_bid=opened, **values)

        return self.ask(
            request,
            AskRepairForm(request.POST or None),
            ask_repair,
            said=_("Asked. The bidder was told until when."),
            leads_to=_record_of(opened),
            title=_("Ask for a repair: %(bidder)s") % {"bidder": opened},
            intro=_("Once only. The time for it is the district's parameter."),
        )

    @method_decorator(require_safe)
    def file(self, request, pk):
        """A file of an opened bid."""
        kept = get_object_or_404(BidFile.objects.exclude(file=None), pk=pk)
        self._judged(request, kept.opened_bid_id)
        return files.answer_or_404(kept.file)

    @method_decorator(require_safe)
    def repaired(self, request, pk):
        """The file with which a bid was repaired."""
        kept = get_object_or_404(Repair.objects.exclude(document=None), pk=pk)
        self._judged(request, kept.opened_bid_id)
        return files.answer_or_404(kept.document)


def _shown(opening):
    """The stored record, with the moments at which bids were received as moments."""
    bids = [
        bid | {"received": parse_datetime(bid["received_at"])} for bid in opening.minutes["bids"]
    ]
    return opening.minutes | {"bids": bids}


def _brought(holder):
    return hasattr(holder, "presentation")


def _base64(value):
    return b64encode(bytes(value)).decode()


def _presented(opening):
    if opening is None:
        return gettext(
            "Your key was taken. Now another holder brings his, in his own account, on his own"
            " computer."
        )
    return gettext("The bids are open. Print the record of the opening, below.")


def _ceremony_of(procurement):
    return reverse("admin:projects_opening_ceremony", args=[procurement.pk])


def _record_of(opened):
    return reverse("admin:projects_opening_change", args=[opened.opening_id])
