"""What nobody may read of a person does not stay in a text, however it is written."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.rules import redacting as r
from evaluation.rules.redacting import HIDDEN, personal, redact

OFFICE = "021-58881234"


def wide(text):
    """The text in full-width characters."""
    return "".join(chr(ord(char) + r.WIDE_BY) for char in text)


def kinds(text, **known):
    return redact(text, **known).kinds


@pytest.mark.parametrize(
    "number",
    [
        *("008613912345678", "+86 139 1234 5678", "8613912345678", "0139-1234-5678"),
        *("139.1234.5678", "139  1234 5678", "139/1234/5678", "(139)1234-5678", "139_1234_5678"),
        *("139\u00a01234\u00a05678", "139\u20131234\u20135678", "139\u20141234\u20145678"),
        *("13912\u200b345678", "139\ufeff12345678", "139·1234·5678", "1 3 9 1 2 3 4 5 6 7 8"),
        *(wide("13912345678"), "139\n1234 5678", "139\u30001234\u30005678", "T13912345678t"),
    ],
)
def test_a_mobile_number_is_found_however_it_is_written(number):
    assert kinds(f"联系{number}。") == ("mobile",)


@pytest.mark.parametrize(
    "number",
    [
        *("310101 19900101 1234", "310101-19900101-1234", "3101011990 01011234"),
        *("310101\u200b199001011234", "31010119900101123 X", "ID310101199001011234"),
        *("310101 900101 123", "310101" + wide("199001011234")),
    ],
)
def test_an_identity_number_is_found_however_it_is_written(number):
    assert kinds(f"身份证{number}。") == ("identity",)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("来信zhang@example.com", "email"),
        (wide("zhang@example.com"), "email"),
        ("微信号wxid_zhang", "messenger"),
        ("加微信：zhang-123", "messenger"),
        ("QQ号：123456789", "messenger"),
    ],
)
def test_how_a_person_is_reached_otherwise_is_found(text, kind):
    assert kinds(text) == (kind,)


@pytest.mark.parametrize(
    "text",
    [
        *(
            OFFICE,
            "(021) 5888 1234 转 8013",
            "021-58881234、58889876",
            "周一至周五 17:00 8:30 13:00",
        ),
        *("2025-10-13 2025-10-20 8:30", "2025.1.3-2025.12.31", "135000000.00元", "13 号楼 1 单元"),
        *(
            "编号310199-CG-2026-0001",
            "海民社〔2026〕7号",
            "1,350,000,000.00",
            "邮箱a@mzj.sh.gov.cn",
        ),
        *("微信公众号haitangshefu", "52310115MJ1234567X", "第1、3、5、12条"),
    ],
)
def test_what_everybody_may_read_stays(text):
    assert redact(text) == (text, ())


def test_the_rest_of_the_text_stays_as_it_was_written():
    room = wide("A101")
    assert redact(f"{room}室，{wide('13912345678')}").text == f"{room}室，{HIDDEN}"


def test_what_is_kept_is_kept_however_it_is_written():
    known = {"keep": ["138 1234 5678", "zhongxin@163.com"]}
    assert redact("办公室+86-13812345678，zhongxin@163.com", **known).kinds == ()
    assert redact("13812345678 13987654321", **known).text == f"13812345678 {HIDDEN}"


def test_where_it_stands_is_said():
    text = "问王老师139 1234 5678。"
    (found,) = personal(text)
    assert text[found.start : found.end] == "139 1234 5678"


# --- names


@pytest.mark.parametrize(
    "text",
    [
        "请找王芳",
        "王芳、李四接待",
        "联系人：王芳",
        "主任王芳",
        "王芳女士",
        "王芳在二楼",
        "王\u200b芳",
    ],
)
def test_a_name_of_two_characters_is_found_where_it_is_no_word(text):
    assert kinds(text, names=["王芳"]) == ("name",)


@pytest.mark.parametrize("text", ["在高峰时段接待", "避开早高峰", "客流高峰在上午", "高峰期间"])
def test_a_word_is_no_name(text):
    assert kinds(text, names=["高峰"]) == ()


def test_a_longer_name_is_taken_out_whole():
    assert redact("请找欧阳小明", names=["小明", "欧阳小明"]).text == f"请找{HIDDEN}"


# --- of any number, in any separators


words = st.text("王老师电话请拨打联系人，。：、 Aa", max_size=12)
blanks = st.text(
    r.SEPARATORS + "\u00a0\u2009\u3000\u200b\u200d\ufeff\u2010\u2013\u2014\uff0d·\n\t", max_size=3
)
widths = st.sampled_from([0, r.WIDE_BY])


@st.composite
def written(draw, number):
    """A number with anything between its digits, some of them full-width."""
    digits = [chr(ord(each) + draw(widths)) for each in draw(number)]
    gaps = [draw(blanks) for _digit in digits[1:]] + [""]
    return "".join(digit + gap for digit, gap in zip(digits, gaps, strict=True))


mobiles = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


@st.composite
def identities(draw):
    day = draw(st.dates()).replace(year=draw(st.integers(1900, 2099)), day=draw(st.integers(1, 28)))
    body = draw(st.from_regex(r"[1-8][0-9]{5}", fullmatch=True)) + f"{day:%Y%m%d}"
    body += draw(st.from_regex(r"[0-9]{3}", fullmatch=True))
    total = sum(int(each) * by for each, by in zip(body, r.IDENTITY_WEIGHTS, strict=True))
    return body + r.IDENTITY_LAST[total % 11]


def digits_of(text):
    """Numbers in a text, whatever stands between their digits."""
    plain = "".join(char for char in r._plain(text)[0] if char not in r.SEPARATORS)
    return re.findall(r"\d+[Xx]?", plain)


@given(words, written(mobiles), words)
def test_no_mobile_number_survives(before, number, after):
    left = redact(f"{before}{number}{after}").text
    assert not any(len(each) >= 11 for each in digits_of(left))


@given(words, written(identities()), words)
def test_no_identity_number_survives(before, number, after):
    left = redact(f"{before}{number}{after}").text
    assert not any(len(each) >= 15 for each in digits_of(left))


office_numbers = st.from_regex(r"(?:0(?:10|2[0-9])[- ]?|)[2-8][0-9]{7}", fullmatch=True)


@given(words, office_numbers, words)
def test_the_telephone_of_an_office_stays(before, number, after):
    text = f"{before}{number}{after}"
    assert redact(text).text == text


@st.composite
def credit_codes(draw):
    """Codes of GB 32100, also such of digits alone."""
    kind = draw(st.sampled_from(["51", "52", "53", "12", "91"]))
    place = draw(st.sampled_from(["310115", "310120", "310101", "310000"]))
    body = kind + place + draw(st.text(r.CODE_CHARACTERS, min_size=9, max_size=9))
    total = sum(r.CODE_CHARACTERS.index(each) * pow(3, nth, 31) for nth, each in enumerate(body))
    return body + r.CODE_CHARACTERS[-total % 31]


@given(credit_codes())
def test_a_credit_code_stays(code):
    text = f"统一社会信用代码{code}。"
    if not r._is_identity(code):
        assert redact(text).text == text
    assert redact(text, keep=[code]).text == text


anything = st.text("0123456789Xx- ./·@，电话王芳微信QQ号abc" + wide("01"), max_size=80)


@given(anything)
def test_redacting_twice_changes_nothing_more(text):
    once = redact(text, names=["王芳"]).text
    assert redact(once, names=["王芳"]) == (once, ())


@pytest.mark.parametrize(
    ("text", "home"),
    [
        ("王老师家住梧桐路1弄2号301室，欢迎来访", "家住梧桐路1弄2号301室"),
        ("住址：海棠新村５号楼", "住址：海棠新村５号楼"),
        ("到梧桐路12弄3号 401室领取", "梧桐路12弄3号 401室"),
    ],
)
def test_what_looks_like_a_home_is_found_as_it_is_written(text, home):
    assert r.homes(text) == [home]


@pytest.mark.parametrize("text", ["梧桐路88号2楼大厅", "周一至周五9:00-17:00", "2号线5号口"])
def test_where_people_come_to_is_no_home(text):
    assert r.homes(text) == []


def test_the_room_of_an_office_is_no_home():
    office = "海棠区梧桐路88号201室"
    assert r.homes("请到梧桐路88号201室，或" + office, keep=[office]) == []
    assert r.homes("梧桐路88号202室", keep=[office]) == ["梧桐路88号202室"]
