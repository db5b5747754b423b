"""Where somebody lands at the desk."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import redirect, render

from centers import selectors
from centers.models import Center

PER_PAGE = 50


@login_required
def home(request):
    """The user's own center; who works at none chooses among the centers they may look at."""
    mine = selectors.centers_of(request.user)
    if mine:
        return redirect("evaluation:center", mine[0].code)
    visible = Center.objects.visible_to(request.user).select_related("division")
    page = Paginator(visible, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "centers/home.html", {"page": page})
