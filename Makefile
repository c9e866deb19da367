# Every target sets up all it needs by itself: environments from uv.lock (.venv*), a browser, Node. The second time it is quick.
# Runs under macOS's own make (3.81) and tools as well.

.DEFAULT_GOAL := help
.NOTPARALLEL:
SHELL := /bin/sh
PYTHON := .venv/bin/python
# Node comes with .venv too: a machine needs none of its own. A company's proxy is known to the machine, not to Node.
NPM := PATH="$$PWD/.venv/bin:$$PATH" NODE_USE_SYSTEM_CA=1 npm --prefix tests/web
SAM := .venv-sam/bin/sam
# Two processes, each with a stack of its own, take the files of tests as they come: a stack waits for itself most of the time.
SIDE_BY_SIDE := $(PYTHON) -m pytest -n 2 --dist loadfile --no-loadscope-reorder

## help: this list
.PHONY: help
help:
	@sed -n 's/^## \([a-z-]*\): /\1 /p' Makefile | while read -r target does; do printf '  make %-10s %s\n' "$$target" "$$does"; done

## dev: the whole product on this machine; Ctrl-C ends it
.PHONY: dev
dev: .venv/.ready .venv-clover/.ready
	@trap : INT; $(PYTHON) -m local || [ $$? -eq 130 ]  # 130: Ctrl-C, which is how it is meant to end

## invoke: an event for a function (make invoke FUNCTION=AccountFunction EVENT=events/account.json); make dev's, if it runs
.PHONY: invoke
invoke: .venv/.ready .venv-clover/.ready
	@$(PYTHON) -m local.invoke '$(or $(FUNCTION),$(error Say which: make invoke FUNCTION=AccountFunction EVENT=events/account.json))' '$(or $(EVENT),{})'

## test: every test but the slow ones (arguments for pytest: make test ARGS="-k webhook"; in one process: ARGS="-n 0")
.PHONY: test
test: test-environment
	@$(SIDE_BY_SIDE) -m "not slow and not sam_local" $(ARGS)

## test-all: test, then the slow tests, then test-built
.PHONY: test-all
test-all: test test-slow test-built

.PHONY: test-slow
test-slow: test-environment
	@$(PYTHON) -m pytest -m "slow and not sam_local" $(ARGS)

## test-built: the whole stack and the browser once more, on what `sam build` makes
.PHONY: test-built
test-built: test-environment .venv-sam/bin/python3.13
	@mkdir -p build; $(SAM) build --build-dir build/test-built --parameter-overrides Architecture=$(if $(filter arm64 aarch64,$(shell uname -m)),arm64,x86_64) >build/test-built.log 2>&1 || \
		{ cat build/test-built.log >&2; exit 1; }
	@TEST_TEMPLATE=build/test-built/template.yaml $(SIDE_BY_SIDE) -m "not slow and not sam_local" tests/integration tests/security tests/e2e $(ARGS)

## chaos: random histories against the order rule, then a storm over the whole stack (make chaos RUNS=10000 SEED=0 USERS=200)
.PHONY: chaos
chaos: .venv/.ready
	@status=0; \
	$(PYTHON) -m tests.chaos $(if $(RUNS),--runs $(RUNS)) $(if $(SEED),--seed $(SEED)) $(ARGS) || status=$$?; \
	$(PYTHON) -m tests.chaos.full_stack $(if $(USERS),--users $(USERS)) $(if $(SEED),--seed $(SEED)) $(ARGS) || status=$$?; \
	exit $$status

## test-sam: the built functions in the real `sam local`; needs Docker (as root on Debian it is installed)
.PHONY: test-sam
test-sam: .venv/.ready .venv-sam/.ready .venv-sam/bin/python3.13
	@$(PYTHON) -m pytest -m sam_local tests/sam $(ARGS)

## ci: all of it, as on a new machine: check, test-all
.PHONY: ci
ci:
	@bash .ci/run

## bench: what it costs, over a floor and beside others; writes docs/performance.md (make bench QUICK=1; SAM_LOCAL=1 with Docker)
.PHONY: bench
bench: .venv/.ready .venv-sam/.ready .venv-sam/bin/python3.13 .venv-bench/.ready
	@$(PYTHON) -m bench all $(if $(QUICK),--quick) $(if $(SAM_LOCAL),--sam-local) $(ARGS)

## audit: what is known to be unsafe of what the lock files name; asks PyPI and npm
.PHONY: audit
audit: .venv/.ready .venv-audit/.ready
	@sh local/setup/audit.sh

## gallery: a picture of each page and state of the site, in build/gallery/index.html
.PHONY: gallery
gallery: test-environment
	@$(PYTHON) -m tests.e2e.gallery

## check: format, lint and types of all code, Python and the site's, without changing a file
.PHONY: check
check: .venv/.ready tests/web/node_modules/.ready
	@$(PYTHON) -m ruff format --check --quiet
	@$(PYTHON) -m ruff check --quiet
	@PATH="$$PWD/.venv/bin:$$PATH" $(PYTHON) -m pyright
	@$(NPM) run --silent check

## format: what `check` would complain about, mended where a tool can
.PHONY: format
format: .venv/.ready
	@$(PYTHON) -m ruff check --quiet --fix-only
	@$(PYTHON) -m ruff format --quiet

## build: what is deployed, in .aws-sam/build (another processor: make build ARCHITECTURE=x86_64)
.PHONY: build
build: .venv-sam/.ready .venv-sam/bin/python3.13
	@$(SAM) build $(if $(ARCHITECTURE),--parameter-overrides Architecture=$(ARCHITECTURE))

## deploy: a stage to AWS and Stripe (make deploy STAGE=dev; with ARGS=--dry-run it only says what it would do)
.PHONY: deploy
deploy: .venv/.ready .venv-sam/.ready .venv-sam/bin/python3.13
	@SAM=$(SAM) $(PYTHON) -m ops deploy --stage '$(STAGE)' $(ARGS)

## destroy: undoes deploy, but for Stripe's data, the users and the table (make destroy STAGE=dev)
.PHONY: destroy
destroy: .venv/.ready
	@$(PYTHON) -m ops destroy --stage '$(STAGE)' \
		$(if $(DELETE_TABLE),--delete-table '$(DELETE_TABLE)') $(if $(CONFIRM),--confirm '$(CONFIRM)') $(ARGS)

## clean: remove everything that these targets made
.PHONY: clean
clean:
	@rm -rf .venv .venv-* .aws-sam .cache build .pytest_cache .ruff_cache .hypothesis tests/web/node_modules
	@find layers functions local ops tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Said before anything is set up for it, which takes minutes.
STAGELESS := $(if $(STAGE),,$(firstword $(filter deploy destroy,$(MAKECMDGOALS))))
$(if $(STAGELESS),$(error Say which stage: make $(STAGELESS) STAGE=dev))

# ------------------------------------------------------------------------------------------------------------ set-up
.venv/.ready: uv.lock
	@sh local/setup/environment.sh .venv --group dev

.venv-sam/.ready: uv.lock
	@sh local/setup/environment.sh .venv-sam --only-group sam

.venv-clover/.ready: uv.lock
	@sh local/setup/environment.sh .venv-clover --only-group clover

.venv-audit/.ready: uv.lock
	@sh local/setup/environment.sh .venv-audit --only-group audit

.venv-bench/.ready: uv.lock
	@sh local/setup/environment.sh .venv-bench --only-group bench

tests/web/node_modules/.ready: tests/web/package-lock.json | .venv/.ready
	@echo "Setting up tests/web/node_modules from package-lock.json (once)" >&2
	@said=$$($(NPM) ci --no-audit --no-fund --ignore-scripts --loglevel=error 2>&1) || { \
		reason=$$(printf '%s\n' "$$said" | sed -n 's/^npm error //p' | head -n 2 | tr '\n' ' '); \
		echo "npm could not install what tests/web/package-lock.json names: check the network and try again. npm says: $$reason" >&2; exit 1; }
	@touch $@

# Where another Python stood in for 3.13, and one has come since.
.venv-sam/bin/python3.13: | .venv-sam/.ready
	@sh local/setup/environment.sh --lambda .venv-sam --only-group sam

.PHONY: test-environment
test-environment: .venv/.ready .venv-clover/.ready .venv-sam/.ready tests/web/node_modules/.ready browser

.PHONY: browser
browser: .venv/.ready
	@$(PYTHON) -m local.setup.chromium >/dev/null
