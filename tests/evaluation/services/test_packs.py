"""Rule packs come from files, once, and never change."""

import shutil

import pytest
from django.db import DatabaseError, transaction

from evaluation.models import Pack
from evaluation.rules.packs import PackError
from evaluation.services import packs
from tests.standard import PACK

pytestmark = pytest.mark.django_db

SHANGHAI = packs.FOLDER / "shanghai-2024-1.toml"


@pytest.fixture
def copy(tmp_path):
    """A pack file that a test may change: (old, new) → path."""

    def changed(old="", new=""):
        path = tmp_path / "pack.toml"
        text = SHANGHAI.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
        return path

    return changed


def test_load_keeps_the_pack_as_the_file_says(at):
    pack = packs.load(path=SHANGHAI, at=at)
    assert (pack.code, pack.version, pack.loaded_at) == ("shanghai-2024-1", 6, at)
    assert pack.effective_from.isoformat() == "2024-11-29"
    assert pack.content["doc_no"] == "沪民社服发〔2024〕1号"
    assert len(pack.content["rules"]) == len(PACK.rules)


def test_load_twice_is_one_pack(at, copy):
    first = packs.load(path=SHANGHAI, at=at)
    assert packs.load(path=SHANGHAI, at=at) == packs.load(path=copy(), at=at) == first
    assert Pack.objects.count() == 1


def test_load_all_loads_every_file_of_the_repository(at):
    loaded = packs.load_all(at=at)
    assert [pack.code for pack in loaded] == [p.stem for p in sorted(packs.FOLDER.glob("*.toml"))]


def test_load_takes_a_change_of_comments_for_no_change(at, copy):
    packs.load(path=SHANGHAI, at=at)
    assert packs.load(path=copy("# The standard of Shanghai", "# A standard of Shanghai"), at=at)
    assert Pack.objects.count() == 1


def test_load_refuses_changed_content_under_the_same_version(at, copy):
    packs.load(path=SHANGHAI, at=at)
    changed = copy('title = "民非登记"', 'title = "登记"')
    with pytest.raises(packs.PackChanged):
        packs.load(path=changed, at=at)
    assert Pack.objects.get().content["rules"][0]["title"] == "民非登记"


def test_load_takes_changed_content_under_a_new_version(at, copy):
    packs.load(path=SHANGHAI, at=at)
    assert packs.load(path=copy("version = 6", "version = 7"), at=at).version == 7
    assert Pack.objects.count() == 2


def test_load_refuses_a_broken_file_and_keeps_nothing(at, copy):
    with pytest.raises(PackError):
        packs.load(path=copy('class = "M"', 'class = "X"'), at=at)
    assert not Pack.objects.exists()


def test_a_loaded_pack_is_immutable(pack):
    for change in (lambda: Pack.objects.update(content={}), Pack.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert Pack.objects.get().content == pack.content


def test_another_citys_pack_loads_without_code(at, tmp_path):
    """杭州 asks for 100 m²: the same kinds, another figure, another code."""
    path = tmp_path / "hangzhou.toml"
    shutil.copy(SHANGHAI, path)
    text = path.read_text("utf-8").replace('"shanghai-2024-1"', '"hangzhou-2020-1"', 1)
    path.write_text(text.replace('default = "30.00"', 'default = "100.00"', 1), "utf-8")
    pack = packs.load(path=path, at=at)
    assert (pack.code, Pack.objects.count()) == ("hangzhou-2020-1", 1)
