"""Pages of lists too long to be counted."""

import pytest
from django.core.paginator import EmptyPage

from portal.jurisdictions.models import Division
from portal.registers.paging import BoundedPaginator

pytestmark = pytest.mark.django_db


def paginator(limit, per_page=3):
    """Pages over the municipality's ten first divisions."""
    first = Division.objects.order_by("pk")[:10].values("pk")
    pages = BoundedPaginator(Division.objects.filter(pk__in=first).order_by("-pk"), per_page)
    pages.limit = limit
    return pages


def pks(page):
    return [row.pk for row in page.object_list]


@pytest.fixture
def everyone(shanghai):
    return sorted(Division.objects.order_by("pk").values_list("pk", flat=True)[:10], reverse=True)


def test_a_list_within_the_limit_is_paged_as_ever(everyone):
    pages = paginator(10)
    assert (pages.count, pages.is_bounded, pages.num_pages) == (10, False, 4)
    assert pks(pages.page(4)) == everyone[9:]


def test_a_longer_list_ends_with_a_page_read_from_behind(everyone):
    pages = paginator(6)
    assert (pages.count, pages.is_bounded, pages.num_pages) == (6, True, 3)
    assert pks(pages.page(1)) == everyone[:3]
    assert pks(pages.page(2)) == everyone[3:6]
    assert pks(pages.page(3)) == everyone[7:]
    assert not pages.page(3).has_next()
    with pytest.raises(EmptyPage):
        pages.page(4)


def test_a_bounded_list_is_never_counted_beyond_its_limit(everyone, django_assert_num_queries):
    with django_assert_num_queries(1) as asked:
        assert paginator(6).count == 6
    assert "LIMIT 7" in asked.captured_queries[0]["sql"]


def test_an_empty_list_has_one_page(everyone):
    pages = BoundedPaginator(Division.objects.none(), 3)
    assert (pages.count, pages.is_bounded, pages.num_pages) == (0, False, 1)
    assert pks(pages.page(1)) == []
