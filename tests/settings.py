"""The project's settings, with a fast hasher, plain static files, and servers of their own."""

import os
from uuid import uuid4

from tests import homes

os.environ["PORTAL_HOME"] = str(homes.own())
# Tests flush, drop and cut: never in a database that somebody named for something else.
os.environ.pop("DATABASE_URL", None)
os.environ.pop("REDIS_URL", None)
os.environ.pop("CACHE_URL", None)

from portal.settings import *  # noqa: F403
from portal.settings import STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
# Static files come from where they are written; nothing is collected for a test.
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
# Every process counts for itself: each has a database of its own, with clients of the same numbers.
LIMITS_NAME = f"test-{uuid4().hex}"
