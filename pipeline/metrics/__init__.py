"""Every number that `relate` computes, in the order in which they build on each other."""

from pathlib import Path

HERE = Path(__file__).parent

# Name of the derived table -> what it says. The query of the same name computes it, or what a function of the same name
# in FINISH (build.py) makes it from; docs/metrics.md explains it.
METRICS = {
    "role": "what every account is",
    "identity": "which accounts are one person",
    "grouping": "which kinds, lists and organisations people belong to",
    "label": "what people said that a mention means",
    "own": "which words are the brand's own, or go to whom, where the facts do not tell",
    "debias": "what a score is worth, after the model's errors were taken out",
    "ledger": "every touch with the score that counts",
    "fruit": "what relationships have borne",
    "audit": "the month as people's labels tell it, and whether the model's errors have drifted",
    "spread": "how much people differ from each other, and from themselves",
    "drift": "how strongly and how fast feelings drift",
    "feeling": "what a person feels toward a brand, with interval",
    "feeling_path": "how it went, on each day that they spoke",
    "level": "what they feel now, after the silence since",
    "verdict": "who improves, cools or is steady, and who is listed as changed",
    "answer": "who waited for whom, and for how long",
    "response": "how many are answered in time, and how fast",
    "rhythm": "how often they turn to the brand, and how likely their silence is",
    "tie": "how a relationship stands: who gives, starts, answers, and how strong it is",
    "person": "one row per relationship",
    "warmth_month": "what a person felt at each month end, by the last twelve months",
    "stage_month": "the stage of every relationship at every month end, and the evidence",
    "stage": "the stage of every relationship now, and since when",
    "transition": "how many went from which stage to which, by month",
    "transition_rate": "how likely the next stage is, by the last twelve months",
    "stage_flow": "how many moved up, held, moved down or came new, by month",
    "work_list": "who needs somebody now, list by list, and why",
    "repair": "what came of each complaint",
    "repair_rate": "what came of complaints that were answered, and of those that were not",
    "brand_index": "how people feel about a brand, by week and month",
    "trend": "the index smoothed, with shocks and drifts",
    "turning": "when it turned, in hindsight",
    "volume": "how much was said, by week, month and label",
    "topic_of": "what each mention speaks of",
    "topic": "what people talk about and feel about it, by month",
    "phrase": "what more people said last month than in the year before",
    "share_of_voice": "whose voice is how loud, and how people feel toward each brand",
    "beside": "how much warmer people speak of another brand than of this one, in the same breath",
    "journey": "the milestones of every relationship",
    "clock": "how long everybody was on the way to each outcome",
    "cohort": "how many reach an outcome, by days since they first spoke",
    "touches_per_outcome": "how many come to an outcome by their k-th touch",
    "retention": "who still speaks, month by month",
    "fruit_rate": "what 100 people bear in so many months, and what was given",
    "referral": "who brought whom",
    "log_rank": "whether a quarter's people differ from those of the quarter before",
    "group_member": "which person belongs to which group",
    "group_index": "how the people of each group feel, by month, and everybody beside them",
    "same_mix": "the same if the mix of who talks had stayed as it was",
    "why": "who and what the last month's change came from",
    "loudest": "the last month and its change without each of the loudest three",
}


def functions() -> str:
    """Return the statement that makes the SQL functions of metrics and reads, for one connection."""
    return (HERE.parent / "sql" / "student.sql").read_text(encoding="utf-8")


def sql(name: str) -> str:
    """Return the query of a metric."""
    return (HERE / f"{name}.sql").read_text(encoding="utf-8")
