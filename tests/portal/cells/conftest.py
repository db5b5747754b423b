"""Properties are judged by what they find, not by how fast a busy machine finds it."""

import pytest
from django.utils import translation
from hypothesis import settings

settings.register_profile("cells", deadline=None)
settings.load_profile("cells")


@pytest.fixture(autouse=True, scope="module")
def in_english():
    """The texts are judged as they are written in the code."""
    with translation.override("en"):
        yield
