# Two commands do everything on a fresh machine with Python 3.11+ and make:
#   make run    sets up and runs the whole service on this machine
#   make test   sets up and passes the tests
PYTHON ?= python3
PORT ?= 4000
DATA_DIR ?= .reelgraph
BIN := .venv/bin

.NOTPARALLEL:
.PHONY: run test lint types check pages golden fuzz release lock clean help

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: .venv/installed pages ## set up and run everything; PORT=5000 DATA_DIR=… to change
	@$(BIN)/reelgraph up --port $(PORT) --data-dir $(DATA_DIR)

test: .venv/installed-test pages ## set up and run the tests that need nothing but Python
	@$(BIN)/python -m pytest -m "not real_service and not browser and not registries" -n 2 --dist loadfile -q $(PYTEST_ARGS)

lint: .venv/installed-test ## ruff and import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

types: .venv/installed-test ## mypy, strict
	@$(BIN)/mypy federation router schema-registry search-indexer dgs platform-kit cli subgraphs

check: lint types test ## everything but the real services and the browser

golden: .venv/installed-test ## rewrite the expected files of data-driven tests
	@$(BIN)/python -m pytest tests --update-golden -m "not real_service and not browser and not registries and not end_to_end"

fuzz: .venv/installed-test ## compare the router with graphql-core for long; OPERATIONS=100000 SEED=1
	@$(BIN)/python -m tests.router.oracle.fuzz --operations $${OPERATIONS:-100000} --seed $${SEED:-1} \
	  --processes 2 --quiet --keep .reelgraph/oracle

release: .venv/installed-test pages ## build everything that is published, without publishing it
	@sh scripts/release

lock: .venv/installed-test ## pin what pyproject.toml asks for; UPGRADE=1 to take newer releases
	@sh scripts/lock

pages: .venv/installed ## build GraphiQL and the web client
	@sh scripts/build-pages

.venv/installed: requirements.lock pyproject.toml
	@sh scripts/install "$(PYTHON)" requirements.lock

.venv/installed-test: requirements-test.lock pyproject.toml
	@sh scripts/install "$(PYTHON)" requirements-test.lock

clean: ## remove what was built; data under .reelgraph stays
	@rm -rf .venv .venv-release dist console/node_modules clients/web/node_modules clients/web/dist router/reelgraph_router/pages
