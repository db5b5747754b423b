"""Lists of what is numbered, the newest first."""

from centers.api import places
from portal.api import pages
from portal.api.views import CHUNK, ListView


class NewestFirst(ListView):
    """The code of a row is the letter of its kind and its number."""

    letter: str
    parts = (pages.WHOLE,)

    def found(self):
        """What the user sees, narrowed as the query asks."""
        raise NotImplementedError

    def rows(self, after, limit):
        found = self.found().order_by("-pk")
        if after is not None:
            found = found.filter(pk__lt=int(after[0]))
        return iter(found[:limit]) if limit else found.iterator(CHUNK)

    def key(self, row):
        return (str(row.pk),)

    def count(self):
        return self.found().count()

    def documents(self, keys):
        rows = list(self.found().filter(pk__in=places.numbers(self.letter, keys)))
        self.prepare(rows)
        return {f"{self.letter}{row.pk}": self.cut(self.show(row)) for row in rows}
