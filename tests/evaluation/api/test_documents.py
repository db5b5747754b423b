"""What every row of an answer shares."""

import pytest
from django.utils import timezone

from evaluation.api.documents import Documents
from evaluation.selectors.findings import Moment

pytestmark = pytest.mark.django_db


def test_packs_are_read_by_one_query_however_many(pack, version, django_assert_num_queries):
    version()
    version(9)
    with django_assert_num_queries(2):
        assert len(Documents(Moment(at=timezone.now())).rules) == 3
    with django_assert_num_queries(1):
        assert len(Documents(Moment(at=timezone.now())).rules) == 3
