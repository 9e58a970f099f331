"""The first look at a workspace, whatever is there yet: every page says what to do next."""

import shutil

import pytest

from pipeline import file_imports, publish, settings
from pipeline.publish import ModelFacts
from pipeline.store import Workspace
from tests.conftest import PAYLOADS, TAMROW
from tests.test_pages import PAGES, Look, opened


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_workspace_says_how_to_begin(page: str, workspace: Workspace, in_workspace: Look):
    in_workspace(workspace)
    app = opened(page)
    assert app.title[0].value == "Nothing to show yet"
    assert "python -m pipeline import FILE --brand NAME" in app.code[0].value


@pytest.mark.parametrize("page", PAGES)
def test_what_is_imported_but_not_refreshed_says_how_to_go_on(page: str, workspace: Workspace, in_workspace: Look):
    file_imports.import_file(workspace, PAYLOADS / "twcs.csv", TAMROW)
    in_workspace(workspace)
    app = opened(page)
    assert app.title[0].value == "Nothing to show yet"
    assert [code.value for code in app.code] == ["python -m pipeline refresh"]
    assert "no number was computed" in app.markdown[0].value


@pytest.fixture(scope="module")
def unnamed(sample: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The sample as it would be had nobody said which brand is the own one."""
    place = Workspace(tmp_path_factory.mktemp("unnamed") / "w")
    shutil.copytree(sample.folder, place.folder)
    (place.folder / "brand.toml").unlink()
    facts = publish.last_facts(place)
    assert isinstance(facts, ModelFacts)
    publish.relate(place, settings.load(place.folder), facts)
    publish.publish(place)
    return place


@pytest.mark.parametrize("page", PAGES)
def test_an_own_brand_that_is_not_set_is_said_beside_every_page(page: str, unnamed: Workspace, in_workspace: Look):
    in_workspace(unnamed)
    app = opened(page)
    assert any("The own brand is not set: Health says how." in each.value for each in app.sidebar.caption)
