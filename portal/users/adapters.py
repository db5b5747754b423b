"""What allauth asks of the project."""

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from django.core.exceptions import PermissionDenied


def client_ip(request):
    """The client's address as allauth sees it, so that both count failures of the same one."""
    try:
        return get_adapter().get_client_ip(request)
    except PermissionDenied:
        # No connection behind the request: a login by the shell or a test.
        return None


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are opened by the bureau: nobody signs up."""

    def is_open_for_signup(self, request):
        return False
