# Each target works on a bare machine with make and Python >= 3.11 (with venv). `make PYTHON=python3.13 test` takes another.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Proofs that share the machine with many others; the rest of them want it to themselves, two at a time.
PATIENT := tests/proof/test_capture_replay.py tests/proof/test_workers.py

export PIP_ROOT_USER_ACTION := ignore
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# What is compiled is kept, whatever was set outside: else each of many processes compiles everything as it starts.
export PYTHONDONTWRITEBYTECODE :=
MAKEFLAGS += --no-print-directory

.DEFAULT_GOAL := help
.PHONY: help run test check bench proof screenshots pages lock clean

help: ## Say what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

run: $(READY) ## Start everything and print the address; Ctrl-C stops it
	@$(BIN)/touchline up $(ARGS)

test: $(READY) ## Run the tests
ifdef ARGS
	@$(BIN)/pytest -m "not proof" $(ARGS)
else
	@$(BIN)/pytest -m "not proof" -n 2 --dist worksteal --ignore tests/proof --ignore tests/embedded --ignore tests/faults
	@$(BIN)/pytest -m "not proof" -n 2 --dist loadfile tests/faults tests/embedded $(PATIENT)
	@$(BIN)/pytest -m "not proof" -n 2 --dist loadfile tests/proof $(PATIENT:%=--ignore %)
endif

check: $(READY) ## Lint, format, types, layers, migrations
	@echo "ruff";         $(BIN)/ruff check --quiet --output-format concise
	@echo "format";       $(BIN)/ruff format --check --quiet
	@echo "mypy";         $(BIN)/mypy --no-error-summary
	@echo "import-linter"; $(BIN)/lint-imports > $(VENV)/layers.txt 2>&1 || { cat $(VENV)/layers.txt; exit 1; }
	@echo "squawk";       $(BIN)/squawk src/touchline/store/migrations/*.sql > $(VENV)/squawk.txt 2>&1 || { cat $(VENV)/squawk.txt; exit 1; }

bench: $(READY) ## Measure us against a peer in the same run; writes bench/results.json
	@$(BIN)/python -m bench $(ARGS)

proof: $(READY) ## Play a hundred and more real matches through the real thing; takes minutes
	@$(BIN)/pytest -m proof -s --timeout 0 $(ARGS)

screenshots: $(READY) ## Make the pictures of the docs
	@$(BIN)/python -m docs.screenshots $(ARGS)

pages: $(READY) ## Write the reference pages that are read from the code
	@$(BIN)/touchline settings --markdown > docs/settings.md
	@$(BIN)/python -m tests.house.reference docs/events-and-metrics.md

lock: $(READY) ## Take the newest allowed version of everything
	@$(BIN)/uv pip compile pyproject.toml --extra dev --group build --universal --python-version 3.11 --upgrade \
	  --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" --quiet -o requirements.lock

clean: ## Remove what was built; data directories stay
	@rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find src tests bench docs -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer with venv is needed; say which: make PYTHON=python3.12 ..."; exit 1; }
	@echo "Installing into $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --no-deps --no-build-isolation --editable .
	@touch $@
