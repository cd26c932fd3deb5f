"""Readings that are doubtful and filed all the same: broken characters, and a second opinion that disagrees."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawler import doubts
from crawler.readers import is_read_twice
from crawler.reading import read
from storage import queries
from storage.archive import Archive
from storage.records import Capture, SecondOpinion
from tests.conftest import PROJECT
from tests.gold.documents import DOCUMENTS
from tests.gold.reading import capture as gold_capture
from tests.gold.templates import SHAPES, Noise
from tests.portal_site import Reply, Site, column, crawl, portal_file, report

AT = datetime(2026, 1, 20, 18, tzinfo=UTC)


def page(body):
    return Capture(url="http://www.zhucheng.gov.cn/nb/t2015.html", status=200, body=body, fetched_at=AT)


def found(capture, **how):
    return dict(doubts.of(read(capture, **how), lambda: capture))


def cut(text, every):
    """As a template that cuts a text into pieces by bytes and not by characters leaves it."""
    raw = text.encode()
    return b"".join(raw[n : n + every - 1] for n in range(0, len(raw), every))


def test_a_page_whose_characters_were_cut_is_broken_and_the_evidence_names_the_charsets_tried():
    told = found(page(cut(report(2015), 40)), second_opinion=False)
    assert set(told) == {"charset_broken"}
    assert "characters (" in told["charset_broken"]
    assert "tried: utf-8 leaves" in told["charset_broken"]
    assert "gb18030 leaves" in told["charset_broken"]


def test_marks_of_replacement_that_a_portal_stored_again_as_gbk_are_seen():
    broken = report(2015).replace("申请", "锟斤拷").replace("公开", "锟斤拷")
    assert set(found(page(broken.encode("gb18030")), second_opinion=False)) == {"charset_broken"}


@pytest.mark.parametrize("text", [report(2015), report(2015).replace("公报", "公\ufffd")])
def test_a_page_that_decodes_is_not_broken_nor_is_one_with_a_single_odd_character(text):
    assert found(page(text.encode())) == {}


def test_two_extractors_that_take_different_bodies_are_an_incident_with_both_lengths():
    one = read(page(report(2015).encode()))
    assert one.second is not None
    lost = replace(one, second=SecondOpinion(ours=300, theirs=9000, agreement=1.0, reverse=0.03))
    ((kind, detail),) = doubts.of(lost, lambda: page(b""))
    assert kind == "extractor_disagreement"
    assert "300 characters" in detail
    assert "9000" in detail
    other = replace(one, second=SecondOpinion(ours=900, theirs=800, agreement=0.1, reverse=0.2))
    assert [kind for kind, _ in doubts.of(other, lambda: page(b""))] == ["extractor_disagreement"]
    shorter = replace(one, second=SecondOpinion(ours=3466, theirs=137, agreement=0.01, reverse=0.24))  # what it makes of a page of tables
    assert list(doubts.of(shorter, lambda: page(b""))) == []
    assert list(doubts.of(replace(lost, type=None), lambda: page(b""))) == []


def test_the_sample_is_the_same_every_night_and_of_the_size_that_is_asked_for():
    urls = [f"http://www.zhucheng.gov.cn/nb/t{n}.html" for n in range(2000)]
    assert 400 < sum(is_read_twice(url, 4) for url in urls) < 600
    assert all(is_read_twice(url, 1) for url in urls)
    assert not any(is_read_twice(url, 0) for url in urls)


@pytest.mark.parametrize("shape", SHAPES)
def test_no_gold_page_is_doubtful(shape):
    assert {document.key: found(gold_capture(SHAPES[shape](document, Noise(1)))) for document in DOCUMENTS} == {one.key: {} for one in DOCUMENTS}


@pytest.mark.parametrize("key", sorted(path.parent.name for path in (PROJECT / "tests/portals").glob("*/report.html")))
def test_no_page_of_a_portal_is_doubtful(key):
    assert found(page((PROJECT / "tests/portals" / key / "report.html").read_bytes())) == {}


@pytest.mark.corpus
def test_no_page_of_the_corpus_is_doubtful(shared):
    from crawler.errors import CrawlError

    for path in sorted((shared / "pages").iterdir()):
        if path.suffix in {".html", ".php", ".jsp"}:
            capture = page(path.read_bytes())
            try:
                assert found(capture) == {}, path.name
            except CrawlError:
                continue  # no report, nothing is filed


def test_a_doubtful_page_is_filed_its_incident_opens_once_and_closes_when_the_page_is_mended(tmp_path):
    site = Site("127.0.9.9")
    portal_file(tmp_path / "portals", site)
    bodies = {2014: report(2014).encode(), 2015: cut(report(2015), 40)}

    def answer(one, path, headers):
        year = path.removeprefix("/nb/t").removesuffix(".html")
        if not year.isdigit():
            return Reply(column(bodies)) if path == "/nb/" else Reply("User-agent: *", content_type="text/plain")
        tag = f'"{hash(bodies[int(year)])}"'
        return Reply(status=304) if headers.get("if-none-match") == tag else Reply(bodies[int(year)], headers=[("ETag", tag)])

    site.anything = answer
    for night in (20, 21):
        crawl(tmp_path, now=f"2026-01-{night}T18:00:00+00:00", crawl__revisit_days=0)
    with Archive.open(f"sqlite:///{tmp_path / 'a.sqlite3'}") as archive:
        (incident,) = queries.incidents(archive)
        assert (incident["kind"], incident["closed"], incident["count"]) == ("charset_broken", None, 1)
        assert len(queries.changes(archive)) == 2
        bodies[2015] = report(2015).encode()
        crawl(tmp_path, now="2026-01-22T18:00:00+00:00", crawl__revisit_days=0)
        (incident,) = queries.incidents(archive)
        assert incident["closed"] is not None
    site.close()
