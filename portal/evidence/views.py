"""The one way a stored file leaves: the door that calls this has checked who asks."""

from urllib.parse import quote

from django.http import FileResponse, Http404

from portal.evidence import services
from portal.evidence.models import JPEG, PDF, PNG

# What a browser may show by itself; everything else is saved.
SHOWN = {JPEG, PNG, PDF}


def answer(file, *, inline=False):
    """The file as a download, or ``inline`` where its kind may be shown.

    Whatever it is, the browser takes it for what we say, lets it do nothing, and no proxy keeps it.
    """
    is_shown = inline and file.media_type in SHOWN
    response = FileResponse(
        services.open_for_reading(file=file), content_type=file.media_type, filename=""
    )
    disposition = "inline" if is_shown else "attachment"
    name = quote(file.original_name, safe="")
    response["Content-Disposition"] = f"{disposition}; filename*=UTF-8''{name}"
    response["Content-Length"] = file.size_bytes
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response


def answer_or_404(file, *, inline=False):
    """``answer``, and 404 with the words of the vault where the file was lost."""
    try:
        return answer(file, inline=inline)
    except services.EvidenceLost as refusal:
        raise Http404(str(refusal)) from refusal
