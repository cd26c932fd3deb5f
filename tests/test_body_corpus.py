"""Real pages and the five seed documents: what must be in each body, and what must not."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
import yaml

from crawler import errors
from crawler.reading import read
from storage.records import Capture, Reading
from tests.gold.documents import Document, P
from tests.gold.measure import bare, f1
from tests.gold.reading import capture
from tests.gold.templates import SHAPES, Noise

pytestmark = pytest.mark.corpus

FLOORS = yaml.safe_load((Path(__file__).parent / "corpus_floors.yaml").read_text(encoding="utf-8"))
EVERYWHERE_NOT = (
    "打印本页", "关闭本页", "关闭窗口", "扫一扫在手机", "浏览次数", "点击数", "【字体", "分享到",
    "我要收藏", "ICP备", "网站标识码", "版权所有", "主办单位：", "当前位置",
    "返回顶部", "TRS_Editor", "font-family", "function(", "document.", "↺",
)  # fmt: skip
SEEDS_NOT = ("点击排行", "推荐阅读", "【字体", "登录 注册", "点击数", "【打印】", "【关闭本页】", "关闭本页", "ICP备", "h4sia", "<legend", "责任编辑")


@cache
def reading(path: Path, second_opinion: bool = False) -> Reading:
    found = Capture(url=path.as_uri(), status=200, body=path.read_bytes(), fetched_at=datetime(2026, 1, 20, tzinfo=UTC))
    return read(found, second_opinion=second_opinion)


@pytest.mark.parametrize("name", FLOORS)
def test_each_real_page_gives_its_body_and_nothing_else(shared: Path, name: str) -> None:
    expected = FLOORS[name]
    path = shared / "pages" / name
    if "error" in expected:
        with pytest.raises(getattr(errors, expected["error"])):
            reading(path)
        return
    found = reading(path)
    assert found.container == expected["container"]
    assert len(bare(found.text)) >= expected["least"]
    assert sum(any(row) for grid in found.tables for row in grid.rows()) >= expected.get("rows", 0)
    assert [phrase for phrase in expected["has"] if bare(phrase) not in bare(found.text)] == []
    assert [phrase for phrase in (*EVERYWHERE_NOT, *expected.get("has_not", ())) if phrase in found.text] == []


def test_every_page_of_the_corpus_has_its_floor(shared: Path) -> None:
    pages = {path.name for path in (shared / "pages").iterdir() if path.suffix in {".html", ".php", ".jsp"}}
    assert pages - set(FLOORS) == {"renmin--list.jsp"}  # a list page, read by the spiders


def test_trafilatura_agrees_where_a_page_has_no_tables(shared: Path) -> None:
    pages = [shared / "pages" / name for name, expected in FLOORS.items() if "least" in expected and not expected.get("rows")]
    agreements = [reading(path, True).agreement for path in pages]
    assert None not in agreements
    assert min(filter(None, agreements)) >= 0.95


def _seeds(shared: Path) -> list[Path]:
    return sorted((shared / "seeds").glob("*.txt"))


def test_seeds_hold_no_furniture(shared: Path) -> None:
    for path in _seeds(shared):
        text = reading(path).text
        assert [phrase for phrase in SEEDS_NOT if phrase in text] == [], path.name
        assert re.match(r"[•·]|\d+\.?\s*$", text.split("\n")[0]) is None, path.name


def test_seeds_hold_every_sentence(shared: Path) -> None:
    """A sentence is what ends in 。;:!? in the file itself; lines of a form without such a mark are held by their words."""
    for path in _seeds(shared):
        text = bare(reading(path).text)
        lines = [bare(re.sub(r"</?[a-z]+[^<>]*>", "", line)) for line in path.read_text(encoding="utf-8").splitlines()]
        sentences = [sentence for line in lines for sentence in re.findall(r"[^。;；!！?？]+[。;；!！?？]", line)]
        assert len(sentences) > 20
        assert [sentence for sentence in sentences if sentence not in text] == [], path.name
        numbered = [line for line in lines if re.match(r"^(?:[一二三四五六七八九十]+、|[(（][一二三四五六七八九十]+[)）]|\d+\.\D)", line)]
        assert [line for line in numbered if line not in text] == [], path.name


def test_the_seeds_printed_in_every_shape_are_read_back_whole(shared: Path) -> None:
    """The real sentences, in pages of our making: gold whose words the reader's author did not choose."""
    scores = {}
    for path in _seeds(shared):
        source = reading(path)
        assert source.title or source.type is not None
        document = Document(
            key=path.stem[:3],
            title=source.title or "政府信息公开工作汇报",
            issuer=source.issuer or "市人民政府办公室",
            site="市人民政府",
            host="www.example.gov.cn",
            published="2014-12-19",
            blocks=tuple(P(line) for line in source.text.split("\n")),
        )
        for name, shape in SHAPES.items():
            found = read(capture(shape(document, Noise(3))), second_opinion=False)
            scores[f"{name}/{document.key}"] = f1(source.text, found.text)
    worst = min(scores, key=scores.__getitem__)
    assert scores[worst] >= 0.98, worst
    assert sum(scores.values()) / len(scores) >= 0.995
