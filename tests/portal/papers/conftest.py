"""A paper with a block of every kind."""

from datetime import UTC, date, datetime

import pytest

from portal.papers import (
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

LONG = (
    "本中心按照《上海市民政局关于加强本市街镇社会组织服务中心建设的指导意见》（沪民社服发〔2024〕1号）"
    "开展工作，2024年共服务社会组织128家；其中，登记咨询56次、年检辅导30次，“一老一小”项目12个"
    "（含跨年度项目3个）。"
)
RARE = "㛃𬱖𠮷"


@pytest.fixture
def paper():
    """Portrait sheets, then sheets across with a table of 200 rows, then portrait again."""
    upright = Part(
        [
            Line("报送编号：12", is_centred=True),
            Heading("基本信息"),
            Pairs([("中心编号", "C05"), ("区", "海棠区"), ("意见", LONG * 3), ("姓名", RARE)]),
            Heading("说明", 2),
            Text(LONG * 4),
            Heading("人员", 2),
            Grid(["序号", "姓名"], [[str(n), f"王芳{n}"] for n in range(1, 61)]),
        ]
    )
    across = Part(
        [
            Heading("经费"),
            Grid(
                ["序号", *[f"栏目{n}" for n in range(9)], "备注"],
                [[str(n), *["480,000.00"] * 9, "备注，" * (170 if n == 7 else 2)]
                 for n in range(1, 201)],
            ),
        ]
    )
    end = Part(
        [
            Heading("校验"),
            Signature("海棠区梧桐路街道社会组织服务中心", date(2024, 11, 9)),
            Note("此件主动公开"),
        ]
    )
    return Paper(
        title="海棠区梧桐路街道社会组织服务中心报送表",
        parts=[upright, across, end],
        made_at=datetime(2026, 3, 2, 1, 0, tzinfo=UTC),
        author="海棠区民政局",
        mark="校验码0123456789abcdef",
    )


@pytest.fixture
def notice():
    """A paper of an office, with its head and its imprint."""
    return Paper(
        title="关于海棠区梧桐路街道社会组织服务中心有关事项的整改通知书",
        parts=[
            Part(
                [
                    Line("海棠区梧桐路街道社会组织服务中心："),
                    Text("现将有关事项通知如下。"),
                    Signature("海棠区民政局", date(2026, 3, 1)),
                ]
            )
        ],
        made_at=datetime(2026, 3, 2, 1, 0, tzinfo=UTC),
        author="海棠区民政局",
        letterhead=Letterhead("海棠区民政局", "海民社〔2026〕7号"),
        imprint=Imprint("海棠区民政局", date(2026, 3, 1), "梧桐路街道办事处，区财政局"),
    )
