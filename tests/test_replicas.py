"""The replica portals alone: their shapes are those of the real systems, and what changes with each request is never the report."""

from __future__ import annotations

import http.cookiejar
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.demo import life, portals
from app.demo.replicas import PORTALS
from app.demo.site import Site, serving
from crawler.reading import charset, read
from spiders.families import Page, family
from spiders.portal import Portal, load
from storage.records import Capture

Get = Callable[..., "Capture"]
KEYS = [replica.key for replica in PORTALS]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serving() as opened:
        yield opened


@pytest.fixture(autouse=True)
def _first_night(site: Site) -> None:
    site.night = 1


@pytest.fixture(scope="module")
def get() -> Get:
    """A visitor with cookies who follows redirects."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def ask(url: str, posted: str | None = None, **headers: str) -> Capture:
        request = urllib.request.Request(url, data=posted.encode() if posted else None, headers=headers)
        try:
            answer = opener.open(request, timeout=10)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            body = answer.read()
        return Capture(url=url, status=answer.status, headers=tuple(answer.headers.items()), body=body, fetched_at=datetime.now(UTC))

    return ask


@pytest.fixture
def files(site: Site, tmp_path: Path) -> dict[str, Portal]:
    folder = portals.write(tmp_path, site)
    return {path.stem: load(path) for path in folder.glob("*.yaml")}


def page(capture: Capture, *, column: str | None = None, number: int = 1) -> Page:
    text, _ = charset.decode(capture.body, capture.header("Content-Type"))
    return Page.of(text, url=capture.url, column=column, number=number)


def listed(get: Get, portal: Portal) -> dict[str, str]:
    """Titles by address, as the family of the portal reads them from all columns and pages."""
    known = family(portal)
    found: dict[str, str] = {}
    columns = list(portal.start)
    for column in columns:
        step, number, posted = column, 1, None
        while True:
            shown = page(get(step, posted), column=column, number=number)
            below = [url for url in known.columns(shown) if url not in columns and url.startswith(tuple(portal.start))]
            columns += below
            if not below:
                found |= {row.url: row.title for row in known.rows(shown)}
            following = known.next(shown)
            if following is None:
                break
            step, number, posted = following.url, following.number, following.body
    return found


def reports(site: Site, key: str) -> dict[str, str]:
    replica = next(replica for replica in site.portals if replica.key == key)
    return {site.addresses[key] + replica.address(document): document.listed for document in replica.shelf(site.night)}


@pytest.mark.parametrize("key", [key for key in KEYS if key != "hangzhou"])
def test_the_family_of_a_portal_reads_every_row_of_its_replica(site: Site, get: Get, files: dict[str, Portal], key: str) -> None:
    rows = listed(get, files[key])
    assert {url: title for url, title in rows.items() if url.startswith(site.addresses[key])} == reports(site, key)


def test_hangzhou_ships_a_datastore_and_pages_through_dataproxy(site: Site, get: Get, files: dict[str, Portal]) -> None:
    stored = files["hangzhou"].model_copy(update={"start": files["hangzhou"].start[:1]})
    expected = {url: title for url, title in reports(site, "hangzhou").items() if "art_1229063407_" in url}
    assert len(expected) > 6  # more than the page ships
    assert listed(get, stored) == expected


def test_a_wrong_unit_of_hangzhou_lists_nothing(site: Site, get: Get) -> None:
    proxy = f"{site.addresses['hangzhou']}/module/jpage/dataproxy.jsp?startrecord=1&endrecord=6&perpage=6"
    assert b"<record>" in get(proxy, "columnid=1229063407&unitid=6423117").body
    assert b"<record>" not in get(proxy, "columnid=1229063407&unitid=1").body


def test_hangzhou_has_a_column_without_rows_until_its_script_ran(site: Site, get: Get) -> None:
    address = site.addresses["hangzhou"]
    assert "/art/" not in get(f"{address}/col/col1229063423/index.html").body.decode()
    assert "/art/" in get(f"{address}/api-gateway/jpaas-publish-server/front/page/build/unit?pageId=1229063423").body.decode()


def test_pages_beyond_the_last_are_stubs_with_status_200(site: Site, get: Get) -> None:
    stub = get(f"{site.addresses['qingdao']}/zwgk/szfgk/gknb/index_2.shtml")
    assert (stub.status, len(stub.body) < 400) == (200, True)


def test_an_old_report_of_qingdao_carries_the_date_of_the_migration_in_its_address(site: Site, get: Get) -> None:
    url = next(url for url, title in reports(site, "qingdao").items() if "2014年度" in title)
    assert "/202010/t20201019_" in url
    assert "发布日期 : 2014-12-19" in get(url).body.decode()


def test_a_report_of_qingdao_is_split_over_two_pages(site: Site, get: Get, files: dict[str, Portal]) -> None:
    first = page(get(next(url for url, title in reports(site, "qingdao").items() if "2019年" in title)))
    (second,) = family(files["qingdao"]).parts(first)
    assert second.endswith("_1.shtml")
    assert "六、其他需要报告的事项" not in first.text
    assert "六、其他需要报告的事项" in page(get(second)).text


def test_an_etag_of_qingdao_holds_until_the_report_changes(site: Site, get: Get) -> None:
    url = next(iter(reports(site, "qingdao")))
    tag = get(url).header("ETag")
    assert tag is not None
    assert get(url, **{"If-None-Match": tag}).status == 304
    assert get(url, **{"If-None-Match": '"another"'}).status == 200


def test_zhucheng_sends_visitors_through_a_token_and_says_nothing_true_of_its_charset(site: Site, get: Get) -> None:
    fresh = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    before = len(site.asked)
    url = next(url for url, title in reports(site, "zhucheng").items() if "2017" in title)
    with fresh.open(url) as answer:
        assert answer.url == url  # the token is gone again
        assert answer.headers["Content-Type"] == "text/html; charset=ISO-8859-1"
        body = answer.read()
    assert [status for *_, status in site.asked[before:]] == [302, 302, 200]
    assert "诸城市人民政府".encode("gb18030") in body


def test_liaoyuan_injects_tags_under_an_id_of_their_own_each_time(site: Site, get: Get) -> None:
    url = next(url for url, title in reports(site, "liaoyuan").items() if "2014" in title)
    ids = {get(url).body.decode().split('<delect id="')[1][:5] for _ in range(3)}
    assert len(ids) == 3


def test_the_mirror_shows_the_report_that_the_list_of_liaoyuan_links_to(site: Site, get: Get, files: dict[str, Portal]) -> None:
    (there,) = [url for url in listed(get, files["liaoyuan"]) if url.startswith(site.addresses["mirror"])]
    assert "51452条" in get(there).body.decode()


@pytest.mark.parametrize("key", KEYS)
def test_two_visits_differ_in_bytes_and_not_in_content(site: Site, get: Get, files: dict[str, Portal], key: str) -> None:
    origin = files[key].origin
    for url in list(reports(site, key))[:3]:
        first, second = get(url), get(url)
        assert first.body != second.body
        assert read(first, origin=origin).content_sha256 == read(second, origin=origin).content_sha256


def test_the_third_night_changes_one_digit_of_one_cell(site: Site, get: Get, files: dict[str, Portal]) -> None:
    url = next(url for url, title in reports(site, "zhucheng").items() if title.startswith("诸城市人民政府2017"))
    before = read(get(url), origin=files["zhucheng"].origin)
    site.night = 3
    after = read(get(url), origin=files["zhucheng"].origin)
    cells = [
        (old.text, new.text)
        for old_grid, new_grid in zip(before.tables, after.tables, strict=True)
        for old, new in zip(old_grid.cells, new_grid.cells, strict=True)
        if old.text != new.text
    ]
    assert cells == [("9910", "9970")]
    assert sum(a != b for a, b in zip(before.text, after.text, strict=True)) == 1


def test_the_redesigned_list_has_no_row_while_its_articles_stand(site: Site, get: Get) -> None:
    here = reports(site, "liaoyuan")
    site.night = 3
    assert life.DEMO.redesigned("liaoyuan", 3)
    column = get(f"{site.addresses['liaoyuan']}/lysrmzf/xxgkndbg/")
    assert column.status == 200
    assert b"/t20" not in column.body
    assert get(next(iter(here))).status == 200


def test_a_report_that_is_gone_answers_404(site: Site, get: Get) -> None:
    (event,) = [event for event in life.DEMO.happened(3) if event.what is life.What.REMOVED]
    number = event.document.partition("/")[2] if event.document else ""
    url = next(url for url in reports(site, "qingyang") if url.endswith(f"content_{number}"))
    assert get(url).status == 200
    site.night = 3
    assert get(url).status == 404
