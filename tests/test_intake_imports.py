"""A file on its way into the record: opened, placed, weighed part by part, its rejects mended, taken in, taken back."""

import csv
import dataclasses
import datetime as dt
import json
import shutil

import openpyxl
import pytest
import shapely
import thorough
import weighing
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from weighing import RULES, SQUARE, TERMS, T

from parks import schema, snapshot, store
from parks.intake import changes, imports, parts, rejects, sample
from parks.intake.imports import Order, Placement
from parks.issues import InvalidData
from parks.store.intakes import File, Intake

COMPLETE = dataclasses.replace(TERMS, complete=True)
COUNTED = ("new", "changed", "unchanged", "rejected", "not_data")


def workbook(path, **sheets):
    """Write sheets of rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page_of = book.create_sheet(name)
        for row in rows:
            page_of.append(list(row))
    book.save(path)
    return path


def weigh(path, *tables, park=None, terms=TERMS, **more):
    """Return what the parts of a file would do, each as the table given for it or as it is surely one."""
    found = imports.opened(path, T).parts
    orders = [Order(part, table) for part, table in zip(found, tables or map(parts.table_of, found), strict=True)]
    return imports.weigh(orders, weighing.park() if park is None else park, RULES, terms, T, **more)


def after(park, outcomes):
    for outcome in outcomes:
        park = changes.after(park, outcome)
    return park


def same(one, other, *, but=()):
    """Return whether two records hold the same in every table, some columns left out."""
    return all(
        one.table(name).drop(columns=list(but)).equals(other.table(name).drop(columns=list(but)))
        for name in schema.TABLES
    )


PARKS = ["园区编号", "园区", "区域", "布局内", "落位方式"]
BUILDINGS = ["楼栋编号", "园区编号", "楼栋", "楼栋状态"]
FLOORS = ["楼层编号", "楼栋编号", "楼层"]
UNITS = ["房源编号", "楼栋", "楼层", "房间号", "可租面积（㎡）"]
LEASES = ["租约编号", "楼栋", "房号", "承租方", "状态", "起始日", "终止日"]
TENANTS = ["企业编号", "企业名称", "类别"]
WHOLE = {
    "租约": [LEASES, ["L9", "九号楼", "901", "丙科技", "已租", "2026-01-01", None]],
    "房源": [UNITS, ["U9", "九号楼", "2F", "901", 60]],
    "企业": [TENANTS, ["T9", "丙科技", "在园企业"]],
    "楼层": [FLOORS, ["H9", "九号楼", 2]],
    "楼栋": [BUILDINGS, ["B9", "丙园", "九号楼", "已建成"]],
    "园区": [PARKS, ["P9", "丙园", "张江科学城", "是", "示意"]],
}


# Opened.


def test_a_workbook_is_opened_as_parts_and_a_map_file_as_layers(tmp_path):
    found = imports.opened(workbook(tmp_path / "a.xlsx", **WHOLE), T)
    assert (found.file, [part.name for part in found.parts], found.layers) == ("a.xlsx", list(WHOLE), ())
    assert len(found.digest) == 64
    placed = imports.opened(layer(tmp_path / "b.geojson", [SQUARE], [{"楼栋编号": "B1"}]), T)
    assert (placed.file, placed.parts, [one.name for one in placed.layers]) == ("b.geojson", (), ["b"])


def test_a_file_is_called_as_the_user_calls_it(tmp_path):
    assert imports.opened(workbook(tmp_path / "a.xlsx", **WHOLE), T, name="张江.xlsx").file == "张江.xlsx"
    path = layer(tmp_path / "b.geojson", [SQUARE], [{"楼栋编号": "B1"}])
    assert imports.opened(path, T, name="楼栋.geojson").file == "楼栋.geojson"


def test_what_cannot_be_read_is_refused(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"")
    with pytest.raises(InvalidData):
        imports.opened(tmp_path / "a.xlsx", T)


NAMES = {
    "台账2025-03-31.xlsx": dt.date(2025, 3, 31),
    "台账20250331.xlsx": dt.date(2025, 3, 31),
    "张江2025年3月.xlsx": dt.date(2025, 3, 31),
    "台账.xlsx": None,
}


@pytest.mark.parametrize(("name", "day"), NAMES.items(), ids=NAMES)
def test_the_day_of_a_file_is_read_from_its_name(name, day):
    assert imports.day_of(name) == day


# Several sheets.


def test_children_may_name_parents_that_come_in_the_same_file_in_any_order(tmp_path):
    told = []
    outcomes = weigh(workbook(tmp_path / "a.xlsx", **WHOLE), progress=lambda share, table: told.append((share, table)))
    assert [outcome.new for outcome in outcomes] == [("P9",), ("B9",), ("H9",), ("U9",), ("T9",), ("L9",)]
    assert not any(outcome.issues for outcome in outcomes)
    assert told == sorted(told, key=lambda one: one[0])
    assert told[0] == (0.0, "parks")
    assert list(dict.fromkeys(table for _, table in told)) == [outcome.ledger.table for outcome in outcomes]
    lease = outcomes[-1].rows.iloc[0]
    assert (lease["unit_id"], lease["tenant_id"]) == ("U9", "T9")
    assert imports.counts(outcomes) == {"read": 12, "written": 6, "unchanged": 0, "rejected": 0, "not_data": 6}


def test_a_rejected_parent_rejects_its_children_and_theirs(tmp_path):
    bad = WHOLE | {"楼栋": [BUILDINGS, ["B9", "丙园", "九号楼", "塌了"]]}
    outcomes = {one.ledger.table: one for one in weigh(workbook(tmp_path / "a.xlsx", **bad))}
    assert {table for table, one in outcomes.items() if one.rejected} == {"buildings", "floors", "units", "leases"}
    assert outcomes["floors"].issues[0].message == (
        "The row that it names stands in this file, but is rejected: 楼栋 2."
    )


def test_two_sheets_of_one_table_end_only_what_neither_has(tmp_path):
    path = workbook(
        tmp_path / "a.xlsx",
        一层=[UNITS, ["U1", "B1", "1F", "101", 100], ["U8", "B1", "1F", "108", 20]],
        三层=[UNITS, ["U7", "B1", "3F", "301", 30]],
    )
    outcomes = weigh(path, "units", "units", terms=COMPLETE)
    assert [outcome.ended for outcome in outcomes] == [(), ("U2",)]
    assert [outcome.new for outcome in outcomes] == [("U8",), ("U7",)]


def test_two_sheets_that_say_otherwise_of_one_key_argue(tmp_path):
    path = workbook(
        tmp_path / "a.xlsx", 甲=[UNITS, ["U9", "B1", "1F", "109", 20]], 乙=[UNITS, ["U9", "B1", "1F", "109", 30]]
    )
    first, second = weigh(path, "units", "units")
    assert (first.new, second.rejected) == (("U9",), (2,))


def test_the_sample_as_a_workbook_says_nothing_new_of_the_sample(tmp_path):
    park = snapshot.of(weighing.DAY, sample.read())
    book = {}
    for name in schema.TABLES:
        columns = [column for column in schema.columns(name).values() if not column.is_geometry]
        cells = park.table(name)[[column.name for column in columns]].astype(object)
        book[name] = [
            [column.heading("zh") for column in columns],
            *cells.where(cells.notna(), None).to_numpy().tolist(),
        ]
    outcomes = weigh(workbook(tmp_path / "示例.xlsx", **book), *schema.TABLES, park=park, terms=COMPLETE)
    for outcome in outcomes:
        table = outcome.ledger.table
        assert (outcome.unchanged, outcome.issues, outcome.ended) == (len(park.table(table)), (), ()), table
        assert parts.table_of(outcome.ledger.part) == table
        assert not [issue for issue in outcome.advice if issue.kind not in {"assumed", "in_use"}]


# Layers.


def layer(path, shapes, rows):
    """Write a GeoJSON of shapes with their attributes."""
    features = [
        {"type": "Feature", "properties": row, "geometry": shape and json.loads(shapely.to_geojson(shape))}
        for shape, row in zip(shapes, rows, strict=True)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def placed(path, table="buildings", **said):
    (one,) = imports.opened(path, T).layers
    return imports.placed(one, table, Placement(datum="wgs84", **said), T)


def box(number):
    return shapely.box(121.600 + number / 100, 31.200, 121.601 + number / 100, 31.201)


def crossed(number):
    west = 121.600 + number / 100
    return shapely.Polygon([(west, 31.2), (west + 0.001, 31.201), (west + 0.001, 31.2), (west, 31.201), (west, 31.2)])


def test_a_layer_is_a_table_with_its_shapes(tmp_path):
    path = layer(tmp_path / "a.geojson", [SQUARE, box(2), None], [{"楼栋编号": name} for name in ("B1", "B2", "B3")])
    part, flaws = placed(path)
    assert [flaw.kind for flaw in flaws] == ["missing"]
    assert [issue.kind for issue in part.issues] == ["missing"]
    (outcome,) = imports.weigh([Order(part, "buildings")], weighing.park(), RULES, TERMS, T)
    assert (outcome.unchanged, weighing.differences(outcome)) == (2, [["B2", "geometry", None, box(2)]])


def test_an_outline_that_measures_otherwise_than_certified_is_told(tmp_path):
    rows = [{"楼栋编号": "B2", "占地面积": 10_500}, {"楼栋编号": "B3", "占地面积": 5_000}]
    part, _ = placed(layer(tmp_path / "a.geojson", [box(1), box(2)], rows))
    (outcome,) = imports.weigh([Order(part, "buildings")], weighing.park(), RULES, TERMS, T)
    measured = imports.areas(outcome, T)[0]["computed_m2"]
    assert measured.tolist() == pytest.approx([10_566.6, 10_566.6], abs=0.1)
    assert [(issue.row, issue.column, issue.kind) for issue in outcome.advice] == [("2", "占地面积", "area_differs")]


def test_a_shape_that_crosses_itself_is_rejected_unless_its_mend_is_accepted(tmp_path):
    path = layer(tmp_path / "a.geojson", [crossed(1), box(2)], [{"楼栋编号": "B2"}, {"楼栋编号": "B3"}])
    part, (flaw,) = placed(path)
    (outcome,) = imports.weigh([Order(part, "buildings")], weighing.park(), RULES, TERMS, T)
    assert (outcome.issues, outcome.rejected) == ((flaw.issue,), (1,))
    assert flaw.issue.message.startswith("The shape crosses itself")
    for accepted in ({flaw.id}, "all"):
        part, _ = placed(path, accepted=accepted)
        (outcome,) = imports.weigh([Order(part, "buildings")], weighing.park(), RULES, TERMS, T)
        assert outcome.rows["building_id"].tolist() == ["B2", "B3"]
        assert outcome.rows.geometry.is_valid.all()


def test_a_shape_that_is_left_out_is_a_rejected_row_with_its_sentence(tmp_path):
    path = layer(tmp_path / "a.geojson", [box(1), box(1)], [{"楼栋编号": "B2"}, {"楼栋编号": "B3"}])
    part, (flaw,) = placed(path, accepted="all")
    (outcome,) = imports.weigh([Order(part, "buildings")], weighing.park(), RULES, TERMS, T)
    assert (outcome.issues, outcome.rejected) == ((flaw.issue,), (2,))
    part, _ = placed(path)
    assert (part.faults, [issue.kind for issue in part.issues]) == ((), ["duplicate"])


def test_a_shape_that_nobody_can_mend_is_rejected_though_all_is_accepted(tmp_path):
    path = layer(tmp_path / "a.geojson", [shapely.Point(121.6, 31.2)], [{"楼栋编号": "B2"}])
    part, (flaw,) = placed(path, accepted="all")
    assert (part.faults, len(part.shapes)) == ((flaw.issue,), 0)


def test_parks_come_as_points(tmp_path):
    part, flaws = placed(layer(tmp_path / "a.geojson", [shapely.Point(121.6, 31.2)], [{"园区编号": "P1"}]), "parks")
    (outcome,) = imports.weigh([Order(part, "parks")], weighing.park(), RULES, TERMS, T)
    assert (flaws, outcome.counts["changed"]) == ((), 1)


def test_a_layer_without_its_datum_is_asked_about(tmp_path):
    (one,) = imports.opened(layer(tmp_path / "a.geojson", [SQUARE], [{"楼栋编号": "B1"}]), T).layers
    with pytest.raises(InvalidData):
        imports.placed(one, "buildings", Placement(), T)


# Any file: nothing is lost.

HEADS = ["房源编号", "楼栋", "楼层", "可租面积（㎡）", "押金"]
RECORD = weighing.park(
    units=weighing.frame(
        "unit_id building_id floor_id lettable_m2", *((f"A{number}", "B1", "F1", 10.0 + number) for number in range(6))
    ),
    leases=weighing.frame("lease_id unit_id tenant_id state valid_from valid_to").iloc[:0],
)
ROW = st.tuples(
    st.sampled_from(["B1", "Building One"]),
    st.sampled_from(["1F", "F1", "一层"]),
    st.integers(1, 99),
    st.sampled_from(["", "", "", "area", "building", "key", "floor"]),
)
ASIDE = st.sampled_from(["", "", "blank", "subtotal"])
FILES = st.tuples(
    st.lists(st.tuples(ROW, ASIDE), min_size=4, max_size=12),
    st.lists(st.sampled_from(["title", "blank"]), max_size=3),
    st.lists(st.sampled_from(["blank", "total", "note"]), max_size=3, unique=True),
    st.sampled_from([".csv", ".xlsx"]),
)
LINES = {
    "title": ["张江科学城房源台账"],
    "blank": [],
    "note": ["注：面积以测绘为准。"],
    "subtotal": ["小计", None, None, 99],
    "total": ["合计", None, None, 999],
}
GARBAGE = {"area": (3, "若干"), "building": (1, "十三号楼"), "floor": (2, "88F")}


def build(drawn):
    """Return the lines of a file as brought, the true cells of each of its rows by line, and the ending of its name."""
    rows, above, below, ending = drawn
    grid = [*(LINES[kind] for kind in above), HEADS]
    truth, keys = {}, []
    for number, ((building, floor, area, fault), aside) in enumerate(rows):
        true = [f"A{number}", building, floor, area, None]
        brought = list(true)
        if fault in GARBAGE:
            place, word = GARBAGE[fault]
            brought[place] = word
        elif fault == "key" and keys:
            brought[0] = keys[-1]
        else:
            keys.append(true[0])
        grid.append(brought)
        truth[len(grid)] = true
        grid += [LINES[aside]] if aside else []
    return grid + [LINES[kind] for kind in below], truth, ending


def write(path, grid):
    if path.suffix == ".xlsx":
        return workbook(path, 房源=grid)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(grid)
    return path


def mended(path, truth):
    """Put the true cells into a reject file, row by row."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        lines = list(book.active.iter_rows(min_row=2))
        for row in lines:
            for cell, value in zip(row, truth[row[len(HEADS)].value], strict=False):
                cell.value = value
        book.save(path)
    else:
        with path.open(encoding="utf-8-sig", newline="") as file:
            head, *lines = csv.reader(file)
        place = head.index("行号（导入）")
        grid = [[*truth[int(line[place])], *line[len(HEADS) :]] for line in lines]
        write(path, [head, *grid])
    return path


@settings(max_examples=thorough.cases(6), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=FILES)
def test_every_line_is_in_one_class_and_rejects_once_mended_complete_the_import(drawn, tmp_path):
    grid, truth, ending = build(drawn)
    path = write(tmp_path / f"房源{ending}", grid)
    (done,) = weigh(path, "units", park=RECORD)
    part, counts = done.ledger.part, done.counts
    assert counts["lines"] == sum(counts[name] for name in COUNTED)
    assert [record.line for record in part.records] == list(truth)
    assert set(done.rejected) <= set(truth)
    assert set(done.rejected).isdisjoint(done.rows.index)
    assert {str(line) for line in done.rejected} == {issue.row for issue in done.issues}
    assert len(done.rows) + done.unchanged + len(done.rejected) == len(truth)
    once = changes.after(RECORD, done)
    (again,) = weigh(path, "units", park=once)
    assert (again.counts["new"], again.counts["changed"]) == (0, 0)
    assert again.rejected == done.rejected
    kept = [record for record in part.records if record.line in done.rejected]
    left = tmp_path / f"未导入{ending}"
    rejects.write(left, rejects.Rejects(part.headings, kept, done.issues), "zh")
    if kept:
        (rest,) = weigh(mended(left, truth), "units", park=once)
        assert rest.rejected == ()
        once = changes.after(once, rest)
    good = write(tmp_path / f"好{ending}", [HEADS, *truth.values()])
    (whole,) = weigh(good, "units", park=RECORD)
    assert whole.rejected == ()
    assert same(once, changes.after(RECORD, whole))


# With a store.


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """Return the path of a store with the small park; it is copied, since that is quicker than to fill another."""
    path, park = tmp_path_factory.mktemp("filled") / "store.db", weighing.park()
    with store.open(str(path)) as opened:
        for name in schema.TABLES:
            opened.add(name, park.table(name), source="old.xlsx", by="clerk")
    return path


@pytest.fixture
def held(filled, tmp_path):
    """Return a store with the small park."""
    with store.open(str(shutil.copy(filled, tmp_path / "store.db"))) as opened:
        yield opened


def intake(outcome):
    ledger = outcome.ledger
    return Intake(ledger.table, outcome.rows, ledger.part.name, outcome.counts, outcome.ended)


def take(held, path, terms, *tables):
    """Weigh a file against a store and write it; return what was previewed and the change."""
    brought = imports.opened(path, T)
    outcomes = weigh(path, *tables, park=held.whole(weighing.DAY), terms=terms, clashes=held.refused)
    taken = [intake(outcome) for outcome in outcomes]
    file = File(brought.file, brought.digest, parts.family(brought.file))
    return outcomes, held.take_in(taken, file, source=terms.source, by="ann", since=weighing.DAY)


def test_what_is_written_is_what_was_shown_and_can_be_taken_back(held, tmp_path):
    path = workbook(
        tmp_path / "六月.xlsx",
        **WHOLE,
        一号楼=[
            ["园区", *UNITS],
            ["甲园", "U1", "一号楼", "1F", "101", 110],
            ["甲园", "U6", "一号楼", "3F", "301", "?"],
        ],
        续租=[
            LEASES,
            ["L1", "B1", "101", "甲生物", "已租", "2024-01-01", "2026-05-31"],
            ["L5", "B1", "101", "乙药业", "已租", "2026-06-01", "长期"],
            ["L6", "B1", "101", "丙科技", "已租", "2027-06-01", None],
        ],
    )
    before = held.whole(weighing.DAY)
    tables = ["leases", "units", "tenants", "floors", "buildings", "parks", "units", "leases"]
    outcomes, change = take(held, path, COMPLETE, *tables)
    assert [outcome.ended for outcome in outcomes if outcome.ended] == [("U2",)]
    assert [(issue.row, issue.kind) for one in outcomes for issue in one.issues] == [("4", "double_booking")]
    assert same(held.whole(weighing.DAY), after(before, outcomes))
    counted = [outcome.counts for outcome in outcomes]
    assert held.written(change) == sum(one["new"] + one["changed"] + one["ended"] for one in counted)
    assert held.receipts()["rejected"].sum() == 1
    again, nothing = take(held, path, COMPLETE, *tables)
    assert nothing is None
    assert imports.counts(again)["written"] == 0
    held.take_back(change, by="ben", reason="wrong file")
    assert same(held.whole(weighing.DAY), before)


def test_a_unit_that_one_sheet_frees_is_let_by_the_next(held, tmp_path):
    path = workbook(
        tmp_path / "a.xlsx",
        退租=[LEASES, ["L1", "B1", "101", None, None, None, "2026-06-30"]],
        新租=[
            LEASES,
            ["L5", "B1", "101", "乙药业", "已租", "2026-07-01", "2026-12-31"],
            ["L6", "B1", "101", "乙药业", "已租", "2023-07-01", "2024-01-31"],
        ],
    )
    outcomes = weigh(path, "leases", "leases", park=held.whole(weighing.DAY), clashes=held.refused)
    assert [(issue.row, issue.kind) for issue in outcomes[1].issues] == [("3", "overlap")]
    assert outcomes[1].new == ("L5",)


DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2028, 1, 1))
LET = st.tuples(
    st.sampled_from(["L0", "L1", "L2", "L3", "L4"]),
    st.sampled_from(["U1", "U2"]),
    st.sampled_from(["已租", "意向", "锁定"]),
    DAYS,
    st.one_of(st.none(), st.integers(1, 900)),
)


@settings(max_examples=thorough.cases(8), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lets=st.lists(LET, min_size=1, max_size=6), complete=st.booleans())
def test_what_is_shown_as_good_the_store_never_refuses(lets, complete, held):
    grid = [
        (key, unit, "T1", state, begin, days and begin + dt.timedelta(days)) for key, unit, state, begin, days in lets
    ]
    orders = [Order(weighing.part("租约编号 房源编号 企业编号 状态 起始日 终止日", *grid), "leases")]
    before = held.whole(weighing.DAY)
    terms = COMPLETE if complete else TERMS
    outcomes = imports.weigh(orders, before, RULES, terms, T, clashes=held.refused)
    change = held.take_in(
        [intake(outcome) for outcome in outcomes], File("a", "b", "c"), source="x", by="ann", since=weighing.DAY
    )
    assert same(held.whole(weighing.DAY), after(before, outcomes))
    if change is not None:
        held.take_back(change, by="ben", reason="next")
    assert same(held.whole(weighing.DAY), before)


def test_a_shape_that_the_store_has_kept_is_unchanged(held, tmp_path):
    path = layer(tmp_path / "a.geojson", [box(1), box(2)], [{"楼栋编号": "B2"}, {"楼栋编号": "B3"}])
    part, _ = placed(path)

    def weighed():
        return imports.weigh([Order(part, "buildings")], held.whole(weighing.DAY), RULES, TERMS, T)[0]

    first = weighed()
    assert first.counts["changed"] == 2
    held.add("buildings", first.rows, source="a.geojson", by="ann")
    assert weighed().unchanged == 2
