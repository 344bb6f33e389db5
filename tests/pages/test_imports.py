"""The import page: a file read, mapped, weighed, shown before it is written, written as one act and taken back."""

import datetime as dt
import io
import threading
import zipfile

import few
import geopandas as gpd
import openpyxl
import pytest
import shapely
from streamlit.testing.v1 import AppTest

from parks import crs, store
from parks.intake import templates
from parks.pages import brought, jobs, session

pytestmark = pytest.mark.usefixtures("patient")
HEAD = ["房号", "楼栋", "楼层", "可租面积(㎡)", "备注"]
GOOD = ["P001-A1-F01-1", "P001-A1", "1F", 1500, None]
NEW = ["P001-A1-F01-7", "P001-A1", "1F", 80, "x"]
BAD = ["P001-A1-F01-8", "P001-A1", "1F", "八百五", None]


def book(sheets):
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


UNITS = book({"房源": [HEAD, GOOD, NEW, BAD, ["合计", None, None, 3500]], "说明": [["由招商部填写"]]})


@pytest.fixture(scope="module")
def loaded(filled):
    """Return the path of a store with a few parks of the sample: a file is weighed against all that a store holds."""
    return filled(few.tables())


@pytest.fixture
def page(show, own):
    """Return a function that draws the data page, with a file if one is given."""

    def draw(name=None, content=b"", **state):
        at = show("data", own, **state)
        if name:
            at.file_uploader[0].set_value((name, content, "")).run()
            assert not at.exception, at.exception[0].value
        return at

    return draw


def press(at, label):
    next(button for button in at.button if button.label.startswith(label)).click().run()
    assert not at.exception, at.exception[0].value


def said(at, kind="markdown"):
    return " ".join(part.value for part in at.get(kind)).replace("\\", "")


def metrics(at):
    return {metric.label: metric.value for metric in at.metric}


def unit(own, key):
    with store.open(str(own)) as held:
        frame = held.as_of(held.data_day()).units.set_index("unit_id")
        return frame.loc[key] if key in frame.index else None


def test_a_workbook_is_shown_before_it_is_written_and_taken_back_whole(page, own):
    before = unit(own, GOOD[0])["lettable_m2"]
    at = page("房源台账2025年3月.xlsx", UNITS)
    assert at.date_input(key=f"import_date_{digest(at)}").value == dt.date(2025, 3, 31)
    assert [box.value for box in at.selectbox if box.key.startswith("import_table_")] == ["units", ""]
    press(at, "Check against")
    assert metrics(at) == {"New": "1", "Changed": "1", "Ended": "0", "Unchanged": "0", "Rejected": "1", "No data": "2"}
    rejected = next(
        frame.value for frame in at.dataframe if "message" in frame.value and "八百五" in set(frame.value["value"])
    )
    assert rejected["column"].tolist() == ["可租面积(㎡)"]
    assert unit(own, NEW[0]) is None
    press(at, "Write 2 rows")
    assert "2 rows; 0 were known, 1 rejected" in said(at, "success")
    assert unit(own, NEW[0])["lettable_m2"] == 80
    assert unit(own, GOOD[0])["source"] == "房源台账2025年3月.xlsx"
    press(at, "Take the whole import back")
    assert unit(own, NEW[0]) is None
    assert unit(own, GOOD[0])["lettable_m2"] == before
    assert "Written as change" not in said(at, "success")


def digest(at):
    return next(box.key for box in at.text_input if box.key.startswith("import_source_")).removeprefix("import_source_")


def test_the_same_file_again_says_so_and_writes_nothing(page):
    at = page("units.xlsx", UNITS)
    press(at, "Check against")
    press(at, "Write 2 rows")
    press(at, "Fine")
    assert "Written as change" not in said(at, "success")
    again = page("units.xlsx", UNITS)
    assert "imported before" in said(again, "info")
    press(again, "Check against")
    assert metrics(again)["Unchanged"] == "2"
    assert "mend the rejected rows" in said(again, "info")
    at = page(data_tab=1)
    receipts = next(frame.value for frame in at.dataframe if "digest" in frame.value)
    assert receipts[["file", "new", "changed", "rejected"]].to_numpy().tolist() == [["units.xlsx", 1, 1, 1]]


def test_a_column_that_is_not_understood_is_said_and_remembered(page, own, monkeypatch):
    content = book({"房源": [["房号", "楼栋", "楼层", "面积"], ["P001-A1-F01-7", "P001-A1", "1F", 80]]})
    state = {"data_tab": 0}
    at = page("张江台账.xlsx", content, **state)
    next(box for box in at.selectbox if box.key.startswith("import_table_")).select("units").run()
    assert "1 open" in next(part.label for part in at.expander if part.label.startswith("Columns"))
    press(at, "Check against")
    assert metrics(at)["New"] == "1"

    def edited(rows, **_):
        return rows.assign(column=rows["column"].mask(rows["heading"] == "面积", "Lettable area (m²)"))

    monkeypatch.setattr(brought.st, "data_editor", edited)
    at.run()
    assert "check again" in said(at, "caption")
    press(at, "Check against")
    press(at, "Write 1 rows")
    assert unit(own, NEW[0])["lettable_m2"] == 80
    monkeypatch.undo()
    monkeypatch.setenv("PARKS_STORE", str(own))
    with store.open(str(own)) as held:
        assert held.remembered("张江台账", "units") == {"面积": "lettable_m2"}


def test_a_file_that_says_what_is_known_writes_nothing(page, own):
    with store.open(str(own)) as held:
        known = held.as_of(held.data_day()).units.iloc[0]
    cells = [str(known[name]) for name in ("unit_id", "building_id", "floor_id", "lettable_m2")]
    content = f"房号,楼栋,楼层,可租面积\n{','.join(cells)}\n"
    at = page("units.csv", content.encode())
    press(at, "Check against")
    assert "says all of this already" in said(at, "success")


def test_what_is_changed_after_the_check_is_checked_again(page):
    at = page("units.xlsx", UNITS)
    press(at, "Check against")
    assert at.metric
    at.radio(key="import_since").set_value("since").run()
    assert not at.metric
    assert "check again" in said(at, "caption")


def test_a_file_that_is_none_is_refused_in_words(page):
    at = page("picture.xlsx", b"\x89PNG\r\n\x1a\n")
    assert "no table but a file of the kind PNG" in said(at, "error")
    at = page("notes.csv", "由招商部填写".encode())
    assert "Choose for at least one part" in said(at, "info")


def test_an_import_goes_into_the_record_of_now(show, own):
    with store.open(str(own)) as held:
        held.create_scenario("Plan A", by="ben")
    assert "leave the scenario" in said(show("data", own, scenario="Plan A"), "info")
    assert "leave the scenario" in said(show("data", own, known="2026-01-01"), "info")


def test_a_template_is_offered_for_each_table_with_the_codes_of_the_record(page, tmp_path):
    at = page(template_table="units")
    assert any(part.label == "Download the template" for part in at.get("download_button"))
    current = session.begin("zh", dt.date(2026, 10, 31), None)
    codes = templates.codes("units", current.park, current.rules, "zh") | {
        "zones": templates.codes("parks", current.park, current.rules, "zh")["zones"]
    }
    assert ("Z-WGQ", "外高桥") in [(code, name[:3]) for code, name in codes["zones"]]
    assert "P001-A1" in [code for code, _ in codes["buildings"]]
    templates.write(tmp_path / "units.xlsx", "units", "zh", codes)
    lists = openpyxl.load_workbook(tmp_path / "units.xlsx")
    assert len(lists.sheetnames) > 1


def layer(own, folder, *, spoiled=False):
    """Return a zipped shapefile of three buildings on EPSG:4550, which it does not say."""
    with store.open(str(own)) as held:
        frame = held.as_of(held.data_day()).buildings.query("park_id == 'P001'").head(3)
    frame = frame[["building_id", "park_id", "name_zh", "status", "geometry"]].assign(ground_m2=1.0)
    if spoiled:
        ring = [(121.59, 31.2), (121.591, 31.201), (121.591, 31.2), (121.59, 31.201)]
        frame.loc[frame.index[0], "geometry"] = shapely.Polygon(ring)
    made = crs.from_wgs84(gpd.GeoDataFrame(frame, geometry="geometry", crs=4326), crs=4550)
    made.columns = ["楼栋编号", "所属园区", "楼栋", "状态", "geometry", "占地面积"][: len(made.columns)]
    made.set_geometry("geometry").to_file(folder / "楼栋.shp", encoding="GB18030", driver="ESRI Shapefile")
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for end in ("shp", "shx", "dbf"):
            archive.write(folder / f"楼栋.{end}", f"楼栋.{end}")
    return target.getvalue()


def test_a_layer_is_asked_where_it_lies_and_its_mends_are_accepted(page, own, tmp_path):
    at = page("楼栋.zip", layer(own, tmp_path, spoiled=True))
    assert "does not say its system" in said(at, "caption")
    system = next(box for box in at.selectbox if box.key.startswith("import_system_"))
    system.select((4550, "cgcs2000", False)).run()
    assert not at.exception, at.exception[0].value
    press(at, "Check against")
    assert metrics(at)["Rejected"] == "1"
    next(box for box in at.checkbox if box.key.startswith("import_mends_")).check().run()
    press(at, "Check against")
    assert metrics(at)["Rejected"] == "0"
    assert any("difference" in frame.value for frame in at.dataframe)
    press(at, "Write 3 rows")
    with store.open(str(own)) as held:
        assert held.as_of(held.data_day()).buildings.set_index("building_id")["ground_m2"].count() == 3


def test_a_layer_in_a_system_that_cannot_be_is_refused(page, own, tmp_path):
    at = page("楼栋.zip", layer(own, tmp_path))
    system = next(box for box in at.selectbox if box.key.startswith("import_system_"))
    system.select((4326, "gcj02", False)).run()
    assert not at.exception
    assert at.error


def test_somebody_who_was_faster_is_told(page, own):
    at = page("units.xlsx", UNITS)
    press(at, "Check against")
    with store.open(str(own)) as held:
        units = held.as_of(held.data_day()).units
        held.add("units", units[units["unit_id"] == GOOD[0]].assign(lettable_m2=7.0), source="x", by="ben")
    press(at, "Write 2 rows")
    assert unit(own, NEW[0]) is None
    assert at.error or "check again" in said(at, "caption")


def _broken():
    from parks import words
    from parks.pages import jobs

    jobs.begin("work", lambda _: 1 / 0)
    jobs.wait("work", "Working", words.translator("en"))


def test_an_error_of_ours_in_long_work_is_not_taken_for_a_stop():
    at = AppTest.from_function(_broken, default_timeout=30).run()
    assert len(at.exception) == 1
    assert isinstance(at.session_state["work"].error, ZeroDivisionError)


def test_a_complete_file_changes_since_its_day(page, own):
    at = page("房源台账2025年3月.xlsx", UNITS)
    at.checkbox(key="import_complete").check().run()
    assert at.radio(key="import_since").disabled
    press(at, "Check against")
    press(at, "Write ")
    with store.open(str(own)) as held:
        before, after = (held.as_of(dt.date(2025, 3, day)).units.set_index("unit_id") for day in (30, 31))
    assert (before.loc[GOOD[0], "lettable_m2"], after.loc[GOOD[0], "lettable_m2"]) == (1366, 1500)


GATES = {"go": threading.Event(), "half": threading.Event()}


def _working(gates):
    import streamlit as st

    from parks import words
    from parks.pages import jobs

    def work(tell):
        tell(0.5, "half")
        gates["half"].set()
        gates["go"].wait(30)
        tell(0.9, "nearly")
        return "done"

    if st.button("begin"):
        jobs.begin("work", work)
    job = jobs.wait("work", "Working", words.translator("en"))
    st.markdown("nothing" if job is None else f"result: {job.result}")


@pytest.mark.parametrize("is_stopped", [True, False])
def test_long_work_is_watched_and_can_be_stopped(monkeypatch, is_stopped):
    monkeypatch.setattr(jobs, "PATIENCE", 0.0)
    for gate in GATES.values():
        gate.clear()
    at = AppTest.from_function(_working, args=(GATES,), default_timeout=30).run()
    assert said(at) == "nothing"
    press(at, "begin")
    assert GATES["half"].wait(30)
    at.run()
    assert said(at) == "nothing"
    assert at.session_state["work"].said == "half"
    if is_stopped:
        press(at, "Stop")
    GATES["go"].set()
    at.session_state["work"].thread.join(30)
    at.run()
    assert said(at) == ("result: None" if is_stopped else "result: done")
