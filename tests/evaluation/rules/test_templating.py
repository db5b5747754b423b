"""Templates of documents: a closed list of names and blocks, and nothing that runs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.rules import templating
from evaluation.rules.templating import KINDS, TemplateRefused

NOTICE = KINDS["rectification_notice"]
TEXTS = st.text(alphabet="整改 #>|@\\{}x一\n", max_size=30)


def refused(body, kind=NOTICE):
    with pytest.raises(TemplateRefused) as caught:
        templating.parse(body, kind)
    return (caught.value.line, caught.value.code, caught.value.found)


def fill(body, values, own=None):
    return templating.fill(templating.parse(body, NOTICE), values, own or {})


def test_lines_become_headings_paragraphs_notes_and_the_portals_blocks():
    body = "各中心：\n\n# 问题\n## 场所\n| 名单\n@items\n> 此件不公开\n@signature"
    items = [{"kind": "text", "text": "24平方米"}]
    assert fill(body, {}, {"items": items}) == [
        {"kind": "text", "text": "各中心："},
        {"kind": "heading", "level": 1, "text": "问题"},
        {"kind": "heading", "level": 2, "text": "场所"},
        {"kind": "line", "text": "名单"},
        {"kind": "text", "text": "24平方米"},
        {"kind": "note", "text": "此件不公开"},
        {"kind": "signature"},
    ]


def test_names_are_filled_in_once_and_what_they_say_is_no_template():
    values = {"center": "{{count}}# @items", "count": "3"}
    assert fill("{{center}}共{{ count }}项", values) == [
        {"kind": "text", "text": "{{count}}# @items共3项"}
    ]


def test_a_value_of_several_lines_is_several_paragraphs():
    assert [block["text"] for block in fill("{{title}}", {"title": "甲\n\n# 乙"})] == ["甲", "# 乙"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("一\n{{director_phone}}", (2, "unknown_name", "director_phone")),
        ("{{__class__}}", (1, "brace", "{{__class__}}")),
        ("{{center.division}}", (1, "brace", "{{center.division}}")),
        ("{{center", (1, "brace", "{{center")),
        ("center}}", (1, "brace", "center}}")),
        ("{center}", (1, "brace", "{center}")),
        ("{% for x in y %}", (1, "brace", "{% for x in y %}")),
        ("{{ center|safe }}", (1, "brace", "{{ center|safe }}")),
        ("一\n\n@results", (3, "unknown_block", "results")),
        ("@items\n@items", (2, "block_twice", "items")),
        ("# ", (1, "no_words", "")),
        (">", (1, "no_words", "")),
        ("一\n" * 401, (401, "too_long", "400")),
    ],
)
def test_what_means_nothing_is_refused_with_its_line(body, expected):
    assert refused(body) == expected


@given(st.text(max_size=80), st.sampled_from(sorted(KINDS)))
def test_whatever_is_parsed_names_only_what_its_kind_has(body, code):
    kind = KINDS[code]
    try:
        blocks = templating.parse(body, kind)
    except TemplateRefused:
        return
    for block in blocks:
        if block.kind == "block":
            assert block.text in kind.blocks
        else:
            assert set(templating.NAME.findall(block.text)) <= kind.names
            assert not set("{}") & set(templating.NAME.sub("", block.text))


@given(st.lists(st.tuples(st.sampled_from(["text", "note", "line", "heading"]), TEXTS)))
def test_what_is_stored_comes_back_from_its_lines(pieces):
    """Whatever it says: marks, braces and backslashes in words stay words."""
    content = []
    for kind, text in pieces:
        words = " ".join(text.split())
        if words:
            level = {"level": 2} if kind == "heading" else {}
            content.append({"kind": kind, **level, "text": words})
    content += [{"kind": "grid", "headers": ["名"], "rows": [["甲"]]}, {"kind": "signature"}]
    assert templating.rewritten(templating.lines_of(content), content) == content


def test_tables_of_an_edited_text_stay_and_can_be_left_out():
    grid = {"kind": "grid", "headers": ["名"], "rows": [["甲"]]}
    pairs = {"kind": "pairs", "items": [["名", "甲"]]}
    content = [grid, {"kind": "text", "text": "一"}, pairs]
    assert templating.rewritten("二\n@table2", content) == [{"kind": "text", "text": "二"}, pairs]
    with pytest.raises(TemplateRefused, match="table3"):
        templating.rewritten("@table3", content)
    with pytest.raises(TemplateRefused, match="items"):
        templating.rewritten("@items", content)
