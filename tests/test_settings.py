"""brand.toml: what is right is read, what is wrong is named."""

from pathlib import Path

import pytest

from pipeline import settings
from pipeline.sections import FORMS, BrandSettings, NotifySettings
from pipeline.settings import SettingsError
from pipeline.source_settings import SOURCE_TYPES
from pipeline.touch import Brand

HACKERNEWS = "[[sources]]\ntype = 'hackernews'\nbrand = 'b'\n"
SOURCE = "[[sources]]\ntype = 'file'\npath = 'x'\nbrand = 'b'\n"
GOOD = """
staff = ["@mags"]
bots = ["permits"]
[brand]
key = "tamrow"
name = "Tamrow Design-Build"
handles = ["tamrowbuild"]
[[competitors]]
key = "quillstone"
name = "Quillstone"
[[sources]]
type = "file"
path = "inbox/*.csv"
brand = "tamrow"
map = { text = "Body", author = "User", at = "Date" }
[model]
name = "default"
"""


def written(folder: Path, text: str) -> Path:
    (folder / "brand.toml").write_text(text, encoding="utf-8")
    return folder


def test_settings_are_read_and_frozen(tmp_path: Path):
    found = settings.load(written(tmp_path, GOOD))
    assert found.brand is not None and found.brand.to_brand() == Brand(
        "tamrow", "Tamrow Design-Build", ("tamrowbuild",)
    )
    assert [brand.key for brand in found.brand_settings()] == ["tamrow", "quillstone"]
    assert found.staff == ("mags",)
    assert found.sources[0].map == {"text": "Body", "author": "User", "at": "Date"}
    with pytest.raises(ValueError, match="frozen"):
        found.staff = ()  # type: ignore[misc]


def test_without_a_file_all_is_at_its_default(tmp_path: Path):
    assert settings.load(tmp_path) == settings.Settings()


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ORCHARD_MODEL__NAME", "some/model")
    assert settings.load(written(tmp_path, GOOD)).model.name == "some/model"


@pytest.mark.parametrize("name", ["tamrow", "@TamrowBuild", "Tamrow Design-Build", "tamrow design-build"])
def test_a_brand_is_found_by_key_name_and_handle(name: str, tmp_path: Path):
    assert settings.load(written(tmp_path, GOOD)).find_brand(name).key == "tamrow"


def test_an_unknown_name_is_a_brand_by_itself(tmp_path: Path):
    assert settings.load(tmp_path).find_brand("SpotifyCares") == Brand(
        "SpotifyCares", "SpotifyCares", ("SpotifyCares",)
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("brand = [", "not valid TOML"),
        (
            "colour = 'blue'",
            "key colour: unknown; allowed here: backup, bots, brand, competitors, kinds, lists, model, notify, "
            "numbers, organisations, privacy, rules, sources, staff, topics",
        ),
        (
            "[brand]\nkey = 'a'\nname = 'A'\nhandels = []",
            "key brand.handels: unknown; allowed here: handles, key, name, terms",
        ),
        ("[brand]\nkey = 'a b'\nname = 'A'", "key brand.key: Input should be letters, digits, and _ . - alone"),
        ("[brand]\nkey = 'a'", "key brand.name: Field required"),
        ("[[rules]]\nphrase = 'ab'", "the rule on 'ab' needs either read_as or feeling"),
        ("[[rules]]\nphrase = 'ab'\nfeeling = 'glad'", "key rules (entry 1).feeling: Input should be 'negative'"),
        ("[model]\nlabels = { LABEL_0 = 'bad' }", "key model.labels.LABEL_0: Input should be 'negative', 'neutral' or"),
        ("staff = 'mags'", """key staff: Input should be a list, such as ["a", "b"]; found 'mags'"""),
        (
            "[[sources]]\ntype = 'fax'\npath = 'x'\nbrand = 'a'",
            "key sources (entry 1): type is none of: file, hackernews, rss, reddit, bluesky, mastodon, x",
        ),
        (
            "[[sources]]\ntype = 'file'\npath = 'x'\nbrand = 'a'\nformat = 'xls'",
            "key sources (entry 1).format: Input should be 'auto'",
        ),
        ("[brand]\nkey='a'\nname='A'\n[[competitors]]\nkey='A'\nname='B'", "every brand needs a key of its own"),
        ("[brand]\nkey='a'\nname='Acme'\n[[competitors]]\nkey='b'\nname='ACME '", "name: 'ACME ' calls both a and b"),
        (
            "[brand]\nkey='a'\nname='A'\nhandles=['x']\n[[competitors]]\nkey='b'\nname='B'\nhandles=['@X']",
            "handles: '@X' calls both a and b; it can call one brand",
        ),
        ("[brand]\nkey = 'a'\nname = '   '", "key brand.name: it is empty; found '   '"),
        ("[brand]\nkey = 'a'\nname = 'A'\nhandles = ['']", "key brand.handles: it is empty"),
        (
            "[brand]\nkey = 'a'\nname = 'A'\nhandles = ['a', 'https://x.com/a']",
            "key brand.handles: handle 2 is an address; write the handle alone",
        ),
        ("[[brand]]\nkey = 'a'\nname = 'A'", "key brand: Input should be a section with keys of its own"),
        ("[competitors]\nkey = 'a'\nname = 'A'", "key competitors: Input should be entries: write [[competitors]]"),
        ("bots = ['@']", "key bots: a handle is empty"),
        ("[model]\nname = ''", "key model.name: String should have at least 1 character"),
        (HACKERNEWS + "overlap_minutes = inf", "overlap_minutes: Input should be less than or equal to 5270400"),
        (HACKERNEWS + "recheck_days = 1e300", "recheck_days: Input should be less than or equal to 3660"),
        (HACKERNEWS + "monthly_budget = inf", "monthly_budget: Input should be a finite number"),
        (HACKERNEWS + "since = 2999-01-01", "key sources (entry 1).since: a day in the past is needed"),
        (HACKERNEWS + "since = 9999-12-31T23:59:59-14:00", "key sources (entry 1).since: a day in the past is needed"),
        (HACKERNEWS + "terms = ['Tamrow', '  ']", "key sources (entry 1).terms: a term without letters or digits"),
        (HACKERNEWS + "api_base = 'hn.example.org'", "api_base: Input should be an address such as https://"),
        (SOURCE + "format = 'mapped'", 'format = "mapped" needs map, such as { text = '),
        ("[numbers]\nfewest_people = 3000000000", "key numbers.fewest_people: Input should be less than or equal to"),
        ("[numbers]\nanswer_hours = 1e300", "key numbers.answer_hours: Input should be less than or equal to 8784"),
        ("[numbers]\nhalf_life_days = inf", "key numbers.half_life_days: Input should be less than or equal to 3660"),
        (
            SOURCE + "map = { texte = 'Body' }",
            "key sources (entry 1).map: unknown field texte; allowed: text",
        ),
        (
            SOURCE + "format = 'brandwatch'\nmap = { text = 'Body', author = 'User', at = 'Date' }",
            "map tells what the columns are, and so does format = 'brandwatch': give one of them",
        ),
        (
            SOURCE + "encoding = 'rot13'",
            "key sources (entry 1).encoding: rot13: no encoding of text has that",
        ),
        ("[brand]\nkey = 'a'\nname = 'A'\n" + SOURCE, "sources: brand 'b' is none of a"),
        (
            "[notify]\ndigest = 'daily'",
            "key notify.digest: Input should be 'weekly', 'monthly' or 'never'; found 'daily'",
        ),
        ("[notify]\non = 'moonday'", "key notify.on: Input should be 'monday', 'tuesday'"),
        ("[notify]\ndashboard = 'orchard'", "key notify.dashboard: Input should be an address such as https://"),
        (
            "[notify]\nurls = ['x']",
            "key notify.urls: unknown; allowed here: alerts, dashboard, digest, failures, names, on",
        ),
    ],
)
def test_what_is_wrong_is_named_with_file_and_key(text: str, message: str, tmp_path: Path):
    with pytest.raises(SettingsError) as error:
        settings.load(written(tmp_path, text))
    assert message in str(error.value)
    assert str(tmp_path / "brand.toml") in str(error.value)


def test_a_file_in_another_encoding_is_told_to_be_saved_in_utf8(tmp_path: Path):
    (tmp_path / "brand.toml").write_bytes(GOOD.encode("utf-16"))
    with pytest.raises(SettingsError, match=r"brand\.toml: not in UTF-8; save it so"):
        settings.load(tmp_path)


def test_every_pattern_of_a_key_has_words():
    for group in (BrandSettings, NotifySettings, *SOURCE_TYPES.values()):
        for key, form in group.model_json_schema()["properties"].items():
            for part in (form, form.get("items", {}), *form.get("anyOf", ())):
                assert part.get("pattern") is None or part["pattern"] in FORMS, key


def test_a_brand_that_was_stored_is_found_by_any_spelling(tmp_path: Path):
    stored = [Brand("SpotifyCares", "SpotifyCares")]
    assert settings.load(tmp_path).find_brand("@spotify cares", stored) is stored[0]


def test_a_wrong_variable_of_the_environment_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ORCHARD_MODEL__NAMES", "x")
    with pytest.raises(SettingsError, match="from the environment variable ORCHARD_MODEL__NAMES"):
        settings.load(tmp_path)


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        (
            "ORCHARD_PRIVCY__PEOPLE",
            "aggregate",
            "variable ORCHARD_PRIVCY__PEOPLE: unknown key privcy; there are: ",
        ),
        ("ORCHARD_STAFF", "a,b", r"variable ORCHARD_STAFF: write it as JSON, such as '\[\"a\", \"b\"\]'"),
        ("ORCHARD_BRAND__HANDLES", "a,b", "variable ORCHARD_BRAND__HANDLES: write it as JSON"),
    ],
)
def test_a_variable_that_would_be_passed_over_or_cannot_be_read_is_named(
    variable: str, value: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=message):
        settings.load(tmp_path)


def test_a_link_to_nothing_is_no_wish_for_the_defaults(tmp_path: Path):
    (tmp_path / "brand.toml").symlink_to(tmp_path / "gone.toml")
    with pytest.raises(SettingsError, match=r"brand\.toml: cannot be read: No such file"):
        settings.load(tmp_path)


def test_orchard_data_points_at_another_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ORCHARD_DATA", str(tmp_path))
    assert settings.workspace_folder() == tmp_path
    monkeypatch.delenv("ORCHARD_DATA")
    assert settings.workspace_folder() == settings.ROOT / "data"


def test_addresses_that_stand_in_the_wrong_place_are_refused_and_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for text in ("[notify]\ndashboard = 'mailto://me:hunter2@x'", "[notify]\nurls = 'mailto://me:hunter2@x'"):
        with pytest.raises(SettingsError, match=r"key notify\.") as refused:
            settings.load(written(tmp_path, text))
        assert "hunter2" not in str(refused.value)
    monkeypatch.setenv("ORCHARD_NOTIFY_URLS", "mailto://me:hunter2@x")
    monkeypatch.setenv("ORCHARD_NOTIFY", "mailto://me:hunter2@x")
    with pytest.raises(SettingsError, match=r"key notify \(from the environment variable ORCHARD_NOTIFY\)") as refused:
        settings.load(written(tmp_path, "[notify]"))
    assert "hunter2" not in str(refused.value)


def test_nothing_is_told_outside_of_the_dashboard_without_a_section_that_says_so(tmp_path: Path):
    assert settings.load(written(tmp_path, GOOD)).notify is None
    found = settings.load(written(tmp_path, "[notify]")).notify
    assert found and (found.digest, found.on, found.alerts, found.names) == ("weekly", "monday", True, False)
