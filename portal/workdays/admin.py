"""The work calendar: what was entered, and entering the next year."""

from functools import partial

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from portal.admin import ScopedModelAdmin
from portal.workdays import services
from portal.workdays.forms import CorrectYearForm, EnterYearForm
from portal.workdays.models import WorkYear
from portal.workdays.permissions import can_enter_year
from portal.workdays.selectors import PACKAGE_YEARS

INTRO = _(
    "Deadlines count working days by the State Council's yearly arrangement. The years %(first)s to"
    " %(last)s come with the portal; enter later ones when they are published, usually in November."
)
ENTERED = _("The working days of %(year)s are entered.")


def day_list(days):
    return "、".join(day.isoformat() for day in days) or "—"


@admin.register(WorkYear)
class WorkYearAdmin(ScopedModelAdmin):
    view_capability = "admin.enter"
    list_display = ["year", "document", "make_up_days", "entered_by", "entered_at"]
    list_select_related = ["entered_by"]
    search_fields = ["document"]
    ordering = ["-year"]
    fields = ["year", "document", "days_off", "make_up_days", "entered_by", "entered_at"]
    actions_list = ["enter_year"]
    actions_detail = ["correct_year"]

    @admin.display(description=_("days off"))
    def days_off(self, work_year):
        return day_list(work_year.off_days)

    @admin.display(description=_("make-up working days"))
    def make_up_days(self, work_year):
        return day_list(work_year.working_days)

    def has_enter_permission(self, request, object_id=None):
        return can_enter_year(request.user)

    @action(description=_("Enter a year"), url_path="enter", permissions=["enter"])
    def enter_year(self, request):
        form = EnterYearForm(request.POST or None)
        title = _("Enter a year")
        return self._ask(request, form, services.enter_year, title=title)

    @action(description=_("Correct the days"), url_path="correct", permissions=["enter"])
    def correct_year(self, request, object_id):
        work_year = self.scoped_or_404(request, object_id)
        form = CorrectYearForm(request.POST or None, work_year=work_year)
        title = _("Correct the days")
        return self._ask(request, form, services.correct_year, title=title, obj=work_year)

    def _ask(self, request, form, verb, *, title, obj=None):
        """The form until the service takes it; a refusal keeps what was typed."""
        if not self.has_enter_permission(request):
            raise PermissionDenied
        return self.ask(
            request,
            form,
            partial(verb, work_year=obj) if obj else verb,
            title=title,
            submit_label=_("Save"),
            said=lambda entered: ENTERED % {"year": entered.year},
            obj=obj,
            intro=INTRO % {"first": PACKAGE_YEARS[0], "last": PACKAGE_YEARS[-1]},
        )
