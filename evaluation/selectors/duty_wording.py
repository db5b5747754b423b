"""What the rules found of a district's duties, in words: the part of ``wording`` that is theirs."""

from django.utils.translation import gettext_lazy as _

REASONS = {
    "no_centers": _("The district has no center yet."),
    "nothing_recorded": _("Nothing was entered for %(year)s."),
    "declared_none": _("The bureau stated that there was none in %(year)s."),
    "records_suffice": _("%(count)s evidenced records in %(year)s."),
    "records_{count}_of_{required}": _(
        "%(count)s evidenced records in %(year)s, %(required)s asked."
    ),
    "centers_guided": _("All %(centers)s centers were guided in %(year)s."),
    "guided_{covered}_of_{centers}": _(
        "%(covered)s of %(centers)s centers were guided in %(year)s."
    ),
    "events_suffice": _("%(count)s events held with minutes in %(year)s."),
    "events_{count}_of_{required}": _(
        "%(count)s events held with minutes in %(year)s, %(required)s asked."
    ),
    "reviewed_{covered}_of_{centers}": _(
        "%(covered)s of %(centers)s centers were reviewed in %(year)s, fewer than the district"
        " asks."
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
    "sources_suffice": _("Money from %(count)s sources in %(year)s."),
    "sources_{count}_of_{required}": _(
        "Money from %(count)s sources in %(year)s, %(required)s asked."
    ),
    "source_amount_unknown": _("An amount is missing of a source that could count."),
    "funding_incomplete": _(
        "Centers that filed no funding of %(silent_year)s: %(silent)s. What they had could decide."
    ),
}

EXCLUSIONS = {
    "not_evidenced": _("neither document number nor file"),
    "published_late": _("published after its due day"),
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
    "guide_centers": _("Guide the %(missing)s centers that are missing, and enter it."),
    "hold_events": _("Hold %(missing)s more and write the minutes."),
    "write_minutes": _("Write the minutes of %(missing)s events that were held."),
    "review_centers": _("Review %(missing)s more centers."),
    "ask_for_funding": _("Have the centers file their funding of the year."),
    "complete_amounts": _("Have the centers complete the missing amounts."),
    "raise_purchase": _("Purchase for more than %(last_year_yuan)s yuan."),
    "add_sources": _("Find %(missing)s more sources of funding."),
}

MEASURED = {
    "support_policy": _("%(count)s records"),
    "guidance": _("%(covered)s of %(centers)s centers (%(share_percent)s%%)"),
    "exchange": _("%(count)s events, %(townships)s of %(township_count)s townships"),
    "link": _("%(covered)s of %(centers)s centers (%(share_percent)s%%)"),
    "cooperation": _("%(count)s events at %(covered)s of %(centers)s centers"),
    "resource_agreement": _("%(count)s records"),
    "lottery_application": _(
        "%(count)s applications, %(approved)s approved for %(approved_yuan)s yuan"
    ),
    "purchase_growth": _("%(this_year_yuan)s yuan, the year before %(last_year_yuan)s yuan"),
    "fund_sources": _("%(count)s sources"),
    "performance_review": _("%(covered)s of %(centers)s centers (%(share_percent)s%%)"),
    "disclosure": _(
        "%(count)s in time at %(covered)s of %(centers)s centers; complaints handled:"
        " %(complaints_handled)s of %(complaints)s"
    ),
}

REQUIRED = {
    "support_policy": _("at least %(dd_min_count)s in force in the year"),
    "guidance": _("every center at least %(dd_guidance_min_count)s times a year"),
    "exchange": _("at least %(dd_exchange_min_count)s a year between two townships or more"),
    "link": _("at least %(dd_min_count)s in force in the year"),
    "cooperation": _("at least %(dd_min_count)s a year"),
    "resource_agreement": _("at least %(dd_min_count)s in force in the year"),
    "lottery_application": _("at least %(dd_min_count)s a year"),
    "purchase_growth": _("more than the year before"),
    "fund_sources": _("at least %(min_fund_sources)s sources"),
    "performance_review": _("at least %(dd_min_count)s a year"),
    "disclosure": _("at least %(dd_min_count)s a year, in time"),
}
