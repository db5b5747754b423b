"""Rounds of reviews at the desk of the bureau."""

import io
from functools import partial

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action

from evaluation.admin import charts, papers
from evaluation.admin.review import in_states
from evaluation.admin.steps import Step, SteppedAdmin, dressed
from evaluation.forms.reviews import (
    DeadlinesForm,
    OpenForm,
    ReasonForm,
    RoundForm,
    StepForm,
    SurveyForm,
    VoidForm,
)
from evaluation.models import Review, ReviewRound, Scheme
from evaluation.permissions import can_close_round, can_manage_reviews
from evaluation.resources import reviews as sheets
from evaluation.selectors import reviews as reading
from evaluation.services import review_rounds, reviews, surveys
from portal.admin import mark, own_page, refuse_to_message
from portal.evidence import views as files
from portal.workbooks import XLSX
from projects.forms.dressing import for_bureau

MARKS = {
    "draft": ("…", "fair"),
    "open": ("◑", "fair"),
    "publicity": ("◕", "fair"),
    "final": ("✓", "good"),
    "archived": ("■", "good"),
    "cancelled": ("✕", "none"),
}


def _manages(user, review_round):
    return can_manage_reviews(user, review_round.district)


def _of(verb):
    return lambda obj, **values: verb(review_round=obj, **values)


def _approve_all(review_round, *, by, at, version):
    reviews.approve_all(review_round=review_round, by=by, at=at)
    return review_round


def _enter(review_round, **values):
    surveys.enter(review_round=review_round, **values)
    return review_round


STEPS = {
    "open": Step(
        _("Open the round"),
        OpenForm,
        _of(review_rounds.open_),
        in_states("draft"),
        _manages,
        _("Every center chosen gets its review now, with the figures that the portal has."),
    ),
    "deadlines": Step(
        _("Change the deadlines"),
        DeadlinesForm,
        _of(review_rounds.edit),
        in_states("draft", "open"),
        _manages,
    ),
    "survey": Step(
        _("Enter a survey"),
        SurveyForm,
        _enter,
        in_states("draft", "open"),
        _manages,
        _("Numbers only: who was asked is nowhere kept. Find the figures again afterwards."),
    ),
    "approve": Step(
        _("Approve all grades that wait"),
        StepForm,
        _approve_all,
        in_states("open", "publicity"),
        can_close_round,
    ),
    "announce": Step(
        _("Announce the grades"),
        StepForm,
        _of(review_rounds.announce),
        in_states("open"),
        can_close_round,
        _("Everybody reads names and grades on the public pages, and may object."),
    ),
    "publish": Step(
        _("Make the results final"),
        StepForm,
        _of(review_rounds.publish),
        in_states("publicity"),
        can_close_round,
        _("After the days of public notice, once every objection is answered."),
    ),
    "archive": Step(
        _("Archive the round"),
        StepForm,
        _of(review_rounds.archive),
        in_states("final"),
        _manages,
        _("The whole round is kept as one text with its SHA-256."),
    ),
    "cancel": Step(
        _("Cancel the round"),
        ReasonForm,
        _of(review_rounds.cancel),
        in_states("draft", "open"),
        _manages,
    ),
}


@admin.register(ReviewRound)
class ReviewRoundAdmin(SteppedAdmin):
    when_empty = _(
        "No round of reviews yet. Adopt a scheme, then prepare the round of a year: opened, it"
        " reaches every center, with the figures that the portal has already."
    )
    STEPS = STEPS
    actions_list = ["prepare"]
    list_display = ["title", "district", "year", "state", "self_due_on", "district_due_on"]
    list_filter = ["year", ("status", ChoicesDropdownFilter)]
    list_select_related = ["district"]
    search_fields = ["title"]

    def get_queryset(self, request):
        found = super().get_queryset(request)
        return found.select_related("district", "scheme", "created_by", "opened_by")

    @admin.display(description=_("status"), ordering="status")
    def state(self, review_round):
        return mark(*MARKS[review_round.status], review_round.get_status_display())

    def get_urls(self):
        return [
            path(
                "<int:pk>/workbook/",
                self.admin_site.admin_view(self.workbook),
                name="evaluation_reviewround_workbook",
            ),
            path(
                "<int:pk>/surveys/<int:survey_pk>/void/",
                self.admin_site.admin_view(self.void_survey),
                name="evaluation_reviewround_survey_void",
            ),
            path(
                "<int:pk>/surveys/<int:survey_pk>/",
                self.admin_site.admin_view(self.survey_file),
                name="evaluation_reviewround_survey_file",
            ),
            path(
                "<int:pk>/archived/",
                self.admin_site.admin_view(self.archived),
                name="evaluation_reviewround_archived",
            ),
            *super().get_urls(),
        ]

    def workbook(self, request, pk):
        """What the user may read of the round as a workbook; the trail says who took it."""
        review_round = self.scoped_or_404(request, pk)
        found = Review.objects.visible_to(request.user).filter(round=review_round)
        now = timezone.now()
        stream = io.BytesIO()
        sheets.export(
            stream,
            header=[
                (str(review_round), ""),
                (_("asked by"), str(request.user)),
                (_("asked at"), now),
            ],
            review_round=review_round,
            reviews=list(
                found.select_related("center__division", "round").order_by("center__code")
            ),
            user=request.user,
        )
        review_rounds.record(review_round, "export", by=request.user, at=now)
        stream.seek(0)
        return FileResponse(
            stream, as_attachment=True, filename=f"{review_round}.xlsx", content_type=XLSX
        )

    def survey_file(self, request, pk, survey_pk):
        """What the result of a survey rests on."""
        review_round = self.scoped_or_404(request, pk)
        found = review_round.surveys.valid().select_related("file").filter(pk=survey_pk).first()
        if found is None or found.file is None:
            raise Http404
        return files.answer_or_404(found.file)

    @refuse_to_message
    def archived(self, request, pk):
        """The archived text of the round, byte for byte; the trail says who took it."""
        review_round = self.scoped_or_404(request, pk)
        if not _manages(request.user, review_round):
            raise PermissionDenied
        if review_round.status != ReviewRound.Status.ARCHIVED:
            raise Http404
        text = review_rounds.archived_text(
            review_round=review_round, by=request.user, at=timezone.now()
        )
        return FileResponse(
            io.BytesIO(text),
            as_attachment=True,
            filename=f"{review_round}.json",
            content_type="application/json",
        )

    def void_survey(self, request, pk, survey_pk):
        """Why the result of a survey does not count; it stays on record."""
        review_round = self.scoped_or_404(request, pk)
        survey = get_object_or_404(review_round.surveys.select_related("center"), pk=survey_pk)
        if not _manages(request.user, review_round):
            raise PermissionDenied
        return self.ask(
            request,
            dressed(VoidForm(request.POST or None)),
            partial(surveys.void, survey=survey),
            title=gettext("Void a survey"),
            intro=str(survey),
            said=gettext("Voided. Find the figures of the review again."),
            leads_to=own_page(review_round),
            obj=review_round,
        )

    def verbs(self, request, obj):
        place = reverse("admin:evaluation_reviewround_workbook", args=[obj.pk])
        found = [*super().verbs(request, obj), (place, gettext("Download as Excel"))]
        if obj.status == ReviewRound.Status.ARCHIVED and _manages(request.user, obj):
            place = reverse("admin:evaluation_reviewround_archived", args=[obj.pk])
            found.append((place, gettext("Download the archived text")))
        return found

    def change_view(self, request, object_id, form_url="", extra_context=None):
        review_round = self.scoped_or_404(request, object_id)
        found = Review.objects.visible_to(request.user).filter(round=review_round)
        today = timezone.localdate()
        return self.page(
            request,
            "admin/evaluation/review_round.html",
            title=str(review_round),
            obj=review_round,
            facts=self.facts(review_round),
            verbs=self.verbs(request, review_round),
            round=review_round,
            **papers.about(request, review_round, "round"),
            reviews=[
                (review, reading.is_late(review, today))
                for review in found.select_related("center__division", "round").order_by(
                    "center__code"
                )
            ],
            progress=reading.progress(review_round),
            grades=reading.grades(review_round),
            bars=charts.grade_bars(reading.grades(review_round)),
            surveys=review_round.surveys.select_related("center", "file").order_by(
                "center__code", "pk"
            ),
            may_void=review_round.status in ("draft", "open")
            and _manages(request.user, review_round),
        )

    def has_prepare_permission(self, request, object_id=None):
        return can_manage_reviews(request.user)

    @action(description=_("Prepare a round"), url_path="prepare", permissions=["prepare"])
    def prepare(self, request):
        schemes = Scheme.objects.visible_to(request.user).adopted().select_related("district")
        year = timezone.localdate().year - 1
        initial = {
            "year": year,
            "title": gettext("Performance review of %(year)s") % {"year": year},
            "period_from": f"{year}-01-01",
            "period_to": f"{year}-12-31",
            "as_of": f"{year}-12-31",
        }
        form = RoundForm(request.POST or None, schemes=schemes, initial=initial)
        return self.ask(
            request,
            for_bureau(form),
            self._draft(request),
            title=_("Prepare a round"),
            said=_("Prepared. Look at it, then open it for the centers."),
            intro=_("No scheme to choose? Adopt one first."),
        )

    def _draft(self, request):
        def draft(*, scheme, **values):
            if not can_manage_reviews(request.user, scheme.district):
                raise PermissionDenied
            given = {name: value for name, value in values.items() if value is not None}
            return review_rounds.draft(district=scheme.district, scheme=scheme, **given)

        return draft

    def facts(self, review_round):
        """(name, value) of what the page shows."""
        return [
            (_("status"), review_round.get_status_display()),
            (_("district"), review_round.district.name),
            (_("review scheme"), review_round.scheme),
            (_("period"), f"{review_round.period_from} → {review_round.period_to}"),
            (_("figures as of"), review_round.as_of),
            (_("self-assessment due on"), review_round.self_due_on),
            (_("opinion of the street or town due on"), review_round.township_due_on),
            (_("review of the bureau due on"), review_round.district_due_on),
            (_("announced from"), review_round.publicity_from or "—"),
            (_("objections until"), review_round.publicity_until or "—"),
            (_("SHA-256"), review_round.snapshot_sha256 or "—"),
        ]
