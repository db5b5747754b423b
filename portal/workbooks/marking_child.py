"""The child process that writes marks into one workbook: no Django, no network, little memory.

Run by its path; see ``marking``. Reads a line of JSON that says what to write, then the workbook;
prints the marked workbook, or one JSON object that names the limit that was passed.
"""

import json
import sys
import warnings
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

sys.path.insert(0, str(Path(__file__).parent))

import child
from openpyxl import load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet import _reader, _writer
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.writer.excel import ExcelWriter
from openpyxl.xml.functions import Element, SubElement

ERROR_FILL, WARNING_FILL = "FFF4C7C3", "FFFFF2CC"
ERROR_LINE, WARNING_LINE = Side("thin", "FFB3261E"), Side("dashed", "FF8A6100")
MESSAGE_WIDTH, MESSAGE_CHARACTERS, LINE_HEIGHT = 60, 30, 15
LISTING_WIDTHS = (8, 14, 10, 24, 30, 80)
COMMENT_WIDTH, COMMENT_LINE, COMMENT_CHARACTERS = 320, 20, 22


class Formula(str):
    """A formula that remembers its stored result, which openpyxl drops."""

    kind = "n"
    result = ""


class Parser(_reader.WorkSheetParser):
    """Reads nothing below the last row a workbook may fill, and keeps results of formulas."""

    def parse_row(self, row: Any) -> tuple[int, list[dict[str, Any]]]:
        if int(row.get("r", 0)) > child.MAX_ROWS:
            return child.MAX_ROWS, []
        return super().parse_row(row)

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cell = super().parse_cell(element)
        if cell["data_type"] == "f" and isinstance(cell["value"], str):
            formula = Formula(cell["value"])
            formula.kind = element.get("t", "n")
            formula.result = element.findtext(_reader.VALUE_TAG) or ""
            cell["value"] = formula
        return cell


class Writer(ExcelWriter):
    """Writes sheets through memory: the child may write no file, not even a temporary one."""

    def write_worksheet(self, ws: Any) -> None:
        drawing = SpreadsheetDrawing()
        drawing.charts, drawing.images = ws._charts, ws._images  # noqa: SLF001
        ws._drawing = drawing  # noqa: SLF001
        stream = BytesIO()
        writer = _writer.WorksheetWriter(ws, stream)
        writer.write()
        ws._rels = writer._rels  # noqa: SLF001
        self._archive.writestr(ws.path[1:], stream.getvalue())
        self.manifest.append(ws)


def write_cell(stream: Any, sheet: Any, cell: Any, styled: Any = None) -> None:
    """A formula with its result, everything else as openpyxl does."""
    formula = cell._value  # noqa: SLF001
    if not isinstance(formula, Formula):
        return PLAIN_WRITE_CELL(stream, sheet, cell, styled)
    style = {"s": str(cell.style_id)} if styled else {}
    element = Element("c", {"r": cell.coordinate, "t": formula.kind, **style})
    SubElement(element, "f").text = formula[1:]
    SubElement(element, "v").text = formula.result
    return stream.write(element)


PLAIN_WRITE_CELL = _writer.write_cell


def mark(book: Any, job: dict[str, Any]) -> None:
    """Replace the marks of an earlier check by those of ``job``."""
    title = job["title"]
    if title in book.sheetnames:
        book.remove(book[title])
    for sheet in book.worksheets:
        _clear(sheet, title)
    for name, columns in job["emptied"].items():
        _empty(book[name], job["header_rows"][name], set(columns))
    for name, header_row in job["header_rows"].items():
        texts = {row: text for sheet, row, text in job["rows"] if sheet == name}
        _write_messages(book[name], header_row, texts, title)
    for is_warning in (False, True):
        _colour(book, [c for c in job["cells"] if c["is_warning"] is is_warning], is_warning, title)
    for cell in job["cells"]:
        _comment(book[cell["sheet"]][cell["cell"]], cell["text"], title)
    _list(book, job)


def _clear(sheet: Any, title: str) -> None:
    kept = ConditionalFormattingList()
    for formatting in sheet.conditional_formatting:
        for rule in formatting.rules:
            if _tag(title) not in rule.formula:
                kept.add(str(formatting.sqref), rule)
    sheet.conditional_formatting = kept
    for row in sheet.iter_rows():
        for cell in row:
            if cell.comment:
                own = cell.comment.text.partition(_heading(title))[0].rstrip()
                is_ours = own != cell.comment.text.rstrip()
                if is_ours:
                    cell.comment = Comment(own, cell.comment.author) if own else None


def _empty(sheet: Any, header_row: int, columns: set[int]) -> None:
    """Nothing stays below the headers: no value, no comment, no link."""
    for (row, column), cell in sheet._cells.items():  # noqa: SLF001
        if row > header_row and column in columns and not isinstance(cell, MergedCell):
            cell.value = cell.comment = cell.hyperlink = None


def _write_messages(sheet: Any, header_row: int, texts: dict[int, str], title: str) -> None:
    column = _message_column(sheet, header_row, title)
    if column > child.MAX_COLUMNS:
        return
    for row in range(header_row + 1, sheet.max_row + 1):
        if (row, column) in sheet._cells:  # noqa: SLF001
            sheet.cell(row, column).value = None
    header = sheet.cell(header_row, column)
    _text(header, title)
    header.font, header.alignment = Font(bold=True), Alignment(horizontal="center")
    sheet.column_dimensions[get_column_letter(column)].width = MESSAGE_WIDTH
    for row, text in texts.items():
        if row > header_row:
            cell = sheet.cell(row, column)
            _text(cell, text)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            _heighten(sheet.row_dimensions[row], text)


def _heighten(row: Any, text: str) -> None:
    """Room for every line of the message; programs do not make it by themselves."""
    lines = sum(1 + len(line) // MESSAGE_CHARACTERS for line in text.splitlines())
    row.height = max(row.height or 0, LINE_HEIGHT * lines)


def _message_column(sheet: Any, header_row: int, title: str) -> int:
    """Where the messages stand already, else the first column that is empty to the end."""
    for cell in sheet[header_row]:
        if cell.value == title:
            return cell.column
    filled = (key[1] for key, cell in sheet._cells.items() if cell.value is not None)  # noqa: SLF001
    return max(filled, default=0) + 1


def _colour(book: Any, cells: Iterable[dict[str, Any]], is_warning: bool, title: str) -> None:
    """A conditional format that always holds: the cell's own format comes back when it goes."""
    places: dict[str, list[str]] = {}
    for cell in cells:
        places.setdefault(cell["sheet"], []).append(cell["cell"])
    colour, line = (WARNING_FILL, WARNING_LINE) if is_warning else (ERROR_FILL, ERROR_LINE)
    fill = PatternFill("solid", start_color=colour, end_color=colour)
    style = DifferentialStyle(fill=fill, border=Border(line, line, line, line))
    for name, references in places.items():
        rule = Rule("expression", dxf=style, formula=[_tag(title)])
        book[name].conditional_formatting.add(" ".join(references), rule)


def _comment(cell: Any, text: str, title: str) -> None:
    if isinstance(cell, MergedCell):
        area = next(a for a in cell.parent.merged_cells.ranges if cell.coordinate in a)
        cell = cell.parent.cell(area.min_row, area.min_col)
    before = f"{cell.comment.text.rstrip()}\n" if cell.comment else ""
    author = cell.comment.author if cell.comment else title
    body = f"{before}{_heading(title)}\n{text}"
    lines = sum(1 + len(line) // COMMENT_CHARACTERS for line in body.splitlines())
    cell.comment = Comment(body, author, COMMENT_LINE * (lines + 1), COMMENT_WIDTH)


def _list(book: Any, job: dict[str, Any]) -> None:
    """The first sheet: how many, then every problem with a link to its cell."""
    sheet = book.create_sheet(job["title"], 0)
    _text(sheet.cell(1, 1), job["summary"])
    sheet.cell(1, 1).font = Font(bold=True)
    for column, (heading, width) in enumerate(zip(job["headings"], LISTING_WIDTHS, strict=True), 1):
        _text(sheet.cell(2, column), heading)
        sheet.cell(2, column).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = width
    for row, texts in enumerate(job["listing"], 3):
        for column, text in enumerate(texts, 1):
            _text(sheet.cell(row, column), text)
            sheet.cell(row, column).alignment = Alignment(wrap_text=True, vertical="top")
        _link(sheet.cell(row, 3), texts[1], texts[2], book)
    sheet.freeze_panes = "A3"
    # Sheets selected together are typed into together.
    for other in book.worksheets:
        other.sheet_view.tabSelected = False
    book.active = 0
    sheet.sheet_view.tabSelected = True


def _link(cell: Any, name: str, reference: str, book: Any) -> None:
    if name in book.sheetnames and reference:
        target = reference if reference[0].isalpha() else f"A{reference}"
        location = f"{quote_sheetname(name)}!{target}"
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=location)
        _text(cell, reference)
        cell.font = Font(underline="single", color="FF0B57D0")


def _text(cell: Any, text: str) -> None:
    """A text stays a text, whatever its first character is."""
    cell.value = None
    cell._value, cell.data_type = text, "s"  # noqa: SLF001


def _tag(title: str) -> str:
    """True in every workbook; nobody else's formula says it so."""
    return f'LEN("{title}")>0'


def _heading(title: str) -> str:
    return f"【{title}】"


def marked(stream: BytesIO, job: dict[str, Any]) -> bytes:
    """The workbook with its marks. Every sheet is measured before openpyxl builds any cell."""
    with ZipFile(stream) as archive:
        for _head, _extent in child.measured(archive):
            pass
    _reader.WorkSheetParser = Parser
    _writer.write_cell = write_cell
    book = load_workbook(stream, keep_links=False)
    mark(book, job)
    output = BytesIO()
    Writer(book, ZipFile(output, "w", ZIP_DEFLATED)).save()
    return output.getvalue()


def main() -> None:
    """Mark the workbook on standard input, or name the limit that was passed."""
    warnings.simplefilter("ignore")
    job = json.loads(sys.stdin.buffer.readline())
    try:
        output = marked(BytesIO(sys.stdin.buffer.read()), job)
    except child.LimitPassedError as error:
        code, sheet = error.args
        output = json.dumps({"limit": code, "sheet": sheet}).encode()
    except MemoryError:
        output = json.dumps({"limit": "memory", "sheet": ""}).encode()
    sys.stdout.buffer.write(output)


if __name__ == "__main__":
    main()
