"""Groups: who belongs to one, and how its people feel."""

import numpy as np
import pytest

from tests.test_growth import GROUPS, grown, on, person, touch
from tests.worlds import student, table


def test_the_index_of_a_group_equals_the_formula_computed_by_hand():
    values = {"a": [0.2, 0.4], "b": [-0.5], "c": [0.9, 0.7, 0.8], "d": [0.1]}
    touches = [touch(a, 3, value=v) for a, vs in values.items() for v in vs] + [touch("a", -100, value=-1.0)]
    groups = [{"account_id": a, "what": "organisation", "name": "acme"} for a in "abc"]
    groups.append({"account_id": "d", "what": "kind", "name": "press"})
    con = grown(touches, [], *GROUPS, until=30, groups=groups)
    rows = {(r["what"], r["name"], r["grain"]): r for r in table(con, "group_index") if r["period"] >= on(-60).date()}
    means = np.array([0.3, -0.5, 0.8])
    se = student(3) * np.sqrt(3 / 2 * ((means - 0.2) ** 2).sum()) / 3
    for grain, period in (("month", on(-5).date()), ("recent", on(-60).date())):
        acme = rows["organisation", "acme", grain]
        assert acme["period"] == period
        assert (acme["estimate"], acme["se"]) == pytest.approx((0.2, se))
        assert (acme["low"], acme["high"]) == pytest.approx((max(-1, 0.2 - 1.645 * se), min(1, 0.2 + 1.645 * se)))
        assert (acme["people"], acme["mentions"], acme["few"]) == (3, 6, True)
    press = rows["kind", "press", "month"]
    assert (press["estimate"], press["people"], press["se"], press["low"], press["high"]) == (0.1, 1, None, None, None)
    assert rows["source", "x", "month"]["people"] == 4
    all_means = np.array([0.3, -0.5, 0.8, 0.1])
    everybody, se = rows["everybody", "everybody", "recent"], student(4) * all_means.std(ddof=1) / 2
    assert (everybody["estimate"], everybody["se"]) == pytest.approx((all_means.mean(), se))
    assert (everybody["people"], everybody["mentions"]) == (4, 7)


def test_who_is_in_two_groups_of_a_sort_counts_in_both_and_once_in_everybody():
    groups = [{"account_id": "a", "what": "list", "name": name} for name in ("vip", "press")]
    con = grown([touch("a", 1, value=0.5), touch("b", 1, value=0.1)], [], *GROUPS, groups=groups, until=2)
    found = {(r["what"], r["name"]): r["people"] for r in table(con, "group_index") if r["grain"] == "recent"}
    everybody = {("source", "x"): 2, ("everybody", "everybody"): 2}
    assert found == {("list", "vip"): 1, ("list", "press"): 1} | everybody


def test_every_person_is_in_the_group_of_their_source_and_in_their_own():
    groups = [
        {"account_id": "a", "what": "list", "name": "vip"},
        {"account_id": "nobody", "what": "list", "name": "vip"},
    ]
    con = grown([touch("a", 1), touch("a", 2), touch("b", 1, source="y")], [], "group_member", groups=groups)
    found = sorted((r["person_id"], r["what"], r["name"]) for r in table(con, "group_member"))
    assert found == sorted([(person("a"), "list", "vip"), (person("a"), "source", "x"), (person("b"), "source", "y")])


# All of them
