"""Official papers in the layout of GB/T 9704-2012, as Word and as PDF from one description.

``Paper`` says what a paper holds; ``docx.write`` and ``pdf.write`` lay it out. Papers are Chinese
whatever language the reader's pages are in. A paper of an office has a ``Letterhead`` and an
``Imprint``. To add a kind of block, add it to ``paper.py`` and a
line to ``LAY_OUT`` of both writers.
"""

from portal.papers.paper import (
    Grid,
    Heading,
    Imprint,
    Letterhead,
    Line,
    Note,
    Pairs,
    Paper,
    Part,
    Signature,
    Text,
)
from portal.papers.wording import date_text, days_written, money_text, time_text

__all__ = [
    "Grid",
    "Heading",
    "Imprint",
    "Letterhead",
    "Line",
    "Note",
    "Pairs",
    "Paper",
    "Part",
    "Signature",
    "Text",
    "date_text",
    "days_written",
    "money_text",
    "time_text",
]
