"""What others did since I looked is told before mine is written, and mine goes on top when I have seen it."""

import datetime as dt

import pytest
from small_park import fill, leases, units
from test_store_acts import DAY, LATER, held_by, place

from parks import store
from parks.issues import InvalidData
from parks.store import entries, meanwhile, views

UNTIL = dt.date(2028, 1, 1)


def told(refused):
    """Return the numbers of the changes that a refusal tells; all its issues must be of that kind."""
    assert {issue.kind for issue in refused.value.issues} == {"changed"}
    assert all(issue.mend for issue in refused.value.issues)
    return [int(issue.value) for issue in refused.value.issues]


def refusal(act):
    with pytest.raises(InvalidData) as refused:
        act()
    return refused


def test_the_other_change_is_shown_and_mine_goes_on_top_once_i_have_seen_it(held):
    seen = held.version
    other = held.release(["L1"], on=LATER, reason="moves out", by="ben")

    def mine(seen):
        return held.release(["L1"], on=DAY, reason="r", by="ann", seen=seen)

    refused = refusal(lambda: mine(seen))
    assert told(refused) == [other]
    (issue,) = refused.value.issues
    assert (issue.table, issue.row) == ("leases", "T1 → U1")
    assert issue.message == (
        f"ben changed this meanwhile: Released, T1 → U1 (change {other}, 2026-03-01 12:00:00 UTC)."
        " Before: L1: valid_to 2028-01-01. After: L1: valid_to 2026-06-01. Why: moves out"
    )
    assert held.version == other
    mine(held.version)
    assert held_by(held, day=dt.date(2026, 2, 1))["U1"] == [("T1", dt.date(2024, 1, 1), DAY)]


def test_nobody_who_does_not_say_what_they_saw_is_asked(held):
    held.release(["L1"], on=LATER, reason="r", by="ben")
    held.release(["L1"], on=DAY, reason="r", by="ann")
    assert held_by(held) == {}


@pytest.mark.parametrize(
    ("other", "stands_in_the_way"),
    [
        (lambda held: place(held, "U2", tenant="T3", by="ben"), True),
        (lambda held: place(held, "U3", tenant="T2", by="ben"), True),
        (lambda held: place(held, "U3", tenant="T3", by="ben"), False),
        (lambda held: held.add("units", units("U2", lettable_m2=9.0), source="x", by="ben"), True),
        (lambda held: held.add("units", units("U3", lettable_m2=9.0), source="x", by="ben"), False),
        (lambda held: held.add("tenants", named("T2"), source="x", by="ben"), True),
        (lambda held: held.move(["L1"], ["U2"], on=LATER, reason="r", by="ben"), True),
    ],
    ids=["unit let", "company placed", "others", "unit edited", "other unit edited", "company edited", "moved in"],
)
def test_placing_minds_the_unit_and_the_company(held, other, stands_in_the_way):
    seen = held.version
    number = other(held)
    if stands_in_the_way:
        assert told(refusal(lambda: place(held, "U2", state="intended", seen=seen))) == [number]
    else:
        place(held, "U2", state="intended", seen=seen)


def named(*tenants):
    return leases(*((f"L{at}", "U1", name, "let", "2024-01-01", None) for at, name in enumerate(tenants)))[
        ["tenant_id", "source", "source_date", "standing"]
    ].assign(name_zh="新名", kind="tenant")


def test_moving_minds_the_leases_the_company_and_where_it_goes(held):
    seen = held.version

    def mine():
        held.move(["L1"], ["U2"], on=LATER, reason="r", by="ann", seen=seen)

    first = place(held, "U2", tenant="T3", by="ben", valid_to=LATER)
    second = held.release(["L1"], on=DAY, reason="r", by="ben")
    third = place(held, "U4", tenant="T1", by="ben")
    assert told(refusal(mine)) == [first, second, third]
    assert told(refusal(lambda: held.move("T1", ["U3"], on=LATER, reason="r", by="ann", seen=seen))) == [second, third]


def test_a_lease_taken_away_meanwhile_is_told_as_what_happened(held):
    future = f"P{place(held, 'U2', on=LATER):06d}-001"
    seen = held.version
    gone = held.release([future], on=DAY, reason="r", by="ben")
    (issue,) = refusal(lambda: held.release([future], on=UNTIL, reason="r", by="ann", seen=seen)).value.issues
    assert int(issue.value) == gone
    assert f"Before: {future}: unit U2, tenant T2, reserved, 2026-06-01 →. After: –." in issue.message
    unknown = refusal(lambda: held.release([future], on=UNTIL, reason="r", by="ann", seen=gone))
    assert unknown.value.issues[0].kind == "unknown"


def test_an_import_minds_the_rows_that_it_would_change(held):
    seen = held.version
    edited = held.add("units", units("U1", "U2", lettable_m2=7.0), source="survey", by="ben")
    mine = units("U2", "U3", lettable_m2=8.0)
    refused = refusal(lambda: held.add("units", mine, source="m", by="ann", seen=seen))
    assert told(refused) == [edited]
    assert "U2: lettable_m2 100, source ledger.xlsx" not in refused.value.issues[0].message
    assert "Before: U2: lettable_m2 100. After: U2: lettable_m2 7." in refused.value.issues[0].message
    assert "U1" not in refused.value.issues[0].message.split("). ")[1]
    held.add("units", units("U3", lettable_m2=8.0), source="m", by="ann", seen=seen)
    assert held.add("units", units("U1", lettable_m2=7.0), source="m", by="ann", seen=seen) is None
    held.add("units", mine, source="m", by="ann", seen=held.version)


def test_of_many_rows_few_are_told_and_the_others_counted(held, monkeypatch):
    monkeypatch.setattr(meanwhile, "MANY", 6)
    many = [f"N{at}" for at in range(9)]
    held.add("units", units(*many), source="x", by="clerk")
    seen = held.version
    other = held.add("units", units(*many, lettable_m2=1.0), source="x", by="ben")
    mine = units(*many, lettable_m2=2.0)
    (issue,) = refusal(lambda: held.add("units", mine, source="x", by="ann", seen=seen)).value.issues
    assert int(issue.value) == other
    assert "N4: lettable_m2 1; 4 more rows" in issue.message
    assert "N5" not in issue.message


def test_each_change_since_is_told_once_and_only_the_newest_of_very_many(held, monkeypatch):
    seen = held.version
    made = [place(held, "U2", by="ben", valid_to=LATER)]
    made += [
        held.release([f"P{made[0]:06d}-001"], on=LATER - dt.timedelta(days=at), reason="r", by="cat") for at in (1, 2)
    ]
    assert told(refusal(lambda: place(held, "U2", on=LATER, seen=seen))) == made
    assert told(refusal(lambda: place(held, "U2", on=LATER, seen=made[0]))) == made[1:]
    monkeypatch.setattr(meanwhile, "MOST", 2)
    assert told(refusal(lambda: place(held, "U2", on=LATER, seen=seen))) == made[1:]


def test_in_a_scenario_only_its_own_rows_count(held):
    future = f"P{place(held, 'U3', on=LATER):06d}-001"
    held.create_scenario("A", by="ann")
    held.create_scenario("B", by="ann")
    seen = held.version
    place(held, "U2", by="ben")
    place(held, "U2", by="ben", scenario="B")
    place(held, "U2", scenario="A", state="intended", seen=seen)
    seen = held.version
    gone = held.release([future, "L1"], on=DAY, reason="r", by="ben", scenario="A")
    refused = refusal(lambda: place(held, "U3", tenant="T3", scenario="A", seen=seen))
    assert told(refused) == [gone]
    assert "L1" not in refused.value.issues[0].message
    assert told(refusal(lambda: held.release([future], on=DAY, reason="r", by="x", scenario="A", seen=seen))) == [gone]
    place(held, "U4", tenant="T3", scenario="A", seen=seen)


def test_a_scenario_laid_anew_since_is_told_whatever_the_act_is_about(held):
    held.create_scenario("A", by="ann")
    place(held, "U2", by="ben")
    seen = held.version
    laid = held.rebase("A", by="ben")
    refused = refusal(lambda: place(held, "U4", tenant="T3", scenario="A", seen=seen))
    assert told(refused) == [laid]
    assert "Scenario brought up to the record" in refused.value.issues[0].message
    assert "A: base " in refused.value.issues[0].message
    place(held, "U4", tenant="T3", scenario="A", seen=laid)


def whole(held, seen, scenario=""):
    with held.writing(seen) as writing:
        meanwhile.refuse(writing, writing.view(scenario), whole=True)


def test_the_whole_of_the_record_or_of_a_scenario_can_be_minded(held):
    held.create_scenario("A", by="ann")
    seen = held.version
    whole(held, seen)
    whole(held, seen, "A")
    first = held.add("units", units("N1", "N2", "N3", "N4", "N5", "N6"), source="x", by="ben")
    second = held.describe_scenario("A", "better", by="ben")
    third = place(held, "U2", by="cat", scenario="A")
    refused = refusal(lambda: whole(held, seen))
    assert told(refused) == [first]
    assert "Before: –. After: 6 rows: 6 new." in refused.value.issues[0].message
    refused = refusal(lambda: whole(held, seen, "A"))
    assert told(refused) == [second, third]
    assert "Before: A: note –. After: A: note better." in refused.value.issues[0].message
    assert refused.value.issues[0].table == "scenarios"
    approved = held.approve("A", by="ann", reason="agreed")
    assert told(refusal(lambda: whole(held, third, "A"))) == [approved]


def test_a_writer_without_our_lock_is_found_out(held, monkeypatch):
    """The database ends only rows that the act saw: here it saw one that is not there."""
    version = held.version
    monkeypatch.setattr(entries.lookup, "in_order", lambda _, known: {"U1": [*known["U1"], *known["U1"]]})
    refused = refusal(lambda: held.add("units", units("U1", lettable_m2=1.0), source="x", by="ann"))
    assert "at the same moment" in str(refused.value)
    assert held.version == version


def test_asking_goes_through_indexes(files):
    """Reading a table through would make an act on a great district slow; SQLite plans alike whatever the size."""
    asked = []
    with files("held", fill) as address, store.open(address) as held, held.writing() as writing:
        connection = writing.connection

        class Spy:
            def execute(self, statement):
                asked.append(str(statement.compile(connection.engine, compile_kwargs={"literal_binds": True})))
                return connection.execute(statement)

        view = views.View("A", writing.view("").known, writing.view("").known)
        for by in (None, "unit_id", "tenant_id"):
            meanwhile.touched(Spy(), view, "leases", 1, {"x"}, by)
        meanwhile.touched(Spy(), view, "units", 1, {"x"})
        plans = [row[3] for text in asked for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
    assert plans
    assert not [plan for plan in plans if plan.startswith("SCAN")]
