# Every target sets up what it needs and may be repeated. `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
# tests wait for processes of their own more than they compute: one more than there are cores
JOBS ?= $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))

# set up again when the lock, the project's metadata or Python itself has changed
KEY := $(shell { $(PYTHON) -V; cat requirements.lock pyproject.toml tools/setup.sh; } 2>&1 | sha256sum | cut -c1-16)
STAMP := $(VENV)/.set-up-$(KEY)


.PHONY: help setup demo crawl test torture history check lint types imports bench replay lock clean
.NOTPARALLEL:
.DEFAULT_GOAL := help

help:            ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' Makefile | expand -t 12

setup: $(STAMP)  ## .venv with the pinned dependencies, and a headless Chromium
	@:

$(STAMP):
	@tools/setup.sh "$(PYTHON)" "$(VENV)"
	@rm -f $(VENV)/.set-up-*
	@touch $@

demo: setup      ## three nights against replica portals on this machine, no internet
	@$(BIN)/nianbao demo $(ARGS)

crawl: setup     ## one crawl of the real portals: make crawl ARGS="qingdao --full"
	@$(BIN)/nianbao crawl $(ARGS)

test: setup      ## the tests: make test ARGS="tests/test_config.py"
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

torture: setup   ## the long versions of tests: thousands of writers' steps, dozens of crashes; some minutes
	@$(BIN)/python -m pytest -m torture -n 2 $(ARGS)

history: setup   ## twenty nights of crawls with every class of change in them
	@$(BIN)/python -m pytest -m torture tests/history $(ARGS)

check: lint types imports test  ## everything a change must pass

lint: setup      ## style and layout of the code
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: setup     ## mypy --strict
	@$(BIN)/mypy

imports: setup   ## who may import whom
	@$(BIN)/lint-imports

bench: setup     ## the reader against hand-marked pages, other extractors beside it
	@$(BIN)/python -m tests.bench $(ARGS)

replay: setup    ## a WACZ of ours in pywb, byte for byte (a tool of its own in .venv-pywb)
	@tools/replay.sh "$(PYTHON)" "$(VENV)" $(ARGS)

lock: setup      ## requirements.lock anew: make lock ARGS="--upgrade-package scrapy"
	@tools/lock.sh "$(BIN)/python" $(ARGS)

clean:           ## remove .venv and caches; archives stay
	rm -rf $(VENV) .venv-pywb .mypy_cache .ruff_cache .pytest_cache .import_linter_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
