"""The layer that sets PDFs: it belongs to the publisher alone."""

from __future__ import annotations

import re

from tests.conftest import ROOT, read_template

TEMPLATE = read_template()


def pinned(path: str) -> dict[str, str]:
    return dict(re.findall(r"^(\S+)==(\S+)", (ROOT / path).read_text(), re.MULTILINE))


def test_only_the_publisher_carries_the_typesetter() -> None:
    carriers = [
        name
        for name, resource in TEMPLATE["Resources"].items()
        if "Typesetter" in resource.get("Properties", {}).get("Layers", [])
    ]
    assert carriers == ["PublisherFunction"]
    assert "typst" not in pinned("functions/requirements.txt")


def test_the_tests_set_pdfs_with_the_version_that_is_deployed() -> None:
    deployed = pinned(f"{TEMPLATE['Resources']['Typesetter']['Properties']['ContentUri']}requirements.txt")
    assert set(deployed) == {"typst"}
    assert deployed.items() <= pinned("tests/requirements.txt").items()


def test_the_typesetter_is_for_the_architecture_and_python_of_the_functions() -> None:
    function, layer = TEMPLATE["Globals"]["Function"], TEMPLATE["Resources"]["Typesetter"]["Properties"]
    assert layer["CompatibleRuntimes"] == [function["Runtime"]]
    assert layer["CompatibleArchitectures"] == function["Architectures"]
