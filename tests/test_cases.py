"""The planners' cases in tests/cases: a ledger, a day, and the figures that must come out."""

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from parks import policy, schema, snapshot
from parks.matching import fit
from parks.status import pipeline, progress, vacancy

FOLDER = Path(__file__).parent / "cases"
CASES = sorted(FOLDER.glob("*.toml"))
UNKNOWN = "unknown"
"""The word that an expectation says for an empty cell, a state or a verdict that is unknown."""
ASKED = {
    "vacancy": {"by", "counts", "base", "zone_id", "park_id", "building_id", "floor_id", "unit_id", "sector_code"},
    "supply": {"zone_id", "quarter", "state"},
    "progress": {"by", "rule", "basis", "target_id", "zone_id", "quarter", "project_id"},
    "fit": {"tenant_id", "unit_id"},
}
"""What can be expected → the keys that say which row is meant; every other key is a figure to compare."""


def cell(value: Any) -> Any:
    """Return a day as a timestamp, all else as it is."""
    return pd.Timestamp(value) if isinstance(value, dt.date) else value


def read(path: Path) -> dict[str, Any]:
    """Return a case; a misspelt table, column or expectation is refused."""
    case = tomllib.loads(path.read_text(encoding="utf-8"))
    assert case.keys() - {"says", "day", "expect"} <= set(schema.TABLES), f"no such table in {path.name}"
    for table in case.keys() & set(schema.TABLES):
        wrong = {name for row in case[table] for name in row} - schema.columns(table).keys()
        assert not wrong, f"{path.name}: {table} has no column {sorted(wrong)}"
    assert case["says"], "a case says in a sentence what it shows"
    assert case["expect"].keys() <= ASKED.keys(), f"nothing of that name can be expected in {path.name}"
    return case


def ledger(case: dict[str, Any]) -> snapshot.Snapshot:
    """Return the case's tables; rows that do not say their standing are illustrative."""
    tables = {}
    for table in case.keys() & set(schema.TABLES):
        rows = [
            {"standing": "illustrative"} | {name: cell(value) for name, value in row.items()} for row in case[table]
        ]
        tables[table] = pd.DataFrame(rows, dtype=object)
    return snapshot.of(case["day"], tables)


def figures(flow: str, wanted: dict[str, Any], park: snapshot.Snapshot, rules: policy.Policy) -> pd.DataFrame:
    """Return the rows among which the expectation `wanted` is looked for."""
    chosen = {name: wanted[name] for name in ("counts", "base") if name in wanted}
    space, counted_in = vacancy.by_unit(park, **chosen), rules.zones.set_index("zone_id")["counted_in"]
    if flow == "vacancy" and wanted["by"] == "unit":
        sums = vacancy.by(space, "unit", counted_in)
        kept = sums.drop(columns=space.columns.intersection(sums.columns).drop("unit_id"))
        return space.merge(kept, on="unit_id").assign(**chosen)
    if flow == "vacancy":
        return vacancy.by(space, wanted["by"], counted_in).assign(**chosen)
    if flow == "supply":
        return pipeline.supply(park, counted_in)
    if flow == "fit":
        return fit.rank(fit.assess(park, rules, space, wanted["tenant_id"]))
    options = {name: wanted[name] for name in ("rule", "basis") if name in wanted}
    if wanted.get("by", "target") == "target":
        return progress.by_target(park, rules, **options)
    return progress.by(park, rules, wanted["by"], **options)


def told(flow: str, wanted: dict[str, Any], frame: pd.DataFrame) -> pd.Series:
    """Return the one row that the expectation means."""
    for name in (ASKED[flow] & wanted.keys()) - {"by"}:
        same = frame[name].isna() if wanted[name] == UNKNOWN else frame[name] == wanted[name]
        frame = frame[same.fillna(value=False)]
    assert len(frame) == 1, f"{len(frame)} rows are meant by {wanted}"
    return frame.iloc[0]


def differs(found: Any, expected: Any) -> bool:
    """Return whether a figure is another than expected; of a list, each entry must be there."""
    if isinstance(expected, list):
        return not set(expected) <= set(found)
    if pd.isna(found) or expected == UNKNOWN:
        return not (expected == UNKNOWN and (pd.isna(found) or found == UNKNOWN))
    return found != pytest.approx(expected) if isinstance(expected, int | float) else found != expected


@pytest.fixture(scope="module")
def rules() -> policy.Policy:
    return policy.load()


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_case_comes_out(path: Path, rules: policy.Policy) -> None:
    case = read(path)
    park, wrong = ledger(case), []
    for flow, expectations in case["expect"].items():
        for wanted in expectations:
            row = told(flow, wanted, figures(flow, wanted, park, rules))
            wrong += [
                f"{flow} {name}: {row[name]} instead of {value} ({wanted})"
                for name, value in wanted.items()
                if name not in ASKED[flow] and differs(row[name], cell(value))
            ]
    assert not wrong, "\n".join([case["says"], *wrong])


def test_there_are_cases_of_every_flow() -> None:
    flows = {flow for path in CASES for flow in read(path)["expect"]}
    assert flows == set(ASKED)
    assert len(CASES) >= 8


@pytest.mark.parametrize(
    ("found", "expected", "other"),
    [
        (pd.NA, UNKNOWN, False),
        (UNKNOWN, UNKNOWN, False),
        (0.0, UNKNOWN, True),
        (pd.NA, 0, True),
        (1.0, 1, False),
        (1.5, 1, True),
        ("let", "vacant", True),
        (["a", "b"], ["a"], False),
        ([], ["a"], True),
    ],
)
def test_the_comparison_tells_unknown_from_nought(found: Any, expected: Any, *, other: bool) -> None:
    assert differs(found, expected) == other
