"""What organizations offer, as a center and as the organization itself see it."""

from functools import partial

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.jurisdictions.models import Division
from projects.forms.needs import OfferForm, OfferOfForm
from projects.forms.steps import OFFER_STEPS, without_version
from projects.models import Offer
from projects.models.need import Service
from projects.permissions import bidder_of, can_plan
from projects.selectors import needs as need_selectors
from projects.selectors import offers as selectors
from projects.services import offers
from projects.views.asking import ask, get_center, typed

PER_PAGE = 50


@login_required
def offer_list(request, code):
    """Offers of the center's district, newest first, with what came of each."""
    center = get_center(request, code)
    today = timezone.localdate()
    asked = {name: request.GET.get(name, "").strip() for name in ("show", "service", "q")}
    found = selectors.of_district(
        request.user,
        center.division.district_code,
        today,
        service=asked["service"],
        shown=asked["show"],
        words=asked["q"],
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "center": center,
        "page": page,
        "asked": asked,
        "is_asked": any(asked.values()),
        "rows": [(offer, selectors.is_over(offer, today)) for offer in page],
        "services": Service.choices,
        "can_plan": can_plan(request.user, center=center),
    }
    return render(request, "projects/offer_list.html", context)


@login_required
def offer_enter(request, code):
    """A center enters what an organization of its district offers."""
    center = get_center(request, code, plans=True)
    back = reverse("projects:offer-list", args=[center.code])
    form = OfferOfForm(
        typed(request),
        districts=Division.objects.filter(code=center.division.district_code),
        organizations=selectors.working().visible_to(request.user),
    )
    return ask(
        request,
        form,
        without_version(offers.enter),
        title=_("Enter an offer"),
        said=_("Entered. It is suggested for the needs that it fits."),
        leads_to=lambda _offer: back,
        back=back,
        center=center,
    )


def _account(request):
    """The account by which the user speaks for an organization; 403 for others."""
    if (account := bidder_of(request.user)) is None:
        raise PermissionDenied
    return account


@login_required
def published_needs(request):
    """The needs of its district that the user's own organization may take up."""
    organization = _account(request).organization
    found = need_selectors.answerable(organization, timezone.localdate())
    context = {
        "organization": organization,
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "projects/published_needs.html", context)


@login_required
def own_offers(request):
    """What the user's own organization offers, and what came of it."""
    account = _account(request)
    own = Offer.objects.visible_to(request.user).filter(organization=account.organization)
    found = selectors.counted(own).select_related("district").order_by("-id")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    today = timezone.localdate()
    context = {
        "organization": account.organization,
        "page": page,
        "rows": [(offer, selectors.is_over(offer, today)) for offer in page],
    }
    return render(request, "projects/own_offers.html", context)


@login_required
def own_offer_enter(request):
    """The user's own organization offers something in its district."""
    organization = _account(request).organization
    district = Division.objects.get(code=organization.division.district_code)
    back = reverse("bid:offers")
    return ask(
        request,
        OfferForm(typed(request)),
        without_version(partial(offers.enter, organization=organization, district=district)),
        title=_("Enter an offer"),
        said=_("Entered. It is suggested for the needs that it fits."),
        leads_to=lambda _offer: back,
        back=back,
    )


@login_required
def own_offer_move(request, pk, code):
    """The user's own organization corrects or withdraws an offer."""
    account = _account(request)
    own = Offer.objects.filter(organization=account.organization)
    found = get_object_or_404(own.select_related("district"), pk=pk)
    step = OFFER_STEPS.get(code)
    if step is None:
        raise Http404
    if not step.fits(found):
        raise PermissionDenied
    back = reverse("bid:offers")
    return ask(
        request,
        step.form(typed(request), **step.given(found)),
        step.of(found),
        title=step.label,
        about=step.about,
        said=_("Entered: %(step)s.") % {"step": step.label},
        leads_to=lambda _offer: back,
        back=back,
        obj=found,
    )
