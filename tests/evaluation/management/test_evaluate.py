"""Official runs from the shell."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from evaluation.models import Finding, Run, Verdict

pytestmark = pytest.mark.django_db


def evaluate(*args):
    out = StringIO()
    call_command("evaluate", *args, stdout=out)
    return out.getvalue()


def test_evaluate_writes_the_series_of_the_date_and_tells_the_rollups(golden):
    out = evaluate("--district", "310199", "--as-of", "2025-12-31")
    assert "8" in out.splitlines()[0]
    assert "  compliant: 2" in out.splitlines()
    assert Verdict.objects.standing(date(2025, 12, 31)).count() == 8
    assert Run.objects.get(series_on=date(2025, 12, 31)).status == Run.Status.DONE


def test_evaluate_again_changes_nothing(golden):
    evaluate("--district", "310199", "--as-of", "2025-12-31")
    before = list(Finding.objects.order_by("pk").values_list("pk", "superseded_at"))
    evaluate("--district", "310199", "--as-of", "2025-12-31")
    assert list(Finding.objects.order_by("pk").values_list("pk", "superseded_at")) == before


def test_evaluate_without_a_date_moves_the_standing_series(golden):
    evaluate("--district", "310199")
    assert Verdict.objects.standing().count() == 8


@pytest.mark.parametrize(
    ("district", "as_of"),
    [("999999", "2025-12-31"), ("310199", "2025-13-31"), ("310199", "2999-01-01")],
)
def test_evaluate_refuses_what_it_cannot_judge(golden, district, as_of):
    runs = Run.objects.count()
    with pytest.raises(CommandError):
        evaluate("--district", district, "--as-of", as_of)
    assert Run.objects.count() == runs
