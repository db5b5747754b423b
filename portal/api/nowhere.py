"""Addresses below /api/ that lead nowhere."""

from django.http import Http404

from portal.api.views import ScopedView
from portal.clients.authentication import TokenAuthentication


class Nowhere(ScopedView):
    """Whoever shows a token is counted and recorded here as at any other address."""

    # A session has no part in it: it is not counted, and a form of it is not checked.
    authentication_classes = [TokenAuthentication]

    def initial(self, request, *args, **kwargs):
        self.identify(request)
        raise Http404


nowhere = Nowhere.as_view()
