"""Log lines: one event, one line, whatever a portal puts into it."""

import logging

from app import logs


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
    handlers, level = logging.root.handlers[:], logging.root.level
    try:
        logs.of_a_process()
        logging.root.setLevel(logging.NOTSET)  # as Scrapy does
        logging.getLogger("scrapy.core.engine").debug("Crawled (200)")
        logging.getLogger("crawler.runs").info("run qingdao ok")
    finally:
        logging.root.handlers[:], logging.root.level = handlers, level
    (told,) = capsys.readouterr().err.splitlines()
    assert told.endswith("INFO crawler.runs run qingdao ok")
