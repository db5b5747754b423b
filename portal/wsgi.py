"""The door for the web server."""

import os

from django.core.wsgi import get_wsgi_application

from portal.access_log import leave_out_bids

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

application = get_wsgi_application()
leave_out_bids()
