# ruff: noqa: RUF001 (full-width characters are what the offices type)
"""Yes and no, one of a list, several of a list."""

import pytest

from portal.cells import GRADES, CellError, parse_choice, parse_flag, parse_multi

PLACES = {
    "党群服务中心": "party_service_center",
    "党群中心": "party_service_center",
    "慈善超市": "charity_shop",
    "其他": "other",
}
CONCLUSIONS = {"合格": "qualified", "基本合格": "basically_qualified", "不合格": "unqualified"}


@pytest.mark.parametrize("raw", ["是", "有", "√", "✓", "Y", "y", "Ｙ", "1", 1, 1.0, True, " 是 "])
def test_yes_is_true(raw):
    assert parse_flag(raw).value is True


@pytest.mark.parametrize("raw", ["否", "无", "×", "N", "n", "0", 0, 0.0, False])
def test_no_is_false(raw):
    assert parse_flag(raw).value is False


@pytest.mark.parametrize("raw", [None, "", "/", "—", "待定"])
def test_blank_flag_is_null(raw):
    assert parse_flag(raw).value is None


@pytest.mark.parametrize("raw", ["是（兼）", "部分", "√（兼）", "2", 2, "是否", "有待更换"])
def test_unclear_flag_is_refused(raw):
    with pytest.raises(CellError) as caught:
        parse_flag(raw)
    assert caught.value.code == "not_a_flag"


def test_flag_keeps_the_note_of_a_thing_that_exists():
    parsed = parse_flag("有（待更换）")
    assert (parsed.value, parsed.note) == (True, "待更换")


def test_column_brings_its_own_words():
    words = {"yes": ("专职",), "no": ("兼职",)}
    assert parse_flag("专职", **words).value is True
    assert parse_flag("兼职", **words).value is False
    with pytest.raises(CellError):
        parse_flag("专职")


@pytest.mark.parametrize("raw", ["慈善超市", "慈善 超市", "慈善超市\u3000"])
def test_choice_is_read_by_its_key(raw):
    assert parse_choice(raw, PLACES).value == "charity_shop"


def test_synonym_gives_the_same_code():
    assert parse_choice("党群中心", PLACES).value == "party_service_center"


def test_unknown_choice_lists_each_accepted_value_once():
    with pytest.raises(CellError) as caught:
        parse_choice("图书馆", PLACES)
    assert str(caught.value).endswith("Accepted: 党群服务中心、慈善超市、其他.")


@pytest.mark.parametrize(
    ("raw", "code"), [("合格 √", "qualified"), ("基本 合格", "basically_qualified")]
)
def test_conclusion_spellings_are_read(raw, code):
    assert parse_choice(raw, CONCLUSIONS).value == code


def test_conclusion_in_other_words_is_refused():
    with pytest.raises(CellError):
        parse_choice("通过", CONCLUSIONS)


@pytest.mark.parametrize("raw", ["5A", "AAAAA", "５Ａ", "5A级", "五A", "5a"])
def test_grade_spellings_are_read(raw):
    assert parse_choice(raw, GRADES).value == "5A"


@pytest.mark.parametrize(("raw", "grade"), [("AAA", "3A"), ("三A", "3A"), ("未评估", "未评估")])
def test_other_grades_are_read(raw, grade):
    assert parse_choice(raw, GRADES).value == grade


def test_grade_with_a_remark_is_refused():
    with pytest.raises(CellError):
        parse_choice("3A（过期）", GRADES)


def test_placeholder_may_be_a_choice_of_the_column():
    assert parse_choice("无", {"单独": "own", "无": "none"}).value == "none"
    assert parse_choice("无", PLACES).value is None


@pytest.mark.parametrize("separator", ["、", "，", ",", "；", ";", "/", " ", "\n", "\u3000", "|"])
def test_several_choices_are_split(separator):
    parsed = parse_multi(f"慈善超市{separator}党群服务中心", PLACES)
    assert parsed.value == ("charity_shop", "party_service_center")


def test_several_choices_are_taken_once():
    assert parse_multi("党群中心、党群服务中心", PLACES).value == ("party_service_center",)


def test_choice_that_contains_a_separator_is_taken_whole():
    assert parse_multi("街道/镇", {"街道/镇": "township"}).value == ("township",)


def test_one_unknown_of_several_is_named():
    with pytest.raises(CellError, match="图书馆"):
        parse_multi("慈善超市、图书馆", PLACES)


def test_several_words_without_choices():
    assert parse_multi("张三\n李四").value == ("张三", "李四")
    assert parse_multi("/").value is None
