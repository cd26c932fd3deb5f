"""A page dated earlier than a list that did not show it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from storage.archive import Archive
from tests.crosscheck_archive import NIGHT, Shelf, reading

OLD = ("https://www.zhucheng.gov.cn/2022.html", "诸城市人民政府2022年政府信息公开工作年度报告", date(2023, 1, 12))
OLDER = ("https://www.zhucheng.gov.cn/2021.html", "诸城市人民政府2021年政府信息公开工作年度报告", date(2022, 1, 12))
REPORT = reading(2023, published=date(2024, 1, 20))
ROW = (REPORT.url, REPORT.title, date(2024, 1, 20))
FILED = (NIGHT + timedelta(days=1)).date()  # 2024-02-21, the night the shelf files its first report


@pytest.fixture
def shelf(tmp_path):
    with Archive.open(f"sqlite:///{tmp_path / 'nianbao.sqlite3'}") as archive:
        yield Shelf(archive)


def backdated(shelf):
    shelf.file(REPORT)
    return shelf.between(rule="XD-1")


def test_a_date_earlier_than_a_whole_list_without_the_report_is_found(shelf):
    shelf.list(OLD, OLDER, day=date(2024, 2, 10))
    shelf.list(ROW, OLD, OLDER, day=FILED)
    (found,) = backdated(shelf)
    assert (found["level"], found["blame"], found["kind"]) == ("warn", "source", "between")
    assert found["quotes"] == ["发布日期 2024-01-20", "2024-02-10读取的栏目共列2条，没有这份报告；2024-02-21的栏目才列出"]
    assert found["places"][1].startswith("listing 1 capture ")
    assert "listing 2 capture " in found["places"][1]


def test_the_last_list_without_it_is_the_evidence(shelf):
    for day in (1, 5, 12):
        shelf.list(OLD, OLDER, day=date(2024, 2, day))
    shelf.list(ROW, OLD, OLDER, day=FILED)
    assert backdated(shelf)[0]["quotes"][1].startswith("2024-02-12")


def test_a_first_page_in_order_of_dates_is_evidence_too(shelf):
    shelf.list(OLD, OLDER, day=date(2024, 2, 10), last=False)
    shelf.list(ROW, OLD, day=FILED, last=False)
    assert len(backdated(shelf)) == 1


@pytest.mark.parametrize(
    "earlier",
    [
        {"rows": [OLD, OLDER], "day": date(2024, 1, 21)},
        {"rows": [OLD, OLDER], "day": date(2024, 1, 19)},
        {"rows": [ROW, OLD], "day": date(2024, 2, 10)},
        {"rows": [("https://old.gov.cn/1.html", REPORT.title, None), OLD], "day": date(2024, 2, 10)},
        {"rows": [("https://www.zhucheng.gov.cn/about.html", "机构设置", None)], "day": date(2024, 2, 10)},
        {"rows": [OLD, OLDER], "day": date(2024, 2, 10), "column": "https://www.zhucheng.gov.cn/other/"},
        {"rows": [OLDER, OLD], "day": date(2024, 2, 10), "last": False},
        {"rows": [OLD, (OLDER[0], OLDER[1], None)], "day": date(2024, 2, 10), "last": False},
        {"rows": [OLD, OLDER], "day": date(2024, 2, 10), "page": 2},
        {"rows": [(OLD[0], OLD[1], date(2024, 2, 9)), (OLDER[0], OLDER[1], date(2024, 2, 8))], "day": date(2024, 2, 10), "last": False},
    ],
    ids=["the day after", "before its date", "it was listed", "listed under another address", "another list in its place", "another column",
         "a part in no order", "a part without dates", "without its first page", "a part that ends with newer rows"],
)  # fmt: skip
def test_what_is_no_evidence_says_nothing_against_a_date(shelf, earlier):
    rows = earlier.pop("rows")
    shelf.list(*rows, **earlier)
    shelf.list(ROW, OLD, OLDER, day=FILED)
    assert backdated(shelf) == []


def test_a_report_no_list_ever_showed_was_perhaps_never_on_that_list(shelf):
    shelf.list(OLD, OLDER, day=date(2024, 2, 10))
    shelf.list(OLD, OLDER, day=FILED)
    assert backdated(shelf) == []


def test_a_column_that_lists_it_later_than_another_says_nothing_against_its_date(shelf):
    shelf.list(OLD, OLDER, day=date(2024, 2, 10))
    shelf.list(ROW, OLD, day=date(2024, 2, 11), column="https://www.zhucheng.gov.cn/news/")
    shelf.list(ROW, OLD, OLDER, day=FILED)
    assert backdated(shelf) == []


@pytest.mark.parametrize(("others", "findings"), [("titles of their own", 0), ("the same title", 1)])
def test_a_row_under_the_short_title_its_list_gives_it_is_the_report_whose_address_changed(shelf, others, findings):
    short = "2023年度报告"
    rest = [OLD, OLDER] if others == "titles of their own" else [(url, short, day) for url, _, day in (OLD, OLDER)]
    shelf.list(("https://www.zhucheng.gov.cn/draft/1.html", short, date(2024, 1, 20)), *rest, day=date(2024, 2, 10))
    shelf.list((REPORT.url, short, date(2024, 1, 20)), *rest, day=FILED)
    assert len(backdated(shelf)) == findings


def test_a_report_without_a_date_claims_nothing(shelf):
    shelf.list(OLD, OLDER, day=date(2024, 2, 10))
    shelf.list(ROW, OLD, OLDER, day=FILED)
    shelf.file(reading(2023, published=None))
    assert shelf.between() == []


def test_the_pages_of_one_night_are_one_list(shelf):
    from crawler.crosschecks import backdating
    from storage.comparing import Shown
    from storage.standing import standing

    shelf.file(REPORT)
    (report,) = standing(shelf.archive)

    def shown(number, rows, *, page, last, run, day):
        at = datetime(2024, 2, day, 4, tzinfo=UTC)
        told = tuple((url, title, listed.isoformat()) for url, title, listed in rows)
        return Shown(id=number, column="c", page=page, last=last, run=run, read_at=at, capture="a", rows=told)

    today = [shown(3, [ROW, OLD], page=1, last=False, run=2, day=20), shown(4, [OLDER], page=2, last=True, run=2, day=20)]
    whole = [shown(1, [OLDER], page=1, last=False, run=1, day=10), shown(2, [OLD], page=2, last=True, run=1, day=10)]
    assert len(backdating.against(report, [REPORT.url], [*whole, *today])) == 1
    assert backdating.against(report, [REPORT.url], [whole[1], *today]) == []
    there = [whole[0], shown(2, [OLD, ROW], page=2, last=True, run=1, day=10)]
    assert backdating.against(report, [REPORT.url], [*there, *today]) == []
