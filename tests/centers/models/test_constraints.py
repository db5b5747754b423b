"""What the database refuses by itself, whoever writes and however."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from centers.models import (
    ROW_MODELS,
    AccountRow,
    Attachment,
    Center,
    Filing,
    FundingRow,
    PremisesRow,
    ProfileRow,
    Row,
    Section,
    StatutoryRow,
)
from centers.services import filings
from tests.factories.centers import (
    CenterFactory,
    FilingFactory,
    MembershipFactory,
    PersonFactory,
    SectionFactory,
    SubmittedFilingFactory,
    hand_in,
)
from tests.factories.portal import UserFactory

pytestmark = pytest.mark.django_db
CHANGE = {"matter": "registered_change", "occurred_on": date(2025, 3, 1)}


def run(sql, params=()):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def refused(sql, params=()):
    """True when the database refuses the statement, deferred constraints included."""
    try:
        with transaction.atomic():
            run(sql, params)
            run("SET CONSTRAINTS ALL IMMEDIATE")
    except DatabaseError:
        return True
    return False


@pytest.fixture
def filed(center, diane, alice, at, pack):
    """kind → a section in a status, with one row of accounts or premises."""

    def make(status, kind="accounts"):
        row = {"holder": "甲"} if kind == "accounts" else {"exclusive_area_m2": Decimal("40")}
        filing = filings.open_change(center=center, by=diane, at=at)
        section = filings.add_section(filing=filing, kind=kind, by=diane, at=at)
        filings.save_section(section=section, version=1, rows=[row], by=diane, at=at)
        if status != "draft":
            hand_in(filing, by=diane, at=at)
            section.refresh_from_db()
        if status == "accepted":
            filings.accept_section(section=section, version=section.version, by=alice, at=at)
        if status == "returned":
            filings.return_section(
                section=section, version=section.version, comment="缺证", by=alice, at=at
            )
        return Section.objects.get(pk=section.pk)

    return make


@pytest.fixture
def accepted(filed):
    return filed("accepted")


INSERT_ROW = """INSERT INTO centers_accountrow (section_id, position, note, holder, bank)
                VALUES (%s, 9, '', '乙', '')"""


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE centers_section SET comment = 'x' WHERE id = %s",
        "UPDATE centers_section SET status = 'draft' WHERE id = %s",
        "UPDATE centers_section SET decided_at = now() WHERE id = %s",
        "UPDATE centers_section SET version = version + 1 WHERE id = %s",
        "DELETE FROM centers_section WHERE id = %s",
        "UPDATE centers_accountrow SET holder = 'x' WHERE section_id = %s",
        "UPDATE centers_accountrow SET ends_on = '2026-01-01' WHERE section_id = %s",
        "DELETE FROM centers_accountrow WHERE section_id = %s",
        INSERT_ROW,
    ],
)
def test_accepted_section_is_immutable(accepted, sql):
    assert refused(sql, [accepted.pk])
    assert AccountRow.objects.filter(section=accepted).values_list("holder", "position").get() == (
        "甲",
        1,
    )
    assert Section.objects.filter(pk=accepted.pk, status="accepted").exists()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE centers_accountrow SET holder = 'x' WHERE section_id = %s",
        "DELETE FROM centers_accountrow WHERE section_id = %s",
        INSERT_ROW,
    ],
)
def test_rows_of_a_submitted_section_are_locked(filed, sql):
    assert refused(sql, [filed("submitted").pk])


@pytest.mark.parametrize("status", ["draft", "returned"])
def test_rows_of_an_editable_section_are_free(filed, status):
    assert not refused(INSERT_ROW, [filed(status).pk])


def test_a_row_cannot_be_moved_out_of_an_accepted_section(accepted, wutong):
    draft = SectionFactory(
        filing=FilingFactory(center=CenterFactory(division=wutong)), kind="accounts"
    )
    assert refused(
        "UPDATE centers_accountrow SET section_id = %s WHERE section_id = %s",
        [draft.pk, accepted.pk],
    )


def test_a_row_cannot_be_moved_into_an_accepted_section(accepted, wutong):
    draft = SectionFactory(
        filing=FilingFactory(center=CenterFactory(division=wutong)), kind="accounts"
    )
    row = AccountRow.objects.create(section=draft, position=7, holder="乙")
    assert refused(
        "UPDATE centers_accountrow SET section_id = %s WHERE id = %s", [accepted.pk, row.pk]
    )


def test_an_accepted_filing_takes_no_more_sections(accepted):
    place = [accepted.filing_id, accepted.center_id]
    insert = """INSERT INTO centers_section (filing_id, center_id, kind, status, version, comment)
                VALUES (%s, %s, 'staff', 'draft', 1, '')"""
    assert refused(insert, place)


def test_a_section_cannot_be_moved_into_an_accepted_filing(accepted):
    draft = SectionFactory(filing=FilingFactory(center=accepted.center), kind="staff")
    move = "UPDATE centers_section SET filing_id = %s WHERE id = %s"
    assert refused(move, [accepted.filing_id, draft.pk])
    other = FilingFactory(center=accepted.center, source="import")
    assert not refused(move, [other.pk, draft.pk])


def test_every_kind_of_row_is_frozen_with_its_section(center, pack, diane, alice, at):
    """The trigger stands on every row table, so a new kind cannot forget it."""
    frozen = {
        model._meta.db_table
        for model in Row.__subclasses__()
        if any(trigger.name == "frozen_with_section" for trigger in model._meta.triggers)
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE %s",
            ["pgtrigger_frozen_with_section%"],
        )
        installed = {table for (table,) in cursor.fetchall()}
    assert {model._meta.db_table for model in ROW_MODELS.values()} == frozen
    assert installed == frozen | {Attachment._meta.db_table}


def test_the_judgment_may_be_written_on_a_submitted_section_only(filed):
    section = filed("submitted", "premises")
    judge = "UPDATE centers_premisesrow SET adequacy = 'fails' WHERE section_id = %s"
    assert not refused(judge, [section.pk])


def test_the_judgment_of_an_accepted_section_stands(filed):
    section = filed("accepted", "premises")
    judge = "UPDATE centers_premisesrow SET adequacy = 'fails' WHERE section_id = %s"
    assert refused(judge, [section.pk])


def test_submitted_premises_keep_what_the_center_declared(filed):
    """Only the reviewer's column is open on a submitted section."""
    section = filed("submitted", "premises")
    enlarge = "UPDATE centers_premisesrow SET exclusive_area_m2 = 99 WHERE section_id = %s"
    assert refused(enlarge, [section.pk])


# Every status a filing or section cannot move to from another.
STATUSES = {
    "filing": ("draft", "prepared", "submitted", "returned", "accepted", "withdrawn"),
    "section": ("draft", "submitted", "returned", "accepted"),
}


@pytest.mark.parametrize("noun", ["filing", "section"])
def test_illegal_jumps_are_refused_and_legal_ones_are_not(noun, wutong, alice, at):
    model = {"filing": Filing, "section": Section}[noun]
    allowed = {(str(a), str(b)) for a, targets in model.TRANSITIONS.items() for b in targets}
    possible = set()
    for source in STATUSES[noun]:
        for target in STATUSES[noun]:
            obj = in_status(noun, source, wutong, alice, at)
            sql = f"UPDATE {model._meta.db_table} SET status = %s WHERE id = %s"
            if source != target and not refused(sql, [target, obj.pk]):
                possible.add((source, target))
    assert possible == allowed


def in_status(noun, status, division, user, at):
    """A filing or section inserted in a status, so that any jump can be tried from it."""
    center = CenterFactory(division=division)
    if noun == "filing":
        return SubmittedFilingFactory(
            center=center,
            opened_by=user,
            status=status,
            prepared_by=UserFactory(),
            prepared_at=at,
        )
    return SectionFactory(
        filing=SubmittedFilingFactory(center=center, opened_by=user),
        status=status,
        decided_by=user,
        decided_at=at,
        comment="缺证",
    )


def test_a_section_cannot_name_another_center_than_its_filings(center, wutong):
    other = CenterFactory(division=wutong)
    filing = FilingFactory(center=center)
    assert refused(
        """INSERT INTO centers_section (filing_id, center_id, kind, status, version, comment)
           VALUES (%s, %s, 'staff', 'draft', 1, '')""",
        [filing.pk, other.pk],
    )


def test_a_filing_with_sections_cannot_change_its_center(accepted, wutong):
    other = CenterFactory(division=wutong)
    move = "UPDATE centers_filing SET center_id = %s WHERE id = %s"
    assert refused(move, [other.pk, accepted.filing_id])


def test_a_filing_with_an_accepted_section_cannot_be_deleted(accepted):
    assert refused("DELETE FROM centers_filing WHERE id = %s", [accepted.filing_id])
    with pytest.raises(DatabaseError), transaction.atomic():
        accepted.filing.delete()


def test_a_center_with_filings_cannot_be_deleted(accepted):
    assert refused("DELETE FROM centers_center WHERE id = %s", [accepted.center_id])


def test_one_open_filing_per_center(center):
    FilingFactory(center=center, status="draft")
    with pytest.raises(IntegrityError):
        SubmittedFilingFactory(center=center)


def test_closed_filings_may_be_many(center):
    for _ in range(2):
        SubmittedFilingFactory(center=center, status="accepted")
        FilingFactory(center=center, status="withdrawn")
    assert center.filings.count() == 4


BAD_ROWS = [
    (PremisesRow, {"exclusive_area_m2": Decimal("-0.01")}),
    (PremisesRow, {"shared_area_m2": Decimal("-0.01")}),
    (PremisesRow, {"share_ratio": Decimal("1.0001")}),
    (PremisesRow, {"share_ratio": Decimal("-0.0001")}),
    (PremisesRow, {"starts_on": date(2026, 2, 2), "ends_on": date(2026, 2, 1)}),
    (FundingRow, {"form": "grant", "amount_yuan": Decimal("-0.01")}),
    (FundingRow, {"form": "grant", "basic_amount_yuan": 2, "amount_yuan": 1}),
    (ProfileRow, {"name": "甲", "uscc": "5231019MJF10002411"}),
    (ProfileRow, {"name": "甲", "uscc": "52310199mjf1000241"}),
    (ProfileRow, {"name": "甲", "operating_model": "entrusted"}),
    (ProfileRow, {"name": "甲", "registered_capital_yuan": Decimal("-1")}),
    (ProfileRow, {"name": "甲", "basic_cost_yuan": -1}),
    (StatutoryRow, {"matter": "dissolution"}),
    (StatutoryRow, {"matter": "registered_change"}),
    (StatutoryRow, {"matter": "head_change_audit", "done_on": date(2025, 3, 1)}),
    (StatutoryRow, CHANGE | {"done_on": date(2025, 2, 28)}),
    (StatutoryRow, CHANGE | {"is_so": True}),
    (StatutoryRow, CHANGE | {"non_state_share": 1}),
    (StatutoryRow, {"matter": "branches", "done_on": date(2025, 3, 1)}),
    (StatutoryRow, {"matter": "capital", "occurred_on": date(2025, 3, 1)}),
    (StatutoryRow, {"matter": "capital", "is_so": False}),
    (StatutoryRow, {"matter": "capital", "non_state_share": Decimal("1.01")}),
    (StatutoryRow, {"matter": "capital", "non_state_share": Decimal("-0.01")}),
    (StatutoryRow, {"matter": "seal_filing", "is_so": False, "done_on": date(2025, 3, 1)}),
]


@pytest.mark.parametrize(("model", "values"), BAD_ROWS)
def test_impossible_rows_are_refused(center, model, values):
    kind = next(kind for kind, row in ROW_MODELS.items() if row is model)
    section = SectionFactory(filing=FilingFactory(center=center), kind=kind)
    with pytest.raises(IntegrityError):
        model.objects.create(section=section, position=1, **values)


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (PremisesRow, {"exclusive_area_m2": 0, "share_ratio": 1}),
        (PremisesRow, {"starts_on": date(2026, 2, 2), "ends_on": date(2026, 2, 2)}),
        (FundingRow, {"form": "grant", "amount_yuan": 0, "basic_amount_yuan": 0}),
        (ProfileRow, {"name": "甲", "uscc": "52310199MJF1000241"}),
        (ProfileRow, {"name": "甲", "basic_cost_yuan": 0, "organization_count": 0}),
        (StatutoryRow, {"matter": "capital", "non_state_share": 1}),
        (StatutoryRow, {"matter": "capital"}),
        (StatutoryRow, {"matter": "seal_filing"}),
        (StatutoryRow, {"matter": "branches", "is_so": False}),
        (StatutoryRow, CHANGE | {"done_on": date(2025, 3, 1)}),
        (StatutoryRow, CHANGE | {"matter": "head_change_audit", "done_on": date(2025, 2, 1)}),
    ],
)
def test_rows_at_the_edge_are_kept(center, model, values):
    kind = next(kind for kind, row in ROW_MODELS.items() if row is model)
    section = SectionFactory(filing=FilingFactory(center=center), kind=kind)
    assert model.objects.create(section=section, position=1, **values).pk


def test_a_function_is_filed_once_per_year(center):
    section = SectionFactory(filing=FilingFactory(center=center), kind="functions")
    rows = ROW_MODELS["functions"].objects
    rows.create(section=section, position=1, fiscal_year=2025, function="FN-11", count=0)
    with pytest.raises(IntegrityError):
        rows.create(section=section, position=2, fiscal_year=2025, function="FN-11", count=1)


def test_positions_are_unique_in_a_section(center):
    section = SectionFactory(filing=FilingFactory(center=center), kind="accounts")
    AccountRow.objects.create(section=section, position=1, holder="甲")
    with pytest.raises(IntegrityError):
        AccountRow.objects.create(section=section, position=1, holder="乙")


@pytest.mark.parametrize(
    ("status", "values"),
    [
        ("accepted", {}),
        ("returned", {"comment": "缺证"}),
        ("accepted", {"decided_by": None}),
    ],
)
def test_a_decision_has_an_author_and_a_time(center, at, status, values):
    filing = SubmittedFilingFactory(center=center)
    with pytest.raises(IntegrityError):
        SectionFactory(filing=filing, status=status, **values)


def test_a_returned_section_says_why(center, alice, at):
    filing = SubmittedFilingFactory(center=center)
    with pytest.raises(IntegrityError):
        SectionFactory(filing=filing, status="returned", decided_by=alice, decided_at=at)


def test_a_submitted_filing_is_signed(center):
    with pytest.raises(IntegrityError):
        FilingFactory(center=center, status="submitted")


def test_a_person_code_is_used_once_per_center(center, wutong):
    PersonFactory(center=center, code="P1")
    assert PersonFactory(center=CenterFactory(division=wutong), code="P1").pk
    with pytest.raises(IntegrityError):
        PersonFactory(center=center, code="P1")


def test_a_membership_is_given_once(center, charlie):
    MembershipFactory(user=charlie, center=center)
    with pytest.raises(IntegrityError):
        MembershipFactory(user=charlie, center=center)


@pytest.mark.parametrize("uscc", ["5231019", "52310199MJF100024I", "52310199mjf1000241"])
def test_a_center_has_a_well_formed_credit_code(wutong, uscc):
    with pytest.raises(IntegrityError):
        CenterFactory(division=wutong, uscc=uscc)


def test_centers_without_a_credit_code_may_be_many(wutong):
    CenterFactory(division=wutong), CenterFactory(division=wutong)
    assert Center.objects.filter(uscc=None).count() == 2


def test_a_service_account_works_at_no_center(center):
    """Its tokens are narrowed to divisions: what a membership shows would not be."""
    account = UserFactory(is_service=True)
    with pytest.raises(IntegrityError, match="works at no center"), transaction.atomic():
        MembershipFactory(user=account, center=center)
    member = MembershipFactory(center=center)
    assert refused("UPDATE centers_membership SET user_id = %s", [account.pk])
    assert refused("UPDATE users_user SET is_service = true WHERE id = %s", [member.user_id])
