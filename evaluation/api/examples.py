"""One row of each answer, for the OpenAPI document."""

OUTCOMES = {"met": 11, "not_met": 2, "not_applicable": 1, "no_data": 1, "error": 0}
FUNCTIONS = {
    "met": 21, "not_met": 1, "not_applicable": 0, "no_data": 0, "error": 0,
    "applicable": 22,
}
STATUTE = {"met": 6, "not_met": 0, "not_applicable": 1, "no_data": 3, "error": 0}
FINDING = {
    "center_code": "C05",
    "center_name": "海棠区桂花镇社会组织服务中心",
    "division_code": "310199",
    "township_code": "310199105",
    "as_of": "2025-12-31",
    "rule": "ST-08",
    "clause": "三(二)-4",
    "class": "G",
    "clause_text": "场所面积不宜少于30平方米",
    "outcome": "met",
    "outcome_label": "达标",
    "reason_code": "area_ok",
    "evidence": {
        "counted_area_m2": "33.00",
        "threshold_m2": "30.00",
        "policy": "apportioned",
    },
    "waiver": None,
    "in_grace": False,
    "params_version": 0,
    "pack": "shanghai-2024-1 v2",
    "data_version": "2025-12-31T16:00:00+08:00",
    "computed_at": "2026-01-05T09:12:00+08:00",
}
CENTER = {
    "code": "C05",
    "name": "海棠区桂花镇社会组织服务中心",
    "division_code": "310199",
    "division_name": "海棠区",
    "township_code": "310199105",
    "township_name": "桂花镇",
    "as_of": "2025-12-31",
    "rollup": "not_compliant",
    "rollup_label": "未达标",
    "dimensions": {
        "staffing": "compliant",
        "premises": "not_compliant",
        "funding": "compliant",
        "governance": "compliant",
    },
    "not_computed": [],
    "counts": OUTCOMES,
    "functions": FUNCTIONS,
    "statute": STATUTE,
    "computed_at": "2026-01-05T09:12:00+08:00",
}
EXPLANATION = {
    "measured": "33.00 m²",
    "required": "≥ 30.00 m²",
    "reason": "计入33.00平方米，要求不少于30.00平方米。",
    "counted": [
        {
            "section": "premises",
            "position": 1,
            "label": "18.00 m² · 2020-01-01",
            "note": "",
        }
    ],
    "uncounted": [],
    "remedy": None,
}
PERIOD = {
    "id": 90210,
    "rule": "ST-02",
    "clause": "三(一)-1",
    "class": "M",
    "outcome": "not_met",
    "outcome_label": "未达标",
    "reason_code": "post_vacant_since_2025-10-16",
    "as_of": "2025-10-16",
    "from": "2025-10-16T01:31:00+08:00",
    "to": None,
    "cause": {"kind": "calendar", "reference": "2025-10-15"},
}
PACK = {
    "name": "shanghai-2024-1 v2",
    "code": "shanghai-2024-1",
    "version": 2,
    "effective_from": "2024-11-29",
    "sha256": "9d2c…",
    "loaded_at": "2025-01-02T09:00:00+08:00",
}


INFORMATION = {
    "item": "INFO-04",
    "clause": "三(二)-7",
    "clause_text": "根据区域内社会组织数量、服务职能等情况，可以适当增加办公场所面积",
    "title": "每百家社会组织面积",
    "figures": {"area_m2": "33.00", "organizations": 40, "area_per_100_m2": "82.50"},
    "text": "面积33.00平方米，街镇内社会组织40家，每百家82.50平方米。",
}
CENTER_DETAIL = CENTER | {
    "findings": [FINDING | {"explanation": EXPLANATION}],
    "information": [INFORMATION],
}
SUMMARY = (
    {
        "division_code": "310199",
        "division_name": "海棠区",
        "level": "district",
        "as_of": "2025-12-31",
        "center_count": 8,
        "not_evaluated": 0,
        "rollups": {
            "compliant": 2,
            "basically_compliant": 2,
            "not_compliant": 4,
            "incomplete": 0,
            "not_included": 0,
        },
        "rules": [
            {
                "rule": "ST-13",
                "clause": "三(三)-3",
                "class": "G",
                "title": "年度购买服务形式",
                "met": 4,
                "not_met": 1,
                "not_applicable": 3,
                "no_data": 0,
                "error": 0,
                "judged": 5,
                "rate": "0.8000",
            }
        ],
    }
)
RUN = {
    "id": 4711,
    "division_code": "310199",
    "division_name": "海棠区",
    "as_of": "2026-03-02",
    "series": None,
    "trigger": "night",
    "trigger_label": "每晚",
    "status": "running",
    "status_label": "运行中",
    "pack": "shanghai-2024-1 v2",
    "requested_at": "2026-03-02T00:30:00+08:00",
    "resumed_at": None,
    "cancelled_at": None,
    "finished_at": None,
    "findings_changed": 12,
    "progress": {
        "parts": 4,
        "parts_done": 1,
        "parts_failed": 1,
        "parts_computing": 1,
        "parts_waiting": 1,
        "centers": 2000,
        "centers_done": 500,
        "percent": 25,
        "centers_per_second": "410.5",
        "elapsed_seconds": 1,
        "remaining_seconds": 4,
    },
}
RUN_DETAIL = RUN | {
    "failed_parts": [{"part": 2, "centers": 500, "attempts": 3, "error": "OperationalError"}]
}
STANDARDS = {
    "as_of": "2025-12-31",
    "known_at": None,
    "pack": PACK | {"issuer": "上海市民政局", "doc_no": "沪民社服发〔2024〕1号"},
    "rules": [
        {
            "rule": "ST-08",
            "clause": "三(二)-4",
            "class": "G",
            "clause_text": "场所面积不宜少于30平方米",
            "class_label": "一般性要求",
            "dimension": "premises",
            "level": "center",
            "kind": "floor_area",
            "subject": "",
            "title": "场所面积",
            "basis": "",
            "parameters": ["min_area"],
        }
    ],
    "parameters": [
        {
            "key": "min_area",
            "type": "decimal",
            "clause": "三(二)-4",
            "title": "场所最小面积（平方米）",
            "default": "30.00",
            "is_nullable": False,
            "minimum": "0",
            "maximum": "100000",
            "choices": [],
            "use": "",
        }
    ],
    "overrides": [
        {
            "params_version": 7,
            "division_code": "310199",
            "key": "min_area",
            "value": "35.00",
            "is_reset": False,
            "effective_from": "2026-01-01",
            "doc_no": "海民发〔2025〕8号",
        }
    ],
    "in_force": [
        {
            "division_code": "310199",
            "key": "min_area",
            "default": "30.00",
            "value": "35.00",
            "origin": "district",
            "params_version": 7,
            "effective_from": "2026-01-01",
            "doc_no": "海民发〔2025〕8号",
        }
    ],
    "versions": [
        PACK
        | {
            "periods": [
                {
                    "active_from": "2024-11-29",
                    "active_until": None,
                    "doc_no": "沪民社服发〔2024〕1号",
                }
            ]
        }
    ],
}
DISTRICT = (
    {
        "division_code": "310199",
        "division_name": "海棠区",
        "year": 2025,
        "as_of": "2025-12-31",
        "duties": [
            {
                "rule": "DD-33",
                "clause": "四(三)-3",
                "clause_text": "并通过制定优惠政策、动员社会捐赠及鼓励社区基金会资金支持等举措，"
                "建立多元化、多渠道的资金投入机制",
                "class": "D",
                "title": "多元资金投入",
                "outcome": "met",
                "outcome_label": "已落实",
                "reason_code": "sources_suffice",
                "figures": {
                    "year": 2025,
                    "count": 2,
                    "required": 2,
                    "sources_yuan": {"grant": "440000.00", "purchase": "1880000.00"},
                },
                "in_grace": False,
                "params_version": 0,
                "pack": "shanghai-2024-1 v2",
                "computed_at": "2026-01-05T09:12:00+08:00",
            }
        ],
    }
)
VERSION = STANDARDS["versions"][0]
STANDARD_VERSION = (
    VERSION
    | {name: STANDARDS["pack"][name] for name in ("issuer", "doc_no")}
    | {name: STANDARDS[name] for name in ("rules", "parameters")}
)
SCENARIO = {"division": "310199", "parameters": {"min_area": "35.00"}}
_ROLLUPS = {
    "compliant": 2,
    "basically_compliant": 2,
    "not_compliant": 4,
    "incomplete": 0,
    "not_included": 0,
}
_SUPPOSED = _ROLLUPS | {"compliant": 1, "basically_compliant": 3}
SIMULATION = {
    "division_code": "310199",
    "base_as_of": "2025-12-31",
    "as_of": "2025-12-31",
    "known_at": None,
    "pack_before": "shanghai-2024-1 v2",
    "pack_after": "shanghai-2024-1 v2",
    "parameters": {"min_area": "35.00"},
    "center_count": 8,
    "changed_count": 1,
    "rollups_before": _ROLLUPS,
    "rollups_after": _SUPPOSED,
    "shortfalls": [
        {
            "rule": "ST-08",
            "unit": "m2",
            "before": {"total": "0", "centers": 0, "unknown": 0},
            "after": {"total": "2.00", "centers": 1, "unknown": 0},
            "difference": "2.00",
        }
    ],
    "districts": [
        {
            "division_code": "310199",
            "center_count": 8,
            "changed_count": 1,
            "rollups_before": _ROLLUPS,
            "rollups_after": _SUPPOSED,
        }
    ],
    "centers": [
        {
            "code": "C05",
            "name": "海棠区桂花镇社会组织服务中心",
            "rollup_before": "compliant",
            "rollup_after": "basically_compliant",
            "changes": [
                {
                    "rule": "ST-08",
                    "outcome_before": "met",
                    "outcome_after": "not_met",
                    "reason_before": "area_ok",
                    "reason_after": "area_short",
                }
            ],
        }
    ],
}
