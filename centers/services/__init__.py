"""What can happen to a center and its filings. Verbs of the office, keyword-only, one transaction
each, with ``by`` and ``at``."""
