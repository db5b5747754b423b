"""The city's standard as its file says, and how many rules judge a center by it."""

from evaluation.rules.packs import read_pack
from evaluation.services.packs import FOLDER

PACK = read_pack(FOLDER / "shanghai-2024-1.toml")
RULES = len(PACK.center_rules)
