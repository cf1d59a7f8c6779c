# make run: everything, on this machine. make test: everything, checked. make help: the rest.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install -qq
ITSELF := $(PIP) --no-deps --no-build-isolation --editable .
LOCK := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --quiet
CHECKED := smsapp tests worker.py

.DEFAULT_GOAL := help
.PHONY: help install run test check bench lock

help:
	@echo 'make run      start everything on this machine; it prints the addresses; Ctrl-C stops it'
	@echo 'make test     check everything: style, types, then the tests'
	@echo 'make install  only set up .venv; then .venv/bin/smsapp is the command line'
	@echo 'make check    style and types alone'
	@echo 'make bench    measure hops and alerts on PostgreSQL and Valkey'
	@echo 'make lock     write both lock files anew from pyproject.toml'

install: .venv/.installed

run: .venv/.installed
	@exec $(BIN)/smsapp run --tied

test: check
	@$(BIN)/pytest -n 3 --dist worksteal

check: .venv/.installed-test
	@$(BIN)/ruff check --quiet $(CHECKED)
	@$(BIN)/ruff format --quiet --check $(CHECKED)
	@$(BIN)/mypy --no-error-summary -p smsapp
	@$(BIN)/mypy --no-error-summary worker.py

bench: .venv/.installed-test
	@$(BIN)/python -m tests.bench

lock: .venv/.installed-test
	@$(LOCK) --group build --output-file requirements.lock
	@$(LOCK) --group build --group test --constraint requirements.lock --output-file requirements-test.lock

.venv/.made:
	@test -n "$(PYTHON)" && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'smsapp needs Python 3.11 or newer: make run PYTHON=/path/to/python3.11' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo 'This Python has no venv. On Debian and Ubuntu: apt install python3-venv' >&2; exit 1; }
	@echo 'Setting up .venv (once) ...'
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.installed: requirements.lock pyproject.toml .venv/.made
	@$(PIP) --require-hashes -r requirements.lock
	@$(ITSELF)
	@touch $@

.venv/.installed-test: requirements-test.lock requirements.lock pyproject.toml .venv/.made
	@$(PIP) --require-hashes -r requirements-test.lock
	@$(ITSELF)
	@touch .venv/.installed $@
