"""The prefix of the open data of procurements."""

import pytest
from django.core.checks import run_checks
from environs import EnvError

from portal.settings import ocds_prefix


@pytest.mark.parametrize(("prefix", "is_told"), [("portal", True), ("abc123", False)])
def test_a_deployment_is_told_of_a_prefix_that_nobody_registered(settings, prefix, is_told):
    settings.OCDS_PREFIX = prefix
    named = {each.id for each in run_checks(include_deployment_checks=True)}
    assert ("projects.W001" in named) == is_told


@pytest.mark.parametrize("written", ["abc123", "ocds-abc123", " abc123 "])
def test_a_prefix_is_read_as_the_register_writes_it(written):
    assert ocds_prefix(written) == "abc123"


@pytest.mark.parametrize("written", ["ABC", "abc-123", "海棠", "ocds-", "a b", ""])
def test_what_cannot_stand_in_an_identifier_is_refused(written):
    with pytest.raises(EnvError, match="abc123"):
        ocds_prefix(written)
