"""The tables inside a file: which table each is, what it counts, and what its source is called from month to month."""

import geopandas as gpd
import pytest
import shapely
import weighing

from parks import schema, words
from parks.intake import parts, rejects, templates
from parks.intake.grids import sheets
from parks.intake.grids.lines import Record
from parks.intake.maps.layers import Layer
from parks.issues import Issue

T = weighing.T
UNITS = ["房源编号", "楼栋", "楼层", "可租面积（㎡）"]
LEASES = ["租约编号", "房源编号", "承租方", "状态", "起始日", "终止日"]


def book(*found):
    made = tuple(sheets.Sheet(name, hidden=hidden, rows=rows) for name, hidden, rows in found)
    return sheets.Book("台账.xlsx", "xlsx", None, None, "ab", made)


def test_each_sheet_is_a_part_and_every_line_of_it_is_counted():
    rows = [["六月房源台账"], [], UNITS, ["U1", "B1", "1F", 100], ["U2", "B1", "1F", 80], ["合计", None, None, 180]]
    found = parts.of_book(book(("房源", False, rows), ("租约", True, [LEASES])), T)
    assert [(one.name, one.hidden, one.lines) for one in found] == [("房源", False, 6), ("租约", True, 1)]
    assert found[0].headings == tuple(UNITS)
    assert [record.line for record in found[0].records] == [4, 5]
    assert sorted(aside.line for aside in found[0].asides) == [1, 2, 3, 6]
    assert [issue.kind for issue in found[1].issues] == ["no_rows"]


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_what_explains_a_template_of_ours_is_no_part(tmp_path, lang):
    templates.write(tmp_path / "t.xlsx", "units", lang)
    found = parts.of_book(sheets.read(tmp_path / "t.xlsx", T), T)
    assert len(found) == 1
    assert parts.table_of(found[0]) == "units"


def test_a_layer_is_a_part_without_asides():
    shapes = gpd.GeoSeries([shapely.Point(121.6, 31.2)], index=[1], crs="EPSG:4326")
    doubt = Issue("园区", "1", "geometry", "", "outside", "", "")
    told = Issue("园区", "", "", "", "heights", "", "")
    layer = Layer("a.geojson", "ab", "园区", ("园区编号",), (Record(1, ("P1",)),), shapes, 4326, "", (told,))
    part = parts.of_layer(layer, shapes, (doubt,))
    assert (part.lines, part.asides, part.hidden, part.issues) == (1, (), False, (told, doubt))
    assert part.shapes is shapes


TABLES = {
    "units": "房源编号 楼栋 楼层 可租面积（㎡）",
    "leases": "租约编号 房号 承租方 租赁状态 起租日 到期日",
    "tenants": "企业名称 类别 赛道 环节 招商负责人",
    "buildings": "楼栋编号 所属园区 楼栋名称 竣工日期 建筑面积 耐火等级",
    "milestones": "项目编号 节点 计划日期 实际日期",
    None: "车牌 司机 里程",
}


@pytest.mark.parametrize(("table", "heads"), TABLES.items(), ids=TABLES.values())
def test_a_part_is_taken_for_the_table_that_its_headings_surely_say(table, heads):
    assert parts.table_of(weighing.part(heads)) == table


def test_a_part_that_may_be_either_of_two_tables_is_asked_about():
    assert parts.table_of(weighing.part("楼栋 楼层 建筑面积")) is None
    assert parts.table_of(weighing.part("")) is None


def test_a_layer_is_only_taken_for_a_table_with_shapes():
    heads = "房源编号 楼栋 楼层 可租面积（㎡）"
    assert parts.table_of(weighing.part(heads, shapes=[])) is None
    heads = TABLES["buildings"]
    assert parts.table_of(weighing.part(heads, shapes=[])) == "buildings"


def test_columns_that_we_add_to_rejects_make_no_difference():
    added = " ".join(names["zh"].replace(" ", "") for names in rejects.COLUMNS.values())
    assert parts.table_of(weighing.part(f"{TABLES['units']} {added}")) == "units"


@pytest.mark.parametrize("table", schema.TABLES)
def test_our_own_columns_are_surely_their_table(table):
    assert parts.table_of(weighing.part(" ".join(schema.columns(table)))) == table


NAMES = {
    "张江房源台账2025年3月.xlsx": "张江房源台账",
    "张江房源台账（2025年上半年）.xlsx": "张江房源台账",
    "张江房源台账-20250331.XLSX": "张江房源台账",
    "Units 2025 Q3.csv": "unitsq",
    "2025-03.csv": "2025-03.csv",
}


@pytest.mark.parametrize(("name", "family"), NAMES.items(), ids=NAMES)
def test_a_source_is_called_the_same_from_month_to_month(name, family):
    assert parts.family(name) == family
