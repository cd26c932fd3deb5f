"""Whatever two characters a report says, whoever looks for them finds it, and nothing else: held against a reading of everything."""

import random
import shutil
import unicodedata
from dataclasses import replace
from decimal import Decimal

import pytest

from storage import queries, search
from storage.archive import Archive
from storage.engine import reading, writing
from storage.records import DocumentType, Figure, FigureKind, Level, Reading, Trust
from tests.storage.conftest import URL, Desk
from tests.storage.conftest import _execute as execute
from tests.storage.conftest import _in_memory as in_memory

WORDS = (
    "主动公开政府信息", "依申请公开", "行政复议", "同比增长", "10.9万条", "ＰＤＦ", "PDF文件", "100%",
    "5％", "政府_信息", "反\\斜", "'单引号'", '"双引号"',
    "title:", "NEAR(a b)", "AND", "OR NOT", "*", "^", "(1)", "-", "+", "国\u200d务",
    "e\u0301te\u0301", "é", "ß", "İ", "𠀀𪚥", "𫠠", "👨\u200d👩\u200d👧", "👍🏽",
    "ｶﾞ", "가", "\u1100\u1161", "①", "㎡", "ﬁn", "\ud800", "\x00", "\u00ad",
    "\ufeff", "〇", "\u3000", "\r\n", "\t", " ", "\U0001f1e8\U0001f1f3", "क्षि",
    "\u202e反", "z", "4e2dz56fd", "0", "a", "A", "Δ", "ς", "Σ", "\ue000",
    "\U000e0041", "%", "_", "?", "中", "国", "\u0327", "\u0301\u0327",
)  # fmt: skip


REPORT = Reading(
    reader="1", url=URL, encoding="utf-8", type=DocumentType.STATUTORY_ANNUAL_REPORT, issuer=None, level=Level.COUNTY, adcode="370782", city="诸城市",
    year=2017, title=None, published=None, signed=None, source=None, trust=Trust.OFFICIAL_HOST, text="",
)  # fmt: skip


def plain(text):
    """The rule, said once more and otherwise than the code says it."""
    kept = (c for c in unicodedata.normalize("NFKC", text or "") if not c.isspace() and unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))
    return "".join(kept).casefold()


def everything(archive):
    """Each thing that is said: (report, rank of the field, text as it is compared), from the tables that search does not own."""
    said = []
    with archive.engine.connect() as connection:
        for sql in (
            "SELECT id, 0, title FROM reports",
            "SELECT id, 1, issuer FROM reports",
            "SELECT v.report, 0, r.title FROM versions v JOIN readings r ON r.id = v.reading",
            "SELECT v.report, 1, r.issuer FROM versions v JOIN readings r ON r.id = v.reading",
            "SELECT v.report, 3, c.text FROM versions v JOIN contents c ON c.content_sha256 = v.content_sha256",
            "SELECT v.report, 2, f.label FROM versions v JOIN readings r ON r.id = v.reading"
            " JOIN assessments a ON a.content_sha256 = r.content_sha256 AND a.reader = r.reader"
            " AND a.figures_sha256 = r.figures_sha256 AND a.findings_sha256 = r.findings_sha256"
            " JOIN figures f ON f.assessment = a.id",
        ):
            said += [(report, field, plain(text)) for report, field, text in connection.exec_driver_sql(sql)]
        shown = {row[0] for row in connection.exec_driver_sql("SELECT id FROM reports WHERE same_as IS NULL")}
    return [one for one in said if one[0] in shown and one[2]]


def scanned(said, words):
    """The best field of every report that says so, by looking at everything."""
    best = {}
    for report, field, text in said:
        if plain(words) in text:
            best[report] = min(field, best.get(report, field))
    return best


def found(archive, words, **asked):
    rows = queries.find(archive, text=words, **asked)
    numbers = [row["report"] for row in rows]
    assert len(numbers) == len(set(numbers))
    return {row["report"]: search.grams.FIELDS.index(row["field"]) for row in rows}


def rare(chance):
    """A few characters that hardly two reports have in this order."""
    return "".join(chr(chance.randrange(0x4E00, 0x4E00 + 300)) for _ in range(chance.randint(1, 6)))


def made(chance, report, number, trust=Trust.OFFICIAL_HOST):
    def text(least, most):
        pieces = (chance.choice(WORDS) if chance.random() < 0.5 else rare(chance) for _ in range(chance.randint(least, most)))
        return "".join(pieces)

    return replace(
        report,
        url=f"https://www.zhucheng.gov.cn/{number}.html",
        issuer=f"{chance.choice(('诸城市', '青岛市', '杭州市'))}第{number}{text(0, 2)}局",
        title=f"{text(0, 3)}{number}年报{text(0, 2)}" if chance.random() < 0.9 else None,
        year=chance.choice((2015, 2016, 2017, None)),
        text=f"{number}" + text(5, 60),
        tables=(),
        trust=trust,
        figures=tuple(
            Figure(format="f", label=text(1, 4), raw=str(n), kind=FigureKind.NUMBER, value=Decimal(n)) for n in range(chance.randint(0, 4))
        ),
    )


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shelf(request):
    """220 reports of random words, some edited, some moved, some read again, some served by mirrors. On each kind of database; not to be changed."""
    folder = in_memory()
    if request.param == "sqlite":
        url = f"sqlite:///{folder / 'nianbao.sqlite3'}"
    else:
        server = request.getfixturevalue("postgresql")
        execute(server, "CREATE DATABASE shelf")
        url = server.format(name="shelf")
    with Archive.open(url) as archive:
        fill(archive)
        yield archive
    shutil.rmtree(folder)


def fill(archive):
    chance, desk = random.Random(4), Desk(archive)
    for number in range(220):
        one = made(chance, REPORT, number, chance.choice((Trust.OFFICIAL_HOST, Trust.OFFICIAL_HOST, Trust.MIRROR)))
        desk.file(one)
        first = desk.bodies  # the number of its capture
        if number % 5 == 0:  # edited, once or twice
            for _ in range(chance.randint(1, 2)):
                desk.file(replace(made(chance, REPORT, number), issuer=one.issuer, year=one.year, trust=one.trust))
        if number % 7 == 0:  # a corrected title, and a second address
            desk.file(replace(one, title=f"更正{number}"))
            desk.file(replace(one, url=f"https://www.zhucheng.gov.cn/moved/{number}.html"))
        if number % 6 == 0:  # a better reader, for some of what was captured
            better = replace(
                made(chance, REPORT, number), reader="2", url=one.url, issuer=chance.choice((one.issuer, f"另{number}厅")), year=one.year
            )
            for capture in range(first, desk.bodies + 1):
                if chance.random() < 0.7:
                    archive.file(better, captures=[capture], portal="zhucheng", at=desk.at)


def substrings(archive, chance, count):
    """Random pieces of what is said, 2 to 12 characters long, and some that hardly anybody says."""
    said = [text for _, _, text in everything(archive) if len(text) > 1]
    for _ in range(count):
        text = chance.choice(said)
        start = chance.randrange(len(text) - 1)
        piece = text[start : start + chance.randint(2, 12)]
        yield piece if chance.random() < 0.9 else piece[::-1]


def test_recall_and_precision_are_one_against_a_scan(shelf):
    chance, said = random.Random(5), everything(shelf)
    for words in substrings(shelf, chance, 500):
        assert found(shelf, words) == scanned(said, words), words


def test_a_piece_of_the_text_as_printed_is_found_whatever_the_portal_mixed_in(shelf):
    """Spaces, line breaks, widths, case and joiners inside what is asked for mean nothing, as they mean nothing in what is said."""
    chance, said = random.Random(6), everything(shelf)
    with shelf.engine.connect() as connection:
        texts = [row[0] for row in connection.exec_driver_sql("SELECT text FROM contents")]
    for _ in range(100):
        text = chance.choice(texts)
        start = chance.randrange(len(text) - 2)
        words = text[start : start + chance.randint(2, 12)]
        if plain(words):
            assert found(shelf, words) == scanned(said, words), words
            mixed = " \n".join(words).upper()
            assert found(shelf, mixed) == scanned(said, mixed), mixed


def test_single_characters_are_found_like_any_words(shelf):
    said = everything(shelf)
    for character in sorted({c for word in WORDS for c in plain(word)}):
        assert found(shelf, character) == scanned(said, character), character


def test_an_index_made_anew_answers_as_the_one_that_grew(shelf):
    def documents():
        with reading(shelf.engine) as connection:
            return sorted(
                connection.exec_driver_sql("SELECT report, version, content_sha256, assessment, title, issuer, labels FROM documents"), key=str
            )

    before = documents()
    with writing(shelf.engine) as connection:
        seen = []
        assert search.rebuild(connection, lambda *told: seen.append(told)) == len(before)
        assert seen[-1] == (seen[-1][1],) * 2
        assert seen[-1][1] == connection.exec_driver_sql("SELECT COUNT(*) FROM reports").scalar_one()
    assert documents() == before
    said = everything(shelf)
    for words in substrings(shelf, random.Random(7), 50):
        assert found(shelf, words) == scanned(said, words), words


@pytest.fixture
def three(desk, report):
    """One report says 绿化面积 in its title, one in a figure's label, one in its text; a mirror in its title; the years run against the ranks."""
    label = (Figure(format="f", label="绿化 / 面积", raw="3", kind=FigureKind.NUMBER, value=Decimal(3)),)
    desk.file(replace(report, url="https://gov.cn/1", year=2020, text="城市绿化\n面积扩大"))
    desk.file(replace(report, url="https://gov.cn/2", year=2019, figures=(replace(label[0], label="绿化面积"),)))
    desk.file(replace(report, url="https://gov.cn/3", year=2015, title="绿化面积年度报告"))
    desk.file(replace(report, url="https://gov.cn/4", year=2016, title="绿化面积年度报告"))
    desk.file(replace(report, url="https://mirror.example/5", year=2021, title="绿化面积年度报告", trust=Trust.MIRROR))
    desk.file(replace(report, url="https://gov.cn/6", year=2022, issuer="绿化面积办公室"))
    desk.file(replace(report, url="https://gov.cn/7", year=2023, text="绿化的面积"))
    return desk


def test_titles_go_before_issuers_labels_and_texts_official_before_mirrors_the_newest_first(three):
    rows = queries.find(three.archive, text="绿化面积")
    assert [(row["year"], row["field"]) for row in rows] == [
        (2016, "title"), (2015, "title"), (2021, "title"), (2022, "issuer"), (2019, "labels"), (2020, "body"),
    ]  # fmt: skip
    assert queries.find(three.archive, text="绿化面积", limit=3) == rows[:3]


def test_other_conditions_narrow_a_search(three):
    assert [row["year"] for row in queries.find(three.archive, text="绿化面积", year=2020)] == [2020]
    assert [row["year"] for row in queries.find(three.archive, text="绿化面积", issuer="办公室")] == [2022]
    assert queries.find(three.archive, text="绿化面积", adcodes=["330100"]) == []
    assert queries.find(three.archive, text="绿化面积", type="work_summary") == []


def test_a_snippet_is_printed_as_the_page_has_it_with_the_place_of_the_hit(three):
    (row,) = queries.find(three.archive, text="绿化面积", year=2020)
    ((start, end),) = row["marks"]
    assert (row["snippet"], row["snippet"][start:end], row["version"]) == ("城市绿化\n面积扩大", "绿化\n面积", 1)


@pytest.mark.parametrize(
    ("text", "words", "hit"),
    [
        ("（Ａ４）ＰＤＦ 文件", "a4)pdf文", "Ａ４）ＰＤＦ 文"),
        ("cafe\u0301s", "fé", "fe\u0301"),
        ("共１０．９ 万 条", "10.9万条", "１０．９ 万 条"),
        ("㎡以上", "m2以", "㎡以"),
        ("㎡以上", "2以", "㎡以"),
        ("国\u200d务\u00ad院", "国务院", "国\u200d务\u00ad院"),
        ("𠀀𪚥之乱", "𪚥之", "𪚥之"),
        ("a" + " " * 5000 + "b", "ab", "a" + " " * 199),
        ("\u1100\u1161나", "가나", "\u1100\u1161나"),
    ],
)
def test_the_hit_is_marked_in_what_was_printed(text, words, hit):
    from storage.search.folding import snippet

    shown, ((start, end),) = snippet(text, search.folded(words))
    assert shown[start:end].startswith(hit)
    assert len(shown) < 300


def test_a_long_text_is_shown_around_the_hit(desk, report):
    desk.file(replace(report, text="前" * 500 + "中间的话" + "后" * 500))
    (row,) = queries.find(desk.archive, text="间的")
    assert row["snippet"] == "…" + "前" * 29 + "中间的话" + "后" * 29 + "…"


def test_words_that_are_longer_than_what_the_index_is_asked_for_are_held_against_the_text(desk, report):
    text = "".join(chr(0x4E00 + n) for n in range(400))
    desk.file(replace(report, text=text))
    assert len(queries.find(desk.archive, text=text[3:390])) == 1
    assert queries.find(desk.archive, text=text[3:390] + "差") == []


def test_what_no_index_can_be_trusted_with_is_looked_up_in_the_text(desk, report):
    """Rows of the index that lead to other words, or nowhere, make no hit."""
    desk.file(replace(report, text="绿化"))
    sqlite = desk.archive.engine.dialect.name == "sqlite"
    with writing(desk.archive.engine) as connection:
        for document in connection.exec_driver_sql("SELECT id FROM documents").scalars().all():
            if not sqlite:
                connection.exec_driver_sql("DELETE FROM grams")
            search.grams.put(connection, document if not sqlite else 1000 + document, {"body": ["谎言连篇"]})
    assert queries.find(desk.archive, text="谎言") == []


@pytest.mark.parametrize("words", ["", " \n\u3000", "\u200d", "\x00"])
def test_nothing_cannot_be_looked_for(desk, words):
    with pytest.raises(ValueError, match="nothing to look for"):
        queries.find(desk.archive, text=words)


def test_a_filing_that_fails_leaves_nothing_to_be_found(desk, report, monkeypatch):
    from storage import filing

    def broken(*_):
        raise RuntimeError("the power went out")

    with monkeypatch.context() as patch:
        patch.setattr(filing.search, "follow", broken)
        with pytest.raises(RuntimeError):
            desk.file(report)
    assert queries.find(desk.archive, text="主动公开") == []
    assert desk.rows("SELECT COUNT(*) FROM documents") == [(0,)]
    desk.file(report)
    assert len(queries.find(desk.archive, text="主动公开")) == 1


def test_a_word_that_every_report_says_reads_no_more_texts_than_are_asked_for(desk, report, monkeypatch):
    for year in range(2008, 2024):
        desk.file(replace(report, url=f"https://gov.cn/{year}", year=year))
    read = []
    from storage.search import finding

    looked = finding._text
    monkeypatch.setattr(finding, "_text", lambda *asked: read.append(asked) or looked(*asked))
    assert len(queries.find(desk.archive, text="主动公开", limit=3)) == 3
    assert len(read) == 3


def test_reports_filed_before_there_was_a_search_are_found_after_the_upgrade(url, desk, report):
    from storage import migrations

    desk.file(report)
    desk.archive.engine.dispose()
    migrations.upgrade(url, "0003")
    migrations.upgrade(url)
    with Archive.open(url) as archive:
        assert [row["field"] for row in queries.find(archive, text="网络申请")] == ["body"]
