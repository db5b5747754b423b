"""Parts of forms that more than one app asks, and the year a page is asked for."""

from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Any

from django import forms
from django.utils.translation import gettext
from unfold.widgets import UnfoldAdminTextInputWidget

FIRST_YEAR, LAST_YEAR = 2000, 2100
YEAR_DIGITS = 4
# Characters of what was typed that a refusal repeats.
SHOWN = 20


class DayInput(UnfoldAdminTextInputWidget, forms.DateInput):
    """The browser's own date field."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"type": "date", **(attrs or {})})
        self.format = "%Y-%m-%d"


class Doubting:
    """Part of a form that may ask back: what is odd but possible is saved once it is confirmed.

    Its page has to include ``admin/_doubts.html``, on the desk ``portal/_doubts.html``.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.doubts: list[str] = []
        self.hints: tuple[Any, ...] = ()

    def doubt(self, *sentences: Any) -> None:
        """Say what is odd about what was typed."""
        self.doubts += map(str, sentences)

    @property
    def doubt_key(self) -> str:
        """What is sent with a confirmation: it confirms these doubts and no others."""
        return sha256("\n".join(self.doubts).encode()).hexdigest()[:16]

    def refuse_doubted(self: Any) -> None:
        """Refuse what is doubted and not confirmed; call it last in ``clean``."""
        if self.doubts and self.data.get("confirmed") != self.doubt_key:
            self.add_error(
                None, gettext("Nothing is saved yet: check what is said below, and confirm it.")
            )


def asked_year(asked: Mapping[str, Any], today: date, *, last: int = LAST_YEAR) -> tuple[int, str]:
    """``?year=``, this year without it; and why another than the one typed is shown, or ""."""
    typed = str(asked.get("year") or "").strip()
    if not typed:
        return today.year, ""
    is_year = typed.isascii() and typed.isdecimal() and len(typed) == YEAR_DIGITS
    if is_year and FIRST_YEAR <= int(typed) <= last:
        return int(typed), ""
    said = {"value": typed[:SHOWN], "first": FIRST_YEAR, "last": last, "this": today.year}
    return today.year, gettext(
        "“%(value)s” cannot be shown: choose a year from %(first)s to %(last)s. %(this)s is shown "
        "instead."
    ) % said
