"""An official document as it is seen: its PDF drawn by a browser, and looked at."""

from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from PIL import Image, ImageChops
from pypdf import PdfReader, PdfWriter

from evaluation.models.document import NUMBERED
from portal.papers import Heading, Imprint, Letterhead, Line, Paper, Part, Signature, Text, pdf
from tests.factories.documents import sample_paper
from tests.flows.conftest import QUIET, SCREENSHOTS, _executable

# Millimetres of GB/T 9704: the sheet, its type area, and the middle of that.
SHEET, LEFT, RIGHT, TOP, BOTTOM = (210, 297), 28, 184, 37, 262
MIDDLE = (LEFT + RIGHT) / 2
FOOT = 9
# How far a drawn edge may lie from where it is meant to be.
NEAR = 1.5
TRIES = 40

TITLE = "关于海棠区梧桐路街道社会组织服务中心有关事项的整改通知书"
SENTENCE = "截至2025年12月31日，场所面积为24.00平方米，与有关要求存在差距，请对照整改。"


@pytest.fixture
def paper():
    """A notice of two pages."""
    return Paper(
        title=TITLE,
        parts=[
            Part(
                [
                    Line("海棠区梧桐路街道社会组织服务中心："),
                    Text(SENTENCE * 4),
                    Heading("存在的问题"),
                    Heading("场所面积", 2),
                    Text(SENTENCE * 6),
                    Signature("海棠区民政局", date(2026, 3, 1)),
                ]
            )
        ],
        made_at=datetime(2026, 3, 1, 1, 0, tzinfo=UTC),
        letterhead=Letterhead("海棠区民政局", "海民社〔2026〕7号"),
        imprint=Imprint("海棠区民政局", date(2026, 3, 1), "梧桐路街道办事处，区财政局"),
    )


@pytest.fixture
def draw(tmp_path):
    """(paper, name) → number of a page → its picture, the sheet alone."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  (optional for make run)

    executable = _executable()
    # The browser's own reader of PDF draws in its new headless mode only.
    options = {"executable_path": executable, "headless": False}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(args=["--headless=new", *QUIET], **options)

        def picture(path):
            page = browser.new_page(viewport={"width": 1000, "height": 1424})
            page.goto(f"file://{path}#toolbar=0&navpanes=0&view=Fit")
            for _try in range(TRIES):
                page.wait_for_timeout(250)
                shot = Image.open(BytesIO(page.screenshot())).convert("RGB")
                drawn = sheet_of(shot)
                if drawn and is_drawn(drawn):
                    break
            else:
                pytest.fail("the browser drew no document")
            page.close()
            SCREENSHOTS.mkdir(parents=True, exist_ok=True)
            drawn.save(SCREENSHOTS / f"{path.stem}.png")
            return drawn

        def pages(paper, name):
            found = {}
            # A file for each: the reader would show the first page until it has found another.
            for number, page in enumerate(PdfReader(BytesIO(pdf.write(paper))).pages, start=1):
                path = tmp_path / f"{name}-{number}.pdf"
                single = PdfWriter()
                single.add_page(page)
                single.write(path)
                found[number] = picture(path)
            return found

        yield pages
        browser.close()


@pytest.fixture
def pages(paper, draw):
    return draw(paper, "document")


def sheet_of(shot):
    """The sheet in the middle of the reader, without what shows of the next and of the bars."""
    paper = shot.convert("L").point(lambda value: 255 * (value > 250))
    found = paper.crop((0, 0, shot.width // 2, shot.height)).getbbox()
    if found is None:
        return None
    # Its margins are white from edge to edge.
    left = found[0]
    column = paper.crop((left + 4, 0, left + 5, shot.height))
    top, bottom = longest([column.getpixel((0, y)) for y in range(shot.height)])
    row = paper.crop((left, top + 4, shot.width, top + 5))
    start, end = longest([row.getpixel((x, 0)) for x in range(row.width)])
    return shot.crop((left + start, top, left + end, bottom))


def longest(pixels):
    """(first, end) of the longest run of what is white."""
    best, begin = (0, 0), None
    for place, pixel in enumerate([*pixels, 0]):
        if pixel and begin is None:
            begin = place
        elif not pixel and begin is not None:
            best, begin = max(best, (begin, place), key=lambda run: run[1] - run[0]), None
    return best


def is_drawn(sheet):
    """A sheet as high as it should be, with words on it."""
    is_whole = sheet.width and abs(sheet.height / sheet.width - SHEET[1] / SHEET[0]) < 0.01
    return bool(is_whole) and dark(sheet).getbbox() is not None


def channels(picture, test):
    """White where the test holds of red, green and blue."""
    masks = [
        band.point(lambda value, within=within: 255 * within(value))
        for band, within in zip(picture.split(), test, strict=True)
    ]
    return ImageChops.multiply(ImageChops.multiply(*masks[:2]), masks[2])


def red(picture):
    return channels(picture, (lambda v: v > 200, lambda v: v < 60, lambda v: v < 60))


def dark(picture):
    return channels(picture, [lambda v: v < 110] * 3)


def box(mask, picture):
    """Left, top, right, bottom of what is white in a mask, in millimetres of the sheet."""
    scale = SHEET[0] / picture.width
    found = mask.getbbox()
    assert found
    return [edge * scale for edge in found]


def bands(mask, picture):
    """(top, bottom) in millimetres of each run of rows in which something is white; less than a
    millimetre between two does not part them."""
    scale = SHEET[0] / picture.width
    rows = mask.resize((1, mask.height), Image.Resampling.BOX).point(lambda v: 255 * (v > 0))
    inked = [row for row in range(rows.height) if rows.getpixel((0, row))]
    runs = []
    for row in inked:
        if runs and (row - runs[-1][1]) * scale < 1:
            runs[-1][1] = row + 1
        else:
            runs.append([row, row + 1])
    return [(top * scale, bottom * scale) for top, bottom in runs]


def cut(picture, top, bottom):
    """The band of a picture between two heights in millimetres; the rest is white."""
    scale = picture.width / SHEET[0]
    left = Image.new("RGB", picture.size, "white")
    area = (0, round(top * scale), picture.width, round(bottom * scale))
    left.paste(picture.crop(area), area[:2])
    return left


def test_a_document_is_drawn_as_the_standard_has_it(pages):
    first, last = pages[1], pages[2]
    assert first.height / first.width == pytest.approx(SHEET[1] / SHEET[0], abs=0.01)

    head, rule = bands(red(first), first)
    office = box(red(cut(first, *head)), first)
    assert office[0] + office[2] == pytest.approx(2 * MIDDLE, abs=2 * NEAR)
    assert head[0] == pytest.approx(TOP + 35, abs=6)
    line = box(red(cut(first, *rule)), first)
    assert (line[0], line[2]) == pytest.approx((LEFT, RIGHT), abs=NEAR)
    assert red(last).getbbox() is None

    number = box(dark(cut(first, head[1], rule[0])), first)
    assert number[0] + number[2] == pytest.approx(2 * MIDDLE, abs=2 * NEAR)
    title = next(band for band in bands(dark(first), first) if band[0] > rule[1])
    drawn = box(dark(cut(first, *title)), first)
    assert drawn[0] + drawn[2] == pytest.approx(2 * MIDDLE, abs=2 * NEAR)

    for picture in (first, last):
        body = box(dark(cut(picture, 0, BOTTOM + 1)), picture)
        assert body[0] >= LEFT - NEAR
        assert body[2] <= RIGHT + NEAR
        assert body[1] >= TOP - NEAR
        foot = box(dark(cut(picture, BOTTOM + 2, SHEET[1])), picture)
        assert BOTTOM < foot[1] < foot[3] < BOTTOM + 7 + FOOT


def imprint_of(last):
    """(top, bottom) of the lines across the foot of the last page."""
    return [
        (top, bottom)
        for top, bottom in bands(dark(last), last)
        if BOTTOM - 25 < top < BOTTOM + 1
        and box(dark(cut(last, top, bottom)), last)[2] > RIGHT - NEAR
        and box(dark(cut(last, top, bottom)), last)[0] < LEFT + NEAR
    ]


def test_the_imprint_stands_at_the_foot_of_the_last_page(pages):
    lines = imprint_of(pages[2])
    assert len(lines) == 3
    assert lines[-1][1] == pytest.approx(BOTTOM, abs=NEAR)


@pytest.mark.parametrize(
    "kind",
    ["rectification_notice", "review_bulletin", "briefing", "publicity_draft", "filing_cover"],
)
def test_what_the_portal_brings_for_each_kind_is_drawn_whole(kind, draw):
    """With the tables of some centers; red where the kind bears a number, and only there."""
    drawn = draw(sample_paper(kind, 8), kind.replace("_", "-"))
    first, last = drawn[1], drawn[len(drawn)]
    below = 0
    if kind in NUMBERED:
        (top, bottom), rule = bands(red(first), first)
        office = box(red(cut(first, top, bottom)), first)
        assert office[0] + office[2] == pytest.approx(2 * MIDDLE, abs=2 * NEAR)
        line = box(red(cut(first, *rule)), first)
        assert (line[0], line[2]) == pytest.approx((LEFT, RIGHT), abs=NEAR)
        below = rule[1]
        assert imprint_of(last)[-1][1] == pytest.approx(BOTTOM, abs=NEAR)
    assert [red(page).getbbox() is None for page in drawn.values()] == [
        *[kind not in NUMBERED],
        *[True] * (len(drawn) - 1),
    ]
    title = next(band for band in bands(dark(first), first) if band[0] > below)
    left, _top, right, _bottom = box(dark(cut(first, *title)), first)
    assert left + right == pytest.approx(2 * MIDDLE, abs=2 * NEAR)
    for number, page in drawn.items():
        body = box(dark(cut(page, 0, BOTTOM + 1)), page)
        assert LEFT - NEAR <= body[0] < body[2] <= RIGHT + NEAR
        assert body[1] >= TOP - NEAR
        foot = box(dark(cut(page, BOTTOM + 2, SHEET[1])), page)
        assert BOTTOM < foot[1] < foot[3] < BOTTOM + 7 + FOOT
        # The number of the page stands on the outer side.
        assert (foot[0] > MIDDLE) == (number % 2 == 1)
