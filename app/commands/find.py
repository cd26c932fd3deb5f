"""nianbao find: which reports there are."""

from __future__ import annotations

from typing import Any

import click

from app import tables
from app.cities import City, below
from app.options import AS_JSON, NUMBER, Words, configured, reading_archive
from crawler.config import Config
from crawler.reading.divisions import Division
from storage import queries, search
from storage.records import DocumentType

COLUMNS = ["report", "city", "adcode", "year", "type", "title", "issuer", "published", "versions", "state", "trust"]
WITH_WORDS = ["report", "city", "year", "title", "issuer", "trust", "version", "field", "snippet"]


@click.command()
@click.option("--city", type=City(), help="A division: 诸城, 诸城市, 370782 or zhucheng.")
@click.option("--below", "with_below", is_flag=True, help="Also the divisions below --city.")
@click.option("--year", type=click.IntRange(1900, 2200), help="Reporting year.")
@click.option("--type", "document_type", type=click.Choice([str(t) for t in DocumentType]), help="Document type.")
@click.option("--issuer", type=Words(), help="Part of the issuing organ's name.")
@click.option("--text", type=Words(), help="Words in the title, the organ's name, the labels of figures or the text of any version.")
@click.option("--limit", type=NUMBER, help="At most so many reports.")
@AS_JSON
@configured
def find(
    config: Config,
    city: Division | None,
    with_below: bool,
    year: int | None,
    document_type: str | None,
    issuer: str | None,
    text: str | None,
    limit: int | None,
    as_json: bool,
) -> None:
    """The reports of a city, a year, a type, an organ, or with words in them.

    --city alone means that division itself: the government's own reports and those of its departments and towns, not those of the divisions below it.
    """
    if with_below and city is None:
        raise click.UsageError("--below needs --city")
    if text is not None and not search.folded(text):
        raise click.BadParameter("nothing to look for: white space and invisible characters are passed over", param_hint="--text")
    if issuer is not None and not issuer.strip():
        raise click.BadParameter("nothing to look for: name a part of an organ's name, or leave --issuer out", param_hint="--issuer")
    adcodes = None if city is None else sorted(below(city)) if with_below else [city.code]
    with reading_archive(config) as archive:

        def found(adcodes: list[str] | None, limit: int | None) -> list[dict[str, Any]]:
            return queries.find(archive, adcodes=adcodes, year=year, type=document_type, issuer=issuer, text=text, limit=limit)

        rows = found(adcodes, limit)
        empty = "no report found"
        if not rows and city is not None and not with_below and found(sorted(below(city)), 1):
            empty += f"; divisions below {city.name} have some: add --below"
    if as_json:
        for row in rows:
            tables.json_line(row)
    elif text is not None:
        told = [{**row, "snippet": tables.marked(row["snippet"], row["marks"])} for row in rows]
        tables.table(told, WITH_WORDS, empty=empty)
    else:
        tables.table(rows, COLUMNS, empty=empty)
