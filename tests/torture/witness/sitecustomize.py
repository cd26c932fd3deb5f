"""Rides along in the processes under test, and says from within what is done: Python imports a module of this name wherever it finds one first.

Nothing of nianbao knows of it. It is asked by the environment:

WITNESS       a file to append lines to: JSON with pid, thread, time, `what`, and the running number of that `what` in this process
WITNESS_HOLD  `what:number`: at that moment stand still, and say so, so that the test can kill -9 exactly there

what        when
in          a transaction that writes was begun and nobody else writes
statement   before each statement of such a transaction (counted, not told)
committing  right before its commit
out         right after it
undone      it ended otherwise
ack         a method of the archive has returned to its caller: what it did is acknowledged
rename      right before a file takes its final name

A line is one write to a file opened for appending: what was written outlives kill -9.
"""

import importlib.abc
import importlib.machinery
import json
import os
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager

WHERE = os.environ.get("WITNESS")
HOLD = os.environ.get("WITNESS_HOLD", ":0").rpartition(":")
ACKNOWLEDGED = ("keep", "keep_again", "list", "answered", "file", "gone", "unchanged", "start_run", "finish_run")
QUIET = {"statement"}
LONGEST = 200  # seconds to stand still


class Witness:
    """One a process."""

    def __init__(self, path):
        self.out = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        self.counts = Counter()
        self.lock = threading.Lock()

    def tell(self, what, **facts):
        """Say that it happened, and stand still where this is the moment."""
        with self.lock:
            self.counts[what] += 1
            number = self.counts[what]
        if what not in QUIET:
            self.line(what=what, number=number, **facts)
        if (what, str(number)) == (HOLD[0], HOLD[2]):
            self.line(what="hold", where=what, number=number)
            threading.Event().wait(LONGEST)
            os._exit(99)  # nobody came: the test is gone, and must not leave this behind

    def line(self, **facts):
        facts |= {"pid": os.getpid(), "thread": threading.get_ident(), "statements": self.counts["statement"], "at": time.monotonic()}
        os.write(self.out, json.dumps(facts).encode() + b"\n")


def see_transactions(engine, witness):
    """Of storage.engine: `writing`."""
    from sqlalchemy import Engine, event

    real = engine.writing

    @contextmanager
    def writing(of):
        over = False
        try:
            with real(of) as connection:
                witness.tell("in")
                yield connection
                witness.tell("committing")
            over = True
        finally:
            witness.tell("out" if over else "undone")

    engine.writing = writing

    def before(connection, cursor, statement, parameters, context, many):
        if connection.get_execution_options().get("nianbao_writes"):
            witness.tell("statement")

    event.listen(Engine, "before_cursor_execute", before)


def see_acknowledgements(archive, witness):
    """Of storage.archive: what the methods of `Archive` return."""
    import functools
    import hashlib

    def told(name, method):
        @functools.wraps(method)
        def called(self, *args, **given):
            returned = method(self, *args, **given)
            facts = {"method": name}
            if name in {"keep", "keep_again"}:
                number = returned[0] if name == "keep_again" else returned
                facts |= {"capture": number, "url": args[0].url, "sha256": hashlib.sha256(args[0].body).hexdigest()}
            elif name == "file":
                facts |= {"captures": list(given["captures"]), "change": None}
                if returned is not None:
                    facts["change"] = [returned.report, returned.kind.value, returned.after]
            witness.tell("ack", **facts)
            return returned

        return called

    for name in ACKNOWLEDGED:
        setattr(archive.Archive, name, told(name, getattr(archive.Archive, name)))


SEEN = {"storage.engine": see_transactions, "storage.archive": see_acknowledgements}


class Finder(importlib.abc.MetaPathFinder):
    """Finds the modules to be seen as they are found anyway, and lets the witness at them when they have been run."""

    def __init__(self, witness):
        self.witness = witness

    def find_spec(self, name, path, target=None):
        if name not in SEEN:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        run = spec.loader.exec_module

        def exec_module(module):
            run(module)
            SEEN[name](module, self.witness)

        spec.loader.exec_module = exec_module
        return spec


def see_renames(witness):
    """`os.replace` and `os.rename`, by PEP 578."""

    def heard(event, args):
        if event == "os.rename":
            witness.tell("rename", path=os.fsdecode(args[1]))

    sys.addaudithook(heard)


if WHERE:
    seeing = Witness(WHERE)
    sys.meta_path.insert(0, Finder(seeing))
    see_renames(seeing)
