"""An accepted filing as a file to print."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from centers.forms import CLAUSES
from centers.resources import papers
from centers.services import printouts
from centers.views.filings import get_filing
from portal.errors import DomainError


@login_required
@require_safe
def filing_print(request, pk, suffix):
    """The filing as Word or PDF; ``?with=changes`` adds what changed. Refused until accepted."""
    if suffix not in papers.WRITERS:
        raise Http404
    filing = get_filing(request, pk)
    try:
        printouts.issue(filing=filing, suffix=suffix, by=request.user, at=timezone.now())
    except DomainError as refusal:
        context = {"filing": filing, "refusal": refusal}
        return render(request, "centers/filing_print_refused.html", context, status=409)
    file = papers.filing_file(
        filing, suffix, clauses=CLAUSES, with_changes=request.GET.get("with") == "changes"
    )
    response = HttpResponse(file.content, content_type=file.content_type)
    response["Content-Disposition"] = content_disposition_header(True, file.name)
    return response
