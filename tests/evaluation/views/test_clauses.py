"""The page of a clause: quoted in its paragraph, with the rules that judge by it."""

import pytest

from evaluation.services import parameters
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db


def url(clause):
    return f"/desk/clauses/{clause}/"


def test_page_quotes_the_clause_and_says_what_is_required(diane_client, pack):
    page = in_english(diane_client).get(url("三(二)-4"))
    assert "<mark>场所面积不宜少于 30 平方米</mark>" in page.content.decode()
    assert "建设的指导意见》（沪民社服发〔2024〕1号）" in words(page)
    assert "Floor area ST-08 general rule at least 30.00 m²" in words(page)
    assert "Premises · Share ratio" in words(page)


def test_requirement_is_the_one_of_the_readers_district(diane_client, pack, haitang, alice, at):
    parameters.override(
        division=haitang,
        key="min_area",
        value="50.00",
        effective_from=at.date(),
        reason="区内标准",
        doc_no="海民发〔2026〕1号",
        by=alice,
        at=at,
    )
    page = words(in_english(diane_client).get(url("三(二)-4")))
    assert "at least 50.00 m²" in page
    assert "As it holds in 梧桐路街道 today." in page


def test_clause_without_a_rule_says_so(charlie_client, pack, shanghai):
    page = words(in_english(charlie_client).get(url("三(二)-1")))
    assert "No rule judges by this clause; what is filed for it is kept on record." in page


def test_prime_and_brackets_survive_the_address(diane_client, pack):
    assert diane_client.get(url("三(一)-1′")).status_code == 200


def test_unknown_clause_is_not_found(diane_client, pack):
    assert diane_client.get(url("九-9")).status_code == 404


def test_page_in_chinese(diane_client, pack):
    assert "条款三(二)-4 服务场所" in words(diane_client.get(url("三(二)-4")))
