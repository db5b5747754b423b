"""Clients with a token for everything."""

from tests.centers.api.conftest import accept, api, issue, stranger

__all__ = ["accept", "api", "issue", "stranger"]
