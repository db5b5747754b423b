"""Yearly packs at the desks of the district and of the municipality."""

from functools import partial
from io import BytesIO

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action

from evaluation.admin.marks import rollup_mark
from evaluation.forms.city_packs import BuildForm, DropForm, NoteForms, SubmitForm
from evaluation.models import CityPack
from evaluation.permissions import can_build_city_pack, can_submit_city_pack
from evaluation.resources import city_packs as files
from evaluation.selectors import city_pack_words, city_packs
from evaluation.services import city_packs as services
from portal.admin import ScopedModelAdmin, mark, own_page, refuse_to_message
from portal.audit import services as audit
from portal.errors import DomainError
from portal.evidence.services import EvidenceLost
from portal.evidence.views import answer
from portal.jurisdictions.models import Division
from portal.jurisdictions.selectors import within_reach
from portal.users.roles import Capability
from portal.workbooks import XLSX

MARKS = {
    CityPack.Status.BUILT: ("…", "fair"),
    CityPack.Status.SUBMITTED: ("✓", "good"),
    CityPack.Status.SUPERSEDED: ("↻", "none"),
    CityPack.Status.DROPPED: ("—", "none"),
}
ENTRIES_PER_PAGE = 200
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
BUILD_INTRO = _(
    "The figures are computed from what the portal knew at the moment you name, each with what"
    " proves it. Built again from the same days the pack has the same bytes."
)
SUBMIT_INTRO = _(
    "From then on this version stands and the municipality reads it; one submitted before is"
    " marked as corrected. Somebody other than who built it submits it."
)


@admin.register(CityPack)
class CityPackAdmin(ScopedModelAdmin):
    when_empty = _(
        "No yearly pack was built yet. An officer builds one with “Build a yearly pack”; the"
        " section chief or the leader submits it. The municipality sees it from then on."
    )
    view_capability = Capability.SUMMARY_VIEW
    list_display = ["named", "state", "as_of", "known_at", "built_by", "signer", "submitted_at"]
    list_display_links = ["named"]
    list_filter = [("status", ChoicesDropdownFilter), "year"]
    search_fields = ["division__name", "division__code"]
    ordering = ["-year", "division", "-number"]
    actions_list = ["ask_to_build", "show_comparison"]

    def get_queryset(self, request):
        # The text is long, and no list shows it.
        found = super().get_queryset(request).defer("content")
        return found.select_related("division", "built_by", "submitted_by", "scan")

    @admin.display(description=_("pack"), ordering="year")
    def named(self, pack):
        return gettext("%(district)s %(year)s, version %(number)s") % {
            "district": pack.division.name,
            "year": pack.year,
            "number": pack.number,
        }

    @admin.display(description=_("state"), ordering="status")
    def state(self, pack):
        return mark(*MARKS[pack.status], pack.get_status_display())

    def get_urls(self):
        wrap = self.admin_site.admin_view
        name = "evaluation_citypack_{}".format
        verbs = ("submit", "drop", "verify", "archive", "workbook", "paper", "scan", "evidence")
        return [
            path("build/", wrap(self.build), name=name("build")),
            *(
                path(f"<int:pk>/{verb}/", wrap(getattr(self, verb)), name=name(verb))
                for verb in verbs
            ),
            *super().get_urls(),
        ]

    def has_build_permission(self, request, object_id=None):
        return can_build_city_pack(request.user)

    @action(description=_("Build a yearly pack"), url_path="ask-build", permissions=["build"])
    def ask_to_build(self, request):
        return HttpResponseRedirect(reverse("admin:evaluation_citypack_build"))

    @action(description=_("Districts side by side"), url_path="compare", permissions=["view"])
    def show_comparison(self, request):
        return HttpResponseRedirect(reverse("compliance:city-comparison"))

    # --- one version

    def change_view(self, request, object_id, form_url="", extra_context=None):
        pack = self.scoped_or_404(request, object_id)
        told = city_packs.content(pack)
        user = request.user
        is_built = pack.status == CityPack.Status.BUILT
        return self.page(
            request,
            "admin/evaluation/city_pack.html",
            title=self.named(pack),
            obj=pack,
            pack=pack,
            state=self.state(pack),
            groups=city_pack_words.groups(pack),
            centers=[
                (each, rollup_mark(each.rollup)) for each in city_pack_words.centers(pack)
            ],
            evidence_count=len(told["evidence"]),
            standards=told.get("standards", []),
            others=city_packs.versions(pack, user),
            may_build=can_build_city_pack(user, pack.division),
            may_drop=is_built and can_build_city_pack(user, pack.division),
            may_submit=is_built and can_submit_city_pack(user, pack),
            is_own=is_built and pack.built_by_id == user.pk,
        )

    @method_decorator(require_safe)
    def evidence(self, request, pk):
        """The index of what proves one figure, or all of them."""
        pack = self.scoped_or_404(request, pk)
        told, key = city_packs.content(pack), request.GET.get("figure", "")
        figure = next((each for each in told["figures"] if each["key"] == key), None)
        if key and figure is None:
            raise Http404
        names = set(figure["evidence"]) if figure else None
        rows = [
            (city_pack_words.EVIDENCE.get(each["kind"], each["kind"]), each)
            for each in told["evidence"]
            if names is None or f"{each['kind']}:{each['key']}" in names
        ]
        return self.page(
            request,
            "admin/evaluation/city_pack_evidence.html",
            title=_("What proves it"),
            obj=pack,
            pack=pack,
            label=city_pack_words.Labels(pack)[key] if key else "",
            key=key,
            rows=Paginator(rows, ENTRIES_PER_PAGE).get_page(request.GET.get("page")),
        )

    # --- building

    @refuse_to_message
    def build(self, request):
        """Ask for the year and for explanations, and build a version."""
        districts = _districts(request.user)
        if not districts.exists():
            raise PermissionDenied
        former = self._former(request, districts)
        if request.method == "POST":
            form = BuildForm(request.POST, districts=districts)
            notes = NoteForms(request.POST, prefix="notes", form_kwargs=_figures_to_explain())
        else:
            form = BuildForm(initial=_proposed(request, former), districts=districts)
            notes = NoteForms(
                initial=former.notes if former else [],
                prefix="notes",
                form_kwargs=_figures_to_explain(),
            )
        pack = _built(form, notes, request.user) if request.method == "POST" else None
        if pack:
            text = gettext("Built. Somebody else has to submit it.")
            self.message_user(request, text, messages.SUCCESS)
            return HttpResponseRedirect(own_page(pack))
        return self.page(
            request,
            "admin/evaluation/city_pack_build.html",
            title=_("Build a yearly pack"),
            form=form,
            notes=notes,
            intro=BUILD_INTRO,
        )

    def _former(self, request, districts):
        """The newest version of what is asked for, whose explanations are proposed again."""
        year, code = request.GET.get("year", ""), request.GET.get("district", "")
        if not (year.isascii() and year.isdigit() and len(year) == 4):
            return None
        found = CityPack.objects.visible_to(request.user).filter(year=int(year))
        return found.filter(division__in=districts, division__code=code).first()

    # --- submitting and giving up

    def submit(self, request, pk):
        pack = self.scoped_or_404(request, pk)
        if not request.user.has_capability(Capability.CITY_PACK_SUBMIT, pack.division):
            raise PermissionDenied
        return self.ask(
            request,
            SubmitForm(request.POST or None, request.FILES or None, pack=pack),
            partial(services.submit, pack=pack),
            title=_("Submit to the municipality"),
            said=gettext("Submitted. The municipality reads this version from now on."),
            obj=pack,
            intro=SUBMIT_INTRO,
        )

    def drop(self, request, pk):
        pack = self.scoped_or_404(request, pk)
        if not can_build_city_pack(request.user, pack.division):
            raise PermissionDenied
        return self.ask(
            request,
            DropForm(request.POST or None, pack=pack),
            partial(services.drop, pack=pack),
            title=_("Give this version up"),
            said=gettext("Given up. Its number is not used again."),
            obj=pack,
        )

    @method_decorator(require_POST)
    @refuse_to_message
    def verify(self, request, pk):
        """Build it again and say whether it is the same."""
        pack = self.scoped_or_404(request, pk)
        found = services.verify(pack=pack)
        if found.is_same:
            text = gettext("Built again from the same days: every byte is the same.")
            self.message_user(request, text, messages.SUCCESS)
        else:
            labels = [city_pack_words.key_label(pack, key) for key in found.differences if key]
            text = gettext("Built again, the pack is not the same. Different: %(what)s")
            self.message_user(
                request,
                text % {"what": gettext("; ").join(labels) or gettext("its frame")},
                messages.ERROR,
            )
        return HttpResponseRedirect(own_page(pack))

    # --- files

    @method_decorator(require_safe)
    def archive(self, request, pk):
        return self._file(request, pk, files.archive, "zip", "application/zip")

    @method_decorator(require_safe)
    def workbook(self, request, pk):
        def written(pack):
            stream = BytesIO()
            files.workbook(stream, pack)
            return stream.getvalue()

        return self._file(request, pk, written, "xlsx", XLSX)

    @method_decorator(require_safe)
    def paper(self, request, pk):
        return self._file(request, pk, files.paper, "docx", DOCX)

    @method_decorator(require_safe)
    def scan(self, request, pk):
        pack = self.scoped_or_404(request, pk)
        if pack.scan is None:
            raise Http404
        try:
            return answer(pack.scan, inline="show" in request.GET)
        except EvidenceLost as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(own_page(pack))

    def _file(self, request, pk, made, suffix, content_type):
        """The pack as a file; the audit trail says who took it."""
        pack = self.scoped_or_404(request, pk)
        name = f"{pack.division.code}-{pack.year}-v{pack.number}.{suffix}"
        response = HttpResponse(made(pack), content_type=content_type)
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        audit.record(
            action="evaluation.city_pack.export",
            by=request.user,
            at=timezone.now(),
            target=pack,
            division_path=pack.division.path,
            changes={"format": [None, suffix]},
        )
        return response


def _districts(user):
    """The districts whose packs the user builds."""
    found = within_reach(user, Capability.CITY_PACK_BUILD)
    return found.filter(kind=Division.Kind.DISTRICT).order_by("code")


def _proposed(request, former):
    """What the page proposes: the year asked for, or the one that is over."""
    today = timezone.localdate()
    proposed = {"year": former.year if former else today.year - 1}
    if former:
        proposed |= {"district": former.division_id, "as_of": former.as_of}
    return proposed


def _figures_to_explain():
    """Every figure by its name, as choices."""
    today = timezone.localdate()
    labels = city_pack_words.Labels.on(today)
    keys = city_packs.keys_on(today)
    return {"figures": [(key, labels[key]) for key in keys]}


def _built(form, notes, user):
    """The pack, or None with the refusal in the form."""
    if not (form.is_valid() & notes.is_valid()):
        return None
    asked, now = dict(form.cleaned_data), timezone.now()
    year, as_of = asked.pop("year"), asked.pop("as_of")
    told = [
        {name: note[name] for name in ("figure", "kind", "text")}
        for note in notes.cleaned_data
        if note.get("figure") and not note.get("DELETE")
    ]
    try:
        return services.build(
            year=year,
            as_of=as_of or city_packs.day_of(year, timezone.localdate(now)),
            notes=told,
            by=user,
            at=now,
            **asked,
        )
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return None
