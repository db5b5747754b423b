"""The list of what has to be public: what is due when, what was in time, what nobody may read."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.rules import disclosing as d
from portal.workdays.selectors import PACKAGE_YEARS, Calendar

CALENDAR = Calendar(frozenset(PACKAGE_YEARS), frozenset(), frozenset())
DAYS = d.Days(add=CALENDAR.add_working_days)


def of_item(facts, item):
    return [each for each in d.due(facts, DAYS) if each.item == item]


def test_the_list_has_fourteen_items():
    assert list(d.CATALOGUE) == [
        *("contact", "registration", "articles", "people", "services", "annual_report"),
        *("donations", "lottery", "purchases", "grades", "review", "recruitment", "channels"),
        "teams",
    ]


def test_what_the_law_keeps_back_is_open_in_no_item():
    kept_back = {
        *("identity_numbers", "personal_phones", "team_leaders", "warnings", "bids", "opinions"),
        "complaints",
    }
    levels = {f.key: f.level for entry in d.CATALOGUE.values() for f in entry.fields}
    assert {levels[key] for key in kept_back} == {d.INTERNAL}
    assert all(not f.is_typed for entry in d.CATALOGUE.values() for f in entry.kept_back)


# --- when


def test_a_change_is_due_after_twenty_working_days():
    # National Day 2025 is off from 1 to 8 October, 28 September and 11 October are worked.
    facts = d.CenterYear(2025, changes={"contact": (date(2025, 9, 22),)})
    assert of_item(facts, "contact") == [
        d.Due("contact", "", date(2025, 9, 22), date(2025, 10, 24))
    ]


def test_a_contract_is_due_on_the_second_working_day():
    facts = d.CenterYear(2025, contracts=(("purchases", "HT-1", date(2025, 9, 30)),))
    assert of_item(facts, "purchases") == [
        d.Due("purchases", "HT-1", date(2025, 9, 30), date(2025, 10, 10))
    ]


# Counted by hand from the notices of the State Council: New Year 1 Jan. 2025; Spring Festival
# 28 Jan. to 4 Feb. 2025, with 26 Jan. and 8 Feb. worked; Labour Day 1 to 5 May 2025; New Year
# 1 to 3 Jan. 2026, with 4 Jan. worked.
@pytest.mark.parametrize(
    ("facts", "item", "due_on"),
    [
        (d.CenterYear(2025, changes={"people": (date(2025, 1, 20),)}), "people", date(2025, 2, 21)),
        (
            d.CenterYear(2025, results=(("grades", "", date(2025, 1, 20)),)),
            "grades",
            date(2025, 2, 21),
        ),
        (
            d.CenterYear(2025, results=(("review", "2024", date(2025, 6, 30)),)),
            "review",
            date(2025, 7, 28),
        ),
        (
            d.CenterYear(2025, contracts=(("purchases", "HT-2", date(2025, 4, 30)),)),
            "purchases",
            date(2025, 5, 7),
        ),
        (
            d.CenterYear(2025, results=(("purchases", "HT-2", date(2025, 6, 30)),)),
            "purchases",
            date(2025, 7, 28),
        ),
        (d.CenterYear(2025), "channels", date(2025, 2, 5)),
        (d.CenterYear(2025, had_teams=(True, False)), "teams", date(2025, 7, 28)),
        (d.CenterYear(2025, had_teams=(False, True)), "teams", date(2026, 1, 29)),
        (d.CenterYear(2025), "annual_report", date(2025, 6, 30)),
        (d.CenterYear(2025, had_lottery=True), "lottery", date(2025, 6, 30)),
    ],
)
def test_in_time_to_the_day_by_the_work_calendar(facts, item, due_on):
    (asked,) = of_item(facts, item)
    assert asked.due_on == due_on
    later = due_on + timedelta(days=30)
    for days, expected in ((-1, d.ON_TIME), (0, d.ON_TIME), (1, d.LATE)):
        out = d.Stood(item, asked.subject, due_on + timedelta(days=days))
        assert d.state(asked, [out], later) == expected
    assert d.state(asked, [], due_on) == d.PENDING
    assert d.state(asked, [], due_on + timedelta(days=1)) == d.MISSING


# Item → owner and occasion, of domain reference §5.4.
OWED = {
    "contact": (d.CENTER, d.ON_CHANGE),
    "registration": (d.CENTER, d.ON_CHANGE),
    "articles": (d.CENTER, d.ON_CHANGE),
    "people": (d.CENTER, d.ON_CHANGE),
    "services": (d.CENTER, d.YEARLY),
    "annual_report": (d.CENTER, d.YEARLY),
    "donations": (d.CENTER, d.ON_CHANGE),
    "lottery": (d.CENTER, d.YEARLY),
    "purchases": (d.DISTRICT, d.ON_CONTRACT),
    "grades": (d.CENTER, d.ON_RESULT),
    "review": (d.DISTRICT, d.ON_RESULT),
    "recruitment": (d.CENTER, d.AS_NEEDED),
    "channels": (d.CENTER, d.ALWAYS),
    "teams": (d.TOWNSHIP, d.HALF_YEARLY),
}


def test_every_item_says_who_owes_it_when_and_how_openly():
    assert {item: (each.owner, each.when) for item, each in d.CATALOGUE.items()} == OWED
    levels = {d.ACTIVE, d.ON_REQUEST, d.INTERNAL}
    for entry in d.CATALOGUE.values():
        assert {each.level for each in entry.fields} <= levels
        assert any(each.level == d.ACTIVE for each in entry.fields)


def test_yearly_items_are_due_on_the_day_of_the_district():
    found = of_item(d.CenterYear(2025), "services")
    assert found == [d.Due("services", "", date(2025, 1, 1), date(2025, 6, 30))]


@pytest.mark.parametrize(("had_lottery", "count"), [(True, 1), (False, 0)])
def test_use_of_lottery_money_is_due_where_there_was_some(had_lottery, count):
    assert len(of_item(d.CenterYear(2025, had_lottery=had_lottery), "lottery")) == count


def test_teams_are_due_twice_a_year_where_there_are_any():
    found = of_item(d.CenterYear(2025, had_teams=(True, True)), "teams")
    assert [(each.subject, each.arose_on) for each in found] == [
        ("H1", date(2025, 6, 30)),
        ("H2", date(2025, 12, 31)),
    ]
    assert not of_item(d.CenterYear(2025), "teams")


def test_nothing_is_due_of_a_center_before_it_is_there_and_after_it_ended():
    young = d.CenterYear(2025, since=date(2025, 8, 1))
    assert {each.item for each in d.due(young, DAYS)} == {"channels"}
    assert of_item(young, "channels")[0].arose_on == date(2025, 8, 1)
    assert not d.due(d.CenterYear(2025, until=date(2024, 12, 31)), DAYS)


def test_changes_of_other_years_are_of_other_years():
    facts = d.CenterYear(2025, changes={"contact": (date(2024, 12, 30), date(2026, 1, 4))})
    assert not of_item(facts, "contact")


# --- in time


ASKED = d.Due("contact", "", date(2025, 3, 3), date(2025, 3, 31))


@pytest.mark.parametrize(
    ("since", "until", "on", "expected"),
    [
        (date(2025, 3, 31), None, date(2025, 5, 1), d.ON_TIME),
        (date(2025, 4, 1), None, date(2025, 5, 1), d.LATE),
        # It was out before it came about: of something else.
        (date(2025, 3, 2), None, date(2025, 5, 1), d.MISSING),
        (date(2025, 3, 10), date(2025, 3, 31), date(2025, 5, 1), d.MISSING),
        (date(2025, 3, 10), date(2025, 4, 1), date(2025, 5, 1), d.ON_TIME),
        (date(2025, 4, 2), date(2025, 4, 9), date(2025, 5, 1), d.MISSING),
        (None, None, date(2025, 4, 1), d.MISSING),
        (None, None, date(2025, 3, 31), d.PENDING),
    ],
)
def test_how_it_stands(since, until, on, expected):
    texts = [d.Stood("contact", "", since, until)] if since else []
    assert d.state(ASKED, texts, on) == expected


def test_a_text_of_another_item_or_of_another_one_answers_nothing():
    texts = [
        d.Stood("people", "", date(2025, 3, 10)),
        d.Stood("contact", "other", date(2025, 3, 10)),
    ]
    assert d.state(ASKED, texts, date(2025, 5, 1)) == d.MISSING


def test_what_was_written_before_a_change_does_not_tell_of_it():
    written, out = date(2025, 3, 2), date(2025, 3, 10)
    on = date(2025, 5, 1)
    assert d.state(ASKED, [d.Stood("contact", "", out, None, written)], on) == d.MISSING
    assert d.state(ASKED, [d.Stood("contact", "", out, None, ASKED.arose_on)], on) == d.ON_TIME
    yearly = d.Due("services", "", date(2025, 3, 3), date(2025, 6, 30))
    stood = d.Stood("services", "", out, None, written)
    assert d.state(yearly, [stood], date(2025, 7, 1)) == d.ON_TIME


def test_what_always_stands_may_stand_since_long_ago():
    asked = d.Due("channels", "", date(2025, 1, 1), date(2025, 2, 7))
    assert (
        d.state(asked, [d.Stood("channels", "", date(2023, 1, 1))], date(2025, 3, 1)) == d.ON_TIME
    )


def test_a_day_beyond_the_calendar_is_no_day():
    asked = d.Due("contact", "", date(2025, 3, 3), None)
    assert d.state(asked, [], date(2030, 1, 1)) == d.PENDING
    assert d.rate([asked], [], date(2020, 1, 1), date(2030, 1, 1)) == (0, 0)


days = st.dates(date(2025, 1, 1), date(2025, 12, 31))


@given(st.lists(days, max_size=6), st.lists(days, max_size=6), days, days)
def test_a_rate_never_exceeds_what_was_due(arose, out, one, other):
    dues = [d.Due("contact", "", on, on + timedelta(28)) for on in arose]
    texts = [d.Stood("contact", "", on) for on in out]
    start, end = sorted((one, other))
    found = d.rate(dues, texts, start, end)
    assert 0 <= found.on_time <= found.due <= len(dues)
    # Publishing once more never lowers it.
    more = d.rate(dues, [*texts, d.Stood("contact", "", start)], start, end)
    assert more.due == found.due
    assert more.on_time >= found.on_time


# --- what nobody may read


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("请联系王老师13812345678。", "mobile"),
        ("电话 138-1234-5678", "mobile"),
        ("电话 +86 138 1234 5678", "mobile"),
        ("".join(chr(0xFF10 + int(digit)) for digit in "13812345678"), "mobile"),
        ("身份证11010519491231002X", "identity"),
        ("身份证110105491231002", "identity"),
        ("账号6222021001116245702", "account"),
        ("账号 6222 0210 0111 6245 702", "account"),
    ],
)
def test_numbers_of_persons_are_taken_out(text, kind):
    found = d.redact(text)
    assert found.kinds == (kind,)
    assert not any(char.isdigit() and char.isascii() for char in found.text.replace("+86", ""))


@pytest.mark.parametrize(
    "text",
    [
        "值班电话021-58881234，周一至周五9:00-17:00",
        "2024年度收入1234567.89元，2025-01-01至2025-12-31",
        "统一社会信用代码52310115MJ1234567X",
        "编号310199-CG-2026-0001",
    ],
)
def test_what_everybody_may_read_stays(text):
    assert d.redact(text) == (text, ())


def test_the_telephone_of_the_office_stays_though_it_is_a_mobile_one():
    found = d.redact("办公室13812345678，王老师13987654321", keep=["13812345678"])
    assert found.text == f"办公室13812345678，王老师{d.HIDDEN}"


def test_names_are_taken_out_unless_they_are_words():
    found = d.redact("欧阳小明在高峰时段接待", names=["欧阳小明", "高峰"])
    assert found == (f"{d.HIDDEN}在高峰时段接待", ("name",))


digits = st.text("0123456789Xx- ，电话王", max_size=60)


@given(digits)
def test_redacting_twice_changes_nothing_more(text):
    once = d.redact(text).text
    assert d.redact(once) == (once, ())


@given(digits, st.from_regex(r"\A1[3-9]\d{9}\Z"), digits)
def test_a_mobile_number_between_words_never_stays(before, number, after):
    text = f"{before}，{number}，{after}"
    assert f"，{number}，" not in d.redact(text).text
