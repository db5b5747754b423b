"""What somebody has been told, and what they choose to be told by mail."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from centers.selectors import tasks
from portal.inbox import services
from portal.inbox.forms import MailForm
from portal.inbox.models import Notice

PER_PAGE = 30


@login_required
def inbox(request):
    return _page(request, MailForm.of(request.user))


def _page(request, form):
    notices = Notice.objects.filter(user=request.user).for_inbox()
    page = Paginator(notices, PER_PAGE).get_page(request.GET.get("page"))
    todo = tasks.tasks_for(request.user, timezone.localdate())
    return render(request, "centers/inbox.html", {"page": page, "form": form, "tasks": todo})


def get_notice(request, pk):
    """One's own, or 404."""
    return get_object_or_404(Notice, user=request.user, pk=pk)


@login_required
@require_GET
def notice_open(request, pk):
    """Following a notice to what it tells of is reading it."""
    notice = get_notice(request, pk)
    services.mark_read(notice=notice, at=timezone.now())
    return redirect(notice.url_path)


@login_required
@require_POST
def notice_read(request, pk):
    services.mark_read(notice=get_notice(request, pk), at=timezone.now())
    return redirect("desk:inbox")


@login_required
@require_POST
def inbox_read(request):
    services.mark_all_read(user=request.user, at=timezone.now())
    return redirect("desk:inbox")


@login_required
@require_POST
def inbox_mail(request):
    form = MailForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    services.choose_mail(
        user=request.user, **form.cleaned_data, by=request.user, at=timezone.now()
    )
    messages.success(request, _("Saved."))
    return redirect("desk:inbox")
