# twinstream: everything from a fresh checkout. `make` lists the targets.
# All of it can be run twice, and again after an interruption.

XDG_CACHE_HOME ?= $(HOME)/.cache
TWINSTREAM_CACHE ?= $(XDG_CACHE_HOME)/twinstream
export TWINSTREAM_CACHE

# How long the demonstration runs, in seconds; empty: until it is stopped.
DEMO_SECONDS ?=

VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint lock test-river-floor bench up down clean
# Steps build on each other; tools inside use several cores by themselves.
.NOTPARALLEL:

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install everything: Python packages, Kafka, InfluxDB (minutes the first time, then a second)
	@echo "setup 1/4: prerequisites"
	@sh infra/setup/prerequisites.sh
	@echo "setup 2/4: Python packages"
	@sh infra/setup/python.sh
	@echo "setup 3/4: Kafka broker and connector"
	@sh infra/setup/jars.sh "$(TWINSTREAM_CACHE)"
	@echo "setup 4/4: InfluxDB server"
	@sh infra/setup/influxd.sh "$(TWINSTREAM_CACHE)"

demo: setup ## start everything and show twins at work (DEMO_SECONDS=60 to end by itself)
	$(BIN)/twinstream demo $(if $(DEMO_SECONDS),--seconds $(DEMO_SECONDS))

test: setup lint ## lint, types, import contracts, all tests
	@echo "test: pytest"
	@$(BIN)/pytest

lint: setup ## style, formatting, types, import contracts
	@echo "lint 1/4: ruff check"
	@$(BIN)/ruff check .
	@echo "lint 2/4: ruff format"
	@$(BIN)/ruff format --check .
	@echo "lint 3/4: mypy"
	@$(BIN)/mypy
	@echo "lint 4/4: import contracts"
	@$(BIN)/lint-imports

lock: ## resolve pyproject.toml anew into requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra dev --generate-hashes --no-header --no-annotate \
		--quiet -o requirements.lock

test-river-floor: setup ## the tests without a stack, with the oldest River that is supported
	@echo "test: pytest in .venv-river-floor"
	@sh infra/setup/river_floor.sh

bench: setup ## throughput, latency and growth beside other engines into docs/performance.md (QUICK=1: under 8 minutes)
	@echo "bench 1/2: the other engines"
	@sh infra/setup/peers.sh
	@echo "bench 2/2: measurements"
	@$(BIN)/python -m tests.bench.run $(if $(filter-out 0,$(QUICK)),--quick)

up: setup ## start the local stack
	$(BIN)/twinstream up

down: ## stop the local stack; data and jobs stay
	$(BIN)/twinstream down

clean: ## delete environments and tools' caches; the stack's data and the downloads stay
	rm -rf $(VENV) .venv-river-floor .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
