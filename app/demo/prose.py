"""Sentences of the shorter pages: chosen and filled by the report's own stream of numbers, so that each says its own and always the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from random import Random
from typing import Any

import yaml

from app.demo.figures import draw, statistics
from app.demo.forms import DOCUMENTS

Line = tuple[str, str]  # (kind of block, text)

SECTIONS_2008 = (
    "概述",
    "主动公开政府信息情况",
    "依申请公开政府信息情况",
    "行政复议、诉讼和申诉情况",
    "政府信息公开的收费和减免情况",
    "存在的主要问题及改进措施",
)
SECTIONS_2019 = (
    "总体情况",
    "主动公开政府信息情况",
    "收到和处理政府信息公开申请情况",
    "政府信息公开行政复议、行政诉讼情况",
    "政府信息公开工作存在的主要问题及改进情况",
    "其他需要报告的事项",
)
SECTIONS_2021 = (*SECTIONS_2019[:4], "存在的主要问题及改进情况", SECTIONS_2019[5])
NUMERALS = "一二三四五六"


def report(issuer: str, year: int) -> list[Line]:
    """A statutory report's sections and sentences, in the order of the form of its year; the tables are put in by the caller."""
    random = draw(f"prose {issuer} {year}")
    facts = _facts(random, issuer, year)

    def some(key: str, count: int = 1) -> list[Line]:
        return [("paragraph", text.format_map(facts)) for text in random.sample(_phrases()[key], count)]

    lines = some("opening")
    if year >= 2019:
        bodies = [some("overview", 5), [], [], [], some("problems") + some("plans"), some("other")]
        sections: Sequence[str] = SECTIONS_2021 if year >= 2021 else SECTIONS_2019
    else:
        overview = some("overview", 6)
        bodies = [
            overview[:3],
            overview[3:],
            some("requests", 3),
            some("disputes"),
            some("fees"),
            some("problems") + some("plans"),
        ]
        sections = SECTIONS_2008
    for numeral, section, body in zip(NUMERALS, sections, bodies, strict=True):
        lines += [("heading", f"{numeral}、{section}"), *body]
    return lines


def page(kind: str, issuer: str, year: int) -> list[str]:
    """The lines of a page that is no annual report: a notice, a collection, a picture story, a work report."""
    facts = _facts(draw(f"prose {kind} {issuer} {year}"), issuer, year)
    keys = {"format_or_notice": "notice", "collection_page": "collection", "interpretation": "overview", "work_report": "work_report"}
    return [text.format_map(facts) for text in _phrases()[keys[kind]]]


def _facts(random: Random, issuer: str, year: int) -> Mapping[str, Any]:
    # The very figures of the table at the report's end: a report that contradicts itself should do so on purpose (辽源 2014).
    counts = statistics(f"{issuer} {year}")
    return {
        "issuer": issuer,
        "year": year,
        "website": counts["channel_website"],
        "other": counts["channel_other"],
        "disclosed": counts["info_disclosed_total"],
        "readings": counts["policy_interpretations"],
        "trainings": counts["trainings"],
        "trainees": counts["trainees"],
        "answers": random.randint(60, 4_000),
        "late": random.randint(2, 40),
        "visitors": random.randint(50, 5_000),
        "requests": counts["requests_received"],
        "topic": random.choice(_phrases()["topics"]),
    }


@cache
def _phrases() -> Mapping[str, list[str]]:
    loaded: Mapping[str, list[str]] = yaml.safe_load((DOCUMENTS / "phrases.yaml").read_text(encoding="utf-8"))
    return loaded
