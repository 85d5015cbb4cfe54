# Every command a person needs, one line each. A target sets up .venv first when it is missing or out of date.
# Other Python: make demo PYTHON=/path/to/python3.12

.DEFAULT_GOAL := help
.PHONY: help demo live serve test test-long test-peers audit-mutations check bench bench-filter format lock clean

BIN := .venv/bin
READY := .venv/.ready
HOUSE := tests/promises/test_the_house_stands.py tests/promises/test_no_link_is_dead.py
# In .ci/run, where `make check` has just run them, `make test CHECKED=yes` leaves them out.
CHECKED :=

help:  ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

demo: $(READY)  ## Vet invented candidates for one position, from authorization to verified log
	@$(BIN)/vetting demo

live: $(READY)  ## Run the servers that the demo's internet was recorded from, for practice cases
	@tests/peers/install.sh
	@$(BIN)/python -m demo.record.live "$${VETTING_PEERS:-.peers}"

serve: $(READY)  ## Serve the desks on this machine
	@$(BIN)/vetting serve

test: $(READY)  ## Run every test, on as many cores as there are, up to four
	@$(BIN)/python -m pytest --numprocesses=auto --maxprocesses=4 --dist=loadfile --no-loadscope-reorder --ignore=tests/peers $(if $(CHECKED),$(HOUSE:%=--ignore=%))

test-long: $(READY)  ## Kill a writer of the log 500 times and flip 2,000 bits of it (some minutes)
	@VETTING_KILLS=500 VETTING_FLIPS=2000 $(BIN)/python -m pytest -rP tests/log/test_crash.py tests/log/test_every_bit.py tests/log/test_bundle.py

test-peers: $(READY)  ## Search servers by others (AT Protocol, SearXNG, MediaWiki, pywb ...); the first time installs them
	@tests/peers/install.sh
	@$(BIN)/python -m pytest --timeout=1800 tests/peers  # a busy machine takes minutes to start them all

audit-mutations: $(READY)  ## Try the uniformity audit on a hundred kinds of violation and a thousand clean positions
	@$(BIN)/python -m tests.audit.mutate

check: $(READY)  ## The one gate: format, lint, types, floors, then the house and its documents
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest --quiet $(HOUSE)

bench: $(READY)  ## Measure seconds and memory of starts, stages and pages; fails no build
	@for measurement in $(filter-out tests/bench/filter_quality.py,$(wildcard tests/bench/*.py)); do PYTHONPATH=. $(BIN)/python "$$measurement" || exit 1; done

bench-filter: $(READY)  ## Score the filter on cases by others, stock Presidio beside it: docs/filter-quality.md
	@$(BIN)/python tests/bench/filter_quality.py

format: $(READY)  ## Put the code into the agreed format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock:  ## Recompute requirements.lock from pyproject.toml (needs uv)
	@uv lock
	@uv export --quiet --format requirements.txt --no-emit-project --no-header --output-file requirements.lock

clean:  ## Remove the virtual environment and every cache, keep records
	@rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis *.egg-info

$(READY): requirements.lock pyproject.toml .ci/setup
	@.ci/setup
