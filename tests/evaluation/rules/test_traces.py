"""A failure keeps its name."""

import pytest

from evaluation.rules.traces import trace_id


def divide(number):
    return 1 / number


def look_up(name):
    return {}[name]


def caught(call, *args):
    with pytest.raises(Exception) as info:  # noqa: PT011  (any)
        call(*args)
    return trace_id(info.value)


def test_the_same_failure_has_the_same_name():
    assert caught(divide, 0) == caught(divide, 0)


def test_the_message_is_not_in_the_name():
    assert caught(look_up, "a") == caught(look_up, "b")


def test_another_place_or_another_exception_is_another_failure():
    names = {caught(divide, 0), caught(look_up, 0), caught(divide, "0")}
    assert len(names) == 3


def test_an_exception_never_raised_has_a_name():
    assert len(trace_id(ValueError("x"))) == 12
