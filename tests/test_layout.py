"""Imports go one way, and registries, files and manual agree."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from pipeline.metrics import METRICS
from pipeline.reads import READS
from pipeline.source_settings import FILE_FORMATS
from pipeline.sources import SOURCES
from tests.conftest import PAYLOADS, ROOT

# Part -> what it may import of ours. `models` is imported late, by the two functions of __main__ that need it.
ALLOWED = {
    "dashboard.py": {"views"},
    "views": {
        "views",
        "pipeline.reads",
        "pipeline.metrics",
        "pipeline.store",
        "pipeline.journal",
        "pipeline.journal_reads",
        "pipeline.journal_changes",
        "pipeline.identity",
        "pipeline.identity_evidence",
        "pipeline.ended",
        "pipeline.noticed",
        "pipeline.presence",
        "pipeline.settings",
        "pipeline.tables",
        "pipeline.telling",
        "pipeline.touch",
        "pipeline.rules",
        "models.bases",
        "models.embed",
        "models.explain",
    },
    "pipeline/touch.py": set(),
    "pipeline/rules.py": {"pipeline.whole_words"},
    "pipeline/whole_words.py": set(),
    "pipeline/words.py": set(),
    "pipeline/keyness.py": {"pipeline.words"},
    "pipeline/clusters.py": {"pipeline.keyness", "pipeline.words"},
    "pipeline/topics.py": {"pipeline.clusters", "pipeline.store", "pipeline.touch", "pipeline.vectors"},
    "pipeline/vectors.py": {"pipeline.store", "pipeline.touch"},
    "pipeline/settings.py": {
        "pipeline.rules",
        "pipeline.sections",
        "pipeline.source_settings",
        "pipeline.touch",
        "pipeline.words",
        "pipeline.wrong_settings",
    },
    "pipeline/sections.py": {"pipeline.rules", "pipeline.source_settings", "pipeline.touch"},
    "pipeline/wrong_settings.py": {"pipeline.sections", "pipeline.source_settings"},
    "pipeline/source_settings.py": {"pipeline.touch"},
    "pipeline/secrets.py": {"pipeline.settings"},
    "pipeline/erase.py": {"pipeline.store"},
    "pipeline/cursors.py": {
        "pipeline.erase",
        "pipeline.rows",
        "pipeline.sources",
        "pipeline.store",
        "pipeline.touch",
        "pipeline.touches",
    },
    "pipeline/reworded.py": {"pipeline.cursors", "pipeline.sources", "pipeline.store", "pipeline.touch"},
    "pipeline/plain.py": {"pipeline.touch"},
    "pipeline/tally.py": {"pipeline.plain"},
    "pipeline/windows.py": {"pipeline.cursors", "pipeline.source_settings", "pipeline.sources", "pipeline.store"},
    "pipeline/job.py": {
        "pipeline.cursors",
        "pipeline.secrets",
        "pipeline.settings",
        "pipeline.source_settings",
        "pipeline.sources",
        "pipeline.store",
        "pipeline.touch",
    },
    "pipeline/budget.py": {"pipeline.cursors", "pipeline.job", "pipeline.sources", "pipeline.store", "pipeline.tally"},
    "pipeline/pages.py": {
        "pipeline.cursors",
        "pipeline.job",
        "pipeline.reworded",
        "pipeline.sources",
        "pipeline.tally",
        "pipeline.touch",
    },
    "pipeline/recheck.py": {
        "pipeline.budget",
        "pipeline.cursors",
        "pipeline.job",
        "pipeline.pages",
        "pipeline.sources",
        "pipeline.store",
        "pipeline.tally",
    },
    "pipeline/plan.py": {
        "pipeline.cursors",
        "pipeline.job",
        "pipeline.recheck",
        "pipeline.settings",
        "pipeline.sources",
        "pipeline.store",
        "pipeline.tally",
        "pipeline.windows",
    },
    "pipeline/follow.py": {
        "pipeline.budget",
        "pipeline.cursors",
        "pipeline.job",
        "pipeline.locks",
        "pipeline.pages",
        "pipeline.sources",
        "pipeline.store",
        "pipeline.tally",
        "pipeline.windows",
    },
    "pipeline/collect.py": {
        "pipeline.budget",
        "pipeline.cursors",
        "pipeline.job",
        "pipeline.pages",
        "pipeline.recheck",
        "pipeline.settings",
        "pipeline.source_settings",
        "pipeline.sources",
        "pipeline.store",
        "pipeline.tally",
        "pipeline.windows",
    },
    "pipeline/schedule.py": set(),
    "pipeline/ahead.py": set(),
    "pipeline/rows.py": {"pipeline.touch"},
    "pipeline/touches.py": {"pipeline.rows", "pipeline.store", "pipeline.touch"},
    "pipeline/locks.py": {"pipeline.store"},
    "pipeline/contents.py": {"pipeline.store", "pipeline.touch"},
    "pipeline/history.py": {"pipeline.ended", "pipeline.store", "pipeline.touch"},
    "pipeline/ended.py": {"pipeline.store"},
    "pipeline/adopt.py": {
        "pipeline.contents",
        "pipeline.publish",
        "pipeline.settings",
        "pipeline.store",
        "pipeline.touch",
    },
    "pipeline/file_cursors.py": {"pipeline.store", "pipeline.touch", "pipeline.touches"},
    "pipeline/scores.py": {"pipeline.store"},
    "pipeline/presence.py": {"pipeline.locks", "pipeline.store"},
    "pipeline/imports.py": {"pipeline.store", "pipeline.touch"},
    "pipeline/take_back.py": {"pipeline.erase", "pipeline.imports", "pipeline.publish", "pipeline.store"},
    "pipeline/rehearse.py": {
        "pipeline.file_cursors",
        "pipeline.file_imports",
        "pipeline.locks",
        "pipeline.store",
        "pipeline.touch",
    },
    "pipeline/forget.py": {
        "pipeline.contents",
        "pipeline.erase",
        "pipeline.forgotten",
        "pipeline.identity",
        "pipeline.publish",
        "pipeline.settings",
        "pipeline.store",
        "pipeline.touches",
        "pipeline.typed",
        "pipeline.unnamed",
    },
    "pipeline/forgotten.py": {"pipeline.publish", "pipeline.store", "pipeline.touches"},
    "pipeline/backup.py": {"pipeline.forgotten", "pipeline.store"},
    "pipeline/backups.py": {"pipeline.backup", "pipeline.forgotten", "pipeline.settings", "pipeline.store"},
    "pipeline/restore.py": {"pipeline.backup", "pipeline.forget", "pipeline.forgotten", "pipeline.store"},
    "pipeline/unnamed.py": {"pipeline.store", "pipeline.touch"},
    "pipeline/retry.py": {
        "pipeline.contents",
        "pipeline.cursors",
        "pipeline.erase",
        "pipeline.file_cursors",
        "pipeline.rows",
        "pipeline.settings",
        "pipeline.sources",
        "pipeline.store",
        "pipeline.touch",
        "pipeline.touches",
    },
    "pipeline/sources": {"pipeline.sources", "pipeline.source_settings", "pipeline.touch", "pipeline.whole_words"},
    "pipeline/metrics": {"pipeline.metrics"},
    "pipeline/digest": {
        "pipeline.digest",
        "pipeline.ended",
        "pipeline.journal_reads",
        "pipeline.plain",
        "pipeline.reads",
        "pipeline.sections",
        "pipeline.settings",
        "pipeline.store",
        "pipeline.telling",
    },
    "pipeline/notify.py": {
        "pipeline.addresses",
        "pipeline.digest",
        "pipeline.locks",
        "pipeline.noticed",
        "pipeline.notices",
        "pipeline.sections",
        "pipeline.settings",
        "pipeline.store",
        "pipeline.telling",
    },
    "pipeline/addresses.py": {"pipeline.secrets", "pipeline.store"},
    "pipeline/notices.py": {"pipeline.store"},
    "pipeline/noticed.py": {"pipeline.store"},
    "pipeline/telling": {"pipeline.metrics", "pipeline.telling"},
    "pipeline/tables.py": {"pipeline.plain"},
    "pipeline/sample.py": {"pipeline.journal", "pipeline.journal_changes", "pipeline.labels", "pipeline.store"},
    "pipeline/labels.py": {"pipeline.sources"},
    "pipeline/typed.py": {"pipeline.store", "pipeline.touch"},
    "pipeline/barred.py": {"pipeline.store", "pipeline.typed"},
    "pipeline/journal.py": {
        "pipeline.barred",
        "pipeline.contents",
        "pipeline.store",
        "pipeline.touch",
        "pipeline.typed",
    },
    "pipeline/journal_reads.py": {"pipeline.store"},
    "pipeline/journal_changes.py": {"pipeline.journal_reads", "pipeline.store", "pipeline.typed"},
    "pipeline/known.py": {
        "pipeline.barred",
        "pipeline.contents",
        "pipeline.identity",
        "pipeline.journal_reads",
        "pipeline.settings",
        "pipeline.store",
    },
    "pipeline/identity.py": {"pipeline.journal", "pipeline.journal_reads", "pipeline.store", "pipeline.typed"},
    "pipeline/identity_evidence.py": {
        "pipeline.contents",
        "pipeline.identity",
        "pipeline.journal_reads",
        "pipeline.store",
    },
    "pipeline/log.py": {
        "pipeline.barred",
        "pipeline.journal",
        "pipeline.journal_reads",
        "pipeline.known",
        "pipeline.store",
        "pipeline.typed",
    },
    "pipeline/watch.py": set(),
    "pipeline/progress.py": set(),
    "pipeline/export.py": {"pipeline.store"},
    "pipeline/benchmark.py": {"pipeline.store", "pipeline.publish", "pipeline.settings"},
    "pipeline/reads": {"pipeline.metrics"},
    "pipeline/store.py": {"pipeline.turns"},
    "pipeline/publish.py": {
        "pipeline.contents",
        "pipeline.store",
        "pipeline.metrics",
        "pipeline.settings",
        "pipeline.sources",
        "pipeline.touches",
    },
    "pipeline/benchmark_import.py": {"pipeline.benchmark", "pipeline.file_imports", "pipeline.store", "pipeline.touch"},
    "pipeline/bulk.py": {"pipeline.ahead", "pipeline.rows", "pipeline.sources", "pipeline.store", "pipeline.touch"},
    "pipeline/beside.py": {
        "pipeline.rules",
        "pipeline.scores",
        "pipeline.store",
        "pipeline.touch",
        "pipeline.whole_words",
    },
    "pipeline/renamed.py": {
        "pipeline.beside",
        "pipeline.rules",
        "pipeline.store",
        "pipeline.touch",
        "pipeline.whole_words",
    },
    "pipeline/file_imports.py": {
        "pipeline.ahead",
        "pipeline.bulk",
        "pipeline.contents",
        "pipeline.file_cursors",
        "pipeline.plain",
        "pipeline.settings",
        "pipeline.source_settings",
        "pipeline.sources",
        "pipeline.store",
        "pipeline.touch",
    },
    "pipeline/readings.py": {
        "pipeline.publish",
        "pipeline.rules",
        "pipeline.scores",
        "pipeline.settings",
        "pipeline.touch",
    },
    "pipeline/run.py": {
        "pipeline.adopt",
        "pipeline.backups",
        "pipeline.beside",
        "pipeline.collect",
        "pipeline.contents",
        "pipeline.file_imports",
        "pipeline.forget",
        "pipeline.history",
        "pipeline.plain",
        "pipeline.publish",
        "pipeline.readings",
        "pipeline.renamed",
        "pipeline.scores",
        "pipeline.settings",
        "pipeline.sources",
        "pipeline.store",
        "pipeline.topics",
        "pipeline.touch",
        "pipeline.vectors",
    },
    "models": {"models"},
}


def our_imports(file: Path) -> set[str]:
    """Return the modules of ours that a file imports anywhere."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] in ("views", "pipeline", "models", "tests")}


@pytest.mark.parametrize("part", ALLOWED)
def test_imports_go_one_way(part: str):
    place = ROOT / part
    for file in [place] if place.is_file() else sorted(place.glob("*.py")):
        wrong = {n for n in our_imports(file) if not any(n == a or n.startswith(f"{a}.") for a in ALLOWED[part])}
        assert not wrong, f"{file.relative_to(ROOT)} imports {wrong}"


def test_only_the_store_and_what_it_hands_out_know_duckdb():
    users = {
        str(file.relative_to(ROOT))
        for folder in ("pipeline", "views", "models")
        for file in (ROOT / folder).rglob("*.py")
        if "duckdb.connect" in file.read_text(encoding="utf-8")
    }
    assert users == {"pipeline/store.py"}


def test_the_dashboard_never_imports_torch():
    code = "import sys; from views import _charts, _data, _filters, _messages, _words; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "pipeline.store" in done.stdout.split()
    assert not {"torch", "transformers", "models", "networkx"} & set(done.stdout.split())


def test_a_command_starts_without_the_statistics_that_only_some_need():
    code = "import sys, pipeline.__main__; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "pipeline.store" in done.stdout.split()
    slow = {"scipy", "sklearn", "statsmodels", "ruptures", "pandas", "torch", "onnxruntime", "streamlit"}
    assert not slow & set(done.stdout.split())


def test_the_formats_of_the_settings_are_the_sources():
    assert set(get_args(FILE_FORMATS)) == {*SOURCES, "auto", "mapped"}


def test_every_metric_has_its_file_and_its_paragraph():
    files = {file.stem for file in (ROOT / "pipeline" / "metrics").glob("*.sql")}
    paragraphs = set(
        re.findall(r"^### `(\w+)`", (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert files == set(METRICS) == paragraphs


def test_of_how_many_people_anything_is_told_is_written_once():
    files = (file for folder in ("pipeline", "views") for file in (ROOT / folder).rglob("*.py"))
    assert [file.name for file in files if re.search("^FEWEST = 5\\b", file.read_text("utf-8"), re.M)] == ["fewest.py"]


def test_every_read_has_its_file():
    assert {file.stem for file in (ROOT / "pipeline" / "reads").glob("*.sql")} == set(READS)


def test_every_source_has_its_payload():
    assert {file.stem for file in PAYLOADS.iterdir()} == set(SOURCES)


TEXTS = sorted([*(ROOT / "views" / "texts").rglob("*.toml"), *(ROOT / "pipeline" / "telling").rglob("*.toml")])


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.stem)
def test_every_text_is_said_and_every_text_that_is_said_is_there(file: Path):
    """Names are looked for as strings in all that says any: a page may choose among several by a computed name."""
    folders = [ROOT / "views", ROOT / "pipeline" / "telling", ROOT / "pipeline" / "digest"]
    sources = [each.read_text(encoding="utf-8") for folder in folders for each in sorted(folder.glob("*.py"))]
    sources.append((ROOT / "pipeline" / "notify.py").read_text(encoding="utf-8"))
    names, code = set(tomllib.loads(file.read_text(encoding="utf-8"))), "\n".join(sources)
    assert not {name for name in names if not re.search(rf"""["']{re.escape(name)}["']""", code)}
    if file.stem == "told":
        said = set(re.findall(r"""\b(?:voice|VOICE|self)\.say\(\s*["']([\w-]+)["']""", code))
    else:
        ours = [text for text in sources if f'texts.of("{file.stem}"' in text]
        said = {name for text in ours for name in re.findall(r"""(?<![.\w])say\(\s*["']([\w-]+)["']""", text)}
    assert said and said <= names
