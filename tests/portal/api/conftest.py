"""Clients with a token for everything."""

from tests.centers.api.conftest import issue

__all__ = ["issue"]
