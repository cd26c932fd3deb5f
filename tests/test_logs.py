"""Log lines: one event, one line, whatever a portal puts into it."""

import asyncio
import json
import logging
import warnings
from datetime import datetime, timedelta

from app import logs
from crawler import context


def line(message, *facts):
    record = logging.LogRecord("nianbao", logging.WARNING, __file__, 1, message, facts, None)
    return logs.OneLine("%(levelname)s %(message)s").format(record)


def test_a_portals_words_cannot_forge_an_event_or_steer_a_terminal():
    told = line("title %s", "年报\nWARNING all is well\r\x1b[2J\u2028\u202e")
    first, second = told.split("\n")
    assert first == "WARNING title 年报"
    assert second == r"    WARNING all is well\r\x1b[2J\u2028\u202e"


def test_a_traceback_stays_with_its_event():
    try:
        raise ValueError("no row\nmatches")
    except ValueError as error:
        record = logging.LogRecord("nianbao", logging.ERROR, __file__, 1, "spider broke", (), (ValueError, error, error.__traceback__))
    first, *rest = logs.OneLine("%(levelname)s %(message)s").format(record).split("\n")
    assert first == "ERROR spider broke"
    assert all(line.startswith("    ") for line in rest)
    assert "ValueError: no row" in rest[-2]


def test_a_crawl_process_logs_what_happened_and_not_every_request(capsys):
    logs.of_a_process()
    logging.root.setLevel(logging.NOTSET)  # as Scrapy does
    logging.getLogger("scrapy.core.engine").debug("Crawled (200)")
    logging.getLogger("crawler.runs").info("run qingdao ok")
    (told,) = capsys.readouterr().err.splitlines()
    assert told.endswith("INFO crawler.runs run qingdao ok")


def json_lines(capsys, *events):
    logs.of_a_process("json")
    for event in events:
        event()
    return capsys.readouterr().err


HOSTILE = 'a "title"\n{"level": "info", "event": "all is well"}\r\x1b[2J\x00\x7f\x85\u2028\u202e\ud800 年报 \U000e0041'


def test_as_json_a_portals_words_cannot_forge_an_event_or_steer_a_terminal_and_are_told_exactly(capsys):
    written = json_lines(capsys, lambda: logging.getLogger("crawler.runs").warning("incident %s", HOSTILE))
    (line,) = written.splitlines()
    assert line.isprintable()
    assert "年报" in line
    told = json.loads(line)
    assert told["event"] == f"incident {HOSTILE}"
    assert (told["level"], told["logger"]) == ("warning", "crawler.runs")
    assert datetime.fromisoformat(told["time"]).utcoffset() == timedelta(0)


def test_as_json_what_libraries_warn_of_is_an_event_as_well(capsys):
    (line,) = json_lines(capsys, lambda: warnings.warn("old\nways", DeprecationWarning, stacklevel=1)).splitlines()
    assert "old\nways" in json.loads(line)["event"]


def test_as_json_a_traceback_is_part_of_its_event(capsys):
    def broken():
        try:
            raise ValueError("no row\nmatches")
        except ValueError:
            logging.getLogger("x").exception("the spider broke")

    (line,) = json_lines(capsys, broken).splitlines()
    told = json.loads(line)
    assert told["event"] == "the spider broke"
    assert "ValueError: no row\nmatches" in told["error"]


def test_as_json_every_event_says_of_which_portal_run_and_host_it_is(capsys):
    """Two portals are crawled side by side; a run's number is known later than its tasks begin."""
    log = logging.getLogger("x")

    async def page(host):
        with context.at(host):
            await asyncio.sleep(0)
            log.info("asked")

    async def crawl(portal, run):
        context.where.set(context.Where(portal))
        early = asyncio.create_task(page(f"{portal}.cn"))
        context.where.get().run = run
        await asyncio.gather(early, page(f"files.{portal}.cn"))
        log.info("done")

    async def both():
        await asyncio.gather(*(asyncio.create_task(crawl(portal, run)) for portal, run in (("aa", 1), ("bb", 2))))
        log.info("all done")

    lines = [json.loads(line) for line in json_lines(capsys, lambda: asyncio.run(both())).splitlines()]
    told = sorted((line["event"], line["portal"] or "", line["run"] or 0, line["host"] or "") for line in lines if line["logger"] == "x")
    assert told == [
        ("all done", "", 0, ""),
        ("asked", "aa", 1, "aa.cn"), ("asked", "aa", 1, "files.aa.cn"), ("asked", "bb", 2, "bb.cn"), ("asked", "bb", 2, "files.bb.cn"),
        ("done", "aa", 1, ""), ("done", "bb", 2, ""),
    ]  # fmt: skip
