"""The command line: what it prints, in which shape, and what it says when the caller is wrong."""

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import cli
from storage.archive import Archive
from storage.records import Capture, Cell, DocumentType, Grid, Level, Origin, Outcome, Reading, Trust

PROJECT = Path(__file__).resolve().parent.parent
URL = "http://www.zhucheng.gov.cn/art/2018/3/29/art_1.html"
TABLE = Grid(
    cells=(Cell("项目", 0, 0), Cell("本年", 0, 1), Cell("受理申请", 1, 0), Cell("31", 1, 1)),
    height=2,
    width=2,
)
TEXT = "2017年，我市主动公开信息4210条。\n项目\t本年\n受理申请\t31\n联系电话：<6062000>"

# the contract of the design document: keys of --json
KEYS = {
    "find": "report portal city adcode issuer level year type title published first_seen last_seen state trust versions url",
    "show": "report title year text tables figures findings attachments hashes",
    "history": "version first_seen last_seen text_sha256",
    "changes": "id time kind report portal adcode year title version before after url",
    "absences": "report portal adcode issuer year title state url nights first last direct",
    "incidents": "id opened closed kind portal url detail seen",
    "runs": "id time kind report portal adcode year state detail",
    "read": "type issuer city adcode year title published text tables figures findings attachments encoding",
    "import": "path report version change",
    "portals": "key name adcode family start",
    "crawl": "portal outcome requests not_modified bytes candidates captures new changed incidents seconds",
}


def reading(**facts):
    known = {
        "reader": "test",
        "url": URL,
        "encoding": "utf-8",
        "type": DocumentType.STATUTORY_ANNUAL_REPORT,
        "issuer": "诸城市人民政府",
        "level": Level.COUNTY,
        "adcode": "370782",
        "city": "诸城市",
        "year": 2017,
        "title": "诸城市人民政府2017年政府信息公开工作年度报告",
        "published": date(2018, 3, 29),
        "signed": None,
        "source": None,
        "trust": Trust.OFFICIAL_HOST,
        "text": TEXT,
        "tables": (TABLE,),
    }
    return Reading(**(known | facts))


def filed(archive, now, **facts):
    told = reading(**facts)
    capture = Capture(url=told.url, status=200, body=told.text.encode(), fetched_at=now, portal="zhucheng")
    return archive.file(told, captures=[archive.keep(capture)], portal="zhucheng", at=now)


@pytest.fixture
def url(tmp_path, now, monkeypatch):
    """An archive with a report of two versions, another city's report, a run and an incident; the working folder is empty."""
    monkeypatch.chdir(tmp_path)
    place = f"sqlite:///{tmp_path / 'nianbao.sqlite3'}"
    with Archive.open(place) as archive:
        origin = Origin(key="zhucheng", name="诸城市人民政府", adcode="370782", hosts=("*.zhucheng.gov.cn",), family="trs")
        run = archive.start_run(origin, now)
        filed(archive, now)
        filed(archive, now + timedelta(days=1), text=TEXT.replace("31", "32").replace("4210", "4211"), tables=(edited(TABLE),))
        filed(archive, now, url="http://www.weifang.gov.cn/1.html", issuer="潍坊市人民政府", level=Level.PREFECTURE, adcode="370700", city="潍坊市")
        archive.open_incident("layout_changed", "zhucheng", URL, "no row matches", now, run)
        archive.finish_run(run, now, Outcome.DEGRADED, {"requests": 3, "new": 2}, None)
    return place


def edited(grid):
    *first, last = grid.cells
    return Grid(cells=(*first, Cell("32", last.row, last.column)), height=grid.height, width=grid.width)


def run(*arguments, code=0):
    result = CliRunner().invoke(cli, list(map(str, arguments)), prog_name="nianbao")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result


def lines(*arguments, code=0):
    return [json.loads(line) for line in run(*arguments, "--json", code=code).stdout.splitlines()]


@pytest.mark.parametrize("arguments", [("find",), ("show", 1), ("history", 1), ("changes",), ("incidents",), ("runs",), ("portals", "list")])
def test_json_holds_the_keys_of_the_contract(url, arguments):
    rows = lines(*arguments, "--archive", url)
    assert rows
    for row in rows:
        assert set(KEYS[arguments[0]].split()) <= set(row)


@pytest.mark.parametrize("spelling", ["诸城", "诸城市", "370782", "zhucheng", "山东省诸城市"])
def test_a_city_can_be_written_as_people_write_it(url, spelling):
    assert [row["city"] for row in lines("find", "--archive", url, "--city", spelling)] == ["诸城市"]


def test_a_prefecture_means_itself_unless_those_below_are_asked_for(url):
    assert [row["city"] for row in lines("find", "--archive", url, "--city", "潍坊")] == ["潍坊市"]
    assert {row["city"] for row in lines("find", "--archive", url, "--city", "潍坊", "--below")} == {"潍坊市", "诸城市"}
    assert {row["city"] for row in lines("find", "--archive", url, "--city", "山东", "--below")} == {"潍坊市", "诸城市"}


@pytest.mark.parametrize("spelling", ["山东", "370000"])
def test_who_finds_nothing_is_told_of_the_reports_below(url, spelling):
    asked = ("find", "--archive", url, "--city", spelling)
    assert run(*asked).stderr == "no report found; divisions below 山东省 have some: add --below\n"
    assert run(*asked, "--year", 1999).stderr == "no report found\n"
    assert run(*asked, "--below", "--year", 1999).stderr == "no report found\n"
    assert lines(*asked) == []


def test_options_narrow_what_is_found(url):
    find = ("find", "--archive", url)
    assert len(lines(*find, "--year", 2017, "--type", "statutory_annual_report")) == 2
    assert lines(*find, "--year", 2016) == []
    assert len(lines(*find, "--text", "主动公开信息4210条", "--limit", 1)) == 1
    assert [row["issuer"] for row in lines(*find, "--issuer", "潍坊")] == ["潍坊市人民政府"]


def test_finding_nothing_is_no_failure_and_is_said(url):
    result = run("find", "--archive", url, "--year", 1999)
    assert (result.stdout, result.stderr) == ("", "no report found\n")


def test_columns_of_chinese_and_latin_words_stand_under_their_headings(url):
    header, *rows = run("find", "--archive", url).stdout.splitlines()
    column = header.index("adcode")  # the header has no wide characters
    for row in rows:
        before = row[: row.index("3707")]
        assert sum(2 if ord(c) > 0x2E80 else 1 for c in before) == column


def test_options_of_every_command_may_stand_before_it(url):
    assert run("--archive", url, "find", "--json").stdout == run("find", "--archive", url, "--json").stdout


def test_what_stands_after_the_command_wins(url, tmp_path):
    assert lines("--archive", f"sqlite:///{tmp_path / 'none.sqlite3'}", "find", "--archive", url)


def test_show_gives_text_markdown_and_html(url):
    show = ("show", 1, "--archive", url, "--format")
    assert "诸城市人民政府2017年政府信息公开工作年度报告\n" in run(*show, "text").stdout
    markdown = run(*show, "md").stdout
    assert markdown.startswith("# 诸城市人民政府2017年政府信息公开工作年度报告\n")
    assert "| 项目 | 本年 |\n| --- | --- |\n| 受理申请 | 32 |\n" in markdown
    html = run(*show, "html").stdout
    assert "<td>受理申请</td><td>32</td>" in html
    assert "&lt;6062000&gt;" in html
    assert "<6062000>" not in html
    assert json.loads(run(*show, "json").stdout) == lines("show", 1, "--archive", url)[0]


def test_an_older_version_can_be_shown(url):
    assert "4210条" in lines("show", 1, "--version", 1, "--archive", url)[0]["text"]


def test_a_difference_names_its_figures_before_its_lines(url):
    shown = run("diff", 1, "--archive", url).stdout
    assert "version 1 -> 2" in shown
    figures, _, rest = shown.partition("- ")
    assert "受理申请 · 本年" in figures
    assert "4210" in figures
    assert "2017年，我市主动公开信息4210条。" in rest
    (row,) = lines("diff", 1, 1, 2, "--archive", url)
    assert [(cell["label"], cell["before"], cell["after"]) for cell in row["cells"]] == [("受理申请", "31", "32")]


def test_the_table_of_changes_says_a_new_title_once(url):
    title = "诸城市人民政府2017年政府信息公开工作年度报告"
    table = run("changes", "--archive", url).stdout.splitlines()
    news = [line for line in table if " new " in line]
    assert [line.count(title) for line in news] == [1, 1]
    assert [line.rstrip()[-1] for line in news] == ["-", "-"]
    assert {row["detail"] for row in lines("changes", "--archive", url) if row["kind"] == "new"} == {title}


def test_changes_can_be_asked_for_since_a_day(url):
    assert len(lines("changes", "--archive", url)) == 3
    assert [row["kind"] for row in lines("changes", "--archive", url, "--since", "2026-01-21")] == ["figures_changed"]
    assert len(lines("changes", "--archive", url, "--since", "2026-01-21T02:00:00+08:00")) == 3


def test_a_title_cannot_steer_the_terminal(tmp_path, now):
    place = f"sqlite:///{tmp_path / 'nianbao.sqlite3'}"
    with Archive.open(place) as archive:
        filed(archive, now, title="年度报告\x1b[2J\u202e2017\r\n伪造的一行")
    shown = run("find", "--archive", place).stdout
    assert "年度报告[2J2017 伪造的一行" in shown
    assert not {"\x1b", "\u202e", "\r"} & set(shown)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("find", "--city", "鼓楼区"), "320106 江苏省南京市鼓楼区"),
        (("find", "--city", "zhuchen"), "诸城市"),
        (("find", "--city", "xyzzy"), "is no division known here"),
        (("find", "--below"), "--below needs --city"),
        (("find", "--type", "yearbook"), "statutory_annual_report"),
        (("find", "--yaer", "2017"), "--year"),
        (("find", "--now", "tonight"), "now"),
        (("find", "--now", "2026-01-20T02:00:00"), "+08:00"),
        (("find", "--config", "missing.yaml"), "missing.yaml"),
        (("find", "--archive", "nianbao.sqlite3"), "archive.url"),
        (("find", "--archive", "sqlite:///missing.sqlite3"), "missing.sqlite3"),
        (("show", "99"), "99"),
        (("show", "1", "--version", "9"), "report 1 has no version 9; it has versions 1 to 2"),
        (("show", "2", "--version", "2"), "report 2 has no version 2; it has version 1 only"),
        (("history", "99"), "99"),
        (("diff", "99"), "99"),
        (("diff", "1", "1", "7"), "report 1 has no version 7; it has versions 1 to 2"),
        (("diff", "2"), "nothing to compare"),
        (("find", "--issuer", " "), "--issuer: nothing to look for"),
        (("changes", "--since", "yesterday"), "2026-01-20"),
        (("changes", "--since", "2026-01-20T02:00:00"), "time zone"),
        (("read", "missing.html"), "missing.html"),
        (("read",), "PATH"),
        (("import", "missing"), "missing"),
        (("import", "empty"), "no HTML, text, PDF"),
        (("crawl", "qindao"), "did you mean qingdao"),
        (("crawl", "--portals", "nowhere"), "nowhere"),
        (("portals", "check", "--portals", "broken"), "qingdao.yaml: not YAML: line 2"),
        (("portals", "check", "--portals", "empty"), "empty: holds no portal file"),
        (("find", "--archive", "sqlite:///nianbao.sqlite3?foo=bar"), "foo"),
        (("guess",), "guess"),
        (("show", "99999999999999999999"), "99999999999999999999"),
        (("show", "-1"), "-1"),
        (("find", "--year", "99999999999999999999"), "--year"),
        (("find", "--text", "\udcff"), "UTF-8"),
        (("find", "--now", "0001-01-01T00:00:00+08:00"), "between 1990 and 2200"),
        (("plan", "--night", "0001-01-01"), "between 1990 and 2200"),
        (("plan", "--night", "9999-12-31"), "between 1990 and 2200"),
        (("night", "--night", "9999-12-31"), "between 1990 and 2200"),
        (("changes", "--since", "0001-01-01T00:00:00+08:00"), "2026-01-20"),
        (("read", "empty"), "no HTML, text, PDF"),
        (("read", "empty", "broken/qingdao.yaml", "broken/qingdao.yaml", "--url", "http://a.cn/"), "--url is the address of one page"),
    ],
)
def test_a_mistake_is_named_and_ends_with_two(url, tmp_path, arguments, said):
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "qingdao.yaml").write_text("key: qingdao\nlisting: {row: [}\n", encoding="utf-8")
    if "--archive" not in arguments:
        arguments = ("--archive", url, *arguments)
    result = run(*arguments, code=2)
    assert said in result.stderr
    assert "Traceback" not in result.output
    assert result.stdout == ""


@pytest.mark.parametrize("text", ["crawl: {dely: 3}", "crawl: [", "- crawl"])
def test_a_broken_configuration_stops_every_command_with_its_path(tmp_path, monkeypatch, text):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    for arguments in (["find"], ["crawl", "qingdao"], ["config"], ["portals", "list"], ["db", "upgrade"], ["runs"]):
        assert "config.yaml" in run(*arguments, code=2).stderr


def test_a_file_that_is_no_archive_is_not_touched(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.txt").write_text("not a database, but somebody's notes\n" * 99, encoding="utf-8")
    before = (tmp_path / "notes.txt").read_bytes()
    for command in (["find"], ["db", "upgrade"], ["crawl", "qingdao"]):
        assert "notes.txt" in run(*command, "--archive", "sqlite:///notes.txt", code=2).stderr
    assert (tmp_path / "notes.txt").read_bytes() == before


def test_asking_never_makes_an_archive(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run("find", code=2)
    assert list(tmp_path.iterdir()) == []


def test_an_archive_can_be_made_and_then_there_is_nothing_to_upgrade(tmp_path):
    place = f"sqlite:///{tmp_path / 'new' / 'nianbao.sqlite3'}"
    run("db", "upgrade", "--archive", place)
    assert "nothing to do" in run("db", "upgrade", "--archive", place).stdout
    assert lines("find", "--archive", place) == []


def test_config_explains_each_key_and_where_its_value_came_from(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NIANBAO_CRAWL__DELAY", "5")
    rows = {row["key"]: row for row in lines("config", "--explain", "--archive", "postgresql://me:s3cr3t@db.example/nianbao")}
    assert rows["crawl.delay"]["value"] == "5.0"
    assert rows["crawl.delay"]["origin"] == "environment"
    assert rows["archive.url"] == {**rows["archive.url"], "value": "postgresql://me:***@db.example/nianbao", "origin": "argument"}
    assert "Seconds between two requests" in run("config", "--explain").stdout


def test_the_installed_command_prints_utf8_whatever_the_locale_says(url):
    command = [sys.executable, "-c", "from app.cli import main; main()", "find", "--archive", url, "--json"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONPATH": str(PROJECT)}
    done = subprocess.run(command, capture_output=True, env=environment, check=True)
    assert "诸城市" in done.stdout.decode("utf-8")


def test_a_portal_that_does_not_answer_is_a_failed_run_and_no_quiet_night(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text("crawl: {delay: 0, tries: 1, robots: false, allow_private_hosts: true}\n", encoding="utf-8")
    (tmp_path / "portals").mkdir()
    portal = 'key: silent\nname: 诸城市人民政府\nadcode: "370782"\nfamily: trs\nstart: [http://127.0.0.1:9/]\nhosts: [127.0.0.1]\n'
    (tmp_path / "portals" / "silent.yaml").write_text(portal, encoding="utf-8")
    (row,) = lines("crawl", "silent", "--portals", "portals", code=1)
    assert set(KEYS["crawl"].split()) == set(row)
    assert (row["portal"], row["outcome"]) == ("silent", "failed")
    assert "unreachable" in [incident["kind"] for incident in row["incidents"]]
    assert lines("runs")[0]["state"] == "failed"
    assert lines("incidents", "--open")[0]["portal"] == "silent"
    assert list((tmp_path / "archive" / "logs").glob("crawl-*.log"))


def test_a_portal_that_needs_a_browser_is_refused_where_there_is_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "portals").mkdir()
    portal = 'key: scripted\nname: 诸城市人民政府\nadcode: "370782"\nfamily: trs\nstart: [http://127.0.0.1:9/]\nhosts: [127.0.0.1]\nrender: true\n'
    (tmp_path / "portals" / "scripted.yaml").write_text(portal, encoding="utf-8")
    monkeypatch.setenv("NIANBAO_CRAWL__BROWSER", str(tmp_path / "no-chromium"))
    said = run("crawl", "--portals", "portals", code=2).stderr
    assert "scripted" in said
    assert "crawl.browser" in said
    assert not (tmp_path / "archive").exists()
