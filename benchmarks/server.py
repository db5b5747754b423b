"""The portal with the peers' addresses beside its own."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application

import benchmarks  # noqa: F401  (the benchmark's own settings and database)

settings.ROOT_URLCONF = "benchmarks.urls"
settings.ALLOWED_HOSTS = ["*"]
application = get_wsgi_application()
