"""Rounds of reviews at the desk of the bureau."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from evaluation.admin.steps import SteppedAdmin
from evaluation.models import Review, ReviewRound
from portal.admin import mark

MARKS = {
    "draft": ("…", "fair"),
    "open": ("◑", "fair"),
    "publicity": ("◕", "fair"),
    "final": ("✓", "good"),
    "archived": ("■", "good"),
    "cancelled": ("✕", "none"),
}


@admin.register(ReviewRound)
class ReviewRoundAdmin(SteppedAdmin):
    when_empty = _(
        "No round of reviews yet. Adopt a scheme, then prepare the round of a year: opened, it"
        " reaches every center, with the figures that the portal has already."
    )
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

    def change_view(self, request, object_id, form_url="", extra_context=None):
        review_round = self.scoped_or_404(request, object_id)
        reviews = Review.objects.visible_to(request.user).filter(round=review_round)
        return self.page(
            request,
            "admin/evaluation/review_round.html",
            title=str(review_round),
            obj=review_round,
            facts=self.facts(review_round),
            verbs=self.verbs(request, review_round),
            reviews=reviews.select_related("center__division").order_by("center__code"),
        )

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
        ]
