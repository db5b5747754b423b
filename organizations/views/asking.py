"""How a page of the desk asks: what was typed stays until a service takes it."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone

from portal.errors import DomainError


def typed(request):
    """What was sent with a form; None where its page is opened."""
    return request.POST if request.method == "POST" else None


def ask(request, template, form, verb, *, said, leads_to, **context):
    """The page of a form, until ``verb`` takes what was typed into it; then ``said``, and on to
    what ``leads_to`` makes of what was done. What the verb refuses is said above the form."""
    context["form"] = form
    if request.method == "POST" and form.is_valid():
        try:
            done = verb(**form.cleaned_data, by=request.user, at=timezone.now())
        except DomainError as refusal:
            context["refusal"] = refusal
        else:
            messages.success(request, said)
            return redirect(leads_to(done))
    return render(request, template, context)
