"""Refusals of several sentences."""

import pytest
from django.utils.translation import override

from portal.errors import together
from projects.services.contracts import ContractRefused


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh-hans", "缺合同价款。缺验收方法。"), ("en", "缺合同价款。 缺验收方法。")],
)
def test_sentences_are_joined_as_the_language_does(language, said):
    lines = ["缺合同价款。", "缺验收方法。"]
    with override(language):
        assert together(lines) == str(ContractRefused(lines)) == said


def test_one_sentence_stays_as_it_is():
    assert together(["Nothing."]) == "Nothing."
    assert together([]) == ""
