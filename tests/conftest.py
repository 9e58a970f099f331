"""What the tests share: workspaces in temporary folders, the shipped model, the sample, a browser."""

import io
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, sync_playwright
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import app_test, local_script_runner

from pipeline import file_imports, readings, run, settings
from pipeline.__main__ import main
from pipeline.addresses import TALKATIVE
from pipeline.locks import working
from pipeline.publish import ModelFacts
from pipeline.store import Workspace
from pipeline.touch import Brand
from tests.browser import ADVICE, find
from tests.server import CHROMIUM

ROOT = Path(__file__).resolve().parent.parent
PAYLOADS = ROOT / "tests" / "payloads"
SHARED = ROOT.parent / "shared" / "data"

os.environ.setdefault("ORCHARD_CACHE", str(ROOT / "build" / "cache"))  # where the network is exported once, for all

TAMROW = Brand("TamrowBuild", "Tamrow Build", ("TamrowBuild",))


def orchard(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m pipeline` in a workspace, as a user does."""
    command = [sys.executable, "-m", "pipeline", *arguments]
    env = os.environ | {"ORCHARD_DATA": str(folder)} | environment
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def orchard_here(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Do what `orchard` does in this process, which costs a second less: where the process itself is not the matter."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setenv("ORCHARD_DATA", str(folder))
        patch.setattr(sys, "argv", ["python -m pipeline", *arguments])
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


@pytest.fixture(autouse=True)
def every_library_logs_again() -> None:
    """Undo what a notice of an earlier test silenced for good, lest a test of what logs hold finds them empty."""
    for name in TALKATIVE:
        logging.getLogger(name).disabled = False


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real browser, where there is one or one can be had."""
    path = find()
    if path is None:
        pytest.skip(f"NO BROWSER: {ADVICE}")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=CHROMIUM)
        yield started
        started.close()


@pytest.fixture(scope="session", autouse=True)
def pages_are_run_without_waste() -> Iterator[None]:
    """Keep what each run of an AppTest makes anew, and sleep until it ends.

    That is what Streamlit finds in other packages, for half a second, and the compiled pages, a tenth of a run. It
    looks a thousand times a second whether the run has ended, which takes the time from the run itself.
    """
    look = local_script_runner.require_widgets_deltas

    def sleep_first(runner: local_script_runner.LocalScriptRunner, timeout: float = 3) -> None:
        runner._script_thread.join(timeout)
        look(runner, 1)  # which has ended, or never will

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        patch.setattr(local_script_runner, "require_widgets_deltas", sleep_first)
        for module in (app_test, local_script_runner):
            patch.setattr(module, "ScriptCache", cache(ScriptCache))
        yield


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


@pytest.fixture(scope="session")
def model() -> readings.Model:
    from models.sentiment import load

    return load()


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory, model: readings.Model) -> Workspace:
    """The shipped sample as `demo` makes it, scored by the shipped model: once for all processes, each has a copy."""
    base = tmp_path_factory.getbasetemp()
    made = Workspace((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "made")
    with FileLock(made.folder.with_suffix(".lock")):
        if not made.published.exists():
            make_sample(made, model)
    place = Workspace(tmp_path_factory.mktemp("sample"))
    shutil.copytree(made.folder, place.folder, dirs_exist_ok=True)
    return place


def make_sample(place: Workspace, model: readings.Model) -> None:
    from models.catalog import card

    source = settings.ROOT / "data" / "sample"
    chosen = settings.load(source)
    place.folder.mkdir()
    (place.folder / "brand.toml").write_bytes((source / "brand.toml").read_bytes())
    with working(place, "test"):
        for brand in chosen.brand_settings():
            file_imports.import_file(place, source / "touches.jsonl", brand.to_brand())
        run.refresh(place, chosen, lambda: model, lambda: ModelFacts(model.version, card()))


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A complete but very small classifier of a hub's form, with its labels in another order."""
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    from models.bases import base_folder

    names = {0: "Positive", 1: "Negative", 2: "Neutral"}
    config = BertConfig(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, id2label=names
    )
    BertForSequenceClassification(config).save_pretrained(tmp_path / "tiny")
    AutoTokenizer.from_pretrained(base_folder()).save_pretrained(tmp_path / "tiny")
    return tmp_path / "tiny"


@pytest.fixture
def in_workspace(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Workspace], None]]:
    """Let the program look at a workspace for one test."""
    yield lambda place: monkeypatch.setenv("ORCHARD_DATA", str(place.folder))


@pytest.fixture
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip("the public data beside the project (../shared) is not here")
    return SHARED
