"""The adviser's answer as a page shows it, and the ways a name may begin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext as _

from organizations.rules import registration
from organizations.rules.adviser import REGISTER, Advice, Answers, Missing
from organizations.selectors import advice_words as words
from portal.jurisdictions.models import Division

CITY = "市"
# Characters of an advice that a case keeps.
LONGEST = 4_000


class Line(NamedTuple):
    """A sentence, and the document that says so."""

    text: str
    source: str


@dataclass(frozen=True)
class Told:
    """An advice in words; ``form`` is None while the answers do not say which fits."""

    form: str | None
    wanted: str | None
    outcome: str | None
    barriers: Sequence[Line]
    missing: Sequence[Line]
    warnings: Sequence[Line]
    open: Sequence[str]
    materials: Sequence[str]
    articles: Sequence[str]
    steps: Sequence[str]
    sources: Sequence[str]
    is_referral: bool
    needs_unit: bool | None


def places() -> tuple[str, ...]:
    """The administrative divisions a name may begin with, in their short and long forms. One
    query."""
    kinds = (Division.Kind.MUNICIPALITY, Division.Kind.DISTRICT)
    found = list(Division.objects.filter(kind__in=kinds).values_list("kind", "name"))
    cities = [name for kind, name in found if kind == Division.Kind.MUNICIPALITY]
    heads = [*cities, *(name.removesuffix(CITY) for name in cities)]
    districts = [name for kind, name in found if kind == Division.Kind.DISTRICT]
    return (
        *heads,
        *districts,
        *(f"{head}{district}" for head in heads for district in districts),
    )


def told(advice: Advice) -> Told:
    """The advice in words."""
    is_institution = advice.form == registration.INSTITUTION
    has_articles = advice.form in registration.REGISTERED_FORMS
    return Told(
        form=_text(words.FORMS, advice.form),
        wanted=_text(words.FORMS, advice.wanted),
        outcome=_outcome(advice),
        barriers=_lines(advice.barriers),
        missing=_lines(advice.missing),
        warnings=_lines(advice.warnings),
        open=[str(words.QUESTIONS[name]) for name in advice.open],
        materials=[str(words.MATERIALS[code]) for code in advice.materials],
        articles=[str(words.ARTICLES[code]) for code in registration.ARTICLES]
        if has_articles
        else [],
        steps=[str(words.STEPS[code]) for code in registration.STEPS] if is_institution else [],
        sources=[words.source(source) for source in advice.sources],
        is_referral=advice.is_referral,
        needs_unit=advice.needs_unit,
    )


def consultation(answers: Answers, advice: Advice) -> dict[str, str]:
    """What a consultation case knows already, by the names of its fields."""
    category = answers.category
    members = [answers.individual_count, answers.unit_count]
    known = {
        "title": answers.name,
        "intended_type": advice.wanted,
        "proposed_name": answers.name,
        "is_direct_registration": category and category in registration.DIRECT_CATEGORIES,
        "founder_count": sum(filter(None, members)) if any(members) else None,
        "capital_yuan": answers.capital_yuan,
        "non_state_share": answers.non_state_share,
        "premises_months": answers.premises_months,
        "outcome": advice.outcome,
    }
    return {name: str(value) for name, value in known.items() if value not in (None, "")}


def text(advice: Told) -> str:
    """The advice as it is kept with a consultation: each sentence with the document that says so,
    and at the end what the form rests on. It is read by whoever reads the case, so it is in the
    language given by the caller; at most as long as the case keeps."""
    parts = [advice.form, advice.outcome]
    for title, lines in (
        (_("In the way"), advice.barriers),
        (_("Missing"), advice.missing),
        (_("To look at"), advice.warnings),
    ):
        if lines:
            parts += [title, *(f"- {line.text} {line.source}" for line in lines)]
    parts += advice.sources
    return "\n".join(part for part in parts if part)[:LONGEST]


def sources_of_forms() -> list[list[str]]:
    """Of each form of the table the documents it rests on."""
    return [[words.source(source) for source in registration.SOURCES[form]] for form in words.FORMS]


def _outcome(advice: Advice) -> str | None:
    if advice.outcome == REGISTER and advice.form == registration.TEAM:
        return str(words.TEAM_READY)
    return _text(words.OUTCOMES, advice.outcome)


def _text(words_of: Mapping[str, object], code: str | None) -> str | None:
    return None if code is None else str(words_of[code])


def _lines(notes: Sequence[Missing]) -> list[Line]:
    return [Line(words.said(note), words.source(note.source)) for note in notes]
