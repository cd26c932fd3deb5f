"""`python -m tests.bench [--rounds N] [NAME ...]`: how well and how fast bodies are read, beside the libraries one would take instead, and what
figures cost on top; the search beside a scan; what bodies take; what a quiet night costs beside refetching; how the nights of a season fit their
windows; the board of overdue reports beside asking organ by organ; and how long a night takes with 1, 2 and 4 workers."""

from __future__ import annotations

import argparse

from tests.bench import duties, extraction, figures, fleets, quiet, searching, season, space


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds over all pages (default 3)")
    parser.add_argument("names", nargs="*", metavar="NAME", help="these alone: extraction figures searching space quiet season duties fleets")
    asked = parser.parse_args()
    benches = {
        "extraction": lambda: extraction.run(asked.rounds),
        "figures": lambda: figures.run(asked.rounds),
        "searching": lambda: searching.run(asked.rounds),
        "space": space.run,
        "quiet": quiet.run,
        "season": season.run,
        "duties": duties.run,
        "fleets": fleets.run,
    }
    if unknown := set(asked.names) - benches.keys():
        parser.error(f"no bench is called {', '.join(sorted(unknown))}; there are {', '.join(benches)}")
    for name in asked.names or benches:
        benches[name]()


if __name__ == "__main__":
    main()
