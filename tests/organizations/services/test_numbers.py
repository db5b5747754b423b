"""Numbers are given out in order, each once."""

import pytest

from organizations.models import Series
from organizations.services.numbers import next_number
from tests.threads import at_once


@pytest.mark.django_db
def test_each_series_counts_for_itself():
    given = [next_number(prefix) for prefix in ("310199-ZX-2026-", "310199-PG-2026-") * 2]
    assert given == [
        "310199-ZX-2026-00001",
        "310199-PG-2026-00001",
        "310199-ZX-2026-00002",
        "310199-PG-2026-00002",
    ]


@pytest.mark.django_db
def test_a_number_beyond_five_digits_grows():
    Series.objects.create(prefix="310199-ZX-2026-", last=99_999)
    assert next_number("310199-ZX-2026-") == "310199-ZX-2026-100000"


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_get_eight_numbers():
    given = at_once([lambda: [next_number("310199-ZX-2026-") for _ in range(5)]] * 8)
    numbers = sorted(number for each in given for number in each)
    assert numbers == [f"310199-ZX-2026-{number:05d}" for number in range(1, 41)]
