"""What `make gate` refuses: each of its tools finds a planted fault, and says nothing without one."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from tests.conftest import ROOT

GATE = ROOT / ".local/gate/bin"
CHECKOV = ROOT / ".local/checkov/bin/checkov"
LOCKS = sorted(
    path for folder in ("functions", "infra", "tests") for path in (ROOT / folder).rglob("requirements.txt")
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())

OPEN_BUCKET = """
Resources:
  Open: { Type: AWS::S3::Bucket, Properties: { AccessControl: PublicRead } }
"""
WORKFLOW = """
name: planted
on: push
permissions: {}
jobs:
  run:
    name: run
    runs-on: ubuntu-24.04
    steps: [{ uses: "actions/checkout@v5", with: { persist-credentials: false } }]
"""


def run(*command: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        command, cwd=ROOT, env=os.environ | variables, capture_output=True, text=True, check=False
    )


def test_checkov_finds_a_bucket_that_is_open_to_all(tmp_path: Path) -> None:
    planted = tmp_path / "template.yaml"
    planted.write_text(OPEN_BUCKET)
    result = run(CHECKOV, "--config-file", "infra/checkov/config.yaml", "--file", planted)
    assert result.returncode == 1
    assert "CKV_AWS_20" in result.stdout


def test_some_template_calls_for_each_check_that_is_left_out() -> None:
    left_out = yaml.safe_load((ROOT / "infra/checkov/config.yaml").read_text())["skip-check"]
    templates = [ROOT / "template.yaml", *(ROOT / "infra").glob("*.yaml")]
    options = ("--skip-download", "--framework", "cloudformation", "--compact", "--quiet")
    result = run(CHECKOV, *options, "--check", ",".join(left_out), "--file", *templates)
    assert set(re.findall(r"^Check: (\w+)", result.stdout, re.MULTILINE)) == set(left_out)


def test_bandit_finds_a_shell_that_is_given_what_somebody_sent(tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text("import subprocess\n\ndef do(sent):\n    subprocess.run(sent, shell=True)\n")
    result = run(GATE / "bandit", "--quiet", "--configfile", "pyproject.toml", planted)
    assert result.returncode == 1
    assert "B602" in result.stdout


def test_a_secret_is_found(tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    key = "AKIA" + "IOSFODNN7EXAMPLE"  # in two, as it would be found here too
    planted.write_text(f'KEY = "{key}"\n')
    result = run(GATE / "detect-secrets-hook", planted)
    assert result.returncode == 1
    assert "AWS Access Key" in result.stdout


def test_zizmor_finds_an_action_without_a_hash(tmp_path: Path) -> None:
    planted = tmp_path / "planted.yml"
    planted.write_text(WORKFLOW)
    result = run(GATE / "zizmor", "--offline", planted)
    assert result.returncode != 0
    assert "unpinned-uses" in result.stdout


def test_the_workflow_runs_what_runs_here() -> None:
    job = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"]["run"]
    assert job["steps"][-1] == {"run": ".ci/run"}
    assert all(re.search("@[0-9a-f]{40}$", step["uses"]) for step in job["steps"] if "uses" in step)
    assert re.search("@sha256:[0-9a-f]{64}$", job["container"]["image"])


@pytest.mark.parametrize("licence", ["GPL-3.0-only", None])
def test_a_licence_that_nobody_has_allowed_is_found(tmp_path: Path, licence: str | None) -> None:
    planted = tmp_path / "planted-1.0.dist-info"
    planted.mkdir()
    expression = f"License-Expression: {licence}\n" if licence else ""
    (planted / "METADATA").write_text(f"Metadata-Version: 2.4\nName: planted\nVersion: 1.0\n{expression}")
    python = tmp_path / "python"  # is asked only where its packages are
    python.write_text(f"#!/bin/sh\necho {tmp_path}\n")
    python.chmod(0o700)
    result = run(GATE / "pip-licenses", "--python", python)
    assert result.returncode == 1
    assert "planted:1.0" in result.stderr


def test_the_sbom_lists_what_runs_on_aws_with_its_licences(tmp_path: Path) -> None:
    written = tmp_path / "sbom.json"
    result = run("make", "--silent", "sbom", f"SBOM={written}")
    assert result.returncode == 0, result.stderr
    sbom = yaml.safe_load(written.read_text())
    locked = pins(ROOT / "functions/requirements.txt") | pins(ROOT / "infra/typesetter/requirements.txt")
    assert sbom["bomFormat"] == "CycloneDX"
    assert {canonicalize_name(each["name"]): each["version"] for each in sbom["components"]} == locked
    assert all(each["licenses"] for each in sbom["components"])


def entries(text: str) -> list[str]:
    """The requirements of a lock, each with its hashes on one line."""
    return re.sub(r"\\\n", "", text).splitlines()


def pins(lock: Path) -> dict[str, str]:
    """The version of each package."""
    found = [Requirement(each.split(" --hash")[0]) for each in entries(lock.read_text())]
    return {
        canonicalize_name(each.name): next(iter(each.specifier)).version
        for each in found
        if each.marker is None or each.marker.evaluate()
    }


def unhashed(text: str) -> list[str]:
    whole = re.compile(r"[\w.-]+==[\w.+!-]+\s*(;[^#]*?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*")
    return [each for each in entries(text) if not whole.fullmatch(each)]


def test_a_requirement_without_a_hash_is_found() -> None:
    hashed = f"boto3==1.0 \\\n    --hash=sha256:{'0' * 64}\n"
    assert unhashed(hashed) == []
    assert unhashed(hashed + "six==1.17.0\n") == ["six==1.17.0"]
    assert unhashed("six>=1.17.0 --hash=sha256:" + "0" * 64) != []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: str(lock.relative_to(ROOT)))
def test_a_lock_pins_each_version_and_its_hashes(lock: Path) -> None:
    assert unhashed(lock.read_text()) == []


def names(wanted: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(each).name) for each in wanted}


def test_the_locks_hold_what_the_project_asks_for() -> None:
    groups = PROJECT["dependency-groups"]
    runtime, typesetter = names(PROJECT["project"]["dependencies"]), names(groups["typesetter"])
    development = names([each for each in groups["dev"] if isinstance(each, str)])
    command = names(PROJECT["project"]["optional-dependencies"]["cli"])
    assert runtime <= set(pins(ROOT / "functions/requirements.txt"))
    assert typesetter == set(pins(ROOT / "infra/typesetter/requirements.txt"))
    assert runtime | typesetter | development | command <= set(pins(ROOT / "tests/requirements.txt"))


def test_tests_run_with_the_versions_that_run_on_aws() -> None:
    tested = pins(ROOT / "tests/requirements.txt").items()
    assert pins(ROOT / "functions/requirements.txt").items() <= tested
    assert pins(ROOT / "infra/typesetter/requirements.txt").items() <= tested


def test_nothing_is_installed_without_its_hash() -> None:
    sources = (ROOT / "Makefile", ROOT / ".ci/run", *(ROOT / "infra").rglob("*.py"))
    lines = [line for path in sources for line in path.read_text().splitlines()]
    installing = [line for line in lines if re.search(r"pip\b.*\binstall\b", line)]
    assert len(installing) >= 6
    assert all("--require-hashes" in line for line in installing)
