"""Files of a portal's pages on their way into the archive: a real crawl of a real server."""

from __future__ import annotations

import hashlib

import pytest

from storage import queries
from storage.archive import Archive
from storage.hosts import Hosts
from tests import made_files
from tests.portal_site import Reply, Site, crawl, portal_file, report

TITLE = "诸城市人民政府2019年政府信息公开工作年度报告"
NIGHT = "2026-01-{}T18:00:00+00:00"


@pytest.fixture
def site(tmp_path):
    made = Site()
    portal_file(tmp_path / "portals", made)
    yield made
    made.close()


def column(*rows):
    listed = "".join(f'<li><a href="{path}">{title}</a><span>2020-03-29</span></li>' for path, title in rows)
    return Reply(f"<html><head><title>年报-诸城市人民政府</title></head><body><ul class='news'>{listed}</ul></body></html>")


def letter(*files, body="<p>现将《诸城市人民政府2019年政府信息公开工作年度报告》予以公布。</p>", title=TITLE):
    """A page that leaves its report to files."""
    links = "".join(f'<p><a href="{path}">{name}</a></p>' for path, name in files)
    return Reply(f"<html><head><title>{title}</title></head><body><h1>{title}</h1><div class='article'>{body}{links}</div></body></html>")


def bytes_of(body, etag=None):
    """A file that says 304 to those who have it."""
    headers = [("Content-Type", "application/octet-stream"), *([("ETag", etag)] if etag else [])]

    def answer(site, path, asked):
        return Reply(b"", 304, headers=headers) if etag and asked.get("if-none-match") == etag else Reply(body, headers=headers)

    return answer


def archive_at(tmp_path):
    return Archive.open(f"sqlite:///{tmp_path / 'a.sqlite3'}")


def only_report(archive):
    (found,) = queries.find(archive)
    return queries.show(archive, found["report"])


def incidents(archive):
    return {(row["kind"], row["url"].rpartition("/")[2]) for row in queries.incidents(archive, open=True)}


def test_a_report_that_stands_in_a_file_is_read_from_it(site, tmp_path):
    body = made_files.pdf()
    site.answers |= {"/nb/": column(("/nb/t1.html", TITLE)), "/nb/t1.html": letter(("/files/a.pdf", "年报.pdf")), "/files/a.pdf": bytes_of(body)}
    crawl(tmp_path)
    with archive_at(tmp_path) as archive:
        shown = only_report(archive)
        assert shown["year"] == 2019
        assert "规范性文件\t12\t12\t86" in shown["text"]
        assert "全年主动公开政府信息1036条" in shown["text"]
        assert [file["sha256"] for file in shown["attachments"]] == [hashlib.sha256(body).hexdigest()]
        assert shown["attachments"][0]["joined"]
        assert shown["tables"][0]["rows"][0][0] == "信息内容"


@pytest.mark.parametrize(("name", "body"), [("a.pdf", made_files.pdf), ("a.docx", made_files.word)])
def test_a_list_may_lead_straight_to_a_file(site, tmp_path, name, body):
    site.answers |= {"/nb/": column((f"/files/{name}", TITLE)), f"/files/{name}": bytes_of(body())}
    log = crawl(tmp_path)
    assert "run toy ok" in log
    with archive_at(tmp_path) as archive:
        shown = only_report(archive)
        assert (shown["title"], shown["year"], len(shown["tables"])) == (TITLE, 2019, 1)


TABLE = "<table><tr><td>信息内容</td><td>本年新制作数量</td></tr><tr><td>规章</td><td>0</td></tr><tr><td>规范性文件</td><td>12</td></tr></table>"


def test_a_file_beside_a_whole_page_is_kept_and_hashed_and_its_replacement_is_news_once(site, tmp_path):
    page = report(2019).replace("</div></body>", f'{TABLE}<p><a href="/files/a.pdf">下载年报.pdf</a></p></div></body>')
    whole = Reply(page, headers=[("ETag", '"p1"'), ("Content-Type", "text/html; charset=utf-8")])

    def conditional(site, path, asked):
        return Reply(b"", 304) if asked.get("if-none-match") == '"p1"' else whole

    site.answers |= {"/nb/": column(("/nb/t1.html", TITLE)), "/nb/t1.html": conditional}
    site.answers["/files/a.pdf"] = bytes_of(made_files.pdf(), '"a1"')
    crawl(tmp_path, now=NIGHT.format(10))
    with archive_at(tmp_path) as archive:
        shown = only_report(archive)
        assert "1036条" not in shown["text"]
        assert not shown["attachments"][0]["joined"]
    crawl(tmp_path, crawl__revisit_days=7.0, now=NIGHT.format(20))
    assert [seen.headers.get("if-none-match") for seen in site.seen if seen.path == "/files/a.pdf"] == [None, '"a1"']
    site.answers["/files/a.pdf"] = bytes_of(made_files.pdf(prose=("全年主动公开政府信息2036条。",)), '"a2"')
    for day in (28, 29, 30):
        crawl(tmp_path, crawl__revisit_days=0.0, now=NIGHT.format(day))
    with archive_at(tmp_path) as archive:
        kinds = [change["kind"] for change in queries.changes(archive)]
        assert sorted(kinds) == ["attachment_changed", "new"]
        assert only_report(archive)["versions"] == 1


@pytest.mark.parametrize("whole_again", ["the host lied", "long ago"])
def test_a_file_comes_whole_where_its_validators_are_not_believed_or_its_bytes_are_old(site, tmp_path, whole_again):
    site.answers |= {"/nb/": column(("/nb/t1.html", TITLE)), "/nb/t1.html": letter(("/files/a.pdf", "年报.pdf"))}
    site.answers["/files/a.pdf"] = bytes_of(made_files.pdf(), '"a1"')
    crawl(tmp_path, now=NIGHT.format(10))
    days = {}
    if whole_again == "long ago":
        days = {"rotation__whole": 1}
    else:
        hosts = Hosts.open(f"sqlite:///{tmp_path / 'a.sqlite3'}")
        hosts.note(site.host, distrusted="lies: answers 304 to validators it never gave")
        hosts.close()
    table = (*made_files.TABLE[:2], ("规范性文件", "12", "12", "87"))
    site.answers["/files/a.pdf"] = bytes_of(made_files.pdf(table=table), '"a1"')  # and 304 to whoever asks with that tag
    crawl(tmp_path, crawl__revisit_days=0.0, now=NIGHT.format(12), **days)
    with archive_at(tmp_path) as archive:
        assert sorted(change["kind"] for change in queries.changes(archive)) == ["figures_changed", "new"]


def test_an_edit_of_the_file_that_holds_the_report_is_a_change_of_the_report(site, tmp_path):
    site.answers |= {"/nb/": column(("/nb/t1.html", TITLE)), "/nb/t1.html": letter(("/files/a.pdf", "年报.pdf"))}
    site.answers["/files/a.pdf"] = bytes_of(made_files.pdf())
    crawl(tmp_path, now=NIGHT.format(10))
    table = (*made_files.TABLE[:2], ("规范性文件", "12", "12", "87"))
    site.answers["/files/a.pdf"] = bytes_of(made_files.pdf(table=table))
    crawl(tmp_path, full=True, now=NIGHT.format(20))
    with archive_at(tmp_path) as archive:
        assert sorted(change["kind"] for change in queries.changes(archive)) == ["figures_changed", "new"]


def test_a_file_that_cannot_be_had_tonight_is_waited_for(site, tmp_path):
    site.answers |= {"/nb/": column(("/nb/t1.html", TITLE)), "/nb/t1.html": letter(("/files/a.pdf", "年报.pdf"))}
    site.answers["/files/a.pdf"] = Reply("busy", 503)
    crawl(tmp_path, crawl__tries=1, now=NIGHT.format(10))
    with archive_at(tmp_path) as archive:
        assert queries.find(archive) == []
        assert incidents(archive) == {("bad_status", "a.pdf")}
    site.answers["/files/a.pdf"] = bytes_of(made_files.pdf())
    crawl(tmp_path, now=NIGHT.format(11))
    with archive_at(tmp_path) as archive:
        assert "规范性文件\t12\t12\t86" in only_report(archive)["text"]
        assert incidents(archive) == set()


def test_files_elsewhere_are_not_asked_for_and_a_page_of_many_is_bounded(site, tmp_path):
    files = [("http://192.0.2.7/a.pdf", "别处.pdf"), *((f"/files/{n}.zip", f"{n}.zip") for n in range(25))]
    site.answers |= {"/nb/": column(("/nb/t1.html", TITLE)), "/nb/t1.html": letter(*files)}
    site.answers |= {f"/files/{n}.zip": bytes_of(b"PK\x03\x04 no archive") for n in range(25)}
    crawl(tmp_path)
    assert sum(path.startswith("/files/") for path in site.paths()) == 19
    with archive_at(tmp_path) as archive:
        assert {kind for kind, _ in incidents(archive)} == {"out_of_scope", "too_many_attachments"}
        assert len(queries.find(archive)) == 1


def test_a_file_larger_than_allowed_is_not_kept(site, tmp_path):
    site.answers |= {"/nb/": column(("/nb/t1.html", TITLE)), "/nb/t1.html": letter(("/files/a.pdf", "年报.pdf"))}
    site.answers["/files/a.pdf"] = bytes_of(made_files.pdf() + b"\0" * 200_000)
    crawl(tmp_path, crawl__attachment_limit=100_000)
    with archive_at(tmp_path) as archive:
        assert incidents(archive) == {("too_large", "a.pdf")}


def test_hostile_files_cost_themselves_and_nothing_else(site, tmp_path):
    word = made_files.word()
    bomb = made_files.with_member(word, "word/document.xml", b"<a>" + b" " * 2**28 + b"</a>")
    far = made_files.SHEET.format(rows='<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', more="").encode()
    hostile = {
        "bomb.docx": bomb,
        "cut.pdf": made_files.pdf()[:5000],
        "locked.pdf": made_files.pdf(password="secret"),
        "stream.pdf": made_files.pdf_bomb(),
        "far.xlsx": made_files.xlsx([], sheet=far),
        "slow.pdf": made_files.ruled_paper(3.2),
        "virus.pdf": b"MZ\x90\0" + b"\0" * 500,
    }
    rows = [("/nb/t2010.html", TITLE.replace("2019", "2010"))]
    site.answers["/nb/t2010.html"] = Reply(report(2010))
    for n, (name, body) in enumerate(hostile.items()):
        title = TITLE.replace("2019", str(2011 + n))
        rows.append((f"/nb/t{n}.html", title))
        site.answers |= {
            f"/nb/t{n}.html": letter((f"/files/{name}", name), title=title, body="<p>全文见附件。</p>"),
            f"/files/{name}": bytes_of(body),
        }
    site.answers["/nb/"] = column(*rows)
    log = crawl(tmp_path, crawl__read_timeout=3.0)
    assert "run toy degraded" in log
    with archive_at(tmp_path) as archive:
        assert len(queries.find(archive)) == len(rows)
        assert incidents(archive) == {
            ("too_large", "bomb.docx"),
            ("unreadable", "cut.pdf"),
            ("unreadable", "locked.pdf"),
            ("too_large", "stream.pdf"),
            ("too_large", "far.xlsx"),
            ("parser_killed", "slow.pdf"),
            ("not_a_report", "virus.pdf"),
        }
