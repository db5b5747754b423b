"""Reading pages and filling in their forms, as a person without scripts would."""

import re
from html import unescape

from centers.forms import SectionForm


def words(response):
    """The visible text of a page, one space between words."""
    page = re.sub(r"<template.*?</template>", " ", response.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page))).strip()


def in_english(client):
    """The same client after the language switch."""
    client.cookies["django_language"] = "en"
    return client


def typed(section, year=2025, **cells):
    """What the section's page would send as it stands, with ``cells`` typed over it."""
    form = SectionForm(section, year=year)
    data = {"version": form.head["version"].value()}
    if section.kind == "functions":
        data |= _values(form.lines)
    else:
        data |= {
            "rows-TOTAL_FORMS": len(form.lines.forms),
            "rows-INITIAL_FORMS": form.lines.initial_form_count(),
        }
        for row in form.lines:
            data |= _values(row)
    return data | {name: value for name, value in cells.items() if value is not None}


def _values(form):
    values = {field.html_name: field.value() for field in form}
    return {name: value for name, value in values.items() if value not in (None, "", [])}
