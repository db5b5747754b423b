"""Reading pages and filling in their forms, as a person without scripts would."""

import re
from html import unescape
from html.parser import HTMLParser

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


def sent_by(response, form_id):
    """What a browser sends of a form of the page, as it stands."""
    reader = _FormReader(form_id)
    reader.feed(response.content.decode())
    return reader.fields


class _FormReader(HTMLParser):
    def __init__(self, form_id):
        super().__init__()
        self.form_id, self.fields, self.is_inside = form_id, {}, False
        self.select = self.textarea = None

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        if tag == "form":
            self.is_inside = told.get("id") == self.form_id
        elif self.is_inside:
            getattr(self, f"_{tag}", lambda told: None)(told)

    def handle_endtag(self, tag):
        if tag in ("form", "select", "textarea"):
            self.is_inside = self.is_inside and tag != "form"
            self.select = self.textarea = None

    def handle_data(self, data):
        if self.textarea:
            self.fields[self.textarea] += data.removeprefix("\n")

    def _input(self, told):
        is_left_out = told.get("type") in ("checkbox", "radio", "submit") and "checked" not in told
        if "name" in told and not is_left_out:
            self.fields[told["name"]] = told.get("value") or ""

    def _select(self, told):
        self.select = told.get("name")

    def _option(self, told):
        if self.select and ("selected" in told or self.select not in self.fields):
            self.fields[self.select] = told.get("value", "")

    def _textarea(self, told):
        self.textarea = told.get("name")
        self.fields[self.textarea] = ""
