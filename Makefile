# Two commands do everything on a fresh machine with Python 3.11+ and make:
#   make run    sets up and runs the whole service on this machine
#   make test   sets up and passes the tests
PYTHON ?= python3
PORT ?= 4000
DATA_DIR ?= .reelgraph
BIN := .venv/bin

.PHONY: run test lint types check pages golden fuzz lock clean help

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: .venv/installed pages ## set up and run everything; PORT=5000 DATA_DIR=… to change
	@$(BIN)/reelgraph up --port $(PORT) --data-dir $(DATA_DIR)

test: .venv/installed pages ## set up and run the tests that need nothing but Python
	@$(BIN)/python -m pytest -m "not real_service and not browser" -n 2 --dist loadfile -q $(PYTEST_ARGS)

lint: .venv/installed ## ruff and import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

types: .venv/installed ## mypy, strict
	@$(BIN)/mypy federation router schema-registry search-indexer dgs platform-kit cli subgraphs

check: lint types test ## everything but the real services and the browser

golden: .venv/installed ## rewrite the expected files of data-driven tests
	@$(BIN)/python -m pytest tests --update-golden -m "not real_service and not browser and not end_to_end"

fuzz: .venv/installed ## compare the router with graphql-core for long; OPERATIONS=100000 SEED=1
	@$(BIN)/python -m tests.router.oracle.fuzz --operations $${OPERATIONS:-100000} --seed $${SEED:-1} \
	  --processes 2 --quiet --keep .reelgraph/oracle

lock: .venv/installed ## pin what pyproject.toml asks for, without naming a host
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 \
	  --no-header --no-emit-index-url --no-emit-find-links --quiet -o requirements.lock

pages: .venv/installed ## build GraphiQL and the web client
	@sh scripts/build-pages

.venv/installed: requirements.lock pyproject.toml
	@sh scripts/install "$(PYTHON)"

clean: ## remove what was built; data under .reelgraph stays
	@rm -rf .venv console/node_modules clients/web/node_modules clients/web/dist router/reelgraph_router/pages
