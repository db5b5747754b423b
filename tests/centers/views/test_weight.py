"""A page of the desk brings less than 100 KB of our own scripts and styles, htmx included."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from centers.models import Section
from centers.services import filings

pytestmark = pytest.mark.django_db
LIMIT = 100_000
ASSET = re.compile(r'(?:href|src)="/static/([^"?]+\.(?:css|js))')


def weight(page):
    """Bytes of the assets a page names, not compressed."""
    assets = set(ASSET.findall(page))
    assert assets
    plain = [re.sub(r"\.[0-9a-f]{12}(\.\w+)$", r"\1", name) for name in assets]
    return sum(Path(finders.find(name)).stat().st_size for name in plain)


def test_pages_of_the_desk_are_light(diane_client, diane, c05, filing, at):
    for kind in Section.Kind.values:
        filings.add_section(filing=filing, kind=kind, by=diane, at=at)
    pages = [
        *("/desk/filings/", "/desk/inbox/", "/desk/centers/C05/", "/desk/centers/C05/events/"),
        f"/desk/filings/{filing.pk}/",
        *(f"/desk/filings/{filing.pk}/{kind}/" for kind in Section.Kind.values),
    ]
    weights = {path: weight(diane_client.get(path).content.decode()) for path in pages}
    assert max(weights.values()) < LIMIT, weights
