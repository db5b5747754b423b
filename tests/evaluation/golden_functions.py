"""What the acceptance scenario says of the functions in 2025 (domain §10.5)."""

CODES = ("C01", "C02", "C03", "C04", "C05", "C06", "C07", "C08")
WORDS = {"met": "met", "NOT": "not_met", "n/a": "not_applicable"}
# Copied from §10.5; columns are the centers, in order.
TABLE = """
    FN-11 met(26) met(9) met(5) met(7) met(11) met(4) met(3) met(8)
    FN-12 met(41) met(22) met(18) met(25) met(30) met(20) met(16) met(27)
    FN-13 met(8) met(3) met(2) met(4) met(5) met(3) met(2) met(4)
    FN-14 met(5) n/a(0) met(1) met(2) met(3) met(1) n/a(0) met(2)
    FN-15 met(6) met(2) met(1) met(3) met(4) met(2) met(1) met(3)
    FN-16 met(74) met(40) met(33) met(51) met(60) met(28) met(22) met(45)
    FN-17 met(4) met(2) met(1) met(3) met(2) met(2) met(1) met(2)
    FN-18 met(12) met(4) met(4) met(12) met(12) met(12) met(4) met(12)
    FN-21 met(3) met(1) met(1) met(2) met(2) met(1) met(1) met(2)
    FN-22 met(15) met(6) met(3) met(5) met(8) met(4) met(2) met(6)
    FN-23 met(6) met(2) met(1) met(2) met(3) met(2) met(1) met(2)
    FN-24 met(6) met(6) NOT(4) met(6) met(6) NOT(5) met(6) met(6)
    FN-25 met(2) NOT(0) met(1) met(1) met(1) met(1) met(1) met(1)
    FN-31 met(9) n/a(0) met(2) met(3) met(4) met(1) n/a(0) met(2)
    FN-32 met(4) met(1) met(1) met(2) met(2) met(1) met(1) met(2)
    FN-33 met(1) NOT(0) NOT(0) met(1) NOT(0) met(1) NOT(0) met(1)
    FN-34 met(6) met(3) met(2) met(4) met(3) met(2) met(1) met(3)
    FN-41 met(3) met(1) met(1) met(2) met(2) met(3) met(1) met(2)
    FN-42 met(7) met(2) met(1) met(3) met(4) met(3) met(1) met(2)
    FN-43 met(3) met(1) NOT(0) met(2) met(1) met(2) met(1) met(1)
    FN-44 met(5) met(2) met(1) met(3) met(2) met(4) met(1) met(2)
    FN-45 met(4) met(1) met(1) met(2) met(2) met(3) met(1) met(2)
"""
# (rule, center) → (outcome, count).
EXPECTED = {
    (rule, code): (WORDS[cell.partition("(")[0]], int(cell.partition("(")[2].rstrip(")")))
    for rule, *cells in map(str.split, TABLE.strip().splitlines())
    for code, cell in zip(CODES, cells, strict=True)
}
OUTCOMES = {key: outcome for key, (outcome, _count) in EXPECTED.items()}
COUNTS = {key: count for key, (_outcome, count) in EXPECTED.items()}
LAST_LINE = "22/22 18/20 19/22 22/22 21/22 21/22 19/20 22/22"
MET_OF_APPLICABLE = dict(zip(CODES, LAST_LINE.split(), strict=True))


def met_of_applicable(outcomes, code):
    """The last line of the table, counted from outcomes by (rule, center)."""
    found = [
        outcome
        for (rule, center), outcome in outcomes.items()
        if center == code and rule.startswith("FN-")
    ]
    applicable = [outcome for outcome in found if outcome != "not_applicable"]
    return f"{applicable.count('met')}/{len(applicable)}"
