"""`python -m tests.bench [--rounds N]`: how well and how fast bodies are read, beside the libraries one would take instead, and what
figures cost on top; the search beside a scan; what bodies take; what a quiet night costs beside refetching; how
the nights of a season fit their windows; the board of overdue reports beside asking organ by organ; and how long a
night takes with 1, 2 and 4 workers."""

from __future__ import annotations

import argparse

from tests.bench import duties, extraction, figures, fleets, quiet, searching, season, space


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds over all pages (default 3)")
    rounds = parser.parse_args().rounds
    extraction.run(rounds)
    figures.run(rounds)
    searching.run(rounds)
    space.run()
    quiet.run()
    season.run()
    duties.run()
    fleets.run()


if __name__ == "__main__":
    main()
