"""Stored findings as bytes, joined from pieces that were written before.

A finding has three parts: the center and its day, what is said of the rule, and what that rests
on. A center's findings share the first and mostly the last, and the centers of a country share the
second by the thousand: most lines are two look-ups and a join. Whatever was not met before is made
by ``Documents``: there is one truth of what a finding looks like, and this only repeats it.
"""

import csv
from datetime import date

import orjson

from evaluation.api import fields
from evaluation.selectors.rows import Basis, Said
from portal.api import resources, streams

KEPT = 20_000
# Of so many languages, packs and forms what was written is kept.
WORLDS = 8


class JsonForm:
    """Parts of an object; ``end`` stands behind each object."""

    before, between = b"{", b","

    def __init__(self, name, end):
        self.name, self.behind = name, b"}" + end

    def write(self, part):
        """Members without their braces."""
        return orjson.dumps(part)[1:-1]


class CsvForm:
    """Cells of a line, in the order of the fields."""

    name, before, between, behind = "csv", b"", b",", b"\r\n"

    def write(self, part):
        """Cells without the end of their line."""
        lines = []
        places = (place for _heading, place in COLUMNS if place[0] in part)
        cells = [streams.guarded(streams.cell_at(part, place)) for place in places]
        csv.writer(streams.Lines(lines), quoting=csv.QUOTE_ALL, lineterminator="").writerow(cells)
        return lines[0].encode()


COLUMNS = resources.columns(fields.FINDING)
NDJSON, LIST, CSV = JsonForm("ndjson", b"\n"), JsonForm("list", b","), CsvForm()


def as_list(pieces):
    """Pieces of ``LIST`` as one list of JSON."""
    return b"[" + b"".join(pieces)[:-1] + b"]"


class Recent(dict):
    """A bounded memory: ``make`` what is missing, and forget what was not asked for lately.

    Two halves instead of an order: the older is dropped when the younger, this one, is full.
    """

    def __init__(self, make, size=KEPT):
        self.make, self.half, self.old = make, size // 2, {}

    def __missing__(self, key):
        value = self.old.get(key)
        if value is None:
            value = self.make(key)
        if len(self) >= self.half:
            self.old = dict(self)
            self.clear()
        self[key] = value
        return value


# (form, language and packs) → what was written of rules, over all answers.
_written: dict[tuple, Recent] = {}


class Fragments:
    """Findings in ``TEXT_COLUMNS`` as bytes of a form."""

    def __init__(self, words, form):
        self.words, self.form = words, form
        world = (form.name, *words.world)
        if world not in _written:
            if len(_written) >= WORLDS:
                _written.clear()
            _written[world] = Recent(self.of_rule)
        self.rules, self.bases = _written[world], Recent(self.of_basis)

    def of_rule(self, text):
        """What is said of a rule."""
        return self.form.write(self.words.of_rule(Said.read(text))) + self.form.between

    def of_basis(self, text):
        """What a finding rests on, up to its end."""
        return self.form.write(self.words.of_basis(Basis.read(text))) + self.form.behind

    def of_center(self, place, day):
        """Where a finding of the center begins."""
        whose = (place.code, place.name, place.division_code, place.division_path)
        written = self.form.write(self.words.of_center(*whose, date.fromisoformat(day)))
        return self.form.before + written + self.form.between

    def of(self, place, rows):
        """A center's findings, in pieces."""
        rules, bases, day, center, pieces = self.rules, self.bases, None, b"", []
        for _pk, as_of, said, basis in rows:
            if as_of != day:
                day, center = as_of, self.of_center(place, as_of)
            pieces += (center, rules[said], bases[basis])
        return pieces
