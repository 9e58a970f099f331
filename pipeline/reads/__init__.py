"""Questions that the dashboard asks of the published file, one .sql each."""

from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from pipeline import metrics

HERE = Path(__file__).parent
SHARED = "-- From here on the metric and the read of this name are one text; it stands in pipeline/metrics.\n"

# Name -> what it answers. The file of the same name asks it; its $parameters are the arguments of `frame`.
READS = {
    "meta": "when was this published, by which model, how complete",
    "brands": "which brands are there, the own one first",
    "sources": "where do a brand's touches come from",
    "period": "how do people feel in a period, and how did that change since the one before",
    "older_parts": "how many people are heard in what a shorter period leaves out of a longer one",
    "why": "what pipeline.metrics.why takes the change since the period before apart with",
    "loudest": "a period and its change without each of the loudest three",
    "series": "the index over a period, by week or month",
    "volume": "how much was said over a period, by week or month, and by how many",
    "groups": "how the people of each group felt in the recent days, and everybody beside them",
    "alerts": "which weeks and months were out of the ordinary",
    "turnings": "when the index turned, in hindsight",
    "share_of_voice": "whose voice is how loud, by month",
    "beside": "what people feel toward another brand that they name in the same breath",
    "brand_path": "how people feel toward every brand, by month or quarter",
    "brand_topics": "what people say of every brand, topic by topic",
    "relationships": "one page of relationships, filtered and sorted",
    "tags": "which tags are there, and how many people have each",
    "person": "who is this, and what do they feel",
    "person_accounts": "which accounts this person has",
    "person_merges": "why these are one person",
    "person_of": "who somebody is now that their accounts are merged, or with another brand",
    "called": "what accounts, messages and brands are called, instead of their ids",
    "person_stages": "since when they were at which stage",
    "person_topics": "what they talk about",
    "accounts": "which accounts there are, to see which may be one person's",
    "person_touches": "everything between this person and the brand",
    "person_path": "this person's feeling, day by day",
    "choices": "what conversations can be narrowed by",
    "messages": "messages that fit the filters, newest first, or closest in meaning first",
    "needles": "how words are spelt where they are looked for",
    "vectors": "what messages mean, as vectors",
    "months": "which months there are to label",
    "to_review": "messages to be labelled: drawn at random, or doubtful",
    "agreement": "how the model and the people who label agree",
    "audit": "what the labels of a month say of it, with the model and without",
    "thread": "the whole conversation that a message belongs to",
    "spread": "how much people differ",
    "names": "how some people are called",
    "correction": "whose labels the model's errors are taken out by",
    "stage_flow": "how many moved up, held or moved down, by month",
    "work_lists": "how many people each work list has",
    "person_lists": "which work lists a person is on, and why",
    "cohort": "how many reach an outcome, by days since they first spoke",
    "touches_per_outcome": "how many come to an outcome by their k-th touch",
    "response": "how many are answered in time, and how fast",
    "retention": "how many speak again, by months since they first spoke",
    "fruit_rate": "how much fruit there is, by months since the first touch",
    "referrals": "who brought whom",
    "repair_rate": "what became of complaints, answered and not",
    "quarters": "which quarters differ from the one before",
    "transition": "how likely the next stage is",
    "runs": "what the pipeline did last, and how that ended",
    "imports": "which files were taken in, and how far",
    "streams": "how far each stream of a network was read, and what it took this month",
    "spent": "what each source took this month",
    "gaps": "what cannot be had any more",
    "removals": "what was removed, and why",
    "rejects": "which rows could not be mapped, by file and reason",
    "reject_examples": "what some of these rows look like",
    "languages": "which languages the model does not read",
    "models": "which models have scored",
    "migrations": "which changes of the tables this workspace has seen",
}


def query(name: str) -> str:
    """Return the text of one of READS; what it has in common with the metric of its name stands there alone."""
    text = (HERE / f"{name}.sql").read_text(encoding="utf-8")
    if not text.endswith(SHARED):
        return text
    return text + metrics.sql(name).split(SHARED)[1]


def frame(con: duckdb.DuckDBPyConnection, name: str, **values: Any) -> pd.DataFrame:
    """Return the answer to one of READS as a frame; the cursor is this call's own, so threads may share ``con``."""
    with con.cursor() as cursor:
        cursor.execute("use pub")
        cursor.execute(metrics.functions())
        found = cursor.sql(query(name), params=values).to_arrow_table().to_pandas()
    for column in found.select_dtypes("string"):  # a missing text is None, as everywhere else, not a float
        found[column] = found[column].astype(object).where(found[column].notna(), None)
    return found
