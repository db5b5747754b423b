"""The project's settings, with a fast hasher, plain static files, and servers of their own."""

import os
from pathlib import Path
from uuid import uuid4

os.environ.setdefault("PORTAL_HOME", str(Path(__file__).resolve().parent.parent / "var-test"))

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
