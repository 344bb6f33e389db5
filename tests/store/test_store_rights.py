"""Rights: everybody's until somebody is named; then only those who are named approve, give and take."""

import pytest
from test_store_acts import DAY, place

from parks.issues import InvalidData


@pytest.fixture
def placed(held):
    held.create_scenario("A", by="ann")
    place(held, "U2", scenario="A")
    return held


def refusal(act, *arguments, **more):
    with pytest.raises(InvalidData) as refused:
        act(*arguments, **more)
    (issue,) = refused.value.issues
    assert issue.mend
    return issue


def test_while_nobody_is_named_everybody_may(placed):
    assert placed.rights().empty
    assert placed.rights()["since"].dt.tz is not None
    placed.approve("A", by="ben", reason="agreed")


def test_once_somebody_is_named_only_they_approve_and_say_who_may(placed):
    version = placed.grant("cleo", by="ann")
    held = placed.rights()
    assert held[["who", "may", "by"]].to_numpy().tolist() == [["cleo", "approve", "ann"]]
    assert held["since"].dt.strftime("%Y-%m-%d").tolist() == [DAY.isoformat()]
    for attempt in (
        lambda: placed.approve("A", by="ann", reason="agreed"),
        lambda: placed.grant("ann", by="ann"),
        lambda: placed.revoke("cleo", by="ann"),
    ):
        issue = refusal(attempt)
        assert (issue.kind, "cleo may" in issue.message) == ("right", True)
    assert placed.version == version
    placed.grant("ann", by="cleo")
    assert placed.rights()["who"].tolist() == ["ann", "cleo"]
    placed.approve("A", by="ann", reason="agreed")


def test_with_the_last_holder_the_right_is_everybodys_again(placed):
    placed.grant("cleo", by="ann")
    placed.revoke("cleo", by="cleo")
    assert placed.rights().empty
    placed.grant("cleo", by="ben")
    assert placed.rights()["by"].tolist() == ["ben"]
    told = placed.changes(3, everywhere=True)
    assert told["what"].tolist() == ["grant_right", "revoke_right", "grant_right"]
    assert told["subject"].tolist() == ["cleo"] * 3
    assert placed.scenarios()["behind"].tolist() == [0]


def test_what_makes_no_sense_is_refused(placed):
    placed.grant("cleo", by="ann")
    assert refusal(placed.grant, "cleo", by="cleo").kind == "doubled"
    assert refusal(placed.grant, " ", by="cleo").kind == "missing"
    assert refusal(placed.revoke, "ben", by="cleo").kind == "unknown"
    assert refusal(placed.grant, "ben", by="cleo", may="fly").mend == "Use one of: approve."
