"""Pages in files: read without an archive, or imported into one."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import cli

SENTENCES = (
    "本年度报告由莒县人民政府办公室编制，所列数据的统计期限为2019年1月1日至2019年12月31日。",
    "全年主动公开政府信息3127条，其中通过县政府门户网站公开2986条，通过政务新媒体公开141条。",
    "全年收到政府信息公开申请18件，已答复18件，没有因此被申请行政复议或提起行政诉讼。",
    "下一步，将继续拓宽公开渠道，提高答复质量，方便群众查询和使用政府信息。",
)
TITLE = "莒县人民政府2019年政府信息公开工作年度报告"
PAGE = f"""<html><head><meta charset="utf-8"><title>{TITLE}</title>
<meta name="ArticleTitle" content="{TITLE}"><meta name="PubDate" content="2020-01-17 09:30"></head>
<body><div class="nav">首页 政务公开 互动交流</div><h1>{TITLE}</h1><div id="zoom">{"".join(f"<p>{s}</p>" for s in SENTENCES)}</div>
<div class="foot">网站标识码3711220004</div></body></html>"""
SAVED = "<!-- saved from url=(0047)http://www.juxian.gov.cn/art/2020/1/17/a_1.html -->\n" + PAGE
MISSING = "<html><head><title>404 - 找不到页面</title></head><body><p>抱歉，您访问的页面不存在或已删除。</p></body></html>"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pages = tmp_path / "pages"
    (pages / "more").mkdir(parents=True)
    (pages / "report.html").write_text(SAVED, encoding="utf-8")
    (pages / "more" / "gbk.htm").write_bytes(PAGE.replace("utf-8", "gb2312").replace("2019", "2018").replace("2020", "2019").encode("gbk"))
    (pages / "notes.csv").write_text("no page", encoding="utf-8")
    return pages


def lines(*arguments, code=0):
    result = CliRunner().invoke(cli, [*map(str, arguments), "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_file_is_read_without_an_archive(folder):
    (row,) = lines("read", folder / "report.html")
    assert {"type", "issuer", "city", "adcode", "year", "title", "published", "text", "tables", "figures", "findings", "attachments"} <= set(row)
    assert (row["type"], row["issuer"], row["adcode"], row["year"]) == ("statutory_annual_report", "莒县人民政府", "371122", 2019)
    assert (row["title"], row["published"], row["encoding"]) == (TITLE, "2020-01-17", "utf-8")
    assert (row["url"], row["trust"]) == ("http://www.juxian.gov.cn/art/2020/1/17/a_1.html", "official_host")
    assert row["text"].splitlines() == list(SENTENCES)
    assert (row["error"], row["rule"]) == (None, None)
    assert list(Path.cwd().iterdir()) == [folder]


def test_the_caller_may_say_where_a_page_stood(folder):
    (row,) = lines("read", folder / "report.html", "--url", "http://www.juxian-news.example/1.html")
    assert (row["url"], row["trust"]) == ("http://www.juxian-news.example/1.html", "mirror")


@pytest.mark.parametrize("url", ["http://[::1", "javascript:alert(1)", "", "juxian.gov.cn"])
def test_an_address_that_is_none_is_refused(folder, url):
    result = CliRunner().invoke(cli, ["read", str(folder / "report.html"), "--url", url])
    assert (result.exit_code, "is no http or https address" in result.output) == (2, True)


def test_a_folder_without_a_page_is_said_to_be_one(folder, tmp_path):
    (tmp_path / "empty").mkdir()
    for command in ("read", "import"):
        assert CliRunner().invoke(cli, [command, str(tmp_path / "empty")]).exit_code == 2


@pytest.mark.parametrize("command", ["read", "import"])
def test_a_folder_that_cannot_be_read_is_named_and_not_passed_over(folder, monkeypatch, command):
    scandir = os.scandir

    def refusing(path):
        if Path(path).name == "more":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    result = CliRunner().invoke(cli, [command, str(folder)])
    assert result.exit_code == 2, result.output
    assert f"{folder / 'more'}: cannot be read: Permission denied" in result.output


def test_a_page_saved_from_nowhere_is_known_by_its_file(folder):
    broken = folder / "broken.html"
    broken.write_text(SAVED.replace("http://www.juxian.gov.cn", "http://[::1"), encoding="utf-8")
    (row,) = lines("read", broken)
    assert (row["url"], row["type"]) == (None, "statutory_annual_report")


def test_a_soft_404_is_named_with_its_rule_and_fails(folder):
    (folder / "gone.html").write_text(MISSING, encoding="utf-8")
    (row,) = lines("read", folder / "gone.html", code=1)
    assert row["error"].startswith("soft_not_found")
    assert row["rule"]
    assert row["title"] is None


@pytest.mark.parametrize("command", ["read", "import"])
def test_every_line_has_the_same_keys_whether_the_file_could_be_read_or_not(folder, command):
    (folder / "gone.html").write_text(MISSING, encoding="utf-8")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\n")
    keys = {tuple(row) for row in lines(command, folder, code=1)}
    assert len(keys) == 1


@pytest.mark.parametrize(
    ("name", "body", "rule"),
    [
        ("report.pdf", b"%PDF-1.7\n", "damaged"),
        ("report.docx", b"PK\x03\x04", "archive"),
        ("report.doc", b"\xd0\xcf\x11\xe0", "binary"),
        ("pdf_by_another_name.html", b"%PDF-1.4\n", "damaged"),
    ],
)
def test_a_document_that_does_not_open_is_said_to_and_no_crash(folder, name, body, rule):
    (folder / name).write_bytes(body)
    for command in ("read", "import"):
        (row,) = lines(command, folder / name, code=1)
        assert row["rule"] == rule
        assert row["error"]


def test_a_file_that_holds_many_pages_is_for_import_and_one_that_holds_none_is_said_to(folder):
    (folder / "captures.warc.gz").write_bytes(b"\x1f\x8b")
    (row,) = lines("read", folder / "captures.warc.gz", code=1)
    assert "nianbao import" in row["error"]
    row, summary = lines("import", folder / "captures.warc.gz", code=1)
    assert "no WARC file" in row["error"]
    assert summary["summary"]["errors"] == 1


def test_a_folder_is_imported_with_all_below_it_and_what_is_no_page_is_left(folder):
    rows = lines("import", folder)
    assert [(Path(row["path"]).name, row["report"], row["version"], row["change"]) for row in rows] == [
        ("gbk.htm", 1, 1, "new"),
        ("report.html", 2, 1, "new"),
    ]
    found = lines("find", "--city", "莒县")
    assert [(row["year"], row["trust"]) for row in found] == [(2019, "official_host"), (2018, "unknown")]
    assert [lines("history", row["report"])[0]["imported_from"] for row in found] == ["report.html", "gbk.htm"]


def test_a_file_that_is_named_like_two_is_one(folder):
    (folder / "report.html").rename(folder / "a ← b.html")
    lines("import", folder / "a ← b.html")
    assert lines("history", 1)[0]["imported_from"] == "a %E2%86%90 b.html"


def test_importing_again_is_no_news_and_names_the_same_report(folder):
    first = lines("import", folder)
    second = lines("import", folder)
    assert [row | {"change": None} for row in first] == second
    assert len(lines("changes")) == 2


def test_a_file_that_cannot_be_read_does_not_stop_the_others(folder):
    (folder / "a_gone.html").write_text(MISSING, encoding="utf-8")
    rows = lines("import", folder, code=1)
    assert [row["change"] for row in rows] == [None, "new", "new"]
    assert rows[0]["error"].startswith("soft_not_found")


@pytest.mark.parametrize("command", ["read", "import"])
def test_a_pipe_or_a_device_is_not_waited_for(folder, command):
    os.mkfifo(folder / "pipe.html")
    for path in (folder / "pipe.html", "/dev/zero"):
        (row,) = lines(command, path, code=1)
        assert row["error"] == "no regular file but a folder, pipe, socket or device"


def test_a_link_that_leads_nowhere_is_said_to_be_one(folder):
    (folder / "loop.html").symlink_to(folder / "loop.html")
    (folder / "lost.html").symlink_to("gone.html")
    for name, said in (("loop.html", "a symbolic link that leads back to itself"), ("lost.html", "a symbolic link to gone.html, which is not there")):
        result = CliRunner().invoke(cli, ["read", str(folder / name)])
        assert (result.exit_code, f"{name}: {said}" in result.output) == (2, True), result.output


def test_the_time_of_an_import_is_the_clock_of_the_call(folder):
    lines("import", folder, "--now", "2026-01-20T02:00:00+08:00")
    assert {row["first_seen"] for row in lines("find")} == {"2026-01-19T18:00:00+00:00"}
    assert {row["time"] for row in lines("changes")} == {"2026-01-19T18:00:00+00:00"}


@pytest.mark.corpus
def test_the_five_seeds_are_found_by_city_and_year(shared, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines("import", shared / "seeds")
    found = {row["adcode"]: (row["city"], row["year"], row["type"], row["published"]) for row in lines("find")}
    assert found == {
        "370200": ("青岛市", 2014, "work_summary", "2014-12-19"),
        "621000": ("庆阳市", 2018, "briefing", None),
        "220400": ("辽源市", 2014, "statutory_annual_report", "2015-03-13"),
        "370782": ("诸城市", 2017, "statutory_annual_report", "2018-03-29"),
        "330100": ("杭州市", 2014, "self_check_report", None),
    }
    assert [row["city"] for row in lines("find", "--city", "诸城", "--year", 2017)] == ["诸城市"]
    (briefing,) = lines("find", "--city", "庆阳")
    assert briefing["title"] is None
    assert lines("show", next(row["report"] for row in lines("find", "--city", "辽源")))[0]["signed"] == "2015-03-30"
