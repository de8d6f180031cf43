# Everything a developer runs. `make` alone explains the targets.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
T ?=
# Tests start hundreds of processes; without bytecode each would compile the same files again.
unexport PYTHONDONTWRITEBYTECODE
# Many tests wait for something: one more at a time than there are cores.
TESTERS := $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )))

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## Install everything into .venv (again only what changed)
	@PYTHON=$(PYTHON) scripts/setup $(if $(filter setup,$(MAKECMDGOALS)),,--quiet)

.PHONY: run
run: setup ## Start a server with the demo's data at http://127.0.0.1:8080
	@$(BIN)/pomelo demo --stay

.PHONY: demo
demo: setup ## Watch a campaign of 200 people go out, and check every number
	@$(BIN)/pomelo demo

.PHONY: test
test: setup ## Run all tests, or one domain's: make test T=leads
	@$(BIN)/pytest $(if $(T),tests/$(T),-n $(TESTERS) --dist worksteal) -m "not chaos and not mail"

.PHONY: trips
trips: setup ## Run the tests that tell whole stories
	@$(BIN)/pytest tests/trips -m "not chaos"

.PHONY: chaos
chaos: setup ## Kill servers, workers and databases, and count what was lost
	@$(BIN)/pytest tests/chaos -m chaos -s

.PHONY: mail
mail: setup ## Go out and come back through a real Postfix and Dovecot (scripts/mail-servers)
	@$(BIN)/pytest tests/mail -m mail -s -rs

.PHONY: lint
lint: setup ## Check form, types, floors and docs
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@scripts/docs --check

.PHONY: fix
fix: setup ## Put into form what can be
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: check
check: lint test ## All that must pass

.PHONY: docs
docs: setup ## Write the docs that are made from code
	@scripts/docs

.PHONY: corpus
corpus: setup ## Read all planted mails and write docs/inbound.md
	@PYTHONPATH=. $(BIN)/python -W ignore scripts/measure_corpus.py

.PHONY: migration
migration: setup ## Start a migration: make migration name=add_phone
	@scripts/migration "$(name)"

.PHONY: bench
bench: setup ## Measure each speed claim against its physical limit
	@$(BIN)/pomelo bench

.PHONY: lock
lock: ## Resolve the lock files anew (needs uv)
	@scripts/lock

.PHONY: dist
dist: setup ## Build the wheel into dist/
	@rm -rf dist && $(BIN)/hatchling build -t wheel
	@ls dist

.PHONY: clean
clean: ## Remove what make made
	rm -rf .venv dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
