"""Documents of the search are held against what they are made from."""

import pytest

from storage.engine import writing
from storage.verifying import whole
from storage.verifying.bad import Verdict
from tests.storage.test_verify import history as history


def told(desk, **more):
    return [(bad.kind, bad.place, bad.verdict) for bad in whole.verify(desk.archive, **more)]


def changed(desk, statement):
    with writing(desk.archive.engine) as connection:
        assert connection.exec_driver_sql(statement).rowcount == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE documents SET title = 'odd' WHERE report = 1 AND version IS NULL",
        "UPDATE documents SET issuer = NULL WHERE report = 1 AND version = 1",
        "UPDATE documents SET labels = 'odd' WHERE report = 1 AND version = 1",
        "UPDATE documents SET content_sha256 = 'odd' WHERE report = 1 AND version = 1",
        "UPDATE documents SET assessment = 77 WHERE report = 1 AND version = 1",
        "UPDATE documents SET version = NULL, report = 2 WHERE report = 1 AND version = 1 AND NOT EXISTS (SELECT 1 FROM documents WHERE report = 9)",
        "DELETE FROM documents WHERE report = 1 AND version = 1",
        "UPDATE reports SET title = 'odd' WHERE id = 1",  # nothing vouches for it, and yet
    ],
)
def test_a_document_that_says_something_else_is_named_once(history, statement):
    if "report = 2" in statement:
        with writing(history.archive.engine) as connection:
            connection.exec_driver_sql("DELETE FROM documents WHERE report = 2 AND version IS NULL")
    changed(history, statement)
    found = told(history)
    assert {one[0] for one in found} == {"documents"}
    assert {one[2] for one in found} == {Verdict.ROT}
    assert len(found) == (2 if "report = 2" in statement else 1), found
    with writing(history.archive.engine) as connection:
        from storage import search

        search.rebuild(connection)
    assert told(history) == []


def test_what_a_document_is_made_from_is_named_in_its_place(history):
    changed(history, "UPDATE figures SET label = 'odd' WHERE id = (SELECT max(id) FROM figures)")
    assert [kind for kind, *_ in told(history)] == ["assessment"]


def test_only_documents_of_reports_read_since_are_looked_at_then(history):
    changed(history, "UPDATE documents SET title = 'odd' WHERE report = 1 AND version IS NULL")
    assert told(history, since=history.at) == []
