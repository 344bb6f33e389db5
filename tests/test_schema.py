"""The schema: every table reads, frames take its types, and a broken file is named with its line."""

import datetime as dt

import pandas as pd
import pytest

from parks import schema, snapshot
from parks.issues import InvalidData, Issue


@pytest.mark.parametrize("table", schema.TABLES)
def test_every_table_has_a_key_and_its_provenance(table):
    columns = schema.columns(table)
    assert schema.key(table) == next(iter(columns))
    assert {"source", "source_date", "standing"} <= columns.keys()
    assert columns["standing"].values == schema.STANDINGS  # noqa: PD011 - a column of the schema, no Series
    for column in columns.values():
        assert column.en
        assert column.zh
        assert column.description
        assert bool(column.values) == (column.type == "choice")


def test_no_such_table():
    with pytest.raises(KeyError):
        schema.columns("tables")
    with pytest.raises(KeyError):
        snapshot.of(dt.date(2026, 1, 1), {"tables": pd.DataFrame()})
    with pytest.raises(KeyError):
        snapshot.of(dt.date(2026, 1, 1), {}).table("tables")


def test_headings_carry_the_unit_in_each_language():
    columns = schema.columns("leases")
    assert columns["rent_cny_m2_day"].heading("zh") == "租金（元/m²/天）"
    assert columns["rent_cny_m2_day"].heading("en") == "Rent (CNY/m²/day)"
    assert columns["reason"].heading("zh") == "理由"
    assert schema.columns("parks")["geometry"].heading("en") == "Place"


def test_frames_take_the_types_and_keep_the_unknown():
    made = schema.typed("units", pd.DataFrame({"unit_id": ["b", "a"], "lettable_m2": [1.5, None], "extra": [1, 2]}))
    assert made["unit_id"].tolist() == ["a", "b"]
    assert made["lettable_m2"].isna().tolist() == [True, False]
    assert "extra" not in made
    assert str(made["dual_power"].dtype) == "boolean"
    assert schema.typed("buildings", pd.DataFrame()).crs == "EPSG:4326"


@pytest.mark.parametrize(
    ("text", "line"),
    [("column,type\n", "1"), (",".join(schema.HEADER) + "\nunit_id,kee,,yes,a,b,,,c\n", "2")],
)
def test_a_broken_schema_file_is_named_with_its_line(monkeypatch, tmp_path, text, line):
    (tmp_path / "units.csv").write_text(text, encoding="utf-8")
    monkeypatch.setattr(schema, "FOLDER", tmp_path)
    schema.columns.cache_clear()
    try:
        with pytest.raises(InvalidData) as fault:
            schema.columns("units")
    finally:
        schema.columns.cache_clear()
    assert [(issue.table, issue.row) for issue in fault.value.issues] == [("units.csv", line)]


def test_an_issue_says_where_what_and_how():
    issue = Issue("leases", "L1", "state", "lett", "choice", "No such state.", "Write let.")
    assert str(issue) == "leases L1 state [lett]: No such state. Write let."
    assert list(issue.as_dict()) == ["table", "row", "column", "value", "kind", "message", "mend"]
    assert str(InvalidData([issue, issue])).count("\n") == 1
