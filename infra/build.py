"""Builds what is deployed: the functions' code with its dependencies, the templates, and what sets PDFs.

`sam build` calls it through the Makefile for each function and layer; the local cloud and the tests call
:func:`artefact`, :func:`templates` and :func:`typesetter` for this machine's own Python and processor.
"""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import pickle  # nosec B403
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
LOCAL = ROOT / ".local"
PYODIDE = LOCAL / "pyodide"
"""CPython for Node, which the Makefile fetches where Python of the runtime's version is missing."""

SERVICES = {"dynamodb": "dynamodb", "s3": "s3", "sesv2": "email", "translate": "translate"}
"""The services that the adapters have clients of, and what botocore's endpoints.json calls each."""

UNUSED = ("bin", "share", "boto3/data", "boto3/examples", "*/tests")
"""What no function reads: commands, manuals, boto3's resources, tests of libraries."""

LOCALE = frozenset({
    "date_formats", "datetime_skeletons", "day_period_rules", "day_periods", "days", "eras", "languages",
    "locale_id", "months", "number_symbols", "quarters", "time_formats", "week_data",
})  # fmt: skip
"""What Babel is asked for: no currencies, units, territories and names of zones."""

GLIBC = ("manylinux2014", "manylinux_2_17", "manylinux_2_28", "manylinux_2_34")
"""The wheels that run on Amazon Linux 2023, whose C library is glibc 2.34."""


class Target(NamedTuple):
    """What a build is for, in Lambda's words: ``python3.14`` on ``arm64``."""

    runtime: str
    architecture: str


HERE = Target(
    f"python{sys.version_info.major}.{sys.version_info.minor}",
    {"aarch64": "arm64"}.get(platform.machine(), platform.machine()),
)


def deployed() -> Target:
    """What template.yaml says of all functions."""
    template = (ROOT / "template.yaml").read_text()
    found = re.search(r"Runtime: (python3\.\d+)\n +Architectures: \[(\w+)\]", template)
    if not found:
        raise RuntimeError("template.yaml does not say what Runtime and Architectures all functions have")
    return Target(*found.groups())


def artefact(target: Target = HERE) -> Path:
    """The folder of the functions' code with its dependencies, built anew where it has changed.

    Raises RuntimeError when Python of the target's version is missing.
    """
    requirements = ROOT / "functions/requirements.txt"
    package = ROOT / "functions/kallelse"
    sources = sorted(package.rglob("*.py"))
    dependencies = built(target, "dependencies", [requirements], partial(_depend, target, requirements))

    def assemble(folder: Path) -> None:
        give(dependencies, folder)
        shutil.copytree(package, folder / "kallelse", ignore=shutil.ignore_patterns("__pycache__", "cli"))
        _compile(target, folder / "kallelse", "/var/task/kallelse")

    return built(target, "functions", [requirements, *sources], assemble)


def _depend(target: Target, requirements: Path, folder: Path) -> None:
    install(target, requirements, folder)
    _trim(folder)
    _trim_locales(folder)
    _compile(target, folder, "/var/task")


def typesetter(target: Target = HERE) -> Path:
    """The folder of the layer that sets PDFs, built as :func:`artefact` is."""
    requirements = ROOT / "infra/typesetter/requirements.txt"

    def lay(folder: Path) -> None:
        install(target, requirements, folder / "python")
        _compile(target, folder / "python", "/opt/python")

    return built(target, "typesetter", [requirements], lay)


def templates(target: Target = HERE) -> Path:
    """The folder of the layer of templates, compiled besides, built as :func:`artefact` is."""
    source = ROOT / "templates"
    compiling = [ROOT / "infra/compile_templates.py", ROOT / "functions/kallelse/rendering.py"]
    files = sorted(path for path in source.rglob("*") if path.is_file())

    def lay(folder: Path) -> None:
        shutil.copytree(source, folder)
        command = [sys.executable, "-m", "infra.compile_templates", str(folder), *target]
        path = os.environ | {"PYTHONPATH": str(ROOT / "functions")}
        subprocess.run(command, check=True, cwd=ROOT, env=path, stdout=subprocess.DEVNULL)  # noqa: S603 # nosec B603

    return built(target, "templates", [ROOT / "functions/requirements.txt", *compiling, *files], lay)


def zipped(folder: Path) -> Path:
    """The archive of a folder that was built, beside it."""
    archive = folder.with_suffix(".zip")
    if not archive.exists():
        shutil.make_archive(str(folder), "zip", folder)
    return archive


def give(folder: Path, destination: str | Path) -> None:
    """A copy of a folder that was built, by links where the file system has them."""

    def link(source: str, copy: str) -> None:
        try:
            os.link(source, copy)
        except OSError:
            shutil.copy2(source, copy)

    shutil.copytree(folder, destination, copy_function=link, dirs_exist_ok=True)


def built(target: Target, name: str, sources: list[Path], build: Callable[[Path], None]) -> Path:
    """The folder of this name, as it was built of the same sources, else built anew.

    One at a time, as tests that run at once ask for the same.
    """
    folder = LOCAL / "build" / "-".join(target) / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    stamp, digest = folder.with_suffix(".sha256"), _digest(sources)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (stamp.exists() and stamp.read_text() == digest):
            for former in (stamp, folder.with_suffix(".zip")):
                former.unlink(missing_ok=True)
            shutil.rmtree(folder, ignore_errors=True)
            build(folder)
            stamp.write_text(digest)
    return folder


def _digest(sources: list[Path]) -> str:
    contents = [f"{each.relative_to(ROOT)} {sha256(each.read_bytes()).hexdigest()}" for each in sources]
    return sha256("\n".join([Path(__file__).read_text(), *contents]).encode()).hexdigest()


def install(target: Target, requirements: Path, folder: Path) -> None:
    """Install with the hashes that are locked; for another machine than this one from wheels only."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-compile"]
    if target != HERE:
        machine = {"arm64": "aarch64"}.get(target.architecture, target.architecture)
        command += ["--only-binary=:all:", "--python-version", target.runtime.removeprefix("python")]
        command += [f"--platform={libc}_{machine}" for libc in GLIBC]
    command += ["--target", str(folder), "--requirement", str(requirements)]
    subprocess.run(command, check=True)  # noqa: S603 # nosec B603


def _trim(folder: Path) -> None:
    """Leave out what no function reads, above all what botocore would read whenever a client is made."""
    for pattern in UNUSED:
        for path in folder.glob(pattern):
            shutil.rmtree(path)
    data = folder / "botocore/data"
    for service in data.iterdir():
        if service.is_dir() and service.name not in SERVICES:
            shutil.rmtree(service)
    for model in data.rglob("*.json.gz"):
        shorter = _undocumented(json.loads(gzip.decompress(model.read_bytes())))
        model.write_bytes(gzip.compress(_as_json(shorter), mtime=0))
    endpoints = json.loads((data / "endpoints.json").read_bytes())
    for partition in endpoints["partitions"]:
        kept = partition["services"].keys() & set(SERVICES.values())
        partition["services"] = {name: partition["services"][name] for name in sorted(kept)}
    (data / "endpoints.json").write_bytes(_as_json(endpoints))


def _trim_locales(folder: Path) -> None:
    """Leave of each locale what dates and the names of languages need, as all of it is read for any of it."""
    for path in folder.glob("babel/locale-data/*.dat"):
        data = pickle.loads(path.read_bytes())  # noqa: S301 # nosec B301 - its hash is locked
        kept = {name: value for name, value in data.items() if name in LOCALE}
        path.write_bytes(pickle.dumps(kept, pickle.HIGHEST_PROTOCOL))


def _undocumented(model: Any) -> Any:
    """The model with its documentation empty, as botocore asks for some of it without using it."""
    if isinstance(model, list):
        return [_undocumented(each) for each in model]
    if not isinstance(model, dict):
        return model
    return {
        name: "" if name == "documentation" and isinstance(value, str) else _undocumented(value)
        for name, value in model.items()
    }


def _as_json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _compile(target: Target, folder: Path, where: str) -> None:
    """Compile to what is never checked against the source, as archives forget when that was written.

    ``where``: where Lambda has the folder, so that code need not be told anew where it is from.
    """
    options = ["-q", "--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", where]
    command = [*interpreter(target), "-m", "compileall", *options, str(folder)]
    subprocess.run(command, check=True)  # noqa: S603 # nosec B603


def interpreter(target: Target) -> list[str]:
    """The command of a Python of the target's version, as no other version reads what it compiles."""
    version = target.runtime.removeprefix("python")
    if target.runtime == HERE.runtime:
        return [sys.executable]
    if found := shutil.which(target.runtime):
        return [found]
    if (PYODIDE / "ready").exists():
        told = json.loads((PYODIDE / "package.json").read_text())["version"]  # 314.0.7 is of Python 3.14
        if told.split(".")[0] == version.replace(".", ""):
            return ["node", str(ROOT / "infra/python.mjs"), str(PYODIDE), str(ROOT)]
    raise RuntimeError(
        f"{target.runtime} is missing, which compiles the code: install Python {version},"
        " or run `make .local/pyodide/ready`, which fetches one for Node"
    )


def main(resource: str, destination: str) -> None:
    """Give SAM what it deploys: one of the layers, or a function, which all have the same code."""
    layers = {"Templates": templates, "Typesetter": typesetter}
    give(layers.get(resource, artefact)(deployed()), destination)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except RuntimeError as error:
        sys.exit(str(error))
