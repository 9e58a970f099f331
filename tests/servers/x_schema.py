"""What X documents of its questions and answers, held against every one of them where the public file is here."""

import json
from functools import lru_cache
from typing import Any

from openapi_schema_validator import OAS30Validator

from tests.conftest import SHARED

FILE = SHARED / "x_api" / "openapi.json"
PROBLEMS = "https://api.x.com/2/problems/"
OLDER = {  # what tweepy and most of X's own pages still say -> what the document says
    "tweet.fields": "post.fields",
    "note_tweet": "note_post",
    "referenced_tweets": "referenced_posts",
    "edit_history_tweet_ids": "edit_history_post_ids",
    "tweets": "posts",
}
NEWER = {new: old for old, new in OLDER.items()}
# The document lists these no more among the fields, since the expansions bring them; X's own pages still do.
OLDER_FIELDS = frozenset({"author_id", "in_reply_to_user_id", "referenced_tweets", "edit_history_tweet_ids"})


@lru_cache(1)
def document() -> dict[str, Any] | None:
    """Return the document, None where it is not here."""
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else None


@lru_cache
def answer_check(route: str) -> OAS30Validator | None:
    """Return what a good answer of a route must satisfy."""
    found = document()
    if found is None:
        return None
    schema = found["paths"][route]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    return OAS30Validator(schema | {"components": found["components"]})


@lru_cache
def problem_check() -> OAS30Validator | None:
    found = document()
    problem = {"$ref": "#/components/schemas/Problem"}
    return OAS30Validator({"allOf": [problem], "components": found["components"]}) if found else None


def check(validator: OAS30Validator | None, answer: dict[str, Any]) -> None:
    """Raise AssertionError where our own server does not answer as X documents."""
    problems = (
        [f"{'/'.join(map(str, e.path))}: {e.message}" for e in validator.iter_errors(answer)] if validator else []
    )
    assert not problems, problems


def wrong(route: str, asked: dict[str, str], spelling: str) -> str:
    """Return what X would say is wrong with the parameters of a question; empty where nothing is."""
    found = document()
    if found is None:
        return ""
    known = {}
    for each in found["paths"][route]["get"]["parameters"]:
        parameter = found["components"]["parameters"][each["$ref"].rpartition("/")[2]] if "$ref" in each else each
        if parameter["in"] == "query":
            known[parameter["name"]] = parameter
    names = {NEWER.get(name, name) if spelling == "tweet" else name: name for name in known}
    for name, value in asked.items():
        if name not in names:
            return f"The query parameter [{name}] is not one of [{','.join(names)}]"
        schema = known[names[name]]["schema"]
        if problems := list(
            OAS30Validator(schema | {"components": found["components"]}).iter_errors(cast(schema, value))
        ):
            if spelling == "tweet" and name in ("tweet.fields", "expansions"):
                continue
            return f"The query parameter [{name}]: {problems[0].message}"
    missing = [name for name, known_as in names.items() if known[known_as].get("required") and name not in asked]
    return f"The query parameter [{missing[0]}] can not be empty" if missing else ""


def cast(schema: dict[str, Any], value: str) -> Any:
    """Return a parameter as the value that its schema speaks of."""
    if schema.get("type") == "array":
        return value.split(",")
    return int(value) if schema.get("type") == "integer" and value.isdecimal() else value


def older(value: Any) -> Any:
    """Return an answer in the older spelling, which X's servers give to those who ask in it."""
    if isinstance(value, dict):
        return {NEWER.get(key, key): older(each) for key, each in value.items()}
    if isinstance(value, list):
        return [older(each) for each in value]
    if isinstance(value, str) and value.startswith(PROBLEMS):
        return value.replace("api.x.com", "api.twitter.com")
    return "tweet" if value == "post" else value
