"""Files read into grids: what each is by its content, its cells, and what is refused before it does harm."""

import datetime as dt
import functools
import gc
import hashlib
import io
import os
import runpy
import struct
import sys
import zipfile
import zlib
from collections import Counter
from pathlib import Path

import pytest
import python_calamine
import thorough
import xlsxwriter
from corpus import build, crafts, meanings, offices
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parks import schema, words
from parks.intake import headings
from parks.intake.grids import airlock, biff, layout, packages, safety, sheets, texts
from parks.intake.values import cells
from parks.issues import InvalidData

T = words.translator("en")
OWN_PROCESS = ("plain.", "million.", "far-untold.", "cut.")
"""Files of the corpus that are read in a process of their own, as all are in earnest. The others are read at once."""

BROKEN = (python_calamine.CalamineError, zipfile.BadZipFile, zlib.error, OSError, ValueError)


def messages(data, kind):
    """Read a workbook here and now; where a process would break down, it is damaged."""
    target = io.BytesIO()
    try:
        airlock.main(kind, io.BytesIO(data), target)
    except BROKEN as fault:
        raise safety.Refused(safety.DAMAGED) from fault
    target.seek(0)
    yield from airlock.heard(target)


@pytest.fixture
def at_once(monkeypatch):
    monkeypatch.setattr(airlock, "messages", messages)


def read(folder: Path, body: bytes, name: str = "a.csv") -> sheets.Book:
    path = folder / name
    path.write_bytes(body)
    return sheets.read(path, T)


def rows(folder: Path, body: bytes, name: str = "a.csv") -> list:
    return read(folder, body, name).sheets[0].rows


def refused(folder: Path, body: bytes, name: str = "a.csv") -> str:
    with pytest.raises(InvalidData) as fault:
        read(folder, body, name)
    assert str(folder) not in str(fault.value), "messages name no folder"
    assert all(issue.message and issue.mend for issue in fault.value.issues)
    return fault.value.issues[0].kind


@pytest.mark.parametrize("case", build.CASES, ids=lambda case: case.name)
def test_the_corpus(case: build.Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not case.name.startswith(OWN_PROCESS):
        monkeypatch.setattr(airlock, "messages", messages)
    if case.refused:
        assert refused(tmp_path, case.body, case.name) == case.refused
        return
    book = read(tmp_path, case.body, case.name)
    sheet = book.sheets[case.sheet]
    body = layout.find(sheet, build.known, T)
    assert len(body.records) == case.records
    assert Counter(aside.kind for aside in body.asides) == case.asides
    assert {issue.kind for issue in (*book.issues, *body.issues)} == case.issues
    assert all(issue.message and issue.mend for issue in (*book.issues, *body.issues))
    assert case.first is None or body.records[0].cells == case.first
    assert case.headings is None or body.headings == case.headings
    assert {len(record.cells) for record in body.records} <= {len(body.headings)}
    found = sorted([record.line for record in body.records] + [aside.line for aside in body.asides])
    assert found == list(range(sheet.first, sheet.first + len(sheet.rows))), "each line once"


@pytest.mark.parametrize("case", meanings.CASES, ids=lambda case: case.name)
@pytest.mark.usefixtures("at_once")
def test_the_cells_of_the_corpus(case: meanings.Meaning, tmp_path: Path) -> None:
    book = read(tmp_path, case.body, case.name)
    known = functools.partial(headings.is_known, table=case.table)
    body = layout.find(book.sheets[0], known, T)
    assert (book.issues, body.issues) == ((), ())
    matches = headings.match(body.headings, case.table)
    assert {one.heading for one in matches if one.column is None} == case.asked
    values, faults, notes = {}, set(), set()
    for one in matches:
        if one.column is None:
            continue
        cells_of = [record.cells[one.position] for record in body.records]
        column = schema.columns(case.table)[one.column]
        found, wrong, noted = cells.parse_all(cells_of, column, one.unit, T)
        values[one.column] = tuple(found)
        faults |= {(body.records[at].line, one.column, kind) for at, (kind, _, _) in wrong.items()}
        notes |= {(body.records[at].line, one.column, kind) for at, (kind, _, _) in noted.items()}
    assert {name: values[name] for name in case.values} == case.values
    assert (faults, notes) == (case.faults, case.notes)


def test_the_corpus_is_written_as_a_script(tmp_path: Path) -> None:
    cases = (*build.CASES, *meanings.CASES)
    names = {case.name for case in cases}
    assert len(names) == len(cases)
    assert {path.name for path in build.write(tmp_path)} == names


def test_a_book_says_how_it_was_read(tmp_path: Path) -> None:
    body = "房源编号;租金\nU1;3\n".encode("gbk")
    book = read(tmp_path, body, "三月.csv")
    assert (book.file, book.kind, book.encoding, book.separator) == ("三月.csv", "csv", "gb18030", ";")
    assert book.digest == hashlib.sha256(body).hexdigest()
    assert book.sheets == (sheets.Sheet("三月", hidden=False, rows=[["房源编号", "租金"], ["U1", "3"]]),)


@pytest.mark.usefixtures("at_once")
def test_hidden_sheets_and_merged_cells_are_told(tmp_path: Path) -> None:
    book = read(tmp_path, offices.xlsx(offices.TABLE, merged=["B2:B3", "A1:B1"], hidden=[["旧"]]), "a.xlsx")
    assert [(sheet.name, sheet.hidden) for sheet in book.sheets] == [("台账", False), ("旧数据", True)]
    assert sorted(book.sheets[0].merged) == [(0, 0, 0, 1), (1, 1, 2, 1)]
    assert (book.kind, book.encoding, book.separator) == ("xlsx", None, None)


@pytest.mark.usefixtures("at_once")
def test_cells_keep_their_types(tmp_path: Path) -> None:
    day, hour = dt.date(2025, 3, 1), dt.time(8, 15)
    moment = dt.datetime.combine(day, hour)
    row = ["007", 1.5, True, day, moment, hour, dt.timedelta(hours=30, minutes=5), None, "a\nb "]
    assert rows(tmp_path, offices.xlsx([row]), "a.xlsx")[0] == [*row[:6], "30:05:00", *row[7:]]


@pytest.mark.usefixtures("at_once")
def test_failed_formulas_beside_and_below_the_values(tmp_path: Path) -> None:
    body = crafts.xls({"a": [["x"], [None, None, "#REF!"], [], ["#N/A"]], "b": [[1], ["#NUM!"]]})
    book = read(tmp_path, body, "a.xls")
    assert book.sheets[0].rows == [["x", None, None], [None, None, "#REF!"], [None] * 3, ["#N/A", None, None]]
    assert book.sheets[1].rows == [[1.0], ["#NUM!"]]


@pytest.mark.usefixtures("at_once")
def test_many_rows_are_handed_over_in_order(tmp_path: Path) -> None:
    table = [[number, f"U{number}", dt.date(2025, 1, 1) if number % 3 else None] for number in range(4500)]
    table[2000][1] = "#N/A"
    assert rows(tmp_path, crafts.xls({"a": [row[:2] for row in table]}), "a.xls") == [row[:2] for row in table]
    assert rows(tmp_path, offices.program(table), "a.xlsx") == table


@pytest.mark.parametrize(
    ("prefix", "quote"), [("", '"'), ("x:", '"'), ("", "'")], ids=["plain", "prefixed", "single quotes"]
)
@pytest.mark.usefixtures("at_once")
def test_failed_formulas_however_the_xml_is_written(tmp_path: Path, prefix: str, quote: str) -> None:
    cell = f"<{prefix}c r={quote}A1{quote} t={quote}e{quote}><{prefix}v>#N/A</{prefix}v></{prefix}c>"
    sheet = f"<{prefix}sheetData><{prefix}row r={quote}1{quote}>{cell}</{prefix}row></{prefix}sheetData>"
    space = 'xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    body = crafts.xlsx(sheet)
    source = zipfile.ZipFile(io.BytesIO(body))
    parts = {name: source.read(name) for name in source.namelist()}
    if prefix:
        parts["xl/worksheets/sheet1.xml"] = f"<x:worksheet {space}>{sheet}</x:worksheet>".encode()
    assert rows(tmp_path, crafts.archive(parts), "a.xlsx") == [["#N/A"]]


@pytest.mark.usefixtures("at_once")
def test_formulas_with_placeholders_are_told(tmp_path: Path) -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        book.add_worksheet("a").write_formula("A1", "=1+1")
    found = read(tmp_path, target.getvalue(), "a.xlsx")
    assert [issue.kind for issue in found.issues] == ["formulas"]
    saved = target.getvalue()
    source = zipfile.ZipFile(io.BytesIO(saved))
    parts = {name: source.read(name).replace(b' fullCalcOnLoad="1"', b"") for name in source.namelist()}
    assert read(tmp_path, crafts.archive(parts), "a.xlsx").issues == ()


@pytest.mark.usefixtures("at_once")
def test_charts_are_passed_over(tmp_path: Path) -> None:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet("a")
    sheet.write_row(0, 0, [1, 2])
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=a!$A$1:$B$1"})
    book.add_chartsheet("图").set_chart(chart)
    book.close()
    assert [sheet.name for sheet in read(tmp_path, target.getvalue(), "a.xlsx").sheets] == ["a"]


def test_the_search_for_circles_stays_as_it_was(tmp_path: Path) -> None:
    gc.disable()
    try:
        read(tmp_path, b"a,b\n1,2\n")
        assert not gc.isenabled()
    finally:
        gc.enable()
    read(tmp_path, b"a,b\n1,2\n")
    assert gc.isenabled()


def test_what_is_not_there_or_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidData) as fault:
        sheets.read(tmp_path / "nowhere.csv", T)
    assert fault.value.issues[0].kind == "unreadable"
    monkeypatch.setattr(safety, "FILE_BYTES", 10)
    assert refused(tmp_path, b"a,b,c\n1,2,3\n") == "giant"


def test_a_text_with_too_many_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safety, "CELLS", 10)
    assert refused(tmp_path, b"a,b,c\n" * 5) == "giant"


@pytest.mark.usefixtures("at_once")
def test_a_sheet_with_too_many_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safety, "CELLS", 10)
    with pytest.raises(InvalidData, match="E4"):
        read(tmp_path, offices.xlsx(offices.TABLE), "a.xlsx")
    with pytest.raises(InvalidData, match="E4"):
        read(tmp_path, crafts.xls({"a": offices.TABLE}), "a.xls")


# Texts.


@pytest.mark.parametrize("separator", texts.SEPARATORS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-32"])
def test_separators_and_encodings(tmp_path: Path, separator: str, encoding: str) -> None:
    table = [["房源", "面积", "备注"], ["𠮷1", "1.5", "好"], ["U2", None, "a b"]]
    body = offices.csv(table, separator).encode(encoding)
    assert rows(tmp_path, body) == table


def test_one_column_has_no_separator(tmp_path: Path) -> None:
    assert rows(tmp_path, "房源\nU1\nU2\n".encode()) == [["房源"], ["U1"], ["U2"]]


def test_a_separator_inside_the_cells_is_none(tmp_path: Path) -> None:
    body = "房源;面积;说明\nU1;1,5;a,b,c\nU2;2,5;d\nU3;3,5;e,f\n".encode()
    assert rows(tmp_path, body)[1] == ["U1", "1,5", "a,b,c"]


def test_a_title_does_not_decide_the_separator(tmp_path: Path) -> None:
    body = "房源台账，截至三月，含地下\n房源,面积\nU1,1\nU2,2\nU3,3\n".encode()
    assert rows(tmp_path, body)[1] == ["房源", "面积"]


def test_a_cell_too_long_for_the_sample_is_left_to_the_other_separators(tmp_path: Path) -> None:
    assert refused(tmp_path, ('"' + "a" * 200_000 + "\n").encode()) == "quotes"


def test_a_few_gbk_signs_are_no_damaged_utf8(tmp_path: Path) -> None:
    assert rows(tmp_path, "a,b\n1,㎡\n".encode("gb18030")) == [["a", "b"], ["1", "㎡"]]


def test_marked_files_that_break_their_mark(tmp_path: Path) -> None:
    assert refused(tmp_path, b"\xff\xfea\x00,\x00b") == "encoding"
    body = b"\xef\xbb\xbf" + "一二三四五六七八九十一二".encode() + b"\xff,1"
    assert refused(tmp_path, body) == "encoding"


def test_a_stray_control_sign_is_left_to_its_cell(tmp_path: Path) -> None:
    assert rows(tmp_path, "房源,面积\nU\x001,1\x07\n".encode()) == [["房源", "面积"], ["U\x001", "1\x07"]]
    assert refused(tmp_path, ("房源,面积\nU1," + "\x07" * 6).encode()) == "encoding"


def test_utf16_without_mark_the_other_way_round(tmp_path: Path) -> None:
    assert rows(tmp_path, "unit,area\nU1,1\n".encode("utf-16-be")) == [["unit", "area"], ["U1", "1"]]


def test_quotation_marks_that_end_beyond_all_cells(tmp_path: Path) -> None:
    body = b'a,b\n"x"y,1\n' + b'"' + b"z" * 200_000
    assert refused(tmp_path, body) == "quotes"


@settings(max_examples=thorough.cases(30), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_no_bytes_end_in_a_traceback(tmp_path: Path, body: bytes) -> None:
    for head in (b"", b"PK\x03\x04", b"\xff\xfe", b"\xef\xbb\xbf", b"sep=;\n"):
        try:
            book = read(tmp_path, head + body)
        except InvalidData:
            continue
        layout.find(book.sheets[0], build.known, T)


# Workbooks that were tampered with.

REAL = [
    ("a.xlsx", offices.xlsx([build.TITLE, *offices.TABLE, build.TOTAL], merged=["A1:E1"], hidden=[["x"]])),
    ("a.xls", crafts.xls({"台账": [*offices.TABLE, ["U4", "#N/A", (crafts.DAY, 45000)]]}, merged=[(1, 1, 2, 1)])),
    ("a.xlsb", crafts.xlsb([*offices.TABLE, ["U4", "#N/A"]])),
    ("a.ods", crafts.ods(offices.group("", offices.ods_cells("房源", "面积")) * 3)),
]


@settings(max_examples=thorough.cases(20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(REAL),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=8),
    st.sampled_from([1.0, 0.9, 0.5]),
)
def test_no_changed_byte_ends_in_a_traceback(tmp_path: Path, real: tuple, changes: list, kept: float) -> None:
    name, body = real
    damaged = bytearray(body)
    for place, byte in changes:
        damaged[int(place * len(damaged))] = byte
    try:
        book = read(tmp_path, bytes(damaged[: int(kept * len(damaged))]), name)
    except InvalidData:
        return
    for sheet in book.sheets:
        layout.find(sheet, build.known, T)


def test_a_process_that_says_something_else_is_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(airlock, "__name__", "this")
    assert refused(tmp_path, offices.xlsx(offices.TABLE), "a.xlsx") == "damaged"


def test_a_process_that_dies_is_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(airlock, "__name__", "parks.intake.grids.nowhere")
    assert refused(tmp_path, offices.xlsx(offices.TABLE), "a.xlsx") == "damaged"


def test_limits_are_set_where_the_system_knows_them(monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")
    found = {}
    monkeypatch.setattr(resource, "setrlimit", lambda name, limits: found.update({name: limits}))
    airlock.limit()
    assert found[resource.RLIMIT_AS] == (airlock.MEMORY_BYTES,) * 2
    monkeypatch.setitem(__import__("sys").modules, "resource", None)
    airlock.limit()


def test_the_process_limits_itself_and_nobody_can_print_into_its_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = pytest.importorskip("resource")
    limits = []
    monkeypatch.setattr(resource, "setrlimit", lambda name, _limits: limits.append(name))
    monkeypatch.setattr(sys, "argv", ["airlock", "xlsx"])
    question, answer = tmp_path / "question", tmp_path / "answer"
    question.write_bytes(offices.xlsx(offices.TABLE))
    kept = os.dup(1)
    try:
        with question.open() as source, answer.open("wb") as target:
            monkeypatch.setattr(sys, "stdin", source)
            os.dup2(target.fileno(), 1)
            runpy.run_path(airlock.__file__, run_name="__main__")
            assert os.fstat(1) == os.fstat(2), "what anybody prints goes where faults go"
            assert not gc.isenabled()
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        gc.enable()
    assert resource.RLIMIT_AS in limits
    with answer.open("rb") as source:
        assert [kind for kind, _ in airlock.heard(source)] == ["sheet", "rows"]


def test_no_memory_left_is_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pieces(_data, _kind):
        raise MemoryError

    monkeypatch.setattr(airlock, "pieces", pieces)
    monkeypatch.setattr(airlock, "messages", messages)
    assert refused(tmp_path, offices.xlsx(offices.TABLE), "a.xlsx") == "giant"


# Archives.


def test_an_archive_of_too_many_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safety, "PARTS", 3)
    assert refused(tmp_path, offices.xlsx(offices.TABLE), "a.xlsx") == "bomb"


def test_an_archive_that_is_too_large_in_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safety, "UNPACKED_BYTES", 1000)
    assert refused(tmp_path, offices.xlsx(offices.TABLE), "a.xlsx") == "bomb"


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ({"a.bin": b"x"}, "not_a_table"),
        ({"ppt/presentation.xml": b"x"}, "not_a_table"),
        ({"doc.kml": b"x"}, "not_a_table"),
        ({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}, "not_a_table"),
        ({"inner.zip": b"x"}, "nested"),
    ],
)
def test_archives_of_other_things(tmp_path: Path, parts: dict, kind: str) -> None:
    assert refused(tmp_path, crafts.archive(parts), "a.zip") == kind


@pytest.mark.usefixtures("at_once")
def test_locked_parts(tmp_path: Path) -> None:
    body = bytearray(offices.xlsx(offices.TABLE))
    at = body.index(b"PK\x01\x02")
    body[at + 8] |= 1
    assert refused(tmp_path, bytes(body), "a.xlsx") == "password"
    locked = {
        "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": b"<m><encryption-data/></m>",
        "content.xml": b"<x/>",
    }
    assert refused(tmp_path, crafts.archive(locked), "a.ods") == "password"


@pytest.mark.usefixtures("at_once")
def test_xml_that_is_none(tmp_path: Path) -> None:
    good = zipfile.ZipFile(io.BytesIO(offices.xlsx(offices.TABLE)))
    parts = {name: good.read(name) for name in good.namelist()}
    for name, body in (
        ("xl/workbook.xml", b"<workbook>"),
        ("xl/worksheets/sheet1.xml", "<worksheet/>".encode("utf-16")),
        ("xl/styles.xml", b"<styleSheet"),
    ):
        assert refused(tmp_path, crafts.archive(parts | {name: body}), "a.xlsx") == "damaged"
    without = {name: body for name, body in parts.items() if name != "xl/_rels/workbook.xml.rels"}
    assert refused(tmp_path, crafts.archive(without), "a.xlsx") == "damaged"
    assert (
        refused(tmp_path, crafts.archive(parts | {"xl/styles.xml": b"<!-- a note --><styleSheet"}), "a.xlsx")
        == "damaged"
    )
    broken = {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x>"}
    assert refused(tmp_path, crafts.archive(broken), "a.ods") == "damaged"


def test_a_locked_mimetype_is_not_read(tmp_path: Path) -> None:
    body = bytearray(crafts.ods(""))
    body[body.index(b"PK\x01\x02") + 8] |= 1
    assert refused(tmp_path, bytes(body), "a.ods") == "password"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"%PDF-1.7", "not_a_table"),
        (b"\x1f\x8b\x08\x00", "not_a_table"),
        (b"SQLite format 3\x00", "not_a_table"),
        (b'<?xml version="1.0"?><kml></kml>', "not_a_table"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "markup"),
        (b"\xef\xbb\xbf<table><tr>", "markup"),
        (crafts.compound({"WordDocument": b"x"}), "not_a_table"),
        (crafts.compound({"Other": b"x"}), "not_a_table"),
        (b"PK\x05\x06" + bytes(18), "not_a_table"),
    ],
)
def test_what_is_no_table(tmp_path: Path, body: bytes, kind: str) -> None:
    assert refused(tmp_path, body) == kind


# Old containers.


def test_macros_in_the_old_format() -> None:
    book = crafts.xls({"a": [[1]]})
    stream = biff._streams(book)["Workbook"]
    assert biff.old(crafts.compound({"Book": stream, "_VBA_PROJECT": b"x"})).macros
    assert not biff.old(book).macros


def test_a_large_old_container_with_more_tables_than_its_head_holds() -> None:
    sectors = bytes(4096) * 2000
    found = biff._streams(crafts.compound({"Workbook": sectors + b"end"}))
    assert found["Workbook"] == sectors + b"end"


def test_small_streams_lie_in_the_stream_of_the_root() -> None:
    small = b"x" * 100
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<10I", 0, 1, 1, 0, 4096, 3, 1, crafts.END, 0, 0) + struct.pack("<108I", *[crafts.FREE] * 108)
    table = struct.pack("<128I", crafts.TABLE, crafts.END, crafts.END, crafts.END, *[crafts.FREE] * 124)
    entries = crafts._entry("Root Entry", 5, 2, bytes(128), 0, 2) + crafts._entry("Workbook", 2, 0, small, 1, 2)
    links = struct.pack("<128I", 1, crafts.END, *[crafts.FREE] * 126)
    found = biff._streams(head + table + entries.ljust(512, b"\0") + small.ljust(512, b"\0") + links)
    assert found["Workbook"] == small


@pytest.mark.parametrize("place", [30, 48, 76])
def test_old_containers_that_contradict_themselves(place: int) -> None:
    body = bytearray(crafts.xls({"a": [[1]]}))
    body[place : place + 2] = b"\x07\x00"
    with pytest.raises(safety.Refused):
        biff.old(bytes(body))


def test_a_chain_in_a_circle_ends() -> None:
    body = bytearray(crafts.xls({"a": [[1]]}))
    body[68:72] = body[1020:1024] = bytes(4)  # the list of tables goes on in the first sector, and there again
    assert len(biff._streams(bytes(body))["Workbook"]) == 4096
    with pytest.raises(safety.Refused):
        list(biff._chain(0, [1, 0]))


def test_charts_inside_a_sheet_are_left_out() -> None:
    bof, eof = crafts._record(0x0809, bytes(16)), crafts._record(0x0A, b"")
    cell = crafts._record(0x0205, struct.pack("<HHHBB", 1, 2, 0, 42, 1))
    odd = crafts._record(0x0205, struct.pack("<HHHBB", 3, 4, 0, 99, 1))
    assert biff._errors(bof + bof + cell + eof + cell + odd + eof + cell, 0) == {1: {2: "#N/A"}, 3: {4: "#VALUE!"}}
    assert biff._errors(bof + cell, 0) == {1: {2: "#N/A"}}, "cut off"


def test_long_records_of_the_binary_format() -> None:
    part = crafts._part(6, b"x" * 300) + crafts._part(11, struct.pack("<IIB", 1, 0, 7) + bytes(20)) + b"\x80"
    found, merged = biff.with_texts(part)
    assert "#DIV/0!".encode("utf-16-le") in found
    assert not merged


def test_names_of_cells() -> None:
    assert [safety.letters(number) for number in (1, 26, 27, 702, 703, 16384)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
    assert packages._column(b"XFD") == 16384
    assert safety.cell(3, 28) == "AB3"
