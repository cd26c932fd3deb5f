"""Real reports, whole: all that is found in them, and that all of it is true."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from crawler.reading import consistency, prose, read
from storage.records import Blame, Capture

pytestmark = pytest.mark.corpus

# What is found, by name of the file. 辽源: the text says 9 and 15; the page is older than the date under its text. 诸城: 71 and 87.
FOUND = {
    "002": [("XT-2", "9条", "15条"), ("XD-1", "2015-03-13", "2015年3月30日")],
    "003": [("S14-L5", "71", "87")],
}


def reading(path):
    capture = Capture(url=path.as_uri(), status=200, body=path.read_bytes(), fetched_at=datetime(2026, 1, 20, 18, 0, tzinfo=UTC))
    return read(capture, second_opinion=False)


@pytest.mark.parametrize("seed", ["000", "001", "002", "003", "004"])
def test_only_what_is_true_is_held_against_the_organ(shared, seed):
    (path,) = (shared / "seeds").glob(f"{seed}_*")
    found = reading(path)
    expected = FOUND.get(seed, [])
    assert [finding.rule for finding in found.findings] == [rule for rule, _, _ in expected]
    for finding, (_, one, other) in zip(found.findings, expected, strict=True):
        assert one in finding.quotes[0]
        assert other in finding.quotes[1]
        assert finding.blame is Blame.SOURCE
        assert all(finding.places)


@pytest.mark.parametrize(
    "name", ["govnianbao--szfgs2024.pdf", "KIROGOVCOMPARE--hangzhou_style_2025_tables.html", "govnianbao--政务公开年报模版.docx"]
)
def test_reports_in_order_and_blank_forms_give_no_finding(shared, name):
    assert reading(shared / "pages" / name).findings == ()


def test_the_sentences_of_a_report_in_pdf_agree_with_its_tables(shared):
    found = reading(shared / "pages" / "govnianbao--szfgs2024.pdf")
    told = {figure.row: figure.raw for figure in found.figures if figure.format == prose.FORMAT and figure.row}
    assert told == {"requests_received": "3119件", "t3.carried_in.total": "34件", "t4.review_total": "351件", "t4.litigation_total": "46件"}
    lines = found.text.split("\n")
    slipped = [line.replace("行政复议351件", "行政复议315件") for line in lines]
    figures = [figure for figure in found.figures if figure.format != prose.FORMAT]
    (finding,) = consistency.check(slipped, (*figures, *prose.read(slipped, None)), type=found.type, year=found.year, issuer=found.issuer)
    assert (finding.rule, finding.left, finding.right) == ("XT-1", 315, 351)


def test_a_bulletin_that_is_no_report_claims_no_figure(shared):
    (path,) = (shared / "pages").glob("job--万载县2022年*")
    found = reading(path)
    assert (found.type, found.figures, found.findings) == (None, (), ())


def test_numbers_of_the_text_cost_a_fraction_of_reading_the_page(shared):
    (path,) = (shared / "seeds").glob("003_*")
    began = time.process_time()
    found = reading(path)
    whole = time.process_time() - began
    lines = found.text.split("\n")
    began = time.process_time()
    told = prose.read(lines, None)
    consistency.check(lines, (*found.figures, *told), type=found.type, year=found.year, issuer=found.issuer)
    assert time.process_time() - began < whole / 2
