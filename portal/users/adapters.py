"""What allauth asks of the project."""

from allauth.account.adapter import DefaultAccountAdapter, get_adapter


def client_ip(request):
    """The client's address as allauth sees it, so that both count failures of the same one."""
    return get_adapter().get_client_ip(request)


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are opened by the bureau: nobody signs up."""

    def is_open_for_signup(self, request):
        return False
