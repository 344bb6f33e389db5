"""Files, grids and cells at random: only refusals come out, no line is lost, a cell has a value or a reason."""

import datetime as dt
import functools
import io
import math
import zipfile

import pytest
import thorough
from corpus import build, crafts, meanings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parks import schema, words
from parks.intake import headings
from parks.intake.grids import airlock, layout, sheets
from parks.intake.values import cells, measures, periods, quantities, signs
from parks.issues import InvalidData

T = words.translator("zh")
SMALL = 15_000
SEEDS = [
    (case.name, case.body)
    for case in (*build.CASES, *meanings.CASES)
    if len(case.body) <= SMALL and (not getattr(case, "refused", "") or case.name.endswith((".xlsx", ".xls")))
]
TEXTS = [seed for seed in SEEDS if seed[0].endswith((".csv", ".txt", ".tsv")) and not seed[1].startswith(b"PK")]
BOOKS = [seed for seed in SEEDS if seed not in TEXTS]
PACKED = [
    seed
    for seed in BOOKS
    if zipfile.is_zipfile(io.BytesIO(seed[1])) and zipfile.ZipFile(io.BytesIO(seed[1])).testzip() is None
]
COLUMNS = [column for table in schema.TABLES for column in schema.columns(table).values()]
UNITS = [None, *measures.measures(), "CNY/month", "no", periods.LAST_DAY]
TYPES = {"int": int, "number": float, "bool": bool, "date": dt.date}

FUZZ = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.fixture(scope="module")
def nursery():
    """Return what reads workbooks in processes that may be lost."""
    pytest.importorskip("resource")
    from corpus import nursery

    started = nursery.Nursery()
    yield started
    started.close()


@st.composite
def changed(draw, body, others):
    """Return bytes with a few changes: other bytes, something cut out, doubled, filled in, spliced or cut off."""
    found = bytearray(body)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(found)))
        size = draw(st.sampled_from([1, 2, 4, 16, 300]))
        other = draw(st.sampled_from(others))[1]
        start = draw(st.integers(0, len(other)))
        found[at : at + draw(st.sampled_from([0, size]))] = draw(
            st.sampled_from(
                [b"", b"\0" * size, b"\xff" * size, found[at : at + size] * 2, other[start : start + size], b'",\n<>&']
            )
            | st.binary(min_size=size if size < 300 else 0, max_size=size)
        )
    return bytes(found[: draw(st.sampled_from([len(found), len(found) // 2]))])


@st.composite
def tampered(draw):
    """Return a packed workbook of which one part is changed before it is packed: its checksum is right."""
    name, body = draw(st.sampled_from(PACKED))
    source = zipfile.ZipFile(io.BytesIO(body))
    parts = {part: source.read(part) for part in source.namelist()}
    part = draw(st.sampled_from(sorted(parts)))
    parts[part] = draw(changed(parts[part], PACKED))
    return name, crafts.archive(parts)


def look(folder, name, body):
    """Read a file and all its sheets as far as they go; what comes out must be sound."""
    path = folder / name
    path.write_bytes(body)
    found, issues = (), ()
    try:
        book = sheets.read(path, T)
        found, issues = book.sheets, book.issues
    except InvalidData as refused:
        issues = refused.issues
    assert all(issue.message and issue.mend and issue.table == name for issue in issues)
    assert any(cell is not None for sheet in found for row in sheet.rows for cell in row) or issues
    for sheet in found:
        if sum(map(len, sheet.rows)) < 100_000:
            sound(sheet, build.known)


def sound(sheet, known):
    """Find the table in a grid: each line is in one place."""
    body = layout.find(sheet, known, T)
    for kept in body.records, body.asides:
        assert [line.line for line in kept] == sorted({line.line for line in kept})
    lines = sorted(line.line for kept in (body.records, body.asides) for line in kept)
    assert lines == list(range(sheet.first, sheet.first + len(sheet.rows)))
    assert {len(record.cells) for record in body.records} <= {len(body.headings)}
    assert all(issue.kind and issue.message and issue.mend for issue in body.issues)
    return body


@settings(FUZZ, max_examples=thorough.cases(50))
@given(data=st.data())
def test_changed_texts_are_read_or_refused(tmp_path, data):
    name, body = data.draw(st.sampled_from(TEXTS))
    look(tmp_path, name, data.draw(changed(body, SEEDS)))


@st.composite
def misspelt(draw):
    """Return a text file with a few signs changed; its encoding is right."""
    rows = draw(st.sampled_from([build.TABLE, build.TWO, build.THREE, [build.TITLE, *build.TABLE, build.TOTAL]]))
    found = build.offices.csv(
        rows, draw(st.sampled_from([",", ";", "\t", "|", "，"])), draw(st.sampled_from(["\n", "\r\n"]))
    )
    for _ in range(draw(st.integers(0, 8))):
        at = draw(st.integers(0, len(found)))
        new = draw(
            st.text(st.sampled_from(",;|\t\n\r\"'，“” \x00\x1a=合计注1一") | st.characters(codec="utf-8"), max_size=4)
        )
        found = found[:at] + new + found[at + draw(st.integers(0, 2)) :]
    return found.encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"])))


@settings(FUZZ, max_examples=thorough.cases(60))
@given(body=misspelt())
def test_misspelt_texts_are_read_or_refused(tmp_path, body):
    look(tmp_path, "a.csv", body)


@settings(FUZZ, max_examples=thorough.cases(50))
@given(data=st.data())
def test_changed_workbooks_are_read_or_refused(tmp_path, monkeypatch, nursery, data):
    monkeypatch.setattr(airlock, "messages", nursery.messages)
    name, body = data.draw(st.sampled_from(BOOKS))
    look(tmp_path, name, data.draw(changed(body, BOOKS)))


@settings(FUZZ, max_examples=thorough.cases(60))
@given(found=tampered())
def test_workbooks_with_changed_parts_are_read_or_refused(tmp_path, monkeypatch, nursery, found):
    monkeypatch.setattr(airlock, "messages", nursery.messages)
    look(tmp_path, *found)


@settings(FUZZ, max_examples=thorough.cases(5))
@given(found=tampered())
def test_so_are_they_in_the_airlock(tmp_path, found):
    look(tmp_path, *found)


def test_the_nursery_reads_as_the_airlock_does(tmp_path, monkeypatch, nursery):
    path = tmp_path / "a.xlsx"
    path.write_bytes(build.offices.xlsx(build.TABLE, merged=["B2:B3"]))
    alone = sheets.read(path, T)
    monkeypatch.setattr(airlock, "messages", nursery.messages)
    assert sheets.read(path, T) == alone
    path.write_bytes(next(body for name, body in SEEDS if name == "million.xlsx"))
    with pytest.raises(InvalidData) as fault:
        sheets.read(path, T)
    assert fault.value.issues[0].kind == "giant"


# Grids.

SIGNS = "0123456789.,-~/()（）年月日季底万亩㎡元约≥三十层栋fFbBqQ 　％%eE+'\"=@#\n\t\u200b\x00"
SAID = (
    *(
        "合计",
        "小计：",
        "总 计",
        "A栋小计",
        "Total",
        "同上",
        "〃",
        "注：含地下",
        "备注",
        "一、新建",
        "（一）",
        "制表人：王",
    ),
    *(
        "㎡",
        "元/㎡/天",
        "无",
        "待定",
        "—",
        "长期",
        "2025.3",
        "2025Q3",
        "2025年底",
        "3-5层",
        "约100",
        "1,234.5",
        "１２３",
    ),
    *(
        "12.5万㎡",
        "3亩",
        "5kN/m²",
        "0.5t/m²",
        "630kVA",
        "500kW",
        "3.5元/㎡/月",
        "#N/A",
        "=1+1",
        "是",
        "已租",
        "U1",
        "*",
    ),
)
RAW = st.one_of(
    st.none(),
    st.sampled_from(SAID),
    st.text(alphabet=SIGNS, min_size=1, max_size=20),
    st.text(min_size=1, max_size=12),
    st.floats(),
    st.integers(-(10**6), 10**6),
    st.integers(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
)
SPANS = st.tuples(*[st.integers(0, 12)] * 4)


@st.composite
def grids(draw):
    """Return a table and a grid under some of its headings, with whatever people write above, amid and below."""
    table = draw(st.sampled_from(schema.TABLES))
    names = [
        name for one in schema.columns(table).values() for name in (one.zh, one.en, *one.headings, f"{one.zh}(㎡)")
    ]
    head = draw(st.lists(st.sampled_from([*names, None, "其他"]), min_size=1, max_size=7))
    line = st.lists(RAW, max_size=8)
    rows = [
        *draw(st.lists(line, max_size=2)),
        head,
        *draw(st.lists(line | st.just(head) | st.lists(RAW, min_size=len(head), max_size=len(head)), max_size=12)),
    ]
    merged = tuple(draw(st.lists(SPANS, max_size=3)))
    return table, sheets.Sheet("台账", hidden=False, rows=rows, merged=merged, first=draw(st.sampled_from([1, 4])))


@settings(FUZZ, max_examples=thorough.cases(80))
@given(found=grids())
def test_no_grid_loses_a_line_and_each_cell_is_taken_or_refused(found):
    table, sheet = found
    body = sound(sheet, functools.partial(headings.is_known, table=table))
    matches = headings.match(body.headings, table)
    taken = [one.column for one in matches if one.column is not None]
    assert len(taken) == len(set(taken))
    for one in matches:
        if one.column is None:
            continue
        raws = [record.cells[one.position] for record in body.records]
        values, issues, notes = cells.parse_all(raws, schema.columns(table)[one.column], one.unit, T)
        assert len(values) == len(raws)
        assert all(values[at] is None for at in issues)
        assert not issues.keys() & notes.keys()


# Cells.


def fits(value, column):
    """Say whether a value is one that its column can hold."""
    if column.type in TYPES:
        in_range = not isinstance(value, float) or (math.isfinite(value) and abs(value) < quantities.LIMIT**2)
        return type(value) is TYPES[column.type] and in_range
    if column.type == "choice":
        return value in column.values
    return type(value) is str and value == signs.clean(value) != "" and not signs.forbidden(value)


@settings(max_examples=thorough.cases(60), deadline=None)
@given(raw=RAW, unit=st.sampled_from(UNITS))
def test_every_cell_has_a_value_that_fits_its_column_or_a_reason(raw, unit):
    for column in COLUMNS:
        value, issue, note = cells.parse(raw, column, unit, T)
        assert issue is None or (value is None and note is None and all(issue))
        assert note is None or all(note)
        assert value is None or fits(value, column), (value, column.name)


@settings(max_examples=thorough.cases(40), deadline=None)
@given(raw=RAW)
def test_what_was_read_is_read_again_as_it_is(raw):
    for column in COLUMNS:
        value = cells.parse(raw, column, None, T).value
        again = cells.parse(value, column, None, T)
        if isinstance(value, float) and again.value is not None:
            assert math.isclose(again.value, value, rel_tol=1e-14), "a spreadsheet keeps 15 digits"
        else:
            assert again.value == value or again.issue[0] in {"unit", "not_a_number"}, (value, again, column.name)
