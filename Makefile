# Two commands do everything: `make run` and `make test`. The environment is made on the way, by hpc/bootstrap.sh.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help env run test test-all test-mpi lint format lock docs pictures clean

CASE ?= cases/rack-150kw
OUT ?= runs/$(notdir $(patsubst %/,%,$(CASE)))
RANKS ?= 2
WORKERS ?= auto
# A file's tests stay in one process, which makes what they share once. More than 8 processes would mostly fill the memory.
PARALLEL := -n $(WORKERS) --maxprocesses 8 --dist loadfile
ENV := py=$$(hpc/bootstrap.sh); bin=$$(dirname "$$py");

# Several threads per MPI rank only fight for the cores; an own choice stays.
export OMP_NUM_THREADS ?= 1

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  variables: CASE=$(CASE) OUT=$(OUT) RANKS=$(RANKS) WORKERS=$(WORKERS) PYTHON=/path/to/python"

env: ## make or mend the environment
	@$(ENV) echo "$$py"

run: ## environment, then the whole chain on the reference rack
	@$(ENV) "$$bin/rack2city" run $(CASE) --out $(OUT)
	@echo "the report is in $(OUT)/report.html and $(OUT)/report.pdf, the figures in $(OUT)/summary.json"

test: ## environment, then the serial tests on all cores (at most 8), then the mpi tests on 2 ranks
	@$(ENV) "$$py" -m pytest $(PARALLEL) -m "not mpi and not slow"
	@$(MAKE) --no-print-directory test-mpi

test-all: ## all tests, the slow ones too
	@$(ENV) "$$py" -m pytest $(PARALLEL) -m "not mpi"
	@$(MAKE) --no-print-directory test-mpi

test-mpi: ## the mpi tests alone; rank 0 speaks for all
	@$(ENV) if [ ! -x "$$bin/mpirun" ]; then bin=$$(dirname "$$(command -v mpirun)"); fi; \
	"$$bin/mpirun" -n $(RANKS) "$$py" -m mpi4py -m pytest -p no:cacheprovider -m mpi </dev/null

lint: ## format check, lint, types
	@$(ENV) "$$py" -m ruff format --check . && "$$py" -m ruff check . && "$$py" -m mypy

format: ## format and mend what can be mended
	@$(ENV) "$$py" -m ruff format . && "$$py" -m ruff check --fix .

lock: ## remake requirements.lock from pyproject.toml; UPGRADE=--upgrade takes the newest versions
	@$(ENV) tool=$$(mktemp -d); trap 'rm -rf "$$tool"' EXIT; \
	"$$py" -m venv "$$tool"; "$$tool/bin/python" -m pip install --quiet uv; \
	"$$tool/bin/uv" pip compile pyproject.toml --all-extras --universal --python-version 3.12 $(UPGRADE) --no-config \
	  --python "$$tool/bin/python" --no-emit-index-url --no-emit-find-links --quiet -o requirements.lock \
	  --custom-compile-command "make lock   (uv pip compile pyproject.toml --all-extras --universal --python-version 3.12 -o requirements.lock)"

docs: ## the site, in site/, from docs/, docstrings and examples/
	@$(ENV) NO_MKDOCS_2_WARNING=1 "$$py" -m mkdocs build --quiet
	@echo "the site is in site/index.html"

pictures: ## the pictures of README and site, from the finished run in OUT
	@$(ENV) "$$py" docs/figures/run_pictures.py $(OUT)

clean: ## remove environment, runs and caches
	rm -rf .venv .bootstrap.log .bootstrap.lock runs site .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
