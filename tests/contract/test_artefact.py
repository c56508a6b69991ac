"""What is deployed: complete, for Lambda's machines, compiled, and nothing that no function needs."""

from __future__ import annotations

import _imp
import gzip
import json
import os
import pickle
import py_compile
import re
import struct
import subprocess
import sys
from hashlib import sha1
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from shutil import copytree
from typing import Any

import boto3
import pytest
from infra.build import HERE, SERVICES, Target, artefact, deployed, interpreter, templates, typesetter
from infra.compile_templates import mark
from infra.sizes import MEGABYTE, UNPACKED, Size, sizes, too_large
from jinja2.bccache import bc_magic
from tests.conftest import ROOT, SAM, read_template
from tests.visiting import request

from kallelse.rendering import COMPILED

TEMPLATE = read_template()
HANDLERS = {
    name: resource["Properties"]["Handler"]
    for name, resource in TEMPLATE["Resources"].items()
    if resource["Type"] == "AWS::Serverless::Function"
}
LAMBDA = deployed()
MAGIC = {"python3.14": 3627}
"""The number of the bytecode (CPython, Include/internal/pycore_magic_number.h)."""

MACHINES = {"arm64": 0xB7, "x86_64": 0x3E}
"""What an ELF file says it is for (elf.h: EM_AARCH64, EM_X86_64)."""

START = """
import builtins, importlib, json, sys
from importlib.machinery import SourceFileLoader

compiled, ordinary = [], compile

def compiling(source, path, *rest, **options):
    if "/templates" in str(path):
        compiled.append(path)
    return ordinary(source, path, *rest, **options)

builtins.compile = compiling

class Compiling:
    def __init__(self, ordinary):
        self.ordinary = ordinary

    def __get__(self, loader, _type):
        def compiling(data, path, **options):
            compiled.append(path)
            return self.ordinary(loader, data, path, **options)
        return compiling

SourceFileLoader.source_to_code = Compiling(SourceFileLoader.source_to_code)
module, function = sys.argv[1].rsplit(".", 1)
handler = getattr(importlib.import_module(module), function)
answers = [handler(json.loads(event), None) for event in sys.argv[2:]]
origins = [each.__file__ for each in list(sys.modules.values()) if getattr(each, "__file__", None)]
print(json.dumps({"compiled": compiled, "origins": origins, "answers": answers}))
"""
"""Starts a handler, hands it the events, and tells what Python had to compile for that."""


def alone(*path: Path, command: list[str], **variables: str) -> str:
    """What Python prints with nothing but the path and its own library to import from."""
    environment = {"PYTHONPATH": os.pathsep.join(map(str, path)), "AWS_DEFAULT_REGION": "eu-north-1"}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-S", "-P", "-B", *command],
        env=environment | variables,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def start(*path: Path, handler: str, events: tuple[dict[str, Any], ...] = (), **variables: str) -> Any:
    command = ["-c", START, handler, *map(json.dumps, events)]
    return json.loads(alone(*path, command=command, **variables).splitlines()[-1])


@pytest.mark.parametrize("name", sorted(HANDLERS))
def test_a_handler_starts_from_the_artefact_alone_and_nothing_is_compiled_then(name: str) -> None:
    folder = artefact()
    started = start(folder, handler=HANDLERS[name])
    assert [path for path in started["compiled"] if path.startswith(str(folder))] == []
    assert f"{folder}/kallelse/errors.py" in started["origins"]
    assert not [path for path in started["origins"] if "-packages" in path]


def test_code_that_is_not_compiled_or_older_than_its_source_is_noticed(tmp_path: Path) -> None:
    package = tmp_path / "kallelse"
    copytree(artefact() / "kallelse", package)
    for name in ("errors", "clock"):
        next((package / "__pycache__").glob(f"{name}.*.pyc")).unlink()
    py_compile.compile(str(package / "clock.py"))
    os.utime(package / "clock.py", (0, 0))
    started = start(tmp_path, artefact(), handler=HANDLERS["PublicFunction"])
    found = {path for path in started["compiled"] if path.startswith(str(tmp_path))}
    assert found == {str(package / "errors.py"), str(package / "clock.py")}


def test_the_public_function_answers_in_each_language_from_the_artefact_and_the_layer_alone() -> None:
    started = look_at_statements(templates())
    titles = [re.findall("<h1.*?>(.+?)</h1>", answer["body"])[0] for answer in started["answers"]]
    assert titles == ["Tillgänglighetsutlåtande", "Saavutettavuusseloste", "Accessibility statement"]
    assert started["compiled"] == []


def look_at_statements(layer: Path) -> Any:
    """The accessibility statement in three languages, with this layer of templates."""
    events = tuple(request("GET", f"/accessibility/{language}", {}) for language in ("sv", "fi", "en"))
    settings = {"KALLELSE_TABLE": "none", "KALLELSE_BUCKET": "none", "KALLELSE_TEMPLATES": str(layer)}
    return start(artefact(), handler=HANDLERS["PublicFunction"], events=events, **settings)


def test_an_organisations_own_templates_need_not_be_compiled(tmp_path: Path) -> None:
    own = Path(copytree(ROOT / "templates", tmp_path / "templates"))
    (own / "web/accessibility.html").write_text("<h1>Our own</h1>")
    started = look_at_statements(own)
    assert [answer["body"] for answer in started["answers"]] == ["<h1>Our own</h1>"] * 3
    assert str(own / "web/accessibility.html") in started["compiled"]


@pytest.mark.parametrize("target", [HERE, LAMBDA])
def test_the_layer_has_each_template_compiled_for_the_runtime_of_the_functions(target: Target) -> None:
    layer = templates(target)
    compiled = {path.name: path.read_bytes() for path in (layer / COMPILED).iterdir()}
    sources = [path for path in (ROOT / "templates").glob("[deow]*/**/*.*") if "~" not in path.name]
    named = {path.relative_to(ROOT / "templates").as_posix().replace("/", "~"): path for path in sources}
    assert len(compiled) > 100
    for name, code in compiled.items():
        digest = sha1(named[name].read_bytes(), usedforsecurity=False).hexdigest()
        assert code.startswith(mark(target) + pickle.dumps(digest, 2))


def test_jinja_reads_what_has_its_own_mark() -> None:
    assert mark(HERE) == bc_magic != mark(Target("python3.10", HERE.architecture))


def test_the_typesetter_sets_pdfs_from_its_layer_alone() -> None:
    set_ = "import typst; print(typst.compile(b'= Kallelse', format='pdf')[:5])"
    assert alone(typesetter() / "python", command=["-c", set_]).strip() == "b'%PDF-'"


def badly_compiled(folder: Path, magic: int, tag: str) -> list[str]:
    """The sources whose compiled code is missing, for another Python, checked, or of another text."""
    key = magic + (0x0A0D << 16)  # as in the first four bytes, which end in a line's end

    def well(source: Path) -> bool:
        compiled = source.parent / "__pycache__" / f"{source.stem}.{tag}.pyc"
        if not compiled.exists():
            return False
        head = compiled.read_bytes()[:16]
        unchecked = struct.pack("<LL", key, 0b01)  # PEP 552
        return head == unchecked + _imp.source_hash(key, source.read_bytes())

    return sorted(path.name for path in folder.rglob("*.py") if not well(path))


@pytest.mark.parametrize("target", [HERE, LAMBDA])
def test_all_code_is_compiled_for_its_runtime_and_never_checked_against_the_source(target: Target) -> None:
    number = MAGIC[target.runtime] if target == LAMBDA else int.from_bytes(MAGIC_NUMBER[:2], "little")
    for folder in (artefact(target), typesetter(target)):
        assert list(folder.rglob("*.py"))
        assert badly_compiled(folder, number, tag(target)) == []


def tag(target: Target) -> str:
    return target.runtime.replace("python", "cpython-").replace(".", "")


def test_code_that_is_compiled_otherwise_is_noticed(tmp_path: Path) -> None:
    mode = py_compile.PycInvalidationMode
    modes = {
        "fine": mode.UNCHECKED_HASH,
        "changed": mode.UNCHECKED_HASH,
        "checked": mode.CHECKED_HASH,
        "timed": mode.TIMESTAMP,
    }
    for name, kind in modes.items():
        source = tmp_path / f"{name}.py"
        source.write_text("a = 1\n")
        py_compile.compile(str(source), invalidation_mode=kind)
    (tmp_path / "changed.py").write_text("a = 2\n")
    (tmp_path / "missing.py").write_text("a = 1\n")
    number = int.from_bytes(MAGIC_NUMBER[:2], "little")
    unwanted = ["changed.py", "checked.py", "missing.py", "timed.py"]
    assert badly_compiled(tmp_path, number, tag(HERE)) == unwanted
    assert badly_compiled(tmp_path, number + 1, tag(HERE)) == sorted([*unwanted, "fine.py"])


def foreign(folder: Path, target: Target) -> list[str]:
    """The libraries of machine code that are for another machine or Python."""
    libraries = [path for path in folder.rglob("*") if path.is_file() and path.read_bytes()[:4] == b"\x7fELF"]
    named = re.compile(rf"\.({tag(target)}-[a-z0-9_-]+|abi3)\.so$")
    return [
        path.name
        for path in libraries
        if struct.unpack_from("<H", path.read_bytes(), 18)[0] != MACHINES[target.architecture]
        or not named.search(path.name)
    ]


def test_all_machine_code_is_for_the_processor_and_the_python_of_the_functions() -> None:
    assert foreign(artefact(LAMBDA), LAMBDA) == []
    assert foreign(typesetter(LAMBDA), LAMBDA) == []
    assert len(list(artefact(LAMBDA).rglob("*.so"))) >= 4


def test_machine_code_for_others_is_noticed() -> None:
    folder, other = artefact(), {"arm64": "x86_64", "x86_64": "arm64"}[HERE.architecture]
    libraries = sorted(path.name for path in folder.rglob("*.so"))
    assert sorted(foreign(folder, Target(HERE.runtime, other))) == libraries
    older = [name for name in libraries if "abi3" not in name]
    assert sorted(foreign(folder, Target("python3.10", HERE.architecture))) == older


def test_the_artefact_has_the_libraries_that_are_locked_and_no_other() -> None:
    locked = re.findall(r"^(\S+)==", (ROOT / "functions/requirements.txt").read_text(), re.MULTILINE)
    names = [path.name.split("-")[0] for path in artefact(LAMBDA).glob("*.dist-info")]
    assert sorted(re.sub("[-_.]+", "-", name).lower() for name in names) == sorted(locked)


def test_the_artefact_has_all_of_kallelse_but_the_command_and_no_tests() -> None:
    source, folder = ROOT / "functions/kallelse", artefact(LAMBDA)
    wanted = {path.relative_to(source) for path in source.rglob("*.py")}
    kept = {path.relative_to(folder / "kallelse") for path in (folder / "kallelse").rglob("*.py")}
    assert kept == {path for path in wanted if path.parts[0] != "cli"} != wanted
    assert not list(folder.glob("*/tests"))


def test_the_services_that_are_kept_are_those_of_the_adapters() -> None:
    source = "".join(path.read_text() for path in (ROOT / "functions/kallelse").rglob("*.py"))
    assert set(re.findall(r'boto3\.client\(\s*"(\w+)"', source)) == SERVICES.keys()
    assert re.findall(r"boto3\.client\(\s*[^\s\"]|boto3\.(?:resource|Session)|get_session", source) == []


def calls(*path: Path) -> list[str]:
    exercise = str(ROOT / "tests/contract/exercise.py")
    return alone(*path, command=[exercise, *SERVICES]).splitlines()


def test_every_call_of_the_services_in_use_is_sent_as_with_all_that_botocore_brings() -> None:
    whole = calls(Path(boto3.__file__).parents[1])
    assert len(whole) > 900
    assert calls(artefact()) == whole


def test_a_call_that_trimming_changed_is_noticed(tmp_path: Path) -> None:
    folder = artefact()
    for package in ("boto3", "botocore"):
        copytree(folder / package, tmp_path / package)
    [path] = (tmp_path / "botocore/data/dynamodb").glob("*/service-2.json.gz")
    model = json.loads(gzip.decompress(path.read_bytes()))
    del model["operations"]["Query"]
    path.write_bytes(gzip.compress(json.dumps(model).encode()))
    lost = set(calls(folder)) - set(calls(tmp_path, folder))
    assert {json.loads(call)[2] for call in lost} == {"query"}


DATES = """
import sys
from datetime import datetime
from babel import Locale
from babel.localedata import locale_identifiers
from kallelse import rendering

for language in sorted(set(each[:2] for each in locale_identifiers() if len(each.split("_")[0]) == 2)):
    told = [rendering.NAMES[language], Locale.parse("fi").get_display_name(language)]
    for month in range(1, 13):
        at = datetime(2020, month, month + 1, 2 * month - 2, 5)
        told += [write(at, language) for write in (rendering.day, rendering._short_day, rendering.clock)]
    print(language, *told)
"""


def test_all_languages_write_dates_as_with_all_that_babel_brings() -> None:
    whole = alone(ROOT / "functions", Path(boto3.__file__).parents[1], command=["-c", DATES])
    assert len(whole.splitlines()) > 150
    assert "torsdag 10 september 2020 10 sep." in whole
    assert "svenska" in whole.lower()
    assert alone(artefact(), command=["-c", DATES]) == whole


def test_sam_builds_the_template_with_the_artefact_in_each_function(tmp_path: Path) -> None:
    environment = os.environ | {"SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "eu-north-1"}
    command = [str(SAM / "sam"), "build", "--build-dir", str(tmp_path / "build")]
    built = subprocess.run(  # noqa: S603
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    for name in HANDLERS:
        assert files(tmp_path / "build" / name) == files(artefact(LAMBDA))
    assert files(tmp_path / "build/Templates") == files(templates(LAMBDA))
    assert files(tmp_path / "build/Typesetter") == files(typesetter(LAMBDA))
    found = {each.name: each for each in sizes(tmp_path / "build/template.yaml")}
    assert found.keys() == HANDLERS.keys() | {"Templates", "Typesetter"}
    assert too_large(list(found.values())) == []
    publisher, layers = found["PublisherFunction"], (found["Templates"], found["Typesetter"])
    assert publisher.loaded == publisher.unpacked + sum(layer.unpacked for layer in layers)
    # 70.2 MB in November 2026; botocore whole would add 27.
    assert publisher.unpacked < 80 * MEGABYTE


def files(folder: Path) -> dict[str, int]:
    found = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.stat().st_size for path in found}


def test_what_is_larger_than_lambda_takes_is_named() -> None:
    assert too_large([Size("fits", 1, 1, UNPACKED), Size("not", 1, 1, UNPACKED + 1)]) == ["not"]


def test_without_python_of_the_runtimes_version_it_is_said_what_to_do() -> None:
    with pytest.raises(RuntimeError, match=r"install Python 3\.99, or run `make \.local/pyodide/ready`"):
        interpreter(Target("python3.99", "arm64"))
