"""What a page is: kind of document, issuer, year, title and dates, each with the rule that filled it and the words it was read from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from crawler.reading import dates, divisions, issuers, kinds, meta, titles, trust, years
from crawler.reading.divisions import Division
from crawler.reading.issuers import Issuer, Scope
from crawler.reading.meta import Labelled
from crawler.reading.page import Page
from storage.records import DocumentType, Level, Trust

Fact = TypeVar("Fact")

_CLOCK = re.compile(r"[\s\d:：]+")
_SIGNER = re.compile(r"(?!.*[自至从于])[\u3400-\u9fff（）()、\s]{0,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The facts of a page. None is "not known"; `evidence` maps each known field to "rule: quoted words"."""

    type: DocumentType | None
    issuer: str | None
    level: Level | None
    adcode: str | None
    city: str | None
    year: int | None
    title: str | None
    published: date | None
    signed: date | None
    source: str | None
    trust: Trust
    evidence: Mapping[str, str] = field(default_factory=dict)


def identify(page: Page) -> Identity:
    """Read the facts of a page. Pure: no clock, no network, nothing remembered between pages."""
    evidence: dict[str, str] = {}
    head = page.head_lines[-60:]
    body = page.body.lines or head  # a text of one line may pass for a header
    around = (*head, *page.body.lines[:12])
    title = _keep(evidence, "title", titles.title(page))
    if title is not None:
        evidence["title"] += f": {title}"
    labels = [*reversed(meta.labelled(head)), *meta.labelled(page.body.lines[:12]), *meta.labelled(page.body.tail)]  # those nearest to the text first
    published = _keep(evidence, "published", _published(page, labels, around, title))
    signed = _keep(evidence, "signed", _signed(body))
    year = _keep(evidence, "year", years.decide(title, body, signed or published))
    kind = _keep(evidence, "type", _kind(title, body))
    source = _keep(evidence, "source", _source(page, labels))
    portal = _portal(page)
    trusted, evidence["trust"] = trust.judge(page.url, page.html, page.body.text, page.origin, junk=page.junk)
    vouched = trusted in (Trust.OFFICIAL_HOST, Trust.OFFICIAL_IP)
    place = _place(body, title, portal, year, kind, vouched=vouched)
    here = portal if portal and vouched else place  # whose 市政府 is: the portal's, unless this is a copy
    scope = Scope(within=portal[0].code if portal else None, year=year, here=here[0] if here else None)
    issuer = _issuer(page, title, labels, scope, kind)
    division = place
    if issuer is not None:
        evidence["issuer"] = evidence["level"] = issuer.rule
        division = (issuer.division, issuer.rule) if issuer.division else None
    if division is not None:
        evidence["adcode"] = evidence["city"] = division[1]
    return Identity(
        type=kind,
        issuer=issuer.name if issuer else None,
        level=issuer.level if issuer else None,
        adcode=division[0].code if division else None,
        city=division[0].name if division else None,
        year=year,
        title=title,
        published=published,
        signed=signed,
        source=source,
        trust=trusted,
        evidence=evidence,
    )


def _keep(evidence: dict[str, str], name: str, found: tuple[Fact, str] | None) -> Fact | None:
    if found is None:
        return None
    evidence[name] = found[1]
    return found[0]


def _kind(title: str | None, body: Sequence[str]) -> tuple[DocumentType, str] | None:
    announced = kinds.kind(title) if title else None
    if announced is None:
        near = title is None or re.search(r"公开|年报|年度报告", title)
        return kinds.opening(body) if near else None
    kind, rule = announced
    if kind is None or title is None:
        return None
    if kind is DocumentType.STATUTORY_ANNUAL_REPORT:
        said = [line for line in body if kinds.normal(line) not in kinds.normal(title)]
        if kinds.wraps(title) and sum(map(len, said)) > 80 and not kinds.reads_as_report(body):
            return DocumentType.FORMAT_OR_NOTICE, f"notice without the report it speaks of: {title}"
        if kinds.nameless(title) and not kinds.reads_as_report(body):
            listed = sum(kinds.kind(line) == announced for line in said if len(line) <= 60)
            return (DocumentType.COLLECTION_PAGE, f"{listed} titles of reports under: {title}") if listed >= 3 else None
    return kind, f"{rule}: {title}"


def _published(page: Page, labels: Sequence[Labelled], around: Sequence[str], title: str | None) -> tuple[date, str] | None:
    """The tag, the label, the bare date line under the title (连平 2011), the document's own date: the first that is exact."""
    if day := dates.parse(page.tags.get("pubdate", "")):
        return day, f"tag PubDate: {page.tags['pubdate']}"
    for entry in labels:
        if entry.field == "published" and (day := dates.parse(entry.value)):
            return day, f"label {entry.label}: {entry.value}"
    if under := _under_title(around, title):
        return under
    for entry in labels:
        if entry.field == "written" and (day := dates.parse(entry.value)):
            return day, f"label {entry.label}: {entry.value}"
    return None


def _under_title(around: Sequence[str], title: str | None) -> tuple[date, str] | None:
    """A date without a label: at the head of the line under the title, or alone on one of the three lines under it."""
    lines = [line.strip() for line in around if line.strip()]
    for n, line in enumerate(lines):
        if title is None or kinds.normal(line) != kinds.normal(title):
            continue
        for m, below in enumerate(lines[n + 1 : n + 4]):
            found = dates.find(below)
            alone = len(found) == 1 and not _CLOCK.sub("", below[: found[0].start] + below[found[0].end :])
            if len(found) == 1 and (alone or (m == 0 and found[0].start == 0 and len(below) <= 60)):
                return found[0].date, f"line under the title: {below}"
    return None


def _signed(body: Sequence[str]) -> tuple[date, str] | None:
    """The date under the text: the last line of a date alone, or of one behind the organ's name. Tables may follow it, and so may the
    report that a signed notice wraps; in the first third of a text no line is a signature."""
    lines = [line.strip() for line in body if line.strip() and "\t" not in line]
    for n in range(len(lines) - 1, max(2, len(lines) // 3), -1):
        found = dates.find(lines[n])
        if len(found) != 1 or len(lines[n]) > 60:
            continue
        before, after = lines[n][: found[0].start], lines[n][found[0].end :]
        numeric = "年" not in found[0].raw
        if _SIGNER.fullmatch(before) and not after.strip(" 。)）") and not (numeric and n < len(lines) - 3):
            return found[0].date, f"line under the text: {lines[n]}"
    return None


def _source(page: Page, labels: Sequence[Labelled]) -> tuple[str, str] | None:
    """Where the page says it has it from, as printed: an unresolved SRC-122 and a modest 本网 too."""
    if tagged := page.tags.get("contentsource"):
        return tagged, f"tag ContentSource: {tagged}"
    entry = next((entry for entry in labels if entry.field == "source"), None)
    return (entry.value, f"label {entry.label}: {entry.value}") if entry else None


def _portal(page: Page) -> tuple[Division, str] | None:
    """The division whose portal served the page: the origin's, else the one whose host it is; None for copies and imports."""
    if page.origin is not None:
        found = divisions.by_code(page.origin.adcode)
        return (found, f"portal: {page.origin.name}") if found else None
    host = trust.hostname(page.url)
    found = divisions.by_host(host) if host else None
    return (found, f"host: {host}") if found else None


def _place(
    body: Sequence[str],
    title: str | None,
    portal: tuple[Division, str] | None,
    year: int | None,
    kind: DocumentType | None,
    *,
    vouched: bool,
) -> tuple[Division, str] | None:
    """The division of a page whose issuer stays unnamed: what the text speaks for, else the portal's, where an official host served it
    and the title names no place."""
    within = portal[0].code if portal else None
    spoken = issuers.place(body, within, year) if kind else None
    if portal is None or (spoken and (spoken[0] == portal[0] or spoken[0].code not in portal[0].lineage)):
        return spoken
    named = any(True for _ in divisions.mentioned(kinds.normal(title))) if title else False
    return (portal[0], f"{portal[1]}, and neither title nor text names another division") if vouched and not named else None


def _issuer(page: Page, title: str | None, labels: Sequence[Labelled], scope: Scope, kind: DocumentType | None) -> Issuer | None:
    """From the title, then the labels, then the text. Labels and text of documents that are not ours name all kinds of organs."""
    if title and (found := issuers.of_title(title, scope)):
        return found
    if kind is None or (title and trust.branded(title)):
        return None
    told = [(entry.label, entry.value) for entry in labels if entry.field == "issuer"]
    told += [("tag ContentSource", page.tags["contentsource"])] if "contentsource" in page.tags else []
    told += [(f"label {entry.label}", entry.value) for entry in labels if entry.field == "source"]
    for label, value in told:
        if found := issuers.of_label(label, value, scope):
            return found
    return issuers.of_text(kinds.normal(page.body.text), scope)
