"""What a service refuses, said on the page."""

from contextlib import contextmanager

from django.contrib import messages

from portal.errors import DomainError


@contextmanager
def shown(request):
    """Turn a service's refusal into a message at the top of the next page."""
    try:
        yield
    except DomainError as refusal:
        messages.error(request, str(refusal))
