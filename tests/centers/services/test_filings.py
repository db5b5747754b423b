"""A filing's way, and what is refused on it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from centers import selectors
from centers.models import AccountRow, Filing, FundingRow, PremisesRow, Section
from centers.services import centers, filings, imports
from centers.services.imports import Declaration
from centers.signals import facts_changed
from portal.audit.models import AuditEvent
from portal.errors import Conflict, DomainError
from tests.factories.centers import CenterFactory, hand_in
from tests.factories.portal import UserFactory

pytestmark = pytest.mark.django_db

ROOM = {"exclusive_area_m2": Decimal("40.00"), "has_signage": True, "has_equipment": True}
LATER = timedelta(hours=1)


@pytest.fixture
def heard():
    """What ``facts_changed`` told, as (center ids, at)."""
    news = []

    def listen(sender, center_ids, at, **kwargs):
        news.append((center_ids, at))

    facts_changed.connect(listen)
    yield news
    facts_changed.disconnect(listen)


def rows(section):
    return selectors.content(selectors.rows_of(section), section.kind)


# --- opening


def test_open_change_opens_an_empty_draft(filing, center, diane, at):
    assert (filing.center, filing.status, filing.source) == (center, "draft", "desk")
    assert (filing.opened_by, filing.opened_at) == (diane, at)
    assert not filing.sections.exists()


def test_open_change_refuses_a_second_open_filing(filing, center, diane, at):
    with pytest.raises(filings.FilingAlreadyOpen):
        filings.open_change(center=center, by=diane, at=at)
    assert Filing.objects.get() == filing


@pytest.mark.parametrize("status", ["submitted", "returned"])
def test_open_change_refuses_while_the_bureau_has_one(submitted, center, alice, diane, at, status):
    (section,) = submitted("premises")
    if status == "returned":
        filings.return_section(
            section=section, version=section.version, comment="缺证", by=alice, at=at
        )
    with pytest.raises(filings.FilingAlreadyOpen):
        filings.open_change(center=center, by=diane, at=at)


def test_open_change_follows_an_accepted_filing(accepted, center, diane, at):
    accepted()
    assert filings.open_change(center=center, by=diane, at=at).status == "draft"


def test_open_change_of_one_center_leaves_others_free(filing, wutong, diane, at):
    other = CenterFactory(division=wutong)
    assert filings.open_change(center=other, by=diane, at=at).center == other


# --- sections


def test_add_section_is_pre_filled_from_the_one_accepted_last(accepted, center, diane, at):
    before = accepted()
    filing = filings.open_change(center=center, by=diane, at=at)
    section = filings.add_section(filing=filing, kind="premises", by=diane, at=at)
    assert section.based_on == before
    assert rows(section) == rows(before)
    assert rows(section)[0]["exclusive_area_m2"] == Decimal("40.00")


def test_add_section_never_filed_starts_empty(filing, diane, at):
    section = filings.add_section(filing=filing, kind="staff", by=diane, at=at)
    assert (section.based_on, rows(section), section.status) == (None, [], "draft")


def test_add_section_twice_returns_the_same_and_keeps_its_rows(filing, section_of, diane, at):
    section = section_of(filing)
    again = filings.add_section(filing=filing, kind="premises", by=diane, at=at)
    assert again == section
    assert len(rows(again)) == 1


def test_add_section_refuses_a_submitted_filing(submitted, filing, diane, at):
    submitted("premises")
    with pytest.raises(filings.SectionLocked):
        filings.add_section(filing=filing, kind="staff", by=diane, at=at)
    assert filing.sections.count() == 1


def test_save_section_replaces_the_rows_in_order(filing, section_of, diane, at):
    section = section_of(filing, rows=[{**ROOM, "address": "甲"}, {**ROOM, "address": "乙"}])
    filings.save_section(
        section=section, version=section.version, rows=[{**ROOM, "address": "丙"}], by=diane, at=at
    )
    assert [row["address"] for row in rows(section)] == ["丙"]


def test_save_section_with_a_stale_version_writes_nothing(filing, section_of, diane, at):
    section = section_of(filing)
    stale = section.version
    filings.save_section(section=section, version=stale, rows=[ROOM, ROOM], by=diane, at=at)
    with pytest.raises(Conflict):
        filings.save_section(section=section, version=stale, rows=[], by=diane, at=at)
    assert len(rows(section)) == 2


def test_save_section_names_a_new_person(filing, section_of, center):
    row = {"person": None, "person_name": "王芳", "post": "director"}
    (saved,) = selectors.rows_of(section_of(filing, "staff", [row]))
    assert (saved.person.name, saved.person.center) == ("王芳", center)


def test_save_section_two_new_people_of_one_name_are_two(filing, section_of):
    row = {"person": None, "person_name": "王芳", "post": "staff"}
    first, second = selectors.rows_of(section_of(filing, "staff", [row, row]))
    assert first.person != second.person


@pytest.mark.parametrize(
    "bad",
    [
        {"exclusive_area_m2": Decimal("-1")},
        {"share_ratio": Decimal("1.01")},
        {"starts_on": date(2026, 2, 2), "ends_on": date(2026, 2, 1)},
    ],
)
def test_save_section_refuses_rows_the_database_refuses(filing, section_of, diane, at, bad):
    section = section_of(filing)
    with pytest.raises(DomainError):
        filings.save_section(
            section=section, version=section.version, rows=[ROOM, bad], by=diane, at=at
        )
    assert len(rows(section)) == 1


def test_save_section_refuses_a_submitted_one(submitted, diane, at):
    (section,) = submitted("premises")
    with pytest.raises(filings.SectionLocked):
        filings.save_section(section=section, version=section.version, rows=[], by=diane, at=at)
    assert len(rows(section)) == 1


def test_save_section_refuses_an_accepted_one(accepted, diane, at):
    section = accepted()
    with pytest.raises(filings.SectionLocked):
        filings.save_section(section=section, version=section.version, rows=[], by=diane, at=at)


def test_save_section_refuses_a_withdrawn_filing(filing, section_of, diane, at):
    section = section_of(filing)
    filings.withdraw(filing=filing, version=filing.version, by=diane, at=at)
    section = Section.objects.get(pk=section.pk)
    with pytest.raises(filings.SectionLocked):
        filings.save_section(section=section, version=section.version, rows=[], by=diane, at=at)


def test_add_section_refuses_a_withdrawn_filing(filing, diane, at):
    filings.withdraw(filing=filing, version=filing.version, by=diane, at=at)
    with pytest.raises(filings.SectionLocked):
        filings.add_section(filing=filing, kind="staff", by=diane, at=at)


def test_drop_section_takes_a_draft_out(filing, section_of, diane, at):
    keep, drop = section_of(filing), section_of(filing, "accounts", [{"holder": "甲"}])
    filings.drop_section(section=drop, by=diane, at=at)
    assert list(filing.sections.all()) == [keep]
    assert not AccountRow.objects.exists()


def test_drop_section_refuses_a_submitted_one(submitted, diane, at):
    (section,) = submitted("premises")
    with pytest.raises(filings.SectionLocked):
        filings.drop_section(section=section, by=diane, at=at)
    assert Section.objects.filter(pk=section.pk).exists()


# --- submitting and withdrawing


def test_submit_locks_the_filing_and_its_sections(filing, section_of, diane, at):
    section_of(filing), section_of(filing, "accounts", ())
    hand_in(filing, by=diane, at=at)
    assert (filing.status, filing.submitted_by, filing.submitted_at) == ("submitted", diane, at)
    assert set(filing.sections.values_list("status", flat=True)) == {"submitted"}


def test_submit_refuses_an_empty_filing(filing, diane, at):
    with pytest.raises(filings.NothingToSubmit):
        hand_in(filing, by=diane, at=at)
    assert Filing.objects.get().status == "draft"


def test_submit_refuses_a_section_nobody_saved(filing, section_of, diane, at):
    """Else never filed would become filed as none by a click."""
    section_of(filing)
    blank = filings.add_section(filing=filing, kind="staff", by=diane, at=at)
    with pytest.raises(filings.SectionNeverSaved):
        hand_in(filing, by=diane, at=at)
    assert Filing.objects.get().status == "draft"
    assert set(filing.sections.values_list("status", flat=True)) == {"draft"}
    filings.save_section(section=blank, version=blank.version, rows=[], by=diane, at=at)
    filing.refresh_from_db()
    handed_in = hand_in(filing, by=diane, at=at)
    assert handed_in.status == "submitted"


def test_submit_takes_a_pre_filled_section_as_it_is(accepted, center, diane, at):
    accepted()
    filing = filings.open_change(center=center, by=diane, at=at)
    filings.add_section(filing=filing, kind="premises", by=diane, at=at)
    handed_in = hand_in(filing, by=diane, at=at)
    assert handed_in.status == "submitted"


def test_submit_with_a_stale_version_changes_nothing(filing, section_of, diane, at):
    section = section_of(filing)
    with pytest.raises(Conflict):
        filings.prepare(filing=filing, version=filing.version - 1, by=diane, at=at)
    assert Filing.objects.get().status == "draft"
    assert Section.objects.get(pk=section.pk).status == "draft"


def test_submit_twice_is_refused(filing, section_of, diane, at):
    section_of(filing)
    filings.prepare(filing=filing, version=filing.version, by=UserFactory(), at=at)
    version = filing.version
    filings.submit(filing=filing, version=version, by=diane, at=at)
    with pytest.raises(Conflict):
        filings.submit(filing=filing, version=version, by=diane, at=at)


def test_submit_refuses_what_was_pre_filled_from_an_older_section(
    filing, section_of, center, alice, diane, at
):
    section = section_of(filing)
    import_premises(center, by=alice, at=at)
    with pytest.raises(filings.FilingOutdated):
        hand_in(filing, by=diane, at=at)
    assert Filing.objects.get(pk=filing.pk).status == "draft"
    assert Section.objects.get(pk=section.pk).status == "draft"


def test_saving_again_makes_an_outdated_section_current(
    filing, section_of, center, alice, diane, at
):
    section_of(filing)
    import_premises(center, by=alice, at=at)
    section_of(filing)
    filing.refresh_from_db()
    handed_in = hand_in(filing, by=diane, at=at)
    assert handed_in.status == "submitted"


def test_withdraw_closes_a_draft_and_frees_the_center(filing, section_of, center, diane, at):
    section_of(filing)
    filings.withdraw(filing=filing, version=filing.version, by=diane, at=at)
    assert filing.status == "withdrawn"
    assert filings.open_change(center=center, by=diane, at=at) != filing


def test_withdraw_refuses_a_submitted_filing(submitted, filing, diane, at):
    submitted("premises")
    filing.refresh_from_db()
    with pytest.raises(Conflict):
        filings.withdraw(filing=filing, version=filing.version, by=diane, at=at)
    assert Filing.objects.get().status == "submitted"


# --- deciding


def test_accept_makes_facts_and_tells_of_them(submitted, center, alice, at, heard):
    (section,) = submitted("premises")
    filings.accept_section(section=section, version=section.version, by=alice, at=at + LATER)
    assert (section.status, section.decided_by, section.decided_at) == (
        "accepted",
        alice,
        at + LATER,
    )
    assert selectors.accepted_sections(center) == {"premises": section}
    assert heard == [([center.pk], at + LATER)]


def test_accept_of_the_last_section_closes_the_filing(submitted, filing, alice, at):
    first, second = submitted("premises", "accounts")
    filings.accept_section(section=first, version=first.version, by=alice, at=at)
    assert Filing.objects.get(pk=filing.pk).status == "submitted"
    filings.accept_section(section=second, version=second.version, by=alice, at=at)
    assert Filing.objects.get(pk=filing.pk).status == "accepted"


def test_accept_writes_the_reviewers_judgment_of_the_premises(submitted, alice, at):
    (section,) = submitted("premises")
    filings.accept_section(
        section=section, version=section.version, by=alice, at=at, adequacy={1: "basically"}
    )
    assert PremisesRow.objects.get(section=section).adequacy == "basically"


def test_accept_with_a_stale_version_writes_no_judgment(submitted, alice, at):
    (section,) = submitted("premises")
    with pytest.raises(Conflict):
        filings.accept_section(
            section=section, version=section.version - 1, by=alice, at=at, adequacy={1: "fails"}
        )
    assert PremisesRow.objects.get(section=section).adequacy is None
    assert Section.objects.get(pk=section.pk).status == "submitted"


def test_accept_of_a_profile_updates_the_register(filing, section_of, center, alice, diane, at):
    profile = {"name": "海棠区梧桐路街道社会组织服务中心（新）", "uscc": "52310199MJF1000241"}
    section_of(filing, "profile", [profile])
    hand_in(filing, by=diane, at=at)
    section = filing.sections.get()
    filings.accept_section(section=section, version=section.version, by=alice, at=at)
    center.refresh_from_db()
    assert {"name": center.name, "uscc": center.uscc} == profile


def test_accept_refuses_a_profile_with_another_centers_credit_code(
    filing, section_of, center, wutong, alice, diane, at
):
    CenterFactory(division=wutong, uscc="52310199MJF1000241")
    section_of(filing, "profile", [{"name": "甲", "uscc": "52310199MJF1000241"}])
    hand_in(filing, by=diane, at=at)
    section = filing.sections.get()
    with pytest.raises(DomainError):
        filings.accept_section(section=section, version=section.version, by=alice, at=at)
    assert Section.objects.get(pk=section.pk).status == "submitted"


def test_accept_refuses_what_was_pre_filled_from_an_older_section(
    submitted, center, alice, at, heard
):
    (section,) = submitted("premises")
    import_premises(center, by=alice, at=at)
    heard.clear()
    with pytest.raises(filings.FilingOutdated):
        filings.accept_section(section=section, version=section.version, by=alice, at=at)
    assert Section.objects.get(pk=section.pk).status == "submitted"
    assert heard == []


def test_accept_twice_is_a_conflict(submitted, alice, at):
    (section,) = submitted("premises")
    version = section.version
    filings.accept_section(section=section, version=version, by=alice, at=at)
    with pytest.raises(Conflict):
        filings.accept_section(section=section, version=version, by=alice, at=at)


def test_accept_twice_with_a_judgment_is_a_conflict(submitted, alice, at):
    (section,) = submitted("premises")
    version = section.version
    decision = {"version": version, "by": alice, "at": at, "adequacy": {1: "satisfies"}}
    filings.accept_section(section=section, **decision)
    with pytest.raises(Conflict):
        filings.accept_section(section=section, **decision)


def test_accept_refuses_a_draft(filing, section_of, alice, at):
    section = section_of(filing)
    with pytest.raises(Conflict):
        filings.accept_section(section=section, version=section.version, by=alice, at=at)
    assert Section.objects.get(pk=section.pk).status == "draft"


def test_return_needs_a_comment(submitted, alice, at):
    (section,) = submitted("premises")
    with pytest.raises(filings.CommentMissing):
        filings.return_section(
            section=section, version=section.version, comment=" ", by=alice, at=at
        )
    assert Section.objects.get(pk=section.pk).status == "submitted"


def test_return_touches_one_section_only(submitted, filing, alice, at, heard):
    back, other = submitted("premises", "accounts")
    filings.return_section(
        section=back, version=back.version, comment=" 面积与租约不符 ", by=alice, at=at
    )
    assert (back.status, back.comment, back.decided_by) == ("returned", "面积与租约不符", alice)
    assert Section.objects.filter(pk=other.pk).values().get() == {
        **Section.objects.filter(pk=other.pk).values().get(),
        "status": "submitted",
        "version": other.version,
        "comment": "",
        "decided_by_id": None,
    }
    assert Filing.objects.get(pk=filing.pk).status == "submitted"
    assert heard == []


def test_a_filing_with_one_returned_section_goes_back_when_all_are_decided(
    submitted, filing, alice, at
):
    back, good = submitted("premises", "accounts")
    filings.return_section(section=back, version=back.version, comment="缺证", by=alice, at=at)
    filings.accept_section(section=good, version=good.version, by=alice, at=at)
    assert Filing.objects.get(pk=filing.pk).status == "returned"


def test_resubmitting_sends_the_returned_section_only(
    submitted, filing, section_of, alice, diane, at
):
    back, good = submitted("premises", "accounts")
    filings.return_section(section=back, version=back.version, comment="缺证", by=alice, at=at)
    filings.accept_section(section=good, version=good.version, by=alice, at=at)
    decided = Section.objects.filter(pk=good.pk).values().get()
    section_of(filing, rows=[ROOM, ROOM])
    filing.refresh_from_db()
    hand_in(filing, by=diane, at=at + LATER)
    back.refresh_from_db()
    assert (back.status, filing.status) == ("submitted", "submitted")
    assert Section.objects.filter(pk=good.pk).values().get() == decided
    filings.accept_section(section=back, version=back.version, by=alice, at=at + LATER)
    assert Filing.objects.get(pk=filing.pk).status == "accepted"
    assert back.comment == ""


def test_accept_refuses_what_was_returned_edited_and_sent_again(
    submitted, filing, section_of, alice, diane, at
):
    """ABA: the status is the same again, the content is not what the reviewer saw."""
    (section,) = submitted("premises")
    seen = Section.objects.get(pk=section.pk)
    filings.return_section(
        section=section, version=section.version, comment="缺证", by=alice, at=at
    )
    section_of(filing, rows=[{**ROOM, "exclusive_area_m2": Decimal("90.00")}])
    filing.refresh_from_db()
    hand_in(filing, by=diane, at=at)
    assert Section.objects.get(pk=section.pk).status == seen.status == "submitted"
    with pytest.raises(Conflict):
        filings.accept_section(section=seen, version=seen.version, by=alice, at=at)
    assert Section.objects.get(pk=section.pk).status == "submitted"


# --- the trail


def test_every_step_writes_exactly_one_audit_row(center, pack, alice, diane, at):
    """The whole way of a filing, and after each step the rows it added to the trail."""
    trail = []

    def step(verb, by, **kwargs):
        before = AuditEvent.objects.count()
        result = getattr(filings, verb)(by=by, at=at, **kwargs)
        new = list(AuditEvent.objects.order_by("-id")[: AuditEvent.objects.count() - before])
        trail.append([(event.action, event.actor_id) for event in new])
        return result

    filing = step("open_change", diane, center=center)
    dropped = step("add_section", diane, filing=filing, kind="accounts")
    step("drop_section", diane, section=dropped)
    section = step("add_section", diane, filing=filing, kind="premises")
    section = step("save_section", diane, section=section, version=1, rows=[ROOM])
    filing.refresh_from_db()
    staff = UserFactory()
    step("prepare", staff, filing=filing, version=filing.version)
    step("decline", diane, filing=filing, version=filing.version, reason="漏填")
    step("prepare", staff, filing=filing, version=filing.version)
    step("take_back", staff, filing=filing, version=filing.version)
    step("prepare", staff, filing=filing, version=filing.version)
    step("submit", diane, filing=filing, version=filing.version)
    section.refresh_from_db()
    step("return_section", alice, section=section, version=section.version, comment="缺证")
    section.refresh_from_db()
    wider = ROOM | {"exclusive_area_m2": Decimal("41.00")}
    step("save_section", diane, section=section, version=section.version, rows=[wider])
    filing.refresh_from_db()
    step("prepare", staff, filing=filing, version=filing.version)
    step("submit", diane, filing=filing, version=filing.version)
    section.refresh_from_db()
    step("accept_section", alice, section=section, version=section.version)
    second = step("open_change", diane, center=center)
    step("withdraw", diane, filing=second, version=1)
    prefix = "centers.filing"
    assert trail == [
        [(f"{prefix}.open", diane.pk)],
        [(f"{prefix}.add_section", diane.pk)],
        [(f"{prefix}.drop_section", diane.pk)],
        [(f"{prefix}.add_section", diane.pk)],
        [(f"{prefix}.save_section", diane.pk)],
        [(f"{prefix}.prepare", staff.pk)],
        [(f"{prefix}.decline", diane.pk)],
        [(f"{prefix}.prepare", staff.pk)],
        [(f"{prefix}.take_back", staff.pk)],
        [(f"{prefix}.prepare", staff.pk)],
        [(f"{prefix}.submit", diane.pk)],
        [(f"{prefix}.return_section", alice.pk)],
        [(f"{prefix}.save_section", diane.pk)],
        [(f"{prefix}.prepare", staff.pk)],
        [(f"{prefix}.submit", diane.pk)],
        [(f"{prefix}.accept_section", alice.pk)],
        [(f"{prefix}.open", diane.pk)],
        [(f"{prefix}.withdraw", diane.pk)],
    ]


def test_refused_step_leaves_no_audit_row(filing, diane, at):
    before = AuditEvent.objects.count()
    with pytest.raises(filings.NothingToSubmit):
        hand_in(filing, by=diane, at=at)
    assert AuditEvent.objects.count() == before


def test_audit_names_place_and_reason(submitted, filing, center, alice, at):
    (section,) = submitted("premises")
    filings.return_section(
        section=section, version=section.version, comment="缺证", by=alice, at=at
    )
    event = AuditEvent.objects.get(action="centers.filing.return_section")
    assert (event.target_type, event.target_id) == ("centers.filing", str(filing.pk))
    assert event.division_path == center.division.path
    assert event.changes == {"section": ["premises", "returned"]}
    assert (event.reason, event.at, event.actor_name) == ("缺证", at, "林经办")


# --- the register


def test_enter_gives_the_divisions_next_code(wutong, alice, at):
    codes = [
        centers.enter(name=name, division=wutong, by=alice, at=at).code for name in ("甲", "乙")
    ]
    assert codes == ["310199001-01", "310199001-02"]
    assert AuditEvent.objects.filter(action="centers.center.enter").count() == 2


def test_enter_fills_a_gap_in_the_codes(wutong, alice, at):
    CenterFactory(code="310199001-02", division=wutong)
    codes = [
        centers.enter(name=name, division=wutong, by=alice, at=at).code for name in ("甲", "乙")
    ]
    assert codes == ["310199001-01", "310199001-03"]


def test_join_twice_is_one_membership(center, charlie, alice, at):
    for _ in range(2):
        centers.join(user=charlie, center=center, role="center_staff", by=alice, at=at)
    assert [m.role for m in center.memberships.all()] == ["center_staff"]


def import_premises(center, *, by, at):
    declaration = Declaration(
        name=center.name,
        division=center.division,
        sections={"premises": [{**ROOM, "address": "丁"}]},
    )
    imports.accept_declarations(declarations=[declaration], by=by, at=at)


def test_money_keeps_its_cents(filing, section_of):
    amount = {"form": "grant", "amount_yuan": Decimal("99999999999999.99")}
    section = section_of(filing, "funding", [amount])
    assert FundingRow.objects.get(section=section).amount_yuan == Decimal("99999999999999.99")
