"""A report at another address is the same report: what has moved, what stands at two addresses, and which captures each change names."""

from dataclasses import replace
from datetime import date

import pytest

from storage import queries
from storage.records import Attachment, Capture, DocumentType
from tests.storage.nightly import FIRST, HOST, Nights

A, B, C, D, E = (f"{HOST}/gk/{name}.html" for name in "abcde")
OTHERS = [B, C, D]
PLAIN = HOST.replace("https:", "http:")
NEW_HOST = "https://zwgk.zhucheng.gov.cn"


@pytest.fixture
def nights(archive, report):
    return Nights(archive, report)


def only_report(nights):
    (found,) = queries.find(nights.archive)
    return found


def change(nights):
    """The last change, and the URLs of the captures it names."""
    row = queries.changes(nights.archive)[-1]
    before, after = (None if row[key] is None else nights.archive.capture(row[key]) for key in ("capture_before", "capture_after"))
    return row, None if before is None else before.url, None if after is None else after.url


MOVES = {
    "to another host": (f"{HOST}/gk/", A, f"{NEW_HOST}/gk/", f"{NEW_HOST}/gk/a.html"),
    "from http to https": (f"{PLAIN}/gk/", f"{PLAIN}/gk/a.html", f"{HOST}/gk/", A),
    "to a column with another id": (f"{HOST}/col/122/", f"{HOST}/art/2018/3/art_122_7.html", f"{HOST}/col/977/", f"{HOST}/art/2018/3/art_977_7.html"),
}  # fmt: skip
OLD_PAGES = {"still answers": 304, "is dead": "unreachable", "is not asked": None}


@pytest.mark.parametrize("old_page", OLD_PAGES)
@pytest.mark.parametrize("move", MOVES)
def test_a_column_whose_address_changes_with_those_of_its_reports_has_moved_them(nights, move, old_page):
    column, old, new_column, new = MOVES[move]
    nights(0, [old, *OTHERS], {old: nights.page(old)}, column=column)
    looks = {new: nights.page(new)} | ({old: OLD_PAGES[old_page]} if OLD_PAGES[old_page] else {})
    assert nights(1, [new, *OTHERS], looks, column=new_column) == ["moved"]
    row, before, after = change(nights)
    assert (row["url"], row["before"], row["after"], row["detail"]) == (new, 1, 1, f"{old} → {new}")
    assert (before, after) == (old, new)
    found = only_report(nights)
    assert (found["url"], found["versions"], found["state"]) == (new, 1, "alive")
    for day in (8, 15, 22, 29):
        assert nights(day, [new, *OTHERS], {new: 304, old: "unreachable"}, column=new_column) == []


@pytest.mark.parametrize("move", MOVES)
def test_a_list_that_shows_new_addresses_has_moved_its_reports(nights, move):
    _, old, _, new = MOVES[move]
    nights(0, [old, *OTHERS], {old: nights.page(old)})
    assert nights(1, [new, *OTHERS], {new: nights.page(new), old: 304}) == ["moved"]
    assert change(nights)[1:] == (old, new)
    assert only_report(nights)["url"] == new


@pytest.mark.parametrize("move", MOVES)
def test_an_old_address_that_is_gone_after_the_new_one_stands_is_a_move(nights, move):
    _, old, _, new = MOVES[move]
    nights(0, [old, *OTHERS], {old: nights.page(old)})
    assert nights(1, [old, new, *OTHERS], {new: nights.page(new)}) == []
    assert nights(2, [new, *OTHERS], {old: 404}) == ["moved"]
    row, before, after = change(nights)
    assert (before, after) == (old, new)
    assert row["detail"].endswith("answered 404")
    assert nights(9, [new, *OTHERS], {old: 404}) == []
    assert only_report(nights)["state"] == "alive"


def test_an_old_address_that_leads_to_the_new_one_is_a_move_in_whatever_order_they_are_asked(nights):
    _, old, new_column, new = MOVES["to another host"]
    for first in ("new", "old"):
        own = replace(nights.report, year=2010 if first == "new" else 2011)
        nights.report = own
        here, there = f"{old}?{first}", f"{new}?{first}"
        nights(0, [here, *OTHERS], {here: nights.page(here)})
        led, direct = (here, nights.page(there)), (there, nights.page(there))
        looks = dict([direct, led] if first == "new" else [led, direct])
        assert nights(1, [there, *OTHERS], looks, column=new_column) == ["moved"]
        assert change(nights)[1] == here
    assert len(queries.find(nights.archive)) == 2


def test_a_second_address_that_one_day_leads_to_the_first_is_a_move_too(nights):
    second = f"{HOST}/other/a.html"
    nights(0, [A, second, *OTHERS], {A: nights.page(A), second: nights.page(second)})
    assert nights(1, [A, second, *OTHERS], {second: nights.page(A)}) == ["moved"]
    assert nights(2, [A, second, *OTHERS], {second: nights.page(A)}) == []


def test_a_column_at_another_address_with_the_same_reports_is_no_news(nights):
    nights(0, [A, *OTHERS], {A: nights.page(A)})
    for day in (1, 8, 15):
        assert nights(day, [A, *OTHERS], {A: 304}, column=f"{HOST}/zwgk/nb/") == []


def test_a_report_listed_twice_is_one_report_with_two_addresses(nights):
    second = f"{HOST}/other/a.html"
    assert nights(0, [A, second, *OTHERS], {A: nights.page(A), second: nights.page(second)}) == ["new"]
    for day in (1, 2, 3):
        assert nights(day, [A, second, *OTHERS], {A: nights.page(A), second: nights.page(second)}) == []
    assert only_report(nights)["versions"] == 1


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"text": "全市主动公开政府信息 10.8 万条。"}, "text_changed"),
        ({"title": "年报"}, "title_changed"),
        ({"published": date(2018, 4, 2)}, "date_changed"),
    ],
)
def test_what_is_edited_at_both_addresses_of_a_report_is_told_once(nights, facts, kind):
    second = f"{HOST}/other/a.html"

    def both(**said):
        return {url: nights.page(url, **said) for url in (A, second)}

    nights(0, [A, second, *OTHERS], both())
    told = [nights(day, [A, second, *OTHERS], both(**said)) for day, said in enumerate([{}, facts, facts, {}, {}, *[facts] * 9], 1)]
    assert told == [[], [kind], [], [kind], [], *[[]] * 7, [kind], []]
    assert only_report(nights)["versions"] == 1 + ("text" in facts)


def test_what_is_edited_at_one_address_first_is_told_of_each(nights):
    second = f"{HOST}/other/a.html"
    edited = {"text": nights.report.text.replace("10.9", "10.8")}
    nights(0, [A, second, *OTHERS], {A: nights.page(A), second: nights.page(second)})
    assert nights(1, [A, second, *OTHERS], {A: nights.page(A, **edited), second: nights.page(second)}) == ["figures_changed"]
    assert nights(2, [A, second, *OTHERS], {A: nights.page(A, **edited), second: nights.page(second, **edited)}) == ["figures_changed"]


@pytest.mark.parametrize("how", ["gone", "in its place", "led there", "stood before", "missing"])
def test_a_title_and_a_date_that_are_others_at_the_new_address_are_told_with_the_move(nights, how):
    new = f"{NEW_HOST}/gk/a.html"
    page = nights.page(new, title="诸城市2017年年报", published=date(2018, 1, 29))
    nights(0, [A, *OTHERS], {A: nights.page(A)})
    if how == "stood before":
        assert nights(1, [A, new, *OTHERS], {new: page}) == []
    if how == "missing":
        assert [kind for day in (1, 8, 15) for kind in nights(day, OTHERS, {A: 404})] == ["missing"]
    looks = {"gone": {A: 404, new: page}, "in its place": {new: page, A: 304}, "led there": {A: page}, "stood before": {A: 404, new: 304}}
    assert nights(20, [A if how == "led there" else new, *OTHERS], looks.get(how, {new: page, A: 404})) == ["moved"]
    told = {row["kind"]: row for row in queries.changes(nights.archive)}
    assert told["title_changed"]["detail"] == f"{nights.report.title} → {page.title}"
    assert told["date_changed"]["detail"] == "2018-03-29 → 2018-01-29"
    assert [told["date_changed"][key] for key in ("url", "version")] == [new, 1]
    assert [nights.archive.capture(told["date_changed"][key]).url for key in ("capture_before", "capture_after")] == [
        A,
        A if how == "led there" else new,
    ]
    found = only_report(nights)
    assert (found["title"], found["published"]) == (page.title, "2018-01-29")
    count = len(queries.changes(nights.archive))
    nights(21, [A if how == "led there" else new, *OTHERS], {A: page} if how == "led there" else {new: page})
    assert len(queries.changes(nights.archive)) == count


def test_a_report_that_another_column_lists_as_well_has_not_moved_while_the_first_cannot_be_read(nights):
    second = f"{HOST}/other/a.html"
    nights(0, [A, *OTHERS], {A: nights.page(A)})
    assert nights(1, [second, *OTHERS], {second: nights.page(second)}, column=f"{HOST}/other/", whole=False) == []
    assert nights(2, [A, *OTHERS]) == []


def test_a_summary_that_moves_to_another_host_is_one_document(nights):
    nights.report = replace(nights.report, type=DocumentType.WORK_SUMMARY, text=nights.report.text * 4)
    _, old, new_column, new = MOVES["to another host"]
    nights(0, [old, *OTHERS], {old: nights.page(old)})
    assert nights(1, [new, *OTHERS], {new: nights.page(new)}, column=new_column) == ["moved"]
    assert only_report(nights)["url"] == new


def test_a_report_that_is_edited_as_it_moves_is_changed_and_one_report(nights):
    _, old, _, new = MOVES["to a column with another id"]
    nights(0, [old, *OTHERS], {old: nights.page(old)})
    edited = nights.page(new, text=nights.report.text.replace("10.9", "10.8"))
    assert nights(1, [new, *OTHERS], {new: edited}) == ["figures_changed"]
    assert change(nights)[1:] == (old, new)
    assert only_report(nights)["versions"] == 2


def test_a_second_correction_of_a_title_names_the_capture_of_the_first(nights):
    nights(0, [A, *OTHERS], {A: nights.page(A)})
    told = []
    for day, facts in enumerate(({"title": "报告"}, {"title": "年报"}, {"published": date(2018, 1, 29)}), 1):
        told += nights(day, [A, *OTHERS], {A: nights.page(A, **facts)})
        row, *_ = change(nights)
        days = [nights.archive.capture(row[key]).fetched_at.day for key in ("capture_before", "capture_after")]
        assert days == [day, day + 1]
    assert told == ["title_changed", "title_changed", "title_changed"]  # the last page bears the old title again, and another date
    assert [row["kind"] for row in queries.changes(nights.archive)][-2:] == ["date_changed", "title_changed"]


def test_a_version_names_the_last_capture_of_the_one_before(nights):
    nights(0, [A, *OTHERS], {A: nights.page(A)})
    nights(1, [A, *OTHERS], {A: nights.page(A)})
    assert nights(2, [A, *OTHERS], {A: nights.page(A, text=nights.report.text + "补充。")}) == ["text_changed"]
    row, *_ = change(nights)
    assert nights.archive.capture(row["capture_before"]).fetched_at.day == 2


def test_a_file_that_is_replaced_names_the_captures_of_the_files(desk, report):
    file = Attachment(url=f"{HOST}/a.doc", name="附件")
    captures = []
    for body in (b"one", b"two"):
        desk.night += 1
        page, own = desk.keep(report.url), desk.keep(file.url, body=body)
        captures.append(own)
        read = replace(report, attachments=(replace(file, sha256=desk.archive.capture(own).sha256),))
        told = desk.archive.file(read, captures=[page, own], portal="zhucheng", at=desk.at)
    assert told.kind == "attachment_changed"
    row = queries.changes(desk.archive)[-1]
    assert [row["capture_before"], row["capture_after"]] == captures


def test_missing_names_what_stood_there_the_answer_and_the_list(nights):
    nights(0, [A, *OTHERS], {A: nights.page(A)})
    for day in (1, 8, 15):
        nights(day, OTHERS, {A: 404})
    row, before, after = change(nights)
    assert (row["kind"], before, after, row["listing"]) == ("missing", A, A, 4)
    assert nights.archive.capture(row["capture_after"]).status == 404


def test_a_report_whose_two_addresses_are_both_gone_in_one_night_is_missing_and_has_not_moved(nights):
    second = f"{HOST}/other/a.html"
    nights(0, [A, second, *OTHERS], {A: nights.page(A), second: nights.page(second)})
    assert [kind for day in (1, 8, 15) for kind in nights(day, OTHERS, {A: 404, second: 404})] == ["missing"]
    assert only_report(nights)["state"] == "missing"
    assert nights(16, [second, *OTHERS], {second: nights.page(second), A: 404}) == ["restored"]
    assert only_report(nights)["state"] == "alive"


def test_an_address_that_leads_on_to_another_place_has_moved_its_report_again(nights):
    new, newer = (f"https://{name}.zhucheng.gov.cn/gk/a.html" for name in ("zwgk", "www2"))
    nights(0, [A, *OTHERS], {A: nights.page(A)})
    assert nights(1, [A, *OTHERS], {A: nights.page(new)}) == ["moved"]
    assert nights(2, [A, *OTHERS], {A: nights.page(newer)}) == ["moved"]
    assert change(nights)[0]["detail"] == f"{new} → {newer}"
    assert [nights(day, [A, *OTHERS], {A: 304}) for day in (3, 4)] == [[], []]
    assert [kind for day in (5, 12, 19, 26) for kind in nights(day, OTHERS, {A: 404})] == ["missing", "withdrawn"]


def test_an_address_that_answers_for_itself_again_has_its_report_back(nights):
    new = f"{NEW_HOST}/gk/a.html"
    nights(0, [A, *OTHERS], {A: nights.page(A)})
    assert nights(1, [A, *OTHERS], {A: nights.page(new)}) == ["moved"]
    assert nights(2, [A, *OTHERS], {A: nights.page(A)}) == ["moved"]
    assert only_report(nights)["url"] == A
    assert [kind for day in (3, 10, 17, 24) for kind in nights(day, OTHERS, {A: 404})] == ["missing", "withdrawn"]


@pytest.mark.parametrize("by", ["its own", "another"])
def test_a_place_that_is_asked_for_besides_is_not_left_when_one_address_leads_elsewhere(nights, by):
    new, second = f"{NEW_HOST}/gk/a.html", f"{HOST}/second/a.html"
    asked = new if by == "its own" else second
    nights(0, [A, asked, *OTHERS], {A: nights.page(A)})
    assert nights(1, [A, asked, *OTHERS], {asked: nights.page(new), A: nights.page(new)}) == ["moved"]
    assert nights(2, [A, asked, *OTHERS], {A: nights.page(A), asked: 304 if by == "its own" else nights.page(new)}) == []


def test_a_redirect_of_the_past_that_comes_in_late_moves_nothing(nights):
    nights(5, [A, *OTHERS], {A: nights.page(A)})
    early = Capture(url=A, status=200, body=b"saved long ago", fetched_at=FIRST, portal="zhucheng")
    new = nights.page(f"{NEW_HOST}/gk/a.html")
    assert nights.archive.file(new, captures=[nights.archive.keep(early)], portal="zhucheng", at=FIRST) is None
    assert only_report(nights)["url"] == A
    assert [kind for day in (6, 13, 20, 27) for kind in nights(day, OTHERS, {A: 404})] == ["missing", "withdrawn"]


def test_a_report_that_leaves_its_places_one_by_one_has_moved_from_each_once(nights):
    second, third = f"{HOST}/second/a.html", f"{HOST}/third/a.html"
    nights(0, [A, second, third, *OTHERS], {url: nights.page(url) for url in (A, second, third)})
    assert nights(1, [second, third, *OTHERS], {A: 404, second: 304, third: 304}) == ["moved"]
    row, before, after = change(nights)
    assert (before, after) == (A, third)
    assert nights(12, [second, *OTHERS], {second: 304, third: 404}) == ["moved"]
    row, before, after = change(nights)
    assert (before, after) == (third, second)
    assert row["detail"].startswith(f"{third} → {second}; ")
    assert nights(19, [second, *OTHERS], {second: 304, third: 404, A: 404}) == []


@pytest.mark.parametrize(("days", "moves"), [(8, 3), (1, 2)], ids=["having stood", "in turn"])
def test_a_report_that_moves_away_back_and_away_again_has_moved_each_time_when_it_had_stood(nights, days, moves):
    second = f"{HOST}/second/a.html"
    nights(0, [A, *OTHERS], {A: nights.page(A)})
    told, here, there = [], A, second
    for day in range(1, 1 + 3 * days):
        if day % days == 1 or days == 1:
            here, there = there, here
        told += nights(day, [here, *OTHERS], {here: nights.page(here), there: 404})
    assert told == ["moved"] * moves
    assert only_report(nights)["state"] == "alive"


@pytest.mark.parametrize(("answers", "moves"), [(True, []), (False, ["moved"])])
def test_what_left_its_list_long_ago_and_answers_all_the_same_has_not_moved_to_a_second_address(nights, answers, moves):
    nights(0, [A], {A: nights.page(A)})
    nights(1, [C], {A: 304})
    nights(30, [C], {A: 304} if answers else {})
    assert nights(31, [C, B], {B: nights.page(B)}) == moves
    assert nights(32, [C, B], {A: 304}) == []


@pytest.mark.parametrize(("days", "moves"), [(8, 4), (1, 2)], ids=["having stood", "in turn"])
def test_an_address_that_leads_elsewhere_answers_for_itself_and_leads_there_again_moved_each_time_when_it_had_stood(nights, days, moves):
    nights(0, [A, *OTHERS], {A: nights.page(A)})
    told, day = [], 0
    for where in (E, A) * 2:
        for _ in range(2):
            day += days
            told += nights(day, [A, *OTHERS], {A: nights.page(where)})
    assert told == ["moved"] * moves


def test_a_missing_report_is_told_as_it_stood_where_it_was_seen_last_and_not_at_a_place_of_long_ago(nights):
    saved = f"{HOST}/old/a.html"
    early = Capture(url=saved, status=200, body=b"saved long ago", fetched_at=FIRST, portal="zhucheng")
    old = nights.page(saved, text=nights.report.text + "旧版。")
    nights.archive.file(old, captures=[nights.archive.keep(early)], portal="zhucheng", at=FIRST)
    nights(1, [A, *OTHERS], {A: nights.page(A)})
    assert [kind for day in (5, 12, 19) for kind in nights(day, OTHERS, {A: 404})] == ["missing"]
    assert only_report(nights)["url"] == A
    assert queries.show(nights.archive, 1)["text"] == nights.report.text
