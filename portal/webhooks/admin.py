"""Endpoints of clients and what was sent to them: entered, tested, replayed, stopped."""

import json

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action

from portal.admin import ScopedModelAdmin, mark, own_page, refuse_to_message, version_on_page
from portal.clients.models import Client
from portal.errors import DomainError
from portal.users.roles import Capability
from portal.webhooks import selectors
from portal.webhooks.destinations import DestinationRefused
from portal.webhooks.forms import EndpointForm, OpenEndpointForm, RotateForm
from portal.webhooks.models import Delivery, Endpoint, Event
from portal.webhooks.permissions import can_manage_endpoints
from portal.webhooks.services import deliveries, endpoints

LATEST = 10
STATES = {
    Endpoint.Status.ACTIVE: ("✓", "good"),
    Endpoint.Status.PAUSED: ("‖", "fair"),
    Endpoint.Status.DISABLED: ("✕", "bad"),
}
OUTCOMES = {
    Delivery.Status.PENDING: ("…", "fair"),
    Delivery.Status.DELIVERED: ("✓", "good"),
    Delivery.Status.FAILED: ("✕", "bad"),
    Delivery.Status.DROPPED: ("—", "none"),
}


def endpoint_mark(endpoint):
    return mark(*STATES[endpoint.status], endpoint.get_status_display())


def delivery_mark(delivery):
    return mark(*OUTCOMES[delivery.status], delivery.get_status_display())


class ClientFilter(DropdownFilter):
    """The clients the user manages."""

    title = _("client")
    parameter_name = "client"
    path_to_client = "client"

    def lookups(self, request, model_admin):
        found = Client.objects.visible_to(request.user).order_by("title", "pk")
        self.offered = {str(client.pk): client.title for client in found}
        return list(self.offered.items())

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        if self.value() not in self.offered:
            return queryset.none()
        return queryset.filter(**{self.path_to_client: self.value()})


class DeliveryClientFilter(ClientFilter):
    path_to_client = "endpoint__client"


class EndpointFilter(DropdownFilter):
    """The endpoints of the clients the user manages."""

    title = _("endpoint")
    parameter_name = "endpoint"

    def lookups(self, request, model_admin):
        found = Endpoint.objects.visible_to(request.user).order_by("url", "pk")
        self.offered = {str(endpoint.pk): str(endpoint) for endpoint in found}
        return list(self.offered.items())

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        if self.value() not in self.offered:
            return queryset.none()
        return queryset.filter(endpoint=self.value())


@admin.register(Endpoint)
class EndpointAdmin(ScopedModelAdmin):
    view_capability = Capability.TOKEN_MANAGE
    list_display = [
        *("address", "client", "state", "waiting", "failed", "failing_since", "told_at"),
    ]
    list_filter = [("status", ChoicesDropdownFilter), ClientFilter]
    list_select_related = ["client"]
    search_fields = ["url", "client__title"]
    when_empty = _(
        "No client is told of changes. Open a client and issue a token to it, then enter here the"
        " address of its server and the events it is to be told of."
    )
    ordering = ["-pk"]
    actions_list = ["enter_endpoint"]

    def get_queryset(self, request):
        return selectors.with_counts(super().get_queryset(request))

    @admin.display(description=_("receiver's address"), ordering="url")
    def address(self, endpoint):
        return str(endpoint)

    @admin.display(description=_("state"), ordering="status")
    def state(self, endpoint):
        return endpoint_mark(endpoint)

    @admin.display(description=_("waiting"), ordering="waiting_n")
    def waiting(self, endpoint):
        return endpoint.waiting_n or 0

    @admin.display(description=_("given up"), ordering="failed_n")
    def failed(self, endpoint):
        return endpoint.failed_n or 0

    def has_enter_permission(self, request, object_id=None):
        return can_manage_endpoints(request.user)

    def get_urls(self):
        wrap, one = self.admin_site.admin_view, "<int:pk>/"
        return [
            path("open/", wrap(self.open_view), name="webhooks_endpoint_open"),
            path(f"{one}edit/", wrap(self.edit_view), name="webhooks_endpoint_edit"),
            path(f"{one}pause/", wrap(self.pause), name="webhooks_endpoint_pause"),
            path(f"{one}resume/", wrap(self.resume), name="webhooks_endpoint_resume"),
            path(f"{one}rotate/", wrap(self.rotate), name="webhooks_endpoint_rotate"),
            path(f"{one}test/", wrap(self.test), name="webhooks_endpoint_test"),
            path(f"{one}replay/", wrap(self.replay), name="webhooks_endpoint_replay"),
            *super().get_urls(),
        ]

    def _endpoint(self, request, pk):
        if not can_manage_endpoints(request.user):
            raise PermissionDenied
        return self.scoped_or_404(request, pk)

    # --- entering and changing ------------------------------------------------------------------

    @action(description=_("Enter an endpoint"), url_path="enter", permissions=["enter"])
    def enter_endpoint(self, request):
        return HttpResponseRedirect(reverse("admin:webhooks_endpoint_open"))

    def open_view(self, request):
        if not can_manage_endpoints(request.user):
            raise PermissionDenied
        offered = Client.objects.visible_to(request.user).filter(status=Client.Status.ACTIVE)
        form = OpenEndpointForm(
            request.POST or None,
            clients=offered.order_by("title", "pk"),
            initial={"client": request.GET.get("client")},
        )
        opened = self._asked(request, form, endpoints.open_endpoint) if form.is_valid() else None
        if opened:
            return self._shown_once(request, *opened)
        return self._form(request, form, title=_("Enter an endpoint"))

    def edit_view(self, request, pk):
        endpoint = self._endpoint(request, pk)
        form = EndpointForm(request.POST or None, endpoint=endpoint)
        if form.is_valid():
            self._asked(request, form, endpoints.change_endpoint, endpoint=endpoint)
            if not form.errors:
                self.message_user(request, gettext("Saved."), messages.SUCCESS)
                return HttpResponseRedirect(own_page(endpoint))
            # A refused change is not the endpoint's address.
            endpoint = self._endpoint(request, pk)
        return self._form(request, form, title=_("Change the endpoint"), obj=endpoint)

    def _form(self, request, form, *, title, obj=None):
        return self.page(
            request, "admin/webhooks/endpoint_form.html", title=title, obj=obj, form=form
        )

    def _asked(self, request, form, verb, **given):
        """What the service answers, or None with the refusal in the form."""
        try:
            return verb(**form.cleaned_data, **given, by=request.user, at=timezone.now())
        except DestinationRefused as refusal:
            form.add_error("url", str(refusal))
        except endpoints.EventUnknown as refusal:
            form.add_error("events", str(refusal))
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        return None

    def rotate(self, request, pk):
        endpoint = self._endpoint(request, pk)
        form = RotateForm(request.POST or None, initial={"version": endpoint.version})
        if form.is_valid():
            given = {"endpoint": endpoint, "overlap": form.overlap}
            del form.cleaned_data["overlap_days"]
            if secret := self._asked(request, form, endpoints.rotate, **given):
                return self._shown_once(request, endpoint, secret)
        return self.form_page(
            request,
            form,
            title=_("New secret"),
            submit_label=_("Make a new secret"),
            obj=endpoint,
            intro=_("The new secret signs from now on. It is shown once, on the next page."),
        )

    def _shown_once(self, request, endpoint, secret):
        """The text of a secret, on this answer and nowhere else."""
        response = self.page(
            request,
            "admin/webhooks/secret.html",
            title=_("The secret of the endpoint"),
            obj=endpoint,
            endpoint=endpoint,
            secret=secret,
        )
        response["Cache-Control"] = "no-store"
        return response

    # --- one endpoint ---------------------------------------------------------------------------

    def change_view(self, request, object_id, form_url="", extra_context=None):
        endpoint, now = self._endpoint(request, object_id), timezone.now()
        names, scope = dict(Event.choices), selectors.scope_of(endpoint, now)
        return self.page(
            request,
            "admin/webhooks/endpoint.html",
            title=str(endpoint),
            obj=endpoint,
            endpoint=endpoint,
            state=endpoint_mark(endpoint),
            events=[(event, names[event]) for event in endpoint.events],
            is_mute=not scope,
            muted=selectors.muted(endpoint, scope),
            holds_old=bool(endpoint.old_secret_until and endpoint.old_secret_until > now),
            lines=[(each, delivery_mark(each)) for each in selectors.newest(endpoint, LATEST)],
            is_suspended=endpoint.client.status == Client.Status.SUSPENDED,
            may_replay=deliveries.may_replay(endpoint),
            kept_days=deliveries.KEPT.days,
        )

    @method_decorator(require_POST)
    @refuse_to_message
    def pause(self, request, pk):
        endpoint = self._endpoint(request, pk)
        given = {"version": version_on_page(request), "by": request.user, "at": timezone.now()}
        endpoints.pause(endpoint=endpoint, **given)
        self.message_user(
            request, gettext("Paused. What changes meanwhile is told later."), messages.SUCCESS
        )
        return HttpResponseRedirect(own_page(endpoint))

    @method_decorator(require_POST)
    @refuse_to_message
    def resume(self, request, pk):
        endpoint = self._endpoint(request, pk)
        given = {"version": version_on_page(request), "by": request.user, "at": timezone.now()}
        endpoints.resume(endpoint=endpoint, **given)
        self.message_user(
            request, gettext("Resumed. It goes on where it stopped."), messages.SUCCESS
        )
        return HttpResponseRedirect(own_page(endpoint))

    @method_decorator(require_POST)
    @refuse_to_message
    def test(self, request, pk):
        endpoint = self._endpoint(request, pk)
        delivery = deliveries.send_test(endpoint=endpoint, by=request.user, at=timezone.now())
        if delivery.status == Delivery.Status.DELIVERED:
            text, level = gettext("The receiver took the test."), messages.SUCCESS
        else:
            text, level = gettext("The receiver did not take the test."), messages.ERROR
        self.message_user(request, text, level)
        return HttpResponseRedirect(_delivery_page(delivery))

    @method_decorator(require_POST)
    @refuse_to_message
    def replay(self, request, pk):
        endpoint = self._endpoint(request, pk)
        count = deliveries.replay_failed(endpoint=endpoint, by=request.user, at=timezone.now())
        text = ngettext(
            "%(count)s delivery is sent again within seconds.",
            "%(count)s deliveries are sent again within seconds.",
            count,
        )
        self.message_user(request, text % {"count": count}, messages.SUCCESS)
        return HttpResponseRedirect(own_page(endpoint))


@admin.register(Delivery)
class DeliveryAdmin(ScopedModelAdmin):
    view_capability = Capability.TOKEN_MANAGE
    list_display = [
        *("number", "created_at", "receiver", "event", "state", "attempts", "delivered_at"),
    ]
    list_filter = [
        ("status", ChoicesDropdownFilter),
        ("event", ChoicesDropdownFilter),
        EndpointFilter,
        DeliveryClientFilter,
    ]
    list_select_related = ["endpoint"]
    search_fields = ["event_id", "endpoint__url"]
    when_empty = _(
        "Nothing was sent yet. Enter an endpoint and send it a test; what changes is sent to it"
        " within seconds and stands here with every attempt for 90 days."
    )
    ordering = ["-pk"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("endpoint__client__user")

    @admin.display(description=_("number"), ordering="sequence")
    def number(self, delivery):
        return f"#{delivery.sequence}"

    @admin.display(description=_("receiver's address"), ordering="endpoint__url")
    def receiver(self, delivery):
        return format_html('<span class="bureau-asked">{}</span>', delivery.endpoint)

    @admin.display(description=_("state"), ordering="status")
    def state(self, delivery):
        return delivery_mark(delivery)

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/replay/", wrap(self.replay), name="webhooks_delivery_replay"),
            *super().get_urls(),
        ]

    def _delivery(self, request, pk):
        if not can_manage_endpoints(request.user):
            raise PermissionDenied
        return self.scoped_or_404(request, pk)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        delivery = self._delivery(request, object_id)
        content, tries = json.loads(deliveries.message(delivery)), list(delivery.tries.all())
        may_replay = delivery.status == Delivery.Status.FAILED and delivery.event != Event.TEST
        return self.page(
            request,
            "admin/webhooks/delivery.html",
            title=delivery.event_id,
            obj=delivery,
            delivery=delivery,
            state=delivery_mark(delivery),
            tries=[(each, _try_mark(each)) for each in tries],
            given_up_at=tries[-1].at if may_replay and tries else None,
            content=json.dumps(content, ensure_ascii=False, indent=2),
            may_replay=may_replay,
        )

    @method_decorator(require_POST)
    @refuse_to_message
    def replay(self, request, pk):
        delivery = self._delivery(request, pk)
        deliveries.replay(delivery=delivery, by=request.user, at=timezone.now())
        text = gettext("It is sent again within seconds, under the same id.")
        self.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(_delivery_page(delivery))


def _try_mark(attempt):
    """What the receiver answered, or why it did not."""
    if attempt.status_code is None:
        return mark("✕", "bad", attempt.get_error_display())
    is_taken = 200 <= attempt.status_code < 300
    return mark(*(("✓", "good") if is_taken else ("✕", "bad")), attempt.status_code)


def _delivery_page(delivery):
    return reverse("admin:webhooks_delivery_change", args=[delivery.pk])
