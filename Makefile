# make run | test | lint | format | bench | admin
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all:
ADDRESS ?= 127.0.0.1:8000
SYSTEM_POSTGRES := $(wildcard /usr/lib/postgresql/*/bin/initdb) $(shell command -v initdb 2>/dev/null)

.PHONY: run test lint format bench admin clean
.DEFAULT_GOAL := run

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Anneal needs Python 3.11 or newer; try make PYTHON=python3.12 ...")'
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv is missing: on Debian install python3-venv."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/app.stamp: requirements/app.txt | $(VENV)/bin/python
	$(PIP) -r requirements/app.txt
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(if $(strip $(SYSTEM_POSTGRES)),,requirements/postgres.txt) $(VENV)/app.stamp
	$(PIP) -r requirements/dev.txt
	$(if $(strip $(SYSTEM_POSTGRES)),,$(PIP) -r requirements/postgres.txt)
	@touch $@

run: export DEBUG = on
run: $(VENV)/app.stamp
	$(MANAGE) migrate --verbosity 0
	$(MANAGE) load_deck fixtures/deck
	$(MANAGE) runserver $(ADDRESS)

test: $(VENV)/dev.stamp
	ANNEAL_TEST_ENGINE=sqlite $(BIN)/python -m pytest -q -n 2 -m "not browser" $(ARGS)
	ANNEAL_TEST_ENGINE=postgresql $(BIN)/python -m pytest -q -n 2 $(ARGS)

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	DEBUG=on $(MANAGE) makemigrations --check --dry-run
	SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))') ALLOWED_HOSTS=anneal.example $(MANAGE) check --deploy --fail-level WARNING
	DEBUG=on $(MANAGE) check_deck fixtures/deck

format: $(VENV)/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/dev.stamp
	$(BIN)/python -m benchmarks

admin: export DEBUG = on
admin: $(VENV)/app.stamp
	$(MANAGE) migrate --verbosity 0
	$(MANAGE) createsuperuser

clean:
	rm -rf $(VENV) var
