"""Whoever writes what is published is told so beside the field."""

import pytest
from django.utils.translation import override

from projects.forms import contracts, openings, panels, procurements

PUBLISHED = [
    (panels.AwardForm, "reason"),
    (panels.AwardForm, "deviation_reason"),
    (panels.GrantForm, "reason"),
    (openings.DisqualifyForm, "reason"),
    (contracts.ReasonForm, "reason"),
    (procurements.ChallengeAnswerForm, "public_reason"),
]


@pytest.mark.parametrize(("form", "name"), PUBLISHED)
def test_a_reason_that_everybody_reads_is_asked_for_as_such(form, name):
    with override("en"):
        told = str(form.base_fields[name].help_text)
    assert "Everybody reads it" in told
    assert "Write no names" in told
