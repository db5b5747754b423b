"""The initials of names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organizations.selectors.names import LENGTH, READINGS, initials_of


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("上海市重庆商会", "shscqsh"),
        ("长宁区新泾镇老年协会", "cnqxjzlnxh"),
        ("闵行区", "mhq"),
        ("重固镇", "cgz"),
        ("杨行镇", "yhz"),
        ("莘庄镇", "xzz"),
        ("长者照护之家", "zzzhzj"),
        ("银行业协会", "yhyxh"),
        ("海棠区桂花镇ABC中心（筹）", "htqghzabczxc"),
        ("3D打印 协会", "3ddyxh"),
        ("𠮷野家", "yj"),
        ("——", ""),
        ("", ""),
    ],
)
def test_initials_follow_the_reading_of_the_place(name, initials):
    assert initials_of(name) == initials


def test_both_readings_are_kept_where_either_may_be_meant():
    assert initials_of("行知书院") == "xzsy hzsy"


def test_widths_do_not_matter():
    assert initials_of("ＡＢＣ中心") == initials_of("abc中心") == "abczx"


@given(st.text(st.sampled_from("长行重乐单曾朝传调会藏校参系降车A1（ 甲𠮷"), max_size=60))
def test_any_name_fits_the_column(name):
    initials = initials_of(name)
    assert len(initials) <= LENGTH
    assert len(initials.split()) <= READINGS
    assert initials == initials.lower()
