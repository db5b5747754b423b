"""What the rules found of a district's duties, in words: the part of ``wording`` that is theirs."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy as _n

REASONS = {
    "no_centers": _("The district has no center yet."),
    "nothing_recorded": _("Nothing was entered for %(year)s."),
    "declared_none": _("The bureau stated that there was none in %(year)s."),
    "records_suffice": _n(
        "%(count)s evidenced record in %(year)s.",
        "%(count)s evidenced records in %(year)s.",
        "count",
    ),
    "records_{count}_of_{required}": _n(
        "%(count)s evidenced record in %(year)s, %(required)s asked.",
        "%(count)s evidenced records in %(year)s, %(required)s asked.",
        "count",
    ),
    "centers_guided": _n(
        "The %(centers)s center was guided in %(year)s.",
        "All %(centers)s centers were guided in %(year)s.",
        "centers",
    ),
    "guided_{covered}_of_{centers}": _n(
        "%(covered)s of %(centers)s center was guided in %(year)s.",
        "%(covered)s of %(centers)s centers were guided in %(year)s.",
        "centers",
    ),
    "events_suffice": _n(
        "%(count)s event held with minutes in %(year)s.",
        "%(count)s events held with minutes in %(year)s.",
        "count",
    ),
    "events_{count}_of_{required}": _n(
        "%(count)s event held with minutes in %(year)s, %(required)s asked.",
        "%(count)s events held with minutes in %(year)s, %(required)s asked.",
        "count",
    ),
    "reviewed_{covered}_of_{centers}": _n(
        "%(covered)s of %(centers)s center was reviewed in %(year)s, fewer than the district"
        " asks.",
        "%(covered)s of %(centers)s centers were reviewed in %(year)s, fewer than the district"
        " asks.",
        "centers",
    ),
    "purchase_grew": _(
        "%(this_year_yuan)s yuan purchased in %(year)s, %(change_yuan)s yuan more than the year"
        " before."
    ),
    "purchase_did_not_grow": _(
        "%(this_year_yuan)s yuan purchased in %(year)s, not more than the %(last_year_yuan)s yuan"
        " of the year before."
    ),
    "no_funding_of_last_year": _(
        "%(this_year_yuan)s yuan purchased in %(year)s. No center filed funding of %(last_year)s,"
        " so there is nothing to compare with."
    ),
    "no_funding_of_the_year": _("No center filed funding of %(year)s."),
    "purchase_amount_unknown": _("An amount is missing that could turn the comparison."),
    "sources_suffice": _n(
        "Money from %(count)s source in %(year)s.",
        "Money from %(count)s sources in %(year)s.",
        "count",
    ),
    "sources_{count}_of_{required}": _n(
        "Money from %(count)s source in %(year)s, %(required)s asked.",
        "Money from %(count)s sources in %(year)s, %(required)s asked.",
        "count",
    ),
    "source_amount_unknown": _("An amount is missing of a source that could count."),
    "funding_incomplete": _(
        "Centers that filed no funding of %(silent_year)s: %(silent)s. What they had could decide."
    ),
}

EXCLUSIONS = {
    "not_evidenced": _("neither document number nor file"),
    "published_late": _("published after its due day"),
    "publication_withdrawn": _("withdrawn from the public"),
    "counted_elsewhere": _("counts where it happened"),
    "not_held": _("planned, not held by this date"),
    "minutes_missing": _("minutes missing"),
    "one_township": _("centers of one township only"),
    "money_unknown": _("amount missing"),
    "no_money": _("amount is zero"),
}

REMEDIES = {
    "record_duty": _("Enter what was done in %(year)s, with its evidence."),
    "attach_evidence": _("Attach the document or photograph to %(missing)s of the records."),
    "record_more": _("%(missing)s more with evidence."),
    "guide_centers": _n(
        "Guide the %(missing)s center that is missing, and enter it.",
        "Guide the %(missing)s centers that are missing, and enter it.",
        "missing",
    ),
    "hold_events": _("Hold %(missing)s more and write the minutes."),
    "write_minutes": _n(
        "Write the minutes of %(missing)s event that was held.",
        "Write the minutes of %(missing)s events that were held.",
        "missing",
    ),
    "review_centers": _n(
        "Review %(missing)s more center.",
        "Review %(missing)s more centers.",
        "missing",
    ),
    "ask_for_funding": _("Have the centers file their funding of the year."),
    "complete_amounts": _("Have the centers complete the missing amounts."),
    "raise_purchase": _("Purchase for more than %(last_year_yuan)s yuan."),
    "add_sources": _n(
        "Find %(missing)s more source of funding.",
        "Find %(missing)s more sources of funding.",
        "missing",
    ),
}

MEASURED = {
    "support_policy": _n(
        "%(count)s record",
        "%(count)s records",
        "count",
    ),
    "guidance": _n(
        "%(covered)s of %(centers)s center (%(share_percent)s%%)",
        "%(covered)s of %(centers)s centers (%(share_percent)s%%)",
        "centers",
    ),
    "exchange": _n(
        "%(count)s event, %(townships)s of %(township_count)s townships",
        "%(count)s events, %(townships)s of %(township_count)s townships",
        "count",
    ),
    "link": _n(
        "%(covered)s of %(centers)s center (%(share_percent)s%%)",
        "%(covered)s of %(centers)s centers (%(share_percent)s%%)",
        "centers",
    ),
    "cooperation": _n(
        "%(count)s event at %(covered)s of %(centers)s centers",
        "%(count)s events at %(covered)s of %(centers)s centers",
        "count",
    ),
    "resource_agreement": _n(
        "%(count)s record",
        "%(count)s records",
        "count",
    ),
    "lottery_application": _n(
        "%(count)s application, %(approved)s approved for %(approved_yuan)s yuan",
        "%(count)s applications, %(approved)s approved for %(approved_yuan)s yuan",
        "count",
    ),
    "purchase_growth": _("%(this_year_yuan)s yuan, the year before %(last_year_yuan)s yuan"),
    "fund_sources": _n(
        "%(count)s source",
        "%(count)s sources",
        "count",
    ),
    "performance_review": _n(
        "%(covered)s of %(centers)s center (%(share_percent)s%%)",
        "%(covered)s of %(centers)s centers (%(share_percent)s%%)",
        "centers",
    ),
    "disclosure": _(
        "%(count)s in time at %(covered)s of %(centers)s centers; complaints handled:"
        " %(complaints_handled)s of %(complaints)s"
    ),
}

REQUIRED = {
    "support_policy": _("at least %(dd_min_count)s in force in the year"),
    "guidance": _n(
        "every center at least %(dd_guidance_min_count)s time a year",
        "every center at least %(dd_guidance_min_count)s times a year",
        "dd_guidance_min_count",
    ),
    "exchange": _("at least %(dd_exchange_min_count)s a year between two townships or more"),
    "link": _("at least %(dd_min_count)s in force in the year"),
    "cooperation": _("at least %(dd_min_count)s a year"),
    "resource_agreement": _("at least %(dd_min_count)s in force in the year"),
    "lottery_application": _("at least %(dd_min_count)s a year"),
    "purchase_growth": _("more than the year before"),
    "fund_sources": _n(
        "at least %(min_fund_sources)s source",
        "at least %(min_fund_sources)s sources",
        "min_fund_sources",
    ),
    "performance_review": _("at least %(dd_min_count)s a year"),
    "disclosure": _("at least %(dd_min_count)s a year, in time"),
}
