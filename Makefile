# planatlas: `make run` serves the atlas, `make test` proves it. Both install
# what is missing first.

SHELL   := /bin/bash
MAP     := api/webmap
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
GO      := go
BUILD   := $(GO) build -trimpath -ldflags '-s -w -X main.version=$(VERSION)'

# A Go that is installed in the usual place but not on the PATH.
export PATH := $(PATH):/usr/local/go/bin

.DEFAULT_GOAL := help
.PHONY: help run test test-qgis build webmap prepare prepare-test lint go-test fuzz bench update clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

run: prepare build ## install what is missing, build, and serve Yangquan on http://127.0.0.1:8080
	@bin/planatlas serve --load data/yangquan

test: prepare-test webmap lint go-test ## install what is missing and run every test

prepare:
	@.ci/prepare

prepare-test:
	@.ci/prepare test

build: webmap ## build bin/planatlas with the map page
	@echo "==> building bin/planatlas"
	@mkdir -p bin && $(BUILD) -o bin/planatlas ./cmd/planatlas

webmap: $(MAP)/dist/index.html ## build the map page

$(MAP)/node_modules/.package-lock.json: $(MAP)/package-lock.json $(MAP)/package.json
	@echo "==> fetching the map's libraries"
	@cd $(MAP) && npm ci --no-audit --no-fund
	@touch $@

$(MAP)/dist/index.html: $(MAP)/node_modules/.package-lock.json $(MAP)/index.html $(MAP)/vite.config.ts $(MAP)/tsconfig.json $(shell find $(MAP)/src -type f)
	@echo "==> building the map page"
	@cd $(MAP) && npm run --silent check && npm run --silent build
	@touch $@

lint: ## format, vet and static analysis
	@echo "==> gofmt, vet, staticcheck"
	@test -z "$$(gofmt -l cmd geo layers api data migrations)" || { gofmt -d cmd geo layers api data migrations; exit 1; }
	@$(GO) vet ./...
	@$(GO) tool staticcheck ./...

go-test:
	@echo "==> tests, with the race detector, on a real PostGIS, GDAL and Chromium"
	@$(GO) test -race -timeout 20m ./...

test-qgis: webmap ## install QGIS if it is missing and load every collection with it
	@.ci/prepare qgis
	@$(GO) test -tags qgis -run QGIS ./cmd/planatlas

fuzz: ## fuzz every parser for a minute each
	@set -e; for pkg in $$($(GO) list ./...); do \
	  for name in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
	    echo "==> $$pkg $$name"; $(GO) test -run '^$$' -fuzz "^$$name$$" -fuzztime $${FUZZTIME:-1m} $$pkg; done; done

bench: ## run the benchmarks
	@$(GO) test -run '^$$' -bench . -benchmem ./...

update: prepare-test webmap ## renew golden files, pictures, screenshots and the README's answers; read the diff
	@$(GO) test ./api ./api/encode ./geo/read ./layers/ingest ./layers/report ./cmd/planatlas -update

clean: ## remove what was built
	@rm -rf bin $(MAP)/node_modules && find $(MAP)/dist -mindepth 1 ! -name .gitkeep -delete
