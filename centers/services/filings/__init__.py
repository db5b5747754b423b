"""A filing's way: opened and pre-filled, edited, prepared by the staff, certified by the director,
accepted or returned by section."""

from centers.services.filings.certifying import decline, prepare, submit, take_back
from centers.services.filings.deciding import accept_section, return_section
from centers.services.filings.drafting import (
    add_section,
    drop_section,
    open_change,
    open_for,
    save_section,
    withdraw,
)
from centers.services.filings.refusals import (
    CertifierPrepared,
    CommentMissing,
    EntriesUnsaved,
    FilingAlreadyOpen,
    FilingOutdated,
    NothingToSubmit,
    OpinionMissing,
    RoundAnswered,
    RoundClosed,
    SectionMissing,
    SectionNeverSaved,
    SectionUnchanged,
)
from centers.services.sections import SectionLocked

__all__ = [
    "CertifierPrepared",
    "CommentMissing",
    "EntriesUnsaved",
    "FilingAlreadyOpen",
    "FilingOutdated",
    "NothingToSubmit",
    "OpinionMissing",
    "RoundAnswered",
    "RoundClosed",
    "SectionLocked",
    "SectionMissing",
    "SectionNeverSaved",
    "SectionUnchanged",
    "accept_section",
    "add_section",
    "decline",
    "drop_section",
    "open_change",
    "open_for",
    "prepare",
    "return_section",
    "save_section",
    "submit",
    "take_back",
    "withdraw",
]
