"""The adviser before a registration: a few questions, which form fits, and what is missing."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.shortcuts import render

from centers.selectors import centers_of
from organizations.forms.advisers import FROM_ADVISER, AdviserForm
from organizations.rules import adviser as rules
from organizations.rules import registration
from organizations.selectors import advice
from organizations.selectors import advice_words as words


@login_required
def adviser(request):
    """Works without saving anything: the questions stand in the address."""
    form = AdviserForm(request.GET or None)
    told = None
    if form.is_bound and form.is_valid():
        told = advice.told(rules.advise(form.answers(advice.places())))
    names = list(words.FORMS.values())
    context = {
        "form": form,
        "told": told,
        "my_centers": centers_of(request.user),
        # A consultation begins with the answers, and advises by them again.
        "query": urlencode({**request.GET.dict(), **FROM_ADVISER}),
        "forms": names,
        "table": [
            (words.TOPICS[topic], list(zip(names, cells, strict=True)))
            for topic, cells in words.TABLE.items()
        ],
        "sources": list(zip(names, advice.sources_of_forms(), strict=True)),
        "charity": words.CHARITY,
        "charity_source": words.source(registration.CHARITY),
    }
    return render(request, "organizations/adviser.html", context)
