"""What the references import, as an ordinary `sam build` leaves it: the packages as they are."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from infra.build import HERE, built, install
from tests.conftest import ROOT

PACKAGES = frozenset({
    "annotated-types", "aws-lambda-powertools", "aws-xray-sdk", "boto3", "botocore", "dnspython",
    "email-validator", "idna", "jinja2", "jmespath", "markupsafe", "pydantic", "pydantic-core",
    "python-dateutil", "s3transfer", "six", "typing-extensions", "typing-inspection", "urllib3", "wrapt",
})  # fmt: skip
"""boto3, powertools with tracing, pydantic with addresses, Jinja2, and what these need."""

LOCKED = ROOT / "tests/requirements.txt"


def plain() -> Path:
    """The folder of the packages of the versions that ours has, compiled in place as pip does it."""

    def lay(folder: Path) -> None:
        chosen = folder.with_suffix(".txt")
        blocks = re.split(r"^(?=\S)", LOCKED.read_text(), flags=re.MULTILINE)
        chosen.write_text("".join(each for each in blocks if each.split("==")[0] in PACKAGES))
        install(HERE, chosen, folder)
        subprocess.run([sys.executable, "-m", "compileall", "-q", str(folder)], check=True)  # noqa: S603

    return built(HERE, "plain", [LOCKED, Path(__file__)], lay)
