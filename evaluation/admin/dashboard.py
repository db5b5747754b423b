"""The page that starts the day: what waits, what stands, and what is wrong."""

from django.db.models import Count
from django.db.models.functions import Substr
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from centers.models import Center, Filing, Obligation, Round
from centers.selectors import obligations, tasks
from evaluation.admin.marks import ROLLUPS, mark, rules_in_force
from evaluation.models import Run, Shard, Verdict, Waiver
from evaluation.selectors import alarms, tallies, wording
from portal.jurisdictions.models import Division
from portal.users.roles import Capability

ROUNDS_SHOWN = 4
OUTCOMES = ("met", "not_met", "no_data", "not_applicable", "error")
TASKS_SHOWN = 8
# Class and outcome that have another pattern than the outcome alone.
NOT_ADOPTED = {("E", "not_met"): "not_adopted"}


def fill(request, context):
    """Add what the start page shows; a fixed number of queries whatever the division's size.

    Who sees only summaries gets districts instead of links to centers.
    """
    user = request.user
    if not user.has_capability(Capability.SUMMARY_VIEW):
        return context | {"title": _("Start"), "may_see_summary": False, "inbox": _inbox(user)}
    centers = Center.objects.visible_to(user, Capability.SUMMARY_VIEW)
    may_drill = user.has_capability(Capability.COMPLIANCE_VIEW)
    rules = tallies.by_rule(centers, rules_in_force(request))
    return context | {
        "title": _("Start"),
        "may_see_summary": True,
        "inbox": _inbox(user),
        "may_drill": may_drill,
        "divisions": _divisions(user),
        "center_count": centers.count(),
        "rollups": _rollups(tallies.by_rollup(centers)),
        "charts": _charts(rules),
        **_alarms(user, rules, may_drill=may_drill),
        "filings": _filings(user) if may_drill else None,
        "rounds": _rounds(user) if may_drill else [],
        "last_run": _last_run(user) if may_drill else None,
        "districts": [] if may_drill else _districts(centers),
        "urls": _urls(),
    }


def _alarms(user, rules, *, may_drill):
    """How much could not be computed. Three queries for who may see which."""
    if not may_drill:
        return {"error_count": sum(tally.counts.get("error", 0) for tally in rules)}
    return {
        "error_count": alarms.errors(user).count() + alarms.duty_errors(user).count(),
        "part_count": alarms.failed_parts(user).count(),
    }


def _inbox(user):
    """What waits for this person by name, and how much they have not read."""
    waiting = tasks.tasks_for(user, localdate())
    return {
        "tasks": waiting[:TASKS_SHOWN],
        "more": len(waiting) - TASKS_SHOWN,
        "unread": user.notices.unread().count(),
        "waivers": _waivers(user),
    }


def _waivers(user):
    """How many requests for an exception wait for this person; no query for who decides on none."""
    if not user.has_capability(Capability.WAIVER_APPROVE):
        return 0
    waiting = Waiver.objects.visible_to(user).filter(status=Waiver.Status.REQUESTED)
    return waiting.exclude(requested_by=user).count()


def _urls():
    names = {
        "centers": "centers_center",
        "filings": "centers_filing",
        "findings": "evaluation_finding",
        "verdicts": "evaluation_verdict",
    }
    return {key: reverse(f"admin:{name}_changelist") for key, name in names.items()}


def _divisions(user):
    if user.is_superuser:
        return Division.objects.filter(parent=None)
    return Division.objects.filter(path__in=user.paths_with(Capability.SUMMARY_VIEW))


def _rollups(counts):
    """(code, mark, number) from the best to the worst, then what was not judged."""
    labels = dict(Verdict.Rollup.choices)
    return [(code, mark(*ROLLUPS[code], labels[code]), counts[code]) for code in ROLLUPS]


def _charts(rules):
    """What is asked; apart from it what is encouraged, the functions, and what is law."""
    asked, encouraged, functions, statute = (
        [tally for tally in rules if tally.rule.rule_class in classes]
        for classes in ("MG", "E", "D", "L")
    )
    caption = _("Number of centers per outcome. The rate is met ÷ (met + not met).")
    adoption = _("Number of centers per outcome. The rate is adopted ÷ (adopted + not adopted).")
    carried = _(
        "Number of centers per outcome. The rate is carried out ÷ (carried out + not carried out)."
    )
    lawful = _(
        "Number of centers per outcome. The rate is in accordance ÷ (in accordance + not in"
        " accordance)."
    )
    charts = [
        _chart(_("Outcomes by rule"), caption, asked, "") | {"rate": _("rate")},
        _chart(_("What is encouraged"), adoption, encouraged, "E") | {"rate": _("adoption rate")},
        _chart(_("Functions of the centers"), carried, functions, "D")
        | {"rate": _("rate carried out")},
        _chart(_("Statutory duties"), lawful, statute, "L") | {"rate": _("rate in accordance")},
    ]
    return [chart for chart in charts if chart["rows"]]


def _chart(title, caption, rules, rule_class):
    labels = [wording.outcome_label(rule_class, outcome) for outcome in OUTCOMES]
    fills = [NOT_ADOPTED.get((rule_class, outcome), outcome) for outcome in OUTCOMES]
    return {
        "title": title,
        "caption": caption,
        "legend": list(zip(fills, labels, strict=True)),
        "rows": [_bar(tally, fills, labels) for tally in rules],
    }


def _bar(tally, fills, labels):
    """A rule with its share of each outcome in percent, for the bar and for the table."""
    counts = [tally.counts.get(outcome, 0) for outcome in OUTCOMES]
    total = sum(counts) or 1
    return {
        "rule": tally.rule,
        "title": wording.rule_title(tally.rule),
        "counts": counts,
        "rate": None if tally.rate is None else f"{tally.rate * 100:.1f}%",
        "segments": [
            (fill, f"{count * 100 / total:.2f}", label, count)
            for fill, label, count in zip(fills, labels, counts, strict=True)
            if count
        ],
    }


def _filings(user):
    """Number of filings that wait for the bureau, and of those sent back."""
    open_filings = Filing.objects.visible_to(user).order_by()
    counts = dict(open_filings.values_list("status").annotate(n=Count("pk")))
    statuses = Filing.Status
    return {
        "waiting": counts.get(statuses.SUBMITTED, 0),
        "returned": counts.get(statuses.RETURNED, 0),
    }


def _rounds(user):
    """(round, its counts) of what still takes filings, the next to be due first. Two queries."""
    today = localdate()
    running = Round.objects.visible_to(user).filter(
        cancelled_at=None, opens_on__lte=today, locks_on__gte=today
    )
    shown = list(running.order_by("due_on", "pk")[:ROUNDS_SHOWN])
    owed = Obligation.objects.visible_to(user).filter(round__in=[asked.pk for asked in shown])
    counts = obligations.tallies(owed, today, by="round")
    return [(asked, counts[asked.pk]) for asked in shown if asked.pk in counts]


def _last_run(user):
    """The newest run of the standing results over a whole division, with a sentence about how it
    went; what was evaluated for a day that has passed is no news of today."""
    runs = Run.objects.visible_to(user).filter(series_on=None).exclude(trigger__in=Run.PARTIAL)
    run = runs.select_related("division").order_by("-pk").first()
    if run is None:
        return None
    failed = run.shards.filter(state=Shard.State.FAILED).count()
    if failed:
        state = mark("!", "alarm", _("a part failed"))
    elif run.status == Run.Status.DONE:
        state = mark("✓", "good", _("done"))
    else:
        state = mark("…", "fair", _("running"))
    return {"run": run, "state": state}


def _districts(centers):
    """District → number of centers per roll-up. Two queries."""
    standing = Verdict.objects.standing().filter(center__in=centers).order_by()
    coded = standing.annotate(district=Substr("center__division__code", 1, 6))
    counts = {}
    for code, rollup, n in coded.values_list("district", "rollup").annotate(n=Count("pk")):
        counts.setdefault(code, {})[rollup] = n
    districts = Division.objects.filter(code__in=counts).order_by("path")
    return [
        (district, [counts[district.code].get(code, 0) for code in ROLLUPS])
        for district in districts
    ]
