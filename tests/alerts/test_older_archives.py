"""An archive from before there were alerts."""

from __future__ import annotations

from datetime import timedelta

from scheduler.alerts import feeds
from scheduler.alerts.feeds import Feed
from storage import known, migrations
from storage.engine import reading
from tests.alerts.conftest import subscribed
from tests.alerts.test_feeds import atom, titles


def test_what_an_older_archive_learned_stands_in_feeds_and_is_told_to_nobody_who_subscribes_later(nights, hook, url):
    nights.filled(1, 2)
    nights.crawl(nights.edited(1))
    nights.archive.open_incident("blocked", "zhucheng", None, "403", nights.now)
    nights.archive.close_incidents("zhucheng", nights.now + timedelta(hours=1))
    with reading(nights.archive.engine) as connection:
        before = [(one.event.key, one.event.kind, one.event.facts, one.filling) for one in known.after(connection, 0, 100)]
    nights.archive.engine.dispose()
    migrations.upgrade(url, "0004")
    migrations.upgrade(url)
    with reading(nights.archive.engine) as connection:
        after = [(one.event.key, one.event.kind, one.event.facts, one.filling) for one in known.after(connection, 0, 100)]
    assert sorted(after, key=repr) == sorted(before, key=repr)
    assert len(titles(atom(feeds.render(nights.archive, Feed())))) == 5
    nights.sleep(days=3)
    nights.crawl(nights.edited(2))
    assert [one.subject for one in nights.tell(subscribed(hook.url))] == ["【年报】数字改动：诸城市第2局2017年政府信息公开工作年度报告（12 → 13）"]
