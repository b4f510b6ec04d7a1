# Kexie: every command that a developer needs. On Windows: py -m pip install . and kexie demo.
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
SERVE ?= 1
HOST ?= 127.0.0.1
PORT ?= 8000
# PostgreSQL on the local socket, used by the tests where a server answers there.
POSTGRES ?= postgresql:///postgres?host=/var/run/postgresql

# The rooms that have tables: what is run on both engines.
ROOMS_WITH_TABLES := $(addprefix tests/,core orgs totals registers intake plans reports pages)

# The labelled facts that reading is scored against, where they are there. make score MISSES=1 lists what is wrong.
GOLD ?= ../shared/gold

.PHONY: demo test check setup bench score lock clean

demo: setup
	$(BIN)/kexie demo $(if $(filter 0,$(SERVE)),--no-serve) --host $(HOST) --port $(PORT)

setup: .venv/.ready

.venv/.ready: requirements-dev.lock pyproject.toml package-lock.json tools/frontend.py tools/build_hook.py
	$(PYTHON) -c "import sys; sys.exit(0 if sys.version_info >= (3, 11) else 'Kexie needs Python 3.11 or newer')"
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

test: setup
	$(BIN)/python -m pytest -n auto
	$(BIN)/python tools/postgres.py "$(POSTGRES)" $(BIN)/python -m pytest -n auto $(ROOMS_WITH_TABLES)

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/python tools/check_migrations.py

bench: setup
	@set -e; for each in bench/*.py; do $(BIN)/python $$each; done

score: setup
	@if [ -f $(GOLD)/score.py ]; then $(BIN)/python tools/score_reading.py $(GOLD) $(if $(MISSES),--misses); \
	else echo "there are no labelled facts in $(GOLD)"; fi

# Needs uv. Lock files carry hashes and no addresses.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --extra server pyproject.toml --output-file requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --extra server --group dev --constraint requirements.lock pyproject.toml --output-file requirements-dev.lock

clean:
	rm -rf .venv node_modules src/kexie/ui/static/vendor
