"""The page of P7 as others would write it: the same rows, the same token, the same scope.

Each is written the way its manual shows, with everything prefetched: plain serializers of Django
REST framework, schemas of Django Ninja, and JSON aggregated inside PostgreSQL and passed through.
The last is spared the reasons' figures: its reasons are the templates.
"""

import json
from functools import cache
from queue import Queue
from threading import Thread
from typing import Any

from django.db import connection
from django.http import HttpResponse
from ninja import NinjaAPI, Schema
from ninja.security import HttpBearer
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer

from benchmarks.serving import SIZE
from centers.models import Center
from evaluation.api.access import Compliance
from evaluation.api.documents import Documents, district_names
from evaluation.models import Pack, Verdict
from evaluation.rules.base import OUTCOMES
from evaluation.selectors import findings, wording
from evaluation.selectors.parameters import parsed
from portal.api.parameters import DIVISION
from portal.api.views import ScopedView
from portal.clients.authentication import TokenAuthentication
from portal.users.roles import Capability


class PeerView(Compliance, ScopedView):
    """The first page of centers with their findings."""

    required_dataset = "compliance"
    parameters = (DIVISION,)

    def page(self) -> Any:
        return page(self.centers(), self.moment)


def page(centers: Any, moment: Any) -> Any:
    """Rows of the first page with their findings, three queries."""
    rows = findings.center_rows(
        centers, moment, is_live=False, limit=SIZE, read=findings.with_findings
    )
    rows = list(rows)
    words = Documents(moment)
    return rows, words, district_names(row.place.division_code for row in rows)


# --- Django REST framework


class FindingSerializer(serializers.Serializer):
    center_code = serializers.CharField()
    center_name = serializers.CharField()
    division_code = serializers.SerializerMethodField()
    township_code = serializers.SerializerMethodField()
    as_of = serializers.DateField()
    rule = serializers.CharField()
    clause = serializers.SerializerMethodField()
    clause_text = serializers.SerializerMethodField()
    outcome = serializers.CharField()
    outcome_label = serializers.SerializerMethodField()
    reason_code = serializers.SerializerMethodField()
    evidence = serializers.DictField(source="figures")
    waiver = serializers.SerializerMethodField()
    in_grace = serializers.BooleanField()
    params_version = serializers.IntegerField()
    pack = serializers.SerializerMethodField()
    data_version = serializers.DateTimeField()
    computed_at = serializers.DateTimeField()

    def get_fields(self) -> Any:
        # The field "class" cannot be written as an attribute.
        declared = super().get_fields()
        names = list(declared)
        declared["class"] = serializers.SerializerMethodField(method_name="get_rule_class")
        names.insert(names.index("outcome"), "class")
        return {name: declared[name] for name in names}

    def _rule(self, row: Any) -> Any:
        return self.context["words"].rules[row.pack_id][1][row.rule]

    def get_division_code(self, row: Any) -> Any:
        return row.division_code[:6]

    def get_township_code(self, row: Any) -> Any:
        return row.division_code if len(row.division_code) > len("310101") else None

    def get_clause(self, row: Any) -> Any:
        return self._rule(row).clause

    def get_clause_text(self, row: Any) -> Any:
        return self._rule(row).quote

    def get_rule_class(self, row: Any) -> Any:
        return self._rule(row).rule_class

    def get_outcome_label(self, row: Any) -> Any:
        return self.context["words"].outcomes[self._rule(row).rule_class, row.outcome]

    def get_reason_code(self, row: Any) -> Any:
        return row.reason.format_map(row.figures)

    def get_waiver(self, _row: Any) -> Any:
        return None

    def get_pack(self, row: Any) -> Any:
        return self.context["words"].rules[row.pack_id][0]


class RestPage(PeerView):
    """Plain serializers, nested."""

    def get(self, _request: Any) -> Any:
        rows, words, names = self.page()
        results = []
        for row in rows:
            written = FindingSerializer(row.findings, many=True, context={"words": words})
            results.append(words.center(row, names) | {"findings": written.data})
        self.sent = len(results)
        body = JSONRenderer().render({"next": None, "results": results})
        return HttpResponse(body, content_type="application/json")


# --- Django Ninja


class Bearer(HttpBearer):
    """The same tokens, the same capability."""

    def authenticate(self, request: Any, _token: Any) -> Any:
        found = TokenAuthentication().authenticate(request)
        if not found or "compliance" not in found[1].datasets:
            return None
        return found[0] if found[0].has_capability(Capability.COMPLIANCE_VIEW) else None


class FindingSchema(Schema):
    center_code: str
    center_name: str
    division_code: str
    township_code: str | None
    as_of: str
    rule: str
    clause: str
    clause_text: str
    rule_class: str
    outcome: str
    outcome_label: str
    reason_code: str
    evidence: dict
    waiver: dict | None
    in_grace: bool
    params_version: int
    pack: str
    data_version: str | None
    computed_at: str


class CenterSchema(Schema):
    code: str
    name: str
    division_code: str
    division_name: str
    township_code: str | None
    township_name: str | None
    as_of: str | None
    rollup: str | None
    rollup_label: str | None
    dimensions: dict[str, str | None]
    not_computed: list[str]
    counts: dict[str, int]
    functions: dict[str, int]
    statute: dict[str, int]
    computed_at: str | None
    findings: list[FindingSchema]


class PageSchema(Schema):
    next: str | None
    results: list[CenterSchema]


ninja = NinjaAPI(auth=Bearer(), urls_namespace="ninja")


@ninja.get("page/", response=PageSchema)
def ninja_page(request: Any) -> Any:
    """Nested schemas."""
    centers = Center.objects.visible_to(request.auth, Capability.COMPLIANCE_VIEW)
    moment = findings.Moment(at=None)
    rows, words, names = page(centers, moment)
    results = []
    for row in rows:
        found = [words.finding(each) for each in row.findings]
        for each in found:
            each["rule_class"] = each.pop("class")
        results.append(words.center(row, names) | {"findings": found})
    return {"next": None, "results": results}


# --- PostgreSQL


@cache
def rule_words() -> Any:
    """What the database cannot know of the rules, as one parameter."""
    return json.dumps(
        [
            {
                "pack_id": pack.pk,
                "pack": str(pack),
                "rule": rule.id,
                "clause": rule.clause,
                "clause_text": rule.quote,
                "class": rule.rule_class,
                "grouped": rule.dimension,
                "labels": {each: wording.outcome_label(rule.rule_class, each) for each in OUTCOMES},
            }
            for pack in Pack.objects.all()
            for rule in parsed(pack).rules
        ],
        ensure_ascii=False,
    )


@cache
def rollup_words() -> Any:
    return json.dumps({each: wording.rollup_label(each) for each in Verdict.Rollup.values})


def _counts(condition: Any) -> Any:
    parts = ", ".join(
        f"'{each}', count(*) FILTER (WHERE outcome = '{each}' AND {condition})" for each in OUTCOMES
    )
    return f"json_build_object({parts})"


PAGE = f"""
WITH words AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%(rules)s::jsonb) AS w(pack_id bigint, pack text, rule text,
        clause text, clause_text text, class text, grouped text, labels jsonb)),
place AS (
    SELECT c.id, c.code, c.name, d.code AS division, d.name AS division_name,
        left(d.code, 6) AS district, CASE WHEN length(d.code) > 6 THEN d.code END AS township
    FROM centers_center c JOIN jurisdictions_division d ON d.id = c.division_id
    WHERE c.id IN ({{scope}}) ORDER BY c.code LIMIT {SIZE}),
finding AS (
    SELECT f.center_id, f.outcome, w.grouped, json_build_object(
        'center_code', p.code, 'center_name', p.name, 'division_code', p.district,
        'township_code', p.township, 'as_of', f.as_of, 'rule', f.rule, 'clause', w.clause,
        'clause_text', w.clause_text, 'class', w.class, 'outcome', f.outcome,
        'outcome_label', w.labels ->> f.outcome, 'reason_code', f.reason,
        'evidence', f.figures, 'waiver', f.waiver_id, 'in_grace', f.in_grace,
        'params_version', f.params_version, 'pack', w.pack,
        'data_version', f.data_version, 'computed_at', f.computed_at) AS document, f.rule
    FROM place p JOIN evaluation_finding f ON f.center_id = p.id
        AND f.superseded_at IS NULL AND f.series_on IS NULL
    JOIN evaluation_run r ON r.id = f.run_id
    JOIN words w ON w.pack_id = r.pack_id AND w.rule = f.rule),
found AS (
    SELECT center_id, json_agg(document ORDER BY rule) AS findings,
        {_counts("grouped NOT IN ('functions', 'statute')")} AS counts,
        {_counts("grouped = 'functions'")} AS functions,
        {_counts("grouped = 'statute'")} AS statute
    FROM finding GROUP BY center_id)
SELECT json_build_object('next', NULL, 'results', json_agg(json_build_object(
    'code', p.code, 'name', p.name, 'division_code', p.district, 'division_name', k.name,
    'township_code', p.township, 'township_name', p.division_name, 'as_of', v.as_of,
    'rollup', v.rollup, 'rollup_label', %(rollups)s::jsonb ->> v.rollup,
    'dimensions', json_build_object('staffing', v.staffing, 'premises', v.premises,
        'funding', v.funding, 'governance', v.governance),
    'not_computed', v.not_computed, 'counts', found.counts, 'functions', found.functions,
    'statute', found.statute, 'computed_at', v.computed_at, 'findings', found.findings)
    ORDER BY p.code))::text
FROM place p JOIN found ON found.center_id = p.id
JOIN evaluation_verdict v ON v.center_id = p.id AND v.superseded_at IS NULL AND v.series_on IS NULL
JOIN jurisdictions_division k ON k.code = p.district
"""


class DatabasePage(PeerView):
    """One statement, its text passed through."""

    def get(self, _request: Any) -> Any:
        scope, params = self.centers().values("pk").order_by().query.sql_with_params()
        with connection.cursor() as cursor:
            inner = cursor.mogrify(scope, params).decode().replace("%", "%%")
            asked = {"rules": rule_words(), "rollups": rollup_words()}
            cursor.execute(PAGE.replace("{scope}", inner), asked)
            (text,) = cursor.fetchone()
        self.sent = SIZE
        return HttpResponse(text, content_type="application/json")


# --- P8's floor


COPIED = """COPY (
    SELECT c.code, c.name, d.code, f.as_of, f.rule, f.outcome, f.reason, f.figures, f.waiver_id,
        f.in_grace, f.params_version, r.pack_id, f.data_version, f.computed_at
    FROM centers_center c JOIN jurisdictions_division d ON d.id = c.division_id
    JOIN evaluation_finding f ON f.center_id = c.id
        AND f.superseded_at IS NULL AND f.series_on IS NULL
    JOIN evaluation_run r ON r.id = f.run_id ORDER BY c.code, f.rule) TO STDOUT (FORMAT csv)"""


class CopiedFindings(PeerView):
    """Every finding as PostgreSQL writes it, through the same server."""

    def get(self, _request: Any) -> Any:
        return self.stream(copied(), "csv", "copied")


def copied() -> Any:
    """Pieces of a COPY, written by a thread and taken by the server."""

    pieces, end = Queue(maxsize=8), object()

    class Sink:
        kept, size = [], 0

        def write(self, line: Any) -> Any:
            self.kept.append(line)
            self.size += len(line)
            if self.size > 300_000:
                self.flush()

        def flush(self) -> Any:
            pieces.put(b"".join(self.kept))
            self.kept.clear()
            self.size = 0

    def work() -> Any:
        sink = Sink()
        with connection.cursor() as cursor:
            cursor.copy_expert(COPIED, sink)
        sink.flush()
        connection.close()
        pieces.put(end)

    Thread(target=work, daemon=True).start()
    while (piece := pieces.get()) is not end:
        yield piece
