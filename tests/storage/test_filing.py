"""What opens a version, what is a change, and what is neither."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from storage import queries
from storage.errors import ArchiveError
from storage.records import Attachment, Candidate, ChangeKind, DocumentType, Grid, Listing, Trust
from storage.verifying import whole

FILE = "https://www.zhucheng.gov.cn/xxgk/fj.docx"
NEW_URL = "https://www.zhucheng.gov.cn/gk/2018/report.html"


def with_cell(reading, row, column, text):
    """The reading with one cell's text replaced, in its table and in its text."""
    grid = reading.tables[0]
    cells = tuple(replace(cell, text=text) if (cell.row, cell.column) == (row, column) else cell for cell in grid.cells)
    changed = replace(grid, cells=cells)
    lines = reading.text.split("\n")
    return replace(reading, tables=(changed,), text="\n".join(lines[:2] + ["\t".join(texts) for texts in changed.rows()]))


def kinds(archive):
    return [change["kind"] for change in queries.changes(archive)]


def test_a_report_nobody_knew_is_new_and_has_one_version(desk, report):
    change = desk.file(report)
    assert (change.kind, change.version, change.before, change.after) == (ChangeKind.NEW, 1, None, 1)
    assert change.url == report.url
    assert change.time == desk.at


def test_the_same_page_the_next_night_is_only_seen_again(desk, report):
    desk.file(report)
    assert desk.file(report) is None
    (found,) = queries.find(desk.archive)
    assert (found["versions"], found["first_seen"], found["last_seen"]) == (1, "2026-01-21T18:00:00+00:00", "2026-01-22T18:00:00+00:00")
    assert queries.history(desk.archive, 1)[0]["last_seen"] == "2026-01-22T18:00:00+00:00"


def test_filing_a_reading_twice_is_filing_it_once(desk, report):
    capture = desk.keep()
    first = desk.archive.file(report, captures=[capture], portal="zhucheng", at=desk.at)
    assert first is not None
    assert desk.archive.file(report, captures=[capture], portal="zhucheng", at=desk.at) is None
    assert desk.rows("SELECT COUNT(*) FROM readings") == [(1,)]


def test_respacing_is_not_a_revision(desk, report):
    desk.file(report)
    assert desk.file(replace(report, text="全市主动公开政府信息10.9万条。\n\n" + report.text.split("\n", 1)[1].replace("，", "， "))) is None
    assert desk.file(replace(report, text=report.text.replace("申请", "申\u200b请\u00ad"))) is None
    assert kinds(desk.archive) == ["new"]


def test_one_digit_in_prose_is_a_revision(desk, report):
    desk.file(report)
    change = desk.file(replace(report, text=report.text.replace("10.9", "10.8")))
    assert (change.kind, change.version, change.before, change.after) == (ChangeKind.FIGURES_CHANGED, 2, 1, 2)
    assert "10.9 → 10.8" in change.detail
    assert "主动公开政府信息" in change.detail


def test_one_digit_in_a_cell_is_a_revision_and_the_change_names_the_row(desk, report):
    desk.file(report)
    change = desk.file(with_cell(report, 2, 1, "121"))
    assert change.kind is ChangeKind.FIGURES_CHANGED
    assert "网络申请" in change.detail
    assert "120 → 121" in change.detail


def test_a_figure_that_moves_to_the_cell_below_is_a_revision(desk, report):
    desk.file(report)
    grid = Grid(cells=tuple(replace(c, text={"12": "120", "120": "12"}.get(c.text, c.text)) for c in report.tables[0].cells), height=3, width=2)
    assert desk.file(replace(report, tables=(grid,))).kind is ChangeKind.FIGURES_CHANGED


def test_ten_percent_more_digits_are_still_only_figures(desk, report):
    desk.file(report)
    assert desk.file(replace(report, text=report.text.replace("10.9", "1,000"))).kind is ChangeKind.FIGURES_CHANGED


def test_another_word_is_a_change_of_text(desk, report):
    desk.file(report)
    change = desk.file(replace(report, text=report.text.replace("增长", "下降")))
    assert change.kind is ChangeKind.TEXT_CHANGED
    assert "下降" in change.detail


def test_a_sentence_more_is_a_change_of_text_even_with_figures_in_it(desk, report):
    desk.file(report)
    assert desk.file(replace(report, text=report.text + "\n新增诉讼 3 件。")).kind is ChangeKind.TEXT_CHANGED


def test_going_back_to_an_old_wording_opens_no_version_but_is_news(desk, report):
    other = replace(report, text=report.text.replace("10.9", "10.8"))
    desk.file(report)
    desk.file(other)
    change = desk.file(report)
    assert (change.kind, change.version, change.before, change.after) == (ChangeKind.FIGURES_CHANGED, 1, 2, 1)
    assert queries.find(desk.archive)[0]["versions"] == 2


def test_two_cached_copies_served_in_turn_are_told_once_each_way(desk, report):
    other = replace(report, text=report.text.replace("10.9", "10.8"))
    for _ in range(5):
        desk.file(report)
        desk.file(other)
    assert kinds(desk.archive) == ["new", "figures_changed", "figures_changed"]
    assert queries.find(desk.archive)[0]["versions"] == 2


def test_two_live_urls_that_differ_in_a_word_stay_silent_night_after_night(desk, report):
    other = replace(report, url=NEW_URL, text=report.text.replace("10.9", "10.8"))
    assert desk.file(report).kind is ChangeKind.NEW
    assert desk.file(other).kind is ChangeKind.FIGURES_CHANGED
    for _ in range(3):
        assert desk.file(report) is None
        assert desk.file(other) is None
    assert len(queries.find(desk.archive)) == 1


def test_a_second_url_with_the_same_content_is_another_place_of_the_same_report(desk, report):
    desk.file(report)
    assert desk.file(replace(report, url=NEW_URL)) is None
    assert len(queries.find(desk.archive)) == 1
    assert desk.rows("SELECT COUNT(*) FROM locations") == [(2,)]


def test_two_urls_with_two_titles_do_not_take_turns_as_the_reports_title(desk, report):
    desk.file(report)
    for _ in range(2):
        assert desk.file(replace(report, url=NEW_URL, title="年度报告（全文）")) is None
        assert desk.file(report) is None
        assert queries.find(desk.archive)[0]["title"] == report.title


def test_a_corrected_title_is_no_version(desk, report):
    desk.file(report)
    change = desk.file(replace(report, title="诸城市2017年度政府信息公开工作报告"))
    assert (change.kind, change.before, change.after) == (ChangeKind.TITLE_CHANGED, 1, 1)
    assert change.detail == "诸城市2017年政府信息公开工作年度报告 → 诸城市2017年度政府信息公开工作报告"
    (found,) = queries.find(desk.archive)
    assert (found["title"], found["versions"]) == ("诸城市2017年度政府信息公开工作报告", 1)
    assert queries.show(desk.archive, 1)["title"] == "诸城市2017年度政府信息公开工作报告"


def test_a_backdated_page_is_a_change_of_date(desk, report):
    desk.file(report)
    change = desk.file(replace(report, published=date(2018, 1, 29)))
    assert (change.kind, change.detail) == (ChangeKind.DATE_CHANGED, "2018-03-29 → 2018-01-29")
    assert queries.find(desk.archive)[0]["published"] == "2018-01-29"


def test_title_and_date_corrected_at_once_are_two_changes(desk, report):
    desk.file(report)
    assert desk.file(replace(report, title="报告", published=date(2018, 1, 29))).kind is ChangeKind.TITLE_CHANGED
    assert kinds(desk.archive) == ["new", "date_changed", "title_changed"]


def test_a_title_that_a_reading_lacks_is_not_a_change(desk, report):
    desk.file(report)
    assert desk.file(replace(report, title=None, published=None)) is None
    assert desk.file(report) is None
    assert queries.find(desk.archive)[0]["title"] == report.title


def test_a_date_that_appears_later_is_learned_in_silence(desk, report):
    desk.file(replace(report, published=None))
    assert desk.file(report) is None
    assert queries.find(desk.archive)[0]["published"] == "2018-03-29"


def test_a_mirrors_copy_never_becomes_a_version_of_the_official_report(desk, report):
    desk.file(report)
    copy = replace(report, url="http://zhucheng.example.com/1.html", trust=Trust.MIRROR, text=report.text + "推广")
    assert desk.file(copy).kind is ChangeKind.NEW
    official, mirror = queries.find(desk.archive)
    assert (official["trust"], official["versions"]) == ("official_host", 1)
    assert (mirror["trust"], mirror["url"]) == ("mirror", copy.url)
    assert desk.rows("SELECT identity FROM reports ORDER BY id")[1][0].startswith("mirror:zhucheng.example.com/")


def test_two_mirrors_do_not_speak_for_each_other(desk, report):
    for host in ("a.example.com", "b.example.com"):
        desk.file(replace(report, url=f"http://{host}/1.html", trust=Trust.MIRROR))
    assert len(queries.find(desk.archive)) == 2


def test_a_file_nobody_vouches_for_is_kept_apart_from_the_official_report(desk, report):
    desk.file(replace(report, url=None, trust=Trust.UNKNOWN))
    desk.file(report)
    assert [found["trust"] for found in queries.find(desk.archive)] == ["official_host", "unknown"]


def test_an_official_page_that_turns_up_with_injected_ids_is_not_a_version(desk, report):
    desk.file(report)
    assert desk.file(replace(report, trust=Trust.MIRROR, text=report.text + "博彩")).kind is ChangeKind.NEW
    assert [(found["trust"], found["versions"]) for found in queries.find(desk.archive)] == [("official_host", 1), ("mirror", 1)]


def test_namesakes_in_two_cities_are_two_issuers(desk, report):
    desk.file(replace(report, issuer="鼓楼区人民政府", adcode="320106", url="https://a.gov.cn/1.html"))
    desk.file(replace(report, issuer="鼓楼区人民政府", adcode="350102", url="https://b.gov.cn/1.html"))
    assert len(queries.find(desk.archive)) == 2


def test_a_reading_that_cannot_say_whose_stays_with_the_report_of_its_page(desk, report):
    desk.file(report)
    change = desk.file(replace(report, issuer=None, adcode=None, year=None, text=report.text.replace("10.9", "10.8")))
    assert change.kind is ChangeKind.FIGURES_CHANGED
    (found,) = queries.find(desk.archive)
    assert (found["issuer"], found["year"], found["versions"]) == ("诸城市人民政府", 2017, 2)


def test_a_page_that_is_identified_later_keeps_its_history(desk, report):
    desk.file(replace(report, issuer=None, adcode=None, year=None))
    assert desk.file(replace(report, text=report.text.replace("10.9", "10.8"))).kind is ChangeKind.FIGURES_CHANGED
    (found,) = queries.find(desk.archive)
    assert (found["issuer"], found["year"], found["versions"]) == ("诸城市人民政府", 2017, 2)


def test_a_page_that_takes_next_years_report_files_to_that_and_the_old_one_is_not_missing(desk, report):
    desk.file(report)
    change = desk.file(replace(report, year=2018, title="诸城市2018年年度报告", text="2018 年的另一份报告。"))
    assert change.kind is ChangeKind.NEW
    assert [(found["year"], found["state"]) for found in queries.find(desk.archive)] == [(2018, "alive"), (2017, "alive")]
    assert kinds(desk.archive) == ["new", "new"]
    assert desk.rows("SELECT COUNT(*) FROM locations WHERE ended_at IS NOT NULL") == [(1,)]


def test_documents_of_other_types_are_known_by_their_page(desk, report):
    summary = replace(report, type=DocumentType.WORK_SUMMARY)
    desk.file(summary)
    desk.file(replace(summary, url=NEW_URL, text="另一份总结。"))
    assert len(queries.find(desk.archive, type="work_summary")) == 2


def test_a_summary_that_moves_with_all_its_words_is_the_same_document(desk, report):
    summary = replace(report, type=DocumentType.WORK_SUMMARY, text=report.text * 4)
    desk.file(summary)
    desk.gone()
    assert desk.file(replace(summary, url=NEW_URL)).kind is ChangeKind.MOVED
    assert len(queries.find(desk.archive)) == 1


def test_short_pages_that_only_point_to_a_file_are_not_one_document(desk, report):
    stub = replace(report, type=DocumentType.BRIEFING, text="见附件。", tables=())
    desk.file(stub)
    assert desk.file(replace(stub, url=NEW_URL)).kind is ChangeKind.NEW


def test_a_report_whose_old_page_is_gone_has_moved(desk, report):
    desk.file(report)
    assert desk.gone() is None
    change = desk.file(replace(report, url=NEW_URL))
    assert (change.kind, change.url, change.version) == (ChangeKind.MOVED, NEW_URL, 1)
    (found,) = queries.find(desk.archive)
    assert (found["url"], found["state"], found["versions"]) == (NEW_URL, "alive", 1)


def test_a_new_page_first_and_the_old_one_gone_after_is_a_move_too(desk, report):
    desk.file(report)
    assert desk.file(replace(report, url=NEW_URL)) is None
    change = desk.gone()
    assert (change.kind, change.url) == (ChangeKind.MOVED, NEW_URL)
    assert desk.gone() is None
    assert queries.find(desk.archive)[0]["state"] == "alive"


def test_a_page_that_redirects_to_another_has_moved(desk, report):
    desk.file(report)
    desk.night += 1
    capture = desk.keep(report.url)
    change = desk.archive.file(replace(report, url=NEW_URL), captures=[capture], portal="zhucheng", at=desk.at)
    assert (change.kind, change.url) == (ChangeKind.MOVED, NEW_URL)
    assert desk.file(replace(report, url=NEW_URL)) is None


def test_a_page_that_left_its_list_for_another_has_moved_though_it_still_answers(desk, report):
    rows = [Candidate(url=report.url, title="2017"), Candidate(url="https://www.zhucheng.gov.cn/2016.html", title="2016")]
    column = {"portal": "zhucheng", "column": "https://www.zhucheng.gov.cn/gk/"}
    for shown in (rows, [Candidate(url=NEW_URL, title="2017"), rows[1]]):
        desk.night += 1
        desk.archive.list(Listing(**column, rows=tuple(shown), read_at=desk.at), capture=desk.keep(column["column"]), run=None, reports=shown)
        if shown is rows:
            desk.file(report)
    assert desk.file(replace(report, url=NEW_URL)).kind is ChangeKind.MOVED
    assert desk.file(report) is None


def shown(desk, *nights):
    """File a page's wordings, each on a number of nights; the changes."""
    return [change for reading, times in nights for change in [desk.file(reading) for _ in range(times)] if change is not None]


def test_an_edit_that_is_undone_and_made_again_is_three_changes(desk, report):
    edited = replace(report, text=report.text.replace("10.9", "10.8"))
    told = shown(desk, (report, 1), (edited, 8), (report, 8), (edited, 8), (report, 1))
    assert [(change.kind, change.before, change.after) for change in told[1:]] == [
        (ChangeKind.FIGURES_CHANGED, *pair) for pair in ((1, 2), (2, 1)) * 2
    ]
    assert len(queries.history(desk.archive, 1)) == 2


@pytest.mark.parametrize(
    ("fact", "other", "kind"),
    [
        ("title", "诸城市2017年政府信息公开年报", ChangeKind.TITLE_CHANGED),
        ("published", date(2018, 4, 2), ChangeKind.DATE_CHANGED),
        ("attachments", (Attachment(url=FILE, name="附件.docx", sha256="b" * 64),), ChangeKind.ATTACHMENT_CHANGED),
    ],
)
def test_a_correction_that_is_undone_and_made_again_is_three_changes(desk, report, fact, other, kind):
    first = replace(report, published=date(2018, 3, 29), attachments=(Attachment(url=FILE, name="附件.docx", sha256="a" * 64),))
    corrected = replace(first, **{fact: other})
    assert [change.kind for change in shown(desk, (first, 8), (corrected, 8), (first, 8), (corrected, 8))] == [ChangeKind.NEW, kind, kind, kind]


@pytest.mark.parametrize("nights", [1, 2, 7])
def test_a_turn_from_what_had_not_stood_is_told_once(desk, report, nights):
    edited = replace(report, text=report.text.replace("10.9", "10.8"))
    assert len(shown(desk, *[(report, nights), (edited, nights)] * 5)) == 3


EDITS = [
    ("text", "全市主动公开政府信息 10.8 万条。", ChangeKind.TEXT_CHANGED),
    ("title", "诸城市2017年政府信息公开年报", ChangeKind.TITLE_CHANGED),
    ("published", date(2018, 4, 2), ChangeKind.DATE_CHANGED),
    ("attachments", (Attachment(url=FILE, name="附件.docx", sha256="b" * 64),), ChangeKind.ATTACHMENT_CHANGED),
]


def two_copies(desk, report, fact, other):
    """A page and its other copy; where files differ, their captures are kept."""
    bodies = [desk.keep(FILE, body=body) for body in (b"old", b"new")]
    hashes = [str(sha256) for (sha256,) in desk.rows(f"SELECT sha256 FROM captures WHERE id IN ({bodies[0]}, {bodies[1]}) ORDER BY id")]
    files = [(Attachment(url=FILE, name="附件.docx", sha256=sha256),) for sha256 in hashes]
    first = replace(report, published=date(2018, 3, 29), attachments=files[0])
    return first, replace(first, **{fact: files[1] if fact == "attachments" else other}), bodies


def seen_again(desk, report, times):
    """Nights on which the page answers 304."""
    said = []
    for _ in range(times):
        desk.night += 1
        said.append(desk.archive.unchanged(report.url, "zhucheng", desk.keep(status=304), None, desk.at))
    return [change for change in said if change is not None]


@pytest.mark.parametrize("answered", ["anew", "304"])
@pytest.mark.parametrize(("fact", "other", "kind"), EDITS)
def test_the_last_of_several_turns_is_told_when_its_wording_has_stood(desk, report, fact, other, kind, answered):
    first, second, bodies = two_copies(desk, report, fact, other)

    def file(reading):
        desk.night += 1
        captures = [desk.keep(report.url), bodies[reading.attachments != first.attachments]]
        return desk.archive.file(reading, captures=captures, portal="zhucheng", at=desk.at)

    told = [file(reading) for reading in (first, second, first, second, first, second)]
    assert [change and change.kind for change in told] == [ChangeKind.NEW, kind, kind, None, None, None]
    quiet = [file(second) for _ in range(6)] if answered == "anew" else seen_again(desk, report, 6)
    assert not any(quiet)
    late = file(second) if answered == "anew" else seen_again(desk, report, 1)[0]
    assert (late.kind, late.time, late.version) == (kind, desk.at, 2 if fact == "text" else 1)
    assert late.detail == told[1].detail
    before, after = desk.rows(f"SELECT capture_before, capture_after FROM changes WHERE id = {late.id}")[0]
    assert desk.rows(f"SELECT capture_after FROM changes WHERE id = {told[2].id}") == [(before,)]
    assert after > before if fact != "attachments" else (before, after) == tuple(bodies)
    assert not any([*[file(second) for _ in range(8)], *seen_again(desk, report, 8)])  # once
    shown = queries.show(desk.archive, 1)
    assert (shown["title"], shown["published"]) == (second.title, str(second.published))
    assert not list(whole.verify(desk.archive))
    assert file(first).kind is kind  # it had stood: the next turn is news at once


def test_copies_that_go_on_taking_turns_are_told_no_more(desk, report):
    edited = replace(report, text=report.text.replace("10.9", "10.8"))
    told = shown(desk, (report, 1), *[(edited, 1), (report, 1)] * 20)
    assert [(change.before, change.after) for change in told[1:]] == [(1, 2), (2, 1)]


@pytest.mark.parametrize("fact", ["text", "title", "published"])
def test_a_better_reader_that_sees_one_wording_in_both_copies_owes_no_turn(desk, report, fact):
    other = {name: value for name, value, _ in EDITS}[fact]
    edited = replace(report, **{fact: other})
    shown(desk, (report, 1), (edited, 1), (report, 1), (edited, 1))
    told = len(kinds(desk.archive))
    better = replace(edited, reader="2")
    for captures in desk.archive.outdated("2"):
        assert desk.archive.file(better, captures=captures, portal="zhucheng", at=desk.at) is None
    assert shown(desk, (better, 12)) == []
    assert seen_again(desk, report, 12) == []
    assert len(kinds(desk.archive)) == told


@pytest.mark.parametrize(("fact", "other", "kind"), EDITS[1:])
def test_what_comes_with_another_content_is_not_told_again_when_it_has_stood(desk, report, fact, other, kind):
    first, second, bodies = two_copies(desk, report, fact, other)

    def file(reading):
        desk.night += 1
        captures = [desk.keep(report.url), bodies[reading.attachments != first.attachments]]
        return desk.archive.file(reading, captures=captures, portal="zhucheng", at=desk.at)

    edited = replace(second, text=second.text + "补充说明。")
    told = [file(reading) for reading in (first, second, first, *[edited] * 10, replace(edited, **{fact: getattr(first, fact)}), *[edited] * 9)]
    assert [change.kind for change in told if change] == [ChangeKind.NEW, kind, kind, ChangeKind.TEXT_CHANGED, kind, kind]


def reread(desk, of):
    """A better reader reads what stands anew: `of` gives its reading for the hash of what the first reader saw."""
    for captures in desk.archive.outdated("2"):
        (seen,) = desk.rows(f"SELECT content_sha256 FROM readings WHERE capture = {captures[0]}")
        assert desk.archive.file(of[seen[0]], captures=captures, portal="zhucheng", at=desk.at) is None


def test_a_wording_that_the_better_reader_refuses_owes_no_turn(desk, report):
    edited = replace(report, text=report.text.replace("10.9", "10.8"))
    shown(desk, (report, 1), (edited, 1), (report, 1), (edited, 1))
    better = replace(edited, reader="2", text=edited.text + "\n联系电话")
    for captures in ((2,), (4,)):
        assert desk.archive.file(better, captures=captures, portal="zhucheng", at=desk.at) is None
    assert shown(desk, (better, 12)) == []


def test_what_had_stood_before_a_better_reader_came_had_stood(desk, report):
    edited = replace(report, text=report.text.replace("10.9", "10.8"))
    shown(desk, (report, 9), (edited, 9), (report, 9))
    better, better_edited = (replace(one, reader="2", text=one.text + "\n联系电话") for one in (report, edited))
    reread(desk, {report.content_sha256: better, edited.content_sha256: better_edited})
    told = shown(desk, (better, 1), (better_edited, 1), (better, 3))
    assert [(change.before, change.after) for change in told] == [(1, 2)]  # and back, from what had not stood, was told before


def test_what_had_not_stood_before_a_better_reader_came_had_not_stood(desk, report):
    edited = replace(report, text=report.text.replace("10.9", "10.8"))
    shown(desk, (report, 9), (edited, 9), (report, 2))
    better, better_edited = (replace(one, reader="2", text=one.text + "\n联系电话") for one in (report, edited))
    reread(desk, {report.content_sha256: better, edited.content_sha256: better_edited})
    assert shown(desk, (better_edited, 3)) == []


def test_a_file_whose_copies_have_addresses_of_their_own_is_told_when_it_has_stood(desk, report):
    bodies = [desk.keep(FILE, body=body) for body in (b"old", b"new")]
    hashes = [str(sha256) for (sha256,) in desk.rows("SELECT sha256 FROM captures ORDER BY id")]
    first, second = (
        replace(report, attachments=(Attachment(url=f"{FILE}?{number}", name="附件.docx", sha256=sha256),)) for number, sha256 in enumerate(hashes)
    )

    def file(reading):
        desk.night += 1
        return desk.archive.file(reading, captures=[desk.keep(report.url), bodies[reading is second]], portal="zhucheng", at=desk.at)

    told = [change for reading in (first, second, first, second, *[second] * 9) if (change := file(reading)) is not None]
    assert [change.kind for change in told] == [ChangeKind.NEW, *[ChangeKind.ATTACHMENT_CHANGED] * 3]
    assert told[3].detail == told[1].detail
    assert (told[3].late, told[3].time) == (True, desk.at - timedelta(days=2))


def test_two_files_of_one_name_are_two_files(desk, report):
    bodies = [desk.keep(FILE, body=body) for body in (b"one", b"two", b"three")]
    one, two, three = (str(sha256) for (sha256,) in desk.rows("SELECT sha256 FROM captures ORDER BY id"))

    def file(first, second):
        desk.night += 1
        files = tuple(Attachment(url=f"{FILE}?{number}", name="附件.docx", sha256=sha256) for number, sha256 in enumerate((first, second)))
        return desk.archive.file(replace(report, attachments=files), captures=[desk.keep(report.url), *bodies], portal="zhucheng", at=desk.at)

    nights = [(one, two), (three, two), (one, two), (one, three), *[(one, three)] * 9]
    assert [change.kind for change in (file(*night) for night in nights) if change][1:] == [ChangeKind.ATTACHMENT_CHANGED] * 3


def test_titles_that_differ_in_case_are_counted_alike_on_both_databases(desk, report):
    large, small = (replace(report, title=f"2017年报{word}") for word in ("PDF", "pdf"))
    shown(desk, *[(large, 8), (small, 8)] * 3)
    keys = [str(key).rpartition("年报")[2] for (key,) in desk.rows("SELECT key FROM changes WHERE kind = 'title_changed' ORDER BY id")]
    assert keys == ["pdf", "PDF", "pdf again 1", "PDF again 1", "pdf again 2"]


def test_an_edit_told_of_the_other_address_is_not_owed_here(desk, report):
    edited, second = replace(report, text=report.text.replace("10.9", "10.8")), f"{report.url}?2"
    shown(desk, (report, 8), (edited, 8), (report, 8), (edited, 8))  # all told here
    desk.file(replace(edited, url=second))
    shown(desk, (edited, 1))
    assert desk.file(replace(report, url=second)) is not None  # back: told there
    assert shown(desk, (report, 1)) == []  # and not here as well
    assert shown(desk, (report, 10)) == []


def test_an_earlier_wording_filed_late_owes_no_turn(desk, report):
    early = desk.keep()
    edited = replace(report, text=report.text.replace("10.9", "10.8"))
    shown(desk, (report, 8), (edited, 8), (report, 2))
    desk.archive.file(replace(report, text=report.text.replace("10.9", "9.0")), captures=[early], portal="zhucheng", at=desk.at)
    assert shown(desk, (report, 9)) == []


def test_a_page_that_turns_to_an_earlier_wording_filed_late_and_back_has_changed_twice(desk, report):
    early = desk.keep()
    edited = replace(report, text=report.text.replace("10.9", "9.0"))
    shown(desk, (report, 8))
    desk.archive.file(edited, captures=[early], portal="zhucheng", at=desk.at)
    assert [(change.before, change.after) for change in shown(desk, (edited, 3), (report, 3))] == [(1, 2), (2, 1)]


def test_a_missing_report_is_told_once_and_restored_once(desk, report):
    desk.file(report)
    change = desk.missing()
    assert (change.kind, change.before, change.after) == (ChangeKind.MISSING, 1, None)
    assert "3 of them by a direct answer" in change.detail
    desk.night -= 1
    assert desk.gone() is None
    assert queries.find(desk.archive)[0]["state"] == "missing"
    assert desk.file(report).kind is ChangeKind.RESTORED
    assert desk.file(report) is None
    assert queries.find(desk.archive)[0]["state"] == "alive"


def test_a_report_that_comes_back_edited_is_restored_and_changed(desk, report):
    desk.file(report)
    desk.missing()
    assert desk.file(replace(report, text=report.text.replace("10.9", "10.8"))).kind is ChangeKind.FIGURES_CHANGED
    assert kinds(desk.archive) == ["new", "missing", "restored", "figures_changed"]


def test_a_page_that_was_never_filed_cannot_be_missing(desk):
    assert desk.gone("https://www.zhucheng.gov.cn/never.html") is None
    assert kinds(desk.archive) == []


def test_an_older_capture_filed_late_is_a_version_but_not_what_the_page_says_now(desk, report):
    early = desk.keep()
    desk.file(report)
    earlier = replace(report, text=report.text.replace("10.9", "9.0"))
    change = desk.archive.file(earlier, captures=[early], portal="zhucheng", at=desk.at)
    assert "filed late" in change.detail
    assert desk.file(report) is None
    assert queries.show(desk.archive, 1)["text"] == report.text
    assert [version["first_seen"][:10] for version in queries.history(desk.archive, 1)] == ["2026-01-21", "2026-01-20"]


@pytest.mark.parametrize("fact", ["text", "title", "nothing"])
def test_an_older_capture_of_another_address_is_not_what_the_report_says_now(desk, report, fact):
    early = desk.keep(NEW_URL)
    desk.file(report)
    desk.file(report)
    other = {} if fact == "nothing" else {fact: next(value for name, value, _ in EDITS if name == fact)}
    change = desk.archive.file(replace(report, url=NEW_URL, **other), captures=[early], portal="zhucheng", at=desk.at)
    if fact == "text":
        assert (change.kind, change.before, change.after) == (ChangeKind.TEXT_CHANGED, 2, 1)
        assert "filed late" in change.detail
    else:
        assert change is None
    shown = queries.show(desk.archive, 1)
    assert (shown["title"], shown["text"], shown["url"]) == (report.title, report.text, report.url)
    assert desk.file(report) is None


def test_an_older_capture_of_an_address_that_was_left_does_not_take_its_report_back(desk, report):
    desk.file(report)
    desk.night += 9
    between = desk.keep()
    desk.night += 9
    asked = desk.keep()
    change = desk.archive.file(replace(report, url=NEW_URL), captures=[asked], portal="zhucheng", at=desk.at)
    assert change.kind is ChangeKind.MOVED
    change = desk.archive.file(replace(report, text="全市主动公开政府信息 10.8 万条。"), captures=[between], portal="zhucheng", at=desk.at)
    assert (change.before, change.after) == (2, 1)
    assert queries.find(desk.archive)[0]["url"] == NEW_URL
    assert desk.rows("SELECT COUNT(*) FROM locations WHERE ended_at IS NULL") == [(1,)]
    assert desk.file(replace(report, url=NEW_URL)) is None


def test_a_reading_of_captures_that_were_not_kept_is_refused(desk, report):
    with pytest.raises(ArchiveError, match="no capture 7"):
        desk.archive.file(report, captures=[7], portal="zhucheng", at=desk.at)
    assert queries.find(desk.archive) == []


def test_nul_and_half_characters_do_not_stop_a_filing(desk, report):
    broken = replace(report, title="诸城\x00市", text=report.text + "\x00\ud800", evidence={"title": "h1: 诸城\x00市\ud800"})
    assert desk.file(broken) is not None
    assert desk.file(broken) is None
    assert queries.find(desk.archive)[0]["title"] == "诸城市"
    assert queries.show(desk.archive, 1)["evidence"]["title"] == "h1: 诸城\x00市\ud800"


def test_last_years_report_filed_late_does_not_take_its_page_back(desk, report):
    early = desk.keep()
    desk.file(replace(report, year=2018))
    change = desk.archive.file(report, captures=[early], portal="zhucheng", at=desk.at)
    assert change.kind is ChangeKind.NEW
    assert desk.file(replace(report, year=2018)) is None
    assert {found["year"]: found["url"] for found in queries.find(desk.archive)} == {2018: report.url, 2017: report.url}


def test_very_long_titles_and_addresses_are_filed_like_others(desk, report):
    long = "政府信息公开" * 400
    desk.file(report)
    assert desk.file(replace(report, title=long)).kind is ChangeKind.TITLE_CHANGED
    assert desk.file(report).kind is ChangeKind.TITLE_CHANGED
    assert desk.file(replace(report, title=long)) is None
    assert desk.keep("https://www.zhucheng.gov.cn/?" + "x" * 9000)
