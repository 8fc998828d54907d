# The front door. Meson and ninja do the work; see CONTRIBUTING.md for what each target is good for.
BUILD := build
PREFIX ?= /usr/local
DESTDIR ?=
PORT ?= 8911
DIR ?= tests/vectors/data
FUZZ_SECONDS ?= 60
MESON_FLAGS ?=

.DEFAULT_GOAL := help
.PHONY: help run build install uninstall deb test unit vectors asan tsan fuzz churn chaos lint format clean deps test-deps bench bench-redis

help: ## what there is
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

run: build ## build and serve the example on port 8911 (PORT=…)
	$(BUILD)/examples/realtime/realtime --port $(PORT)

deps:
	@scripts/install-deps

test-deps:
	@scripts/install-deps --test

build: deps ## the library, the CLI, the examples, optimized, under build/
	@scripts/setup-build $(BUILD) $(MESON_FLAGS)
	ninja -C $(BUILD)

install: deps ## install command, library, headers, manual below PREFIX=/usr/local (DESTDIR=…)
	@scripts/setup-build $(BUILD)-install --prefix=$(PREFIX) --buildtype=release -Dexamples=false
	@meson configure $(BUILD)-install --prefix=$(PREFIX)
	ninja -C $(BUILD)-install
	meson install -C $(BUILD)-install --no-rebuild --quiet $(if $(DESTDIR),--destdir $(DESTDIR))

uninstall: ## remove what `make install` has installed
	@scripts/uninstall $(BUILD)-install

deb: deps ## Debian packages, in build-deb/
	@scripts/install-deps --deb
	@scripts/build-deb build-deb

test: test-deps ## everything that CI runs
	@scripts/run-tests

unit: test-deps build ## the unit tests alone, in the optimized build
	meson test -C $(BUILD) --print-errorlogs

bench: build ## what the engine costs a step; bench/instructions counts instructions
	@$(BUILD)/bench/engine

bench-redis: build ## what a delivery costs with Redis between two processes, and without
	@bench/redis --build $(BUILD)

vectors: build ## the conformance vectors in DIR=<folder>
	@$(BUILD)/tests/vectors/run $(DIR)

asan: test-deps ## all tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@scripts/run-tests asan

tsan: test-deps ## what is threaded, under ThreadSanitizer
	@scripts/run-tests tsan

fuzz: ## every fuzz target for FUZZ_SECONDS=60
	@scripts/install-deps --fuzz
	@scripts/run-fuzz $(FUZZ_SECONDS)

churn: build ## 10,000 clients that leave while @defer and @stream deliver (CLIENTS=…, SEED=…)
	CLIENTS=$${CLIENTS:-10000} node --test tests/wire/defer_churn.test.mjs

chaos: build test-deps ## 1,000,000 events on durable topics while clients, Redis and processes come and go (EVENTS=…, SEED=…)
	npm ci --prefix tests/wire --no-audit --no-fund --ignore-scripts
	EVENTS=$${EVENTS:-1000000} node --test tests/wire/chaos.test.mjs

lint: test-deps ## rooms, headers, exported names, house rules, clang-tidy
	@scripts/run-tests lint
	@scripts/lint

format: ## clang-format over everything
	git ls-files '*.c' '*.h' | xargs clang-format -i

clean: ## remove all build folders
	rm -rf build build-*
