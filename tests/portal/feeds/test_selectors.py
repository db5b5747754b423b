"""What a reader of the feed is given, whoever commits when."""

import pytest
from django.db import connection, transaction

from portal.feeds import selectors, services
from portal.feeds.models import Change
from portal.feeds.selectors import START, Place

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.alone]

BY_HAND = "INSERT INTO feeds_change (resource, key, division_path) VALUES ('things', %s, '')"
THINGS = {"things": [""]}


def write(other, key):
    with other.cursor() as cursor:
        cursor.execute(BY_HAND, [key])


def test_what_was_committed_after_an_open_transaction_waits_for_it(second, tell, keys):
    before = selectors.now()
    write(second, "began first")
    tell("committed first")
    assert keys(after=before) == []
    assert selectors.now().xid < Change.objects.get(key="committed first").xid
    second.commit()
    assert keys(after=before) == ["began first", "committed first"]


def test_a_reader_who_moves_on_while_one_is_open_is_given_it_later(second, tell, keys):
    tell("old")
    write(second, "slow")
    assert keys() == ["old"]
    here = selectors.now()
    tell("quick")
    second.commit()
    assert keys(after=here) == ["slow", "quick"]


def test_a_lock_on_a_row_is_enough_to_come_first(second, tell, keys, haitang):
    """A transaction has its number from its first lock, long before it tells of anything."""
    here = selectors.now()
    with second.cursor() as cursor:
        cursor.execute("SELECT 1 FROM jurisdictions_division WHERE code = '310199' FOR UPDATE")
    tell("after")
    assert keys(after=here) == []
    write(second, "locked before")
    second.commit()
    assert keys(after=here) == ["locked before", "after"]


def test_what_was_rolled_back_is_never_told_of(second, tell, keys):
    write(second, "withdrawn")
    tell("kept")
    second.rollback()
    assert keys() == ["kept"]


def test_a_savepoint_counts_as_its_transaction(second, tell, keys):
    with transaction.atomic():
        tell("outer")
        with transaction.atomic():
            tell("inner")
        undone = transaction.savepoint()
        tell("undone")
        transaction.savepoint_rollback(undone)
    assert keys() == ["outer", "inner"]
    assert len(set(Change.objects.values_list("xid", flat=True))) == 1


def test_a_place_is_a_transaction_and_a_row_in_it(tell, keys):
    with transaction.atomic():
        for key in "abc":
            tell(key)
    (first, second, third) = selectors.settled(wanted=THINGS, after=START, limit=10)
    assert keys(after=first.place) == ["b", "c"]
    assert keys(after=second.place, limit=1) == ["c"]
    assert keys(after=third.place) == []


def test_transactions_are_ordered_as_numbers(keys):
    """As text, 99 comes after 100."""
    for xid in (9, 99, 100, 754):
        Change.objects.create(xid=xid, resource="things", key=str(xid))
    assert keys() == ["9", "99", "100", "754"]
    assert keys(after=Place(99, selectors.LAST_ID)) == ["100", "754"]


def test_entries_of_another_cluster_are_not_read(tell, keys):
    """A copy of a database has entries of transactions that are still to come here."""
    tell("ours")
    Change.objects.create(xid=2**60, resource="things", key="theirs")
    assert keys() == ["ours"]
    assert selectors.waiting_since(["things"]) is None
    assert not selectors.is_ahead(selectors.now())
    assert selectors.is_ahead(Place(2**60, 1))


def test_a_reader_is_told_of_its_divisions_and_of_what_concerns_everybody(tell, keys):
    tell("theirs", "31/02/")
    tell("ours", "31/01/")
    tell("below", "31/01/001/")
    tell("everybody's", "")
    tell("above", "31/")
    wanted = {"things": ["31/01/"]}
    assert keys(wanted=wanted) == ["ours", "below", "everybody's"]
    assert keys(wanted={"things": []}) == ["everybody's"]
    assert len(keys()) == 5


def test_what_a_district_asks_is_told_in_its_townships(tell, keys):
    tell("the district's", "31/01/", resource="rounds")
    tell("the neighbour's", "31/02/", resource="rounds")
    assert keys(wanted={"rounds": ["31/01/001/"]}) == ["the district's"]


def test_each_resource_has_its_own_divisions(tell, keys):
    for resource in ("things", "rounds", "others"):
        tell(f"{resource} 1", "31/01/", resource=resource)
        tell(f"{resource} 2", "31/02/", resource=resource)
    wanted = {"things": ["31/01/"], "rounds": ["31/02/"]}
    assert keys(wanted=wanted) == ["things 1", "rounds 2"]
    assert keys(wanted={}) == []


def test_reading_goes_along_the_index(tell):
    Change.objects.bulk_create(
        Change(resource="things", key=str(n), division_path="31/") for n in range(2000)
    )
    query = selectors.SETTLED.format(wanted="change.resource = 'things'")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE feeds_change")
        cursor.execute(f"EXPLAIN {query}", ["1", 0, 10])
        plan = "\n".join(line for (line,) in cursor)
    assert "Sort" not in plan
    assert "Index Scan using change_" in plan


class TestHead:
    def test_it_moves_with_every_change_of_its_resource_and_with_no_other(self, tell):
        heads = [selectors.head(["things"])]
        for _ in range(3):
            tell("a")
            heads.append(selectors.head(["things"]))
        assert len(set(heads)) == 4
        tell("a", resource="others")
        assert selectors.head(["things"]) == heads[-1]

    def test_it_moves_when_an_older_transaction_commits_after_a_newer_one(self, second, tell):
        write(second, "older")
        before = selectors.head(["things"])
        tell("newer")
        between = selectors.head(["things"])
        second.commit()
        assert len({before, between, selectors.head(["things"])}) == 3

    def test_inside_a_transaction_it_counts_what_that_wrote(self, tell):
        with transaction.atomic():
            before = selectors.head(["things"])
            tell("a")
            assert selectors.head(["things"]) != before

    def test_the_order_of_the_resources_does_not_matter(self, tell):
        tell("a")
        assert selectors.head(["others", "things"]) == selectors.head(["things", "others"])

    def test_forgetting_does_not_move_it(self, tell, at):
        tell("a")
        tell("b")
        before = selectors.head(["things"])
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("UPDATE feeds_change SET at = '2020-01-01'")
            cursor.execute("SET session_replication_role = DEFAULT")
        assert services.purge(at=at) == 1
        assert selectors.head(["things"]) == before


def test_what_waits_is_known_by_its_time(second, tell):
    assert selectors.waiting_since(["things"]) is None
    write(second, "slow")
    tell("quick")
    quick = Change.objects.get()
    assert selectors.waiting_since(["things"]) == quick.at
    assert selectors.waiting_since(["others"]) is None
    second.commit()
    assert selectors.waiting_since(["things"]) is None


def test_the_epoch_is_the_clusters_unless_the_operator_names_it(settings):
    found = selectors.epoch()
    identifier, timeline = found.split(".")
    assert int(identifier) > 0
    assert int(timeline, 16) >= 1
    assert selectors.epoch() == found
    settings.FEED_EPOCH = "after the restore of May"
    assert selectors.epoch() == "after the restore of May"
