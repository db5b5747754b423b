"""Pages of lists too long to be counted."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

MOST_COUNTED = 10_000


def counted(queryset: "QuerySet[Any]", limit: int = MOST_COUNTED) -> tuple[int, bool]:
    """How many rows there are, counted to ``limit``; and whether there are more than that."""
    found = queryset.order_by().values("pk")[: limit + 1].count()
    return min(found, limit), found > limit


class BoundedPaginator(Paginator):
    """Counts ``limit`` rows at most. Where there are more, the pages of the first ``limit`` are
    followed by one that holds the end of the list, read from behind.
    """

    template_name = "admin/pages.html"
    limit = MOST_COUNTED
    object_list: Any

    @cached_property
    def bounds(self) -> tuple[int, bool]:
        """Rows counted, and whether there are more."""
        return counted(self.object_list, self.limit)

    @cached_property
    def count(self) -> int:
        """Rows counted."""
        return self.bounds[0]

    @property
    def is_bounded(self) -> bool:
        """Whether there are more rows than were counted."""
        return self.bounds[1]

    @cached_property
    def num_pages(self) -> int:
        """The last number of a page."""
        pages = -(-max(1, self.count) // self.per_page)
        return pages + 1 if self.is_bounded else pages

    def many(self) -> Any:
        """The rows where there are more than were counted; a subclass may read them otherwise."""
        return self.object_list

    def page(self, number: Any) -> Page:
        """The page, the last one of a bounded list from behind."""
        number = self.validate_number(number)
        if not self.is_bounded:
            return super().page(number)
        rows = self.many()
        if number < self.num_pages:
            return Page(rows[(number - 1) * self.per_page : number * self.per_page], number, self)
        return Page(list(rows.reverse()[: self.per_page])[::-1], number, self)
