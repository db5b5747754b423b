"""Organizations of the townships a center serves: looked for, and one with what happened to it."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render

from organizations.models import Organization
from organizations.permissions import can_reveal, can_view_warnings
from organizations.selectors import search, timelines
from portal import sealing
from portal.cells import mask_phone
from portal.errors import DomainError

PER_PAGE = 50


def _visible(user):
    return Organization.objects.visible_to(user).select_related("division")


@login_required
def organization_list(request):
    """The organizations the user sees, those entered last first, narrowed by what is typed."""
    asked = request.GET.get("q", "").strip()
    found = search.matching(_visible(request.user), asked).order_by("-id")
    page = search.FoundPaginator(found, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = list(page.object_list)
    former = search.former_names(page.object_list, asked)
    for organization in page.object_list:
        organization.found_by = former.get(organization.pk, [])
    return render(request, "organizations/organization_list.html", {"page": page, "asked": asked})


@login_required
def organization_detail(request, pk):
    """One organization as the register has it, with one line of what happened."""
    organization = get_object_or_404(_visible(request.user), pk=pk)
    context = {
        "organization": organization,
        "phone": _masked_phone(organization),
        "can_reveal": can_reveal(request.user, organization),
        "names": organization.names.all(),
        "moments": timelines.of_organization(organization, request.user),
        "inspections": organization.inspections.visible_to(request.user).order_by("-year"),
        "can_check_grading": can_view_warnings(request.user, organization),
        "warnings": organization.warnings.visible_to(request.user).open(),
    }
    return render(request, "organizations/organization_detail.html", context)


def _masked_phone(organization):
    sealed = organization.contact_phone_sealed
    if not sealed:
        return ""
    try:
        purpose = Organization.SEALED["contact_phone"]
        return mask_phone(sealing.unseal(sealed, purpose=purpose))
    except DomainError as refusal:
        return str(refusal)
