import pytest
from django.db import connection

from portal.feeds import selectors, services

EVERYTHING = {"things": [""]}


@pytest.fixture
def second(transactional_db):
    """Another connection, whose transaction is open until it is committed or rolled back."""
    other = connection.copy()
    other.set_autocommit(False)
    yield other
    other.rollback()
    other.close()


@pytest.fixture
def tell():
    """(key, path, resource) → one entry, in the transaction that is open."""

    def write(key, path="31/", resource="things"):
        services.record(resource=resource, places=[(key, path)])

    return write


@pytest.fixture
def keys():
    """(after, limit, wanted) → the keys that a reader is given."""

    def read(after=selectors.START, limit=100, wanted=EVERYTHING):
        found = selectors.settled(wanted=wanted, after=after, limit=limit)
        return [entry.key for entry in found]

    return read
