"""Clients of the REST interface, their tokens, and what they asked."""

from datetime import timedelta
from functools import partial

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action

from portal.admin import ScopedModelAdmin, mark, own_page, refuse_to_message
from portal.clients import forms, selectors
from portal.clients.models import Call, Client
from portal.clients.permissions import can_manage_clients
from portal.clients.services import clients, tokens
from portal.errors import DomainError
from portal.jurisdictions.models import Division
from portal.users.models import ApiToken, Dataset
from portal.users.roles import Capability

# A token that ends within so many days is marked.
SOON = timedelta(days=30)
LATEST_CALLS = 10
OF_TOKEN = "<int:pk>/tokens/<str:token_key>/"  # noqa: S105  (an address)
# Beside which field a refusal of the service stands.
BESIDE = {
    clients.AccountTaken: "username",
    clients.NoDivision: "divisions",
    clients.DivisionOutOfReach: "divisions",
    tokens.DivisionsTooWide: "divisions",
    tokens.DatasetUnknown: "datasets",
    tokens.OverlapTooLong: "overlap_days",
    tokens.TokenTooLong: "expires_on",
}


@admin.register(Client)
class ClientAdmin(ScopedModelAdmin):
    view_capability = Capability.TOKEN_MANAGE
    list_display = [
        *("title", "account", "state", "tokens_valid", "next_expiry"),
        *("last_used", "calls_today", "requests_per_minute"),
    ]
    list_filter = [("status", ChoicesDropdownFilter)]
    list_select_related = ["user"]
    search_fields = ["title", "user__username", "contact"]
    when_empty = _(
        "No system is connected yet. Open a client for the system that is to read, then issue its"
        " first token."
    )
    ordering = ["title", "pk"]
    actions_list = ["open_client"]

    def get_queryset(self, request):
        return selectors.with_use(super().get_queryset(request), timezone.now())

    @admin.display(description=_("service account"), ordering="user__username")
    def account(self, client):
        return client.user.username

    @admin.display(description=_("state"), ordering="status")
    def state(self, client):
        return state_mark(client)

    @admin.display(description=_("valid tokens"), ordering="tokens_valid")
    def tokens_valid(self, client):
        return client.tokens_valid or 0

    @admin.display(description=_("next to expire"), ordering="next_expiry")
    def next_expiry(self, client):
        if client.next_expiry is None:
            return "—"
        day = timezone.localdate(client.next_expiry).isoformat()
        if client.next_expiry <= timezone.now() + SOON:
            return mark("!", "fair", day)
        return format_html('<span class="bureau-unbroken">{}</span>', day)

    @admin.display(description=_("last used at"), ordering="last_used_at")
    def last_used(self, client):
        return client.last_used_at or gettext("never")

    @admin.display(description=_("calls today"), ordering="calls_today")
    def calls_today(self, client):
        return client.calls_today or 0

    def has_open_permission(self, request, object_id=None):
        return can_manage_clients(request.user)

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("open/", wrap(self.open_view), name="clients_client_open"),
            path("<int:pk>/edit/", wrap(self.edit_view), name="clients_client_edit"),
            path("<int:pk>/suspend/", wrap(self.suspend), name="clients_client_suspend"),
            path("<int:pk>/resume/", wrap(self.resume), name="clients_client_resume"),
            path("<int:pk>/issue/", wrap(self.issue), name="clients_client_issue"),
            path(f"{OF_TOKEN}rotate/", wrap(self.rotate), name="clients_client_rotate"),
            path(f"{OF_TOKEN}revoke/", wrap(self.revoke), name="clients_client_revoke"),
            *super().get_urls(),
        ]

    def _client(self, request, pk):
        if not can_manage_clients(request.user):
            raise PermissionDenied
        return self.scoped_or_404(request, pk)

    def _token(self, request, pk, token_key):
        client = self._client(request, pk)
        token = client.user.auth_token_set.filter(token_key=token_key).first()
        if token is None:
            raise Http404
        return client, token

    # --- the client -------------------------------------------------------------------------------

    @action(description=_("Open a client"), url_path="begin", permissions=["open"])
    def open_client(self, request):
        return HttpResponseRedirect(reverse("admin:clients_client_open"))

    def open_view(self, request):
        if not can_manage_clients(request.user):
            raise PermissionDenied
        form = forms.OpenClientForm(request.POST or None, reach=selectors.reach(request.user))
        client = form.is_valid() and self._asked(
            request, form, clients.open_client, **form.cleaned_data
        )
        if client:
            self.message_user(
                request, gettext("Opened. Issue its first token now."), messages.SUCCESS
            )
            return HttpResponseRedirect(own_page(client))
        return self._client_form(request, form, title=_("Open a client"))

    def edit_view(self, request, pk):
        client = self._client(request, pk)
        initial = forms.ClientForm.filled(client, selectors.divisions_of(client))
        reach = selectors.reach(request.user)
        form = forms.ClientForm(request.POST or None, initial=initial, reach=reach)
        if form.is_valid() and self._asked(
            request, form, clients.change_client, client=client, **form.cleaned_data
        ):
            self.message_user(request, gettext("Saved."), messages.SUCCESS)
            return HttpResponseRedirect(own_page(client))
        # A refused change is not the client's name.
        client = self._client(request, pk)
        return self._client_form(request, form, title=_("Change the client"), obj=client)

    def _client_form(self, request, form, *, title, obj=None):
        return self.page(
            request,
            "admin/clients/client_form.html",
            title=title,
            obj=obj,
            form=form,
            submit_label=_("Save") if obj else title,
        )

    def _asked(self, request, form, verb, **values):
        """What the service answers, or None with the refusal in the form."""
        try:
            return verb(**values, by=request.user, at=timezone.now())
        except DomainError as refusal:
            field = BESIDE.get(type(refusal))
            form.add_error(field if field in form.fields else None, str(refusal))
        return None

    def change_view(self, request, object_id, form_url="", extra_context=None):
        client, now = self._client(request, object_id), timezone.now()
        divisions = list(selectors.divisions_of(client))
        return self.page(
            request,
            "admin/clients/client.html",
            title=str(client),
            obj=client,
            client=client,
            state=state_mark(client),
            divisions=divisions,
            lines=[_line(token, now) for token in selectors.tokens_of(client)],
            use=selectors.use_of(client, now),
            calls=[(call, answer_mark(call.status)) for call in client.calls.all()[:LATEST_CALLS]],
        )

    def suspend(self, request, pk):
        client = self._client(request, pk)
        return self.ask(
            request,
            forms.ReasonForm(request.POST or None),
            partial(clients.suspend, client=client),
            title=_("Suspend the client"),
            said=_("Suspended."),
            leads_to=own_page(client),
            obj=client,
            intro=_("Every call is refused from now on, with any token, until it is resumed."),
        )

    @method_decorator(require_POST)
    @refuse_to_message
    def resume(self, request, pk):
        client = self._client(request, pk)
        clients.resume(client=client, by=request.user, at=timezone.now())
        self.message_user(request, gettext("Resumed. Its tokens work again."), messages.SUCCESS)
        return HttpResponseRedirect(own_page(client))

    # --- its tokens -------------------------------------------------------------------------------

    def issue(self, request, pk):
        client = self._client(request, pk)
        newest = client.user.auth_token_set.order_by("created").last()
        form = forms.IssueForm(
            request.POST or None,
            today=timezone.localdate(),
            divisions=_offered(client),
            initial={"version": client.version, "datasets": forms.usual_datasets(newest)},
        )
        if form.is_valid():
            values = form.cleaned_data | {"client": client, "expires_at": form.expires_at}
            del values["expires_on"]
            if text := self._asked(request, form, tokens.issue, **values):
                return self._shown_once(request, client, text)
        return self.page(
            request,
            "admin/clients/issue.html",
            title=_("Issue a token"),
            obj=client,
            form=form,
            client=client,
        )

    def rotate(self, request, pk, token_key):
        client, token = self._token(request, pk, token_key)
        form = forms.RotateForm(request.POST or None, today=timezone.localdate())
        if form.is_valid():
            values = {"overlap": form.overlap, "expires_at": form.expires_at, "token": token}
            if text := self._asked(request, form, tokens.rotate, **values):
                return self._shown_once(request, client, text)
        return self.form_page(
            request,
            form,
            title=_("Rotate the token"),
            submit_label=_("Issue the new token"),
            obj=client,
            intro=_(
                "“%(name)s” gets a successor with the same data sets and divisions. Both work until"
                " the old one ends."
            )
            % {"name": token.name},
        )

    def revoke(self, request, pk, token_key):
        client, token = self._token(request, pk, token_key)
        return self.ask(
            request,
            forms.ReasonForm(request.POST or None),
            partial(tokens.revoke, token=token),
            title=_("Revoke the token"),
            said=_("Revoked."),
            leads_to=own_page(client),
            obj=client,
            intro=_("“%(name)s” is refused from its next call on. This cannot be undone.")
            % {"name": token},
        )

    def _shown_once(self, request, client, text):
        """The text of a new token, on this answer and nowhere else."""
        response = self.page(
            request,
            "admin/clients/issued.html",
            title=_("The new token"),
            obj=client,
            client=client,
            text=text,
            address=f"{settings.PORTAL_URL}/api/v1/me/",
        )
        response["Cache-Control"] = "no-store"
        return response


def _offered(client):
    """Divisions to which a token of the client may be narrowed."""
    query = Division.objects.none()
    for division in selectors.divisions_of(client):
        query |= Division.objects.within(division.path)
    return query.order_by("path")


def state_mark(client):
    if client.status == Client.Status.SUSPENDED:
        return mark("■", "bad", client.get_status_display())
    return mark("✓", "good", client.get_status_display())


def answer_mark(status):
    if status < 400:
        return mark("✓", "good", status)
    return mark("✕", "fair" if status < 500 else "bad", status)


def _line(token: ApiToken, now):
    """A token as the client's page shows it: its state, and whether it may still be changed."""
    names, between = dict(Dataset.choices), pgettext("list", ", ")
    successor = getattr(token, "replaced_by", None)
    if token.revoked_at:
        state = mark("✕", "none", gettext("revoked"))
    elif token.expiry <= now:
        state = mark("—", "none", gettext("expired"))
    elif successor:
        state = mark("↻", "fair", gettext("replaced, still valid"))
    elif token.expiry <= now + SOON:
        state = mark("!", "fair", gettext("expires soon"))
    else:
        state = mark("✓", "good", pgettext("token", "valid"))
    return {
        "token": token,
        "state": state,
        "datasets": between.join(str(names.get(name, name)) for name in token.datasets),
        "divisions": between.join(token.division_codes),
        "is_valid": not token.revoked_at and token.expiry > now,
        "is_replaced": successor is not None,
    }


# --- calls ----------------------------------------------------------------------------------------


class DayFilter(DropdownFilter):
    """Today unless somebody asks for more: the record is long."""

    title = _("day")
    parameter_name = "since"
    DAYS = {"yesterday": (1, 1), "week": (6, 0), "month": (29, 0)}

    def lookups(self, request, model_admin):
        return [
            ("today", _("today")),
            ("yesterday", _("yesterday")),
            ("week", _("the last 7 days")),
            ("month", _("the last 30 days")),
            ("all", _("all")),
        ]

    def queryset(self, request, queryset):
        if self.value() == "all":
            return queryset
        midnight = selectors.midnight(timezone.now())
        first, last = self.DAYS.get(self.value(), (0, 0))
        return queryset.filter(
            at__gte=midnight - timedelta(days=first), at__lt=midnight + timedelta(days=1 - last)
        )


class AnswerFilter(DropdownFilter):
    title = _("answer")
    parameter_name = "answer"

    def lookups(self, request, model_admin):
        return [
            ("ok", _("answered")),
            ("refused", pgettext_lazy("answer", "refused")),
            ("limited", _("over the limit")),
            ("failed", _("failed")),
        ]

    def queryset(self, request, queryset):
        conditions = {
            "ok": {"status__lt": 400},
            "refused": {"status__range": (400, 499)},
            "limited": {"status": 429},
            "failed": {"status__gte": 500},
        }
        return queryset.filter(**conditions.get(self.value(), {}))


class ClientFilter(DropdownFilter):
    title = _("client")
    parameter_name = "client"

    def lookups(self, request, model_admin):
        mine = Client.objects.visible_to(request.user).order_by("title", "pk")
        return [(str(pk), title) for pk, title in mine.values_list("pk", "title")]

    def queryset(self, request, queryset):
        chosen = self.value() or ""
        return queryset.filter(client=chosen) if chosen.isdecimal() else queryset


@admin.register(Call)
class CallAdmin(ScopedModelAdmin):
    view_capability = Capability.TOKEN_MANAGE
    list_display = ["moment", "client", "asked", "answer", "rows", "ms", "size_bytes", "address"]
    list_display_links = ["moment"]
    list_filter = [ClientFilter, DayFilter, AnswerFilter]
    list_select_related = ["client"]
    search_fields = ["path", "request_id", "token_key"]
    when_empty = _(
        "No client asked anything today. Choose more days in the filter; if there are none either,"
        " nobody uses a token yet."
    )
    # Written as they happen, so the order of time; ``at`` alone has no index that sorts.
    ordering = ["-pk"]
    fields = [
        *("moment", "client", "token_key", "method", "path", "query", "answer"),
        *("rows", "ms", "size_bytes", "address", "request_id"),
    ]
    readonly_fields = ["moment", "answer"]

    @admin.display(description=_("at"), ordering="at")
    def moment(self, call):
        """To the second, as the client's own log has it."""
        at = timezone.localtime(call.at).strftime("%Y-%m-%d %H:%M:%S")
        return format_html('<span class="bureau-unbroken">{}</span>', at)

    @admin.display(description=_("asked"))
    def asked(self, call):
        query = f"?{call.query}" if call.query else ""
        return format_html(
            '<span class="bureau-asked">{} {}{}</span>', call.method, call.path, query
        )

    @admin.display(description=_("answer"), ordering="status")
    def answer(self, call):
        return answer_mark(call.status)
