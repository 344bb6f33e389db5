"""Headings: our names and the offices' own, units and notes in them, doubts that are asked about, tables told apart."""

import pytest
import thorough
from hypothesis import example, given, settings
from hypothesis import strategies as st

from parks import schema
from parks.intake import headings
from parks.intake.values import measures, periods

OWN = [
    (table, column) for table in schema.TABLES for column in schema.columns(table).values() if not column.is_geometry
]
SYNONYMS = [(table, column, name) for table, column in OWN for name in column.headings]


def one(heading, table, **more):
    return headings.match([heading], table, **more)[0]


def taken(names, table, remembered=None):
    return [match.column for match in headings.match(names, table, remembered)]


@pytest.mark.parametrize("table", schema.TABLES)
@pytest.mark.parametrize("lang", ["zh", "en", ""])
def test_our_own_template_is_taken_whole(table, lang):
    columns = [column for column in schema.columns(table).values() if not column.is_geometry]
    names = [column.heading(lang) if lang else column.name for column in columns]
    matches = headings.match([f"{name} *" for name in names], table)
    assert [match.column for match in matches] == [column.name for column in columns]
    assert {match.certainty for match in matches} == {"exact"}
    assert headings.table_of(names)[0] == (table, 1.0)


@pytest.mark.parametrize("table", schema.TABLES)
def test_no_name_stands_for_two_columns_of_a_table(table):
    owner = {}
    for column in schema.columns(table).values():
        for name in {headings._bare(name) for name in (column.name, column.en, column.zh, *column.headings)}:
            assert owner.setdefault(name, column.name) == column.name, name


def test_every_synonym_names_its_column():
    for table, column, name in SYNONYMS:
        match = one(f" {name.upper()}：\n", table)
        assert match.candidates[:1] == (column.name,) if match.column is None else match.column == column.name
        assert match.certainty in {"synonym", "likely"}
        assert headings.is_known(name, table)


@pytest.mark.parametrize(
    ("heading", "table", "column", "unit"),
    [
        ("建筑面积（㎡）", "units", "gfa_m2", "m2"),
        ("建筑面积(万平方米)", "projects", "gfa_m2", "wan_m2"),
        ("建筑面积【单位：亩】", "projects", "gfa_m2", "mu"),
        ("建筑面积 单位：公顷", "projects", "gfa_m2", "ha"),
        ("建筑面积㎡", "units", "gfa_m2", "m2"),
        ("建筑面积/㎡", "units", "gfa_m2", "m2"),
        ("GFA (sq.ft.)", "units", "gfa_m2", "ft2"),
        ("租金\n（元/㎡·月）", "leases", "rent_cny_m2_day", "CNY/m2/month"),
        ("租金 元/㎡/天", "leases", "rent_cny_m2_day", "CNY/m2/day"),
        ("楼面荷载kg/㎡", "floors", "floor_load_kn_m2", "kg/m2"),
        ("净高(mm)", "floors", "clear_height_m", "mm"),
        ("租期（年）", "needs", "term_months", "year"),
        ("用电容量（kW）", "units", "power_kva", "kW"),
        ("＊　Ｇｆａ＿ｍ２", "units", "gfa_m2", None),
        ("1、建筑面积", "units", "gfa_m2", None),
        ("(2) 建筑面积", "units", "gfa_m2", None),
        ("三、建筑面积（必填）", "units", "gfa_m2", None),
        ("起租日（YYYY-MM-DD）", "leases", "valid_from", None),
        ("双路供电（是/否）", "units", "dual_power", None),
        ("面积/建筑面积", "units", "gfa_m2", None),
        ("面积（㎡）/可租", "units", "lettable_m2", "m2"),
        ("面积/可租/㎡", "units", "lettable_m2", "m2"),
        ("层数/地上", "buildings", "floors_above", None),
        ("地上/层数", "buildings", "floors_above", None),
        ("合同信息/起租日", "leases", "valid_from", None),
        ("Park (English)", "parks", "name_en", None),
        ("在1+1+X布局内", "parks", "inside_layout", None),
        ("面积（㎡）", "floors", "gfa_m2", "m2"),
        ("rent_cny_m2_day", "leases", "rent_cny_m2_day", None),
    ],
)
def test_headings_as_offices_write_them(heading, table, column, unit):
    match = one(heading, table)
    assert (match.column, match.unit, match.candidates) == (column, unit, ())
    assert match.certainty in {"exact", "synonym"}


@pytest.mark.parametrize(
    ("heading", "table", "candidates"),
    [
        ("租金", "leases", ("rent_cny_m2_day",)),
        ("租期", "needs", ("term_months",)),
        ("序号", "units", ("position",)),
        ("面积", "floors", ("gfa_m2",)),
        ("建筑面积（不含公摊）", "units", ("gfa_m2",)),
        ("起租日（含）", "leases", ("valid_from",)),
        ("承重（吨）", "floors", ("floor_load_kn_m2",)),
        ("租金（元/月）", "leases", ("rent_cny_m2_day",)),
        ("竣工日期（年）", "buildings", ("completed_on",)),
        ("房屋建面", "units", ("gfa_m2",)),
        ("Lettable arae", "units", ("lettable_m2",)),
        ("lease begin date", "leases", ()),
    ],
)
def test_what_is_doubtful_is_only_proposed(heading, table, candidates):
    match = one(heading, table)
    assert match.column is None
    assert match.candidates[: len(candidates)] == candidates
    assert match.certainty in {"likely", "none"}


def test_an_area_without_a_name_may_be_any():
    assert set(one("面积", "units").candidates) >= {"lettable_m2", "gfa_m2"}
    assert one("面积（元）", "units").candidates == ()


@pytest.mark.parametrize(
    "heading", ["联系电话", "企业联系电话", "", "  ", "**", "x" * 100, "备注" * 40, "\ud800", "3层", "甲"]
)
def test_what_is_not_ours_is_left(heading):
    match = one(heading, "units")
    assert (match.column, match.certainty, match.candidates) == (None, "none", ())
    assert not headings.is_known(heading, "units")


def test_a_place_is_named_but_never_taken():
    match = one("坐标", "parks")
    assert (match.column, match.certainty, match.candidates) == (None, "none", ("geometry",))


def test_two_headings_never_get_one_column():
    surer, other = headings.match(["建筑面积", "建面"], "units")
    assert (surer.column, other.column, other.candidates) == ("gfa_m2", None, ("gfa_m2",))
    assert taken(["备注", "说明"], "leases") == [None, None]
    assert taken(["规划/建筑面积", "现状/建筑面积"], "units") == [None, None]
    assert taken(["建筑面积", "建筑面积"], "units") == [None, None]
    assert [match.position for match in headings.match(["a", "b"], "units")] == [0, 1]


def test_a_confirmed_heading_is_remembered():
    remembered = {"我司面积 (㎡)": "lettable_m2", "序号": "", "房号": "no_such_column", "到期": "valid_to"}
    match, number, unit = headings.match(["我司面积（m²）", "序号", "房号"], "units", remembered)
    assert (match.column, match.unit, match.certainty) == ("lettable_m2", "m2", "remembered")
    assert (number.column, number.certainty) == (None, "remembered")
    assert (unit.column, unit.certainty) == ("unit_id", "synonym")
    assert taken(["建筑面积", "面积"], "units", {"面积": "gfa_m2"}) == [None, "gfa_m2"]
    assert one("到期", "leases", remembered=remembered).unit == periods.LAST_DAY
    assert one("终止日", "leases", remembered={"终止日": "valid_to"}).unit is None
    assert one("租金", "leases", remembered={"租金": "rent_cny_m2_day"}).column == "rent_cny_m2_day"


def test_the_end_of_a_lease_is_the_last_day_in_the_offices_words_and_the_day_after_in_ours():
    assert {one(name, "leases").unit for name in ("valid_to", "终止日", "Until")} == {None}
    assert {one(name, "leases").unit for name in ("到期日", "合同终止日", "期限/终止日", "end date")} == {
        periods.LAST_DAY
    }
    assert one("需求截止", "needs").unit is None


@pytest.mark.parametrize(
    ("names", "table"),
    [
        (["序号", "合同编号", "房号", "承租方", "面积(㎡)", "起租日", "到期日", "租金（元/㎡/月）", "状态"], "leases"),
        (["楼栋", "楼层", "房号", "可租面积", "用电容量", "货梯", "租金"], "units"),
        (["楼栋", "楼层", "层高", "净高", "荷载", "建筑面积"], "floors"),
        (["园区", "楼栋名称", "用途", "层数", "总建筑面积", "竣工时间", "耐火等级"], "buildings"),
        (["企业名称", "环节", "最小面积", "最大面积", "最早入驻时间", "租金上限"], "needs"),
        (["企业名称", "行业", "招商进度", "负责人"], "tenants"),
        (["项目名称", "区域", "建设类型", "总建筑面积（万㎡）", "建设单位"], "projects"),
        (["项目编号", "节点", "计划时间", "实际时间"], "milestones"),
        (["园区名称", "所属区域", "地址", "运营单位"], "parks"),
        (["对象", "指标", "数值", "单位", "发布单位"], "published_figures"),
        (["楼栋", "楼层", "建筑面积"], "floors"),
        (["企业", "房源", "豁免规则", "理由", "豁免人"], "waivers"),
        (["需求", "房源", "指定或禁止"], "pins"),
        (["区域", "赛道", "下限或上限", "占比"], "quotas"),
        (["准则", "权重"], "weights"),
    ],
)
def test_a_ledger_is_known_by_its_headings(names, table):
    ranked = headings.table_of(names)
    assert ranked[0][0] == table
    assert all(0 < score <= 1 for _, score in ranked)
    assert ranked == sorted(ranked, key=lambda pair: -pair[1])


def test_headings_of_nothing_are_no_table():
    assert headings.table_of([]) == []
    assert headings.table_of(["联系电话", "", "邮编"]) == []
    assert headings.table_of(["来源", "性质"]) == []
    assert headings.match([], "units") == ()


@settings(max_examples=thorough.cases(25), deadline=None)
@given(
    names=st.lists(
        st.one_of(
            st.text(max_size=20),
            st.sampled_from([name for _, _, name in SYNONYMS]),
            st.tuples(
                st.sampled_from([name for _, _, name in SYNONYMS]), st.text("（）()/㎡元天 *：单位", max_size=6)
            ).map("".join),
        ),
        max_size=8,
    ),
    table=st.sampled_from(schema.TABLES),
)
def test_nothing_raises_and_each_column_is_given_once(names, table):
    matches = headings.match(names, table)
    assert [(match.position, match.heading) for match in matches] == list(enumerate(names))
    given_out = [match.column for match in matches if match.column]
    assert len(given_out) == len(set(given_out))
    for match in matches:
        assert match.certainty in headings.CERTAINTIES
        assert (match.column is not None) == (match.certainty in {"exact", "synonym"})
        assert set(match.candidates) <= schema.columns(table).keys()
    headings.table_of(names)


@example(("projects", schema.columns("projects")["developer"]), "m2", " 单位:{}")
@given(
    known=st.sampled_from(OWN),
    measure=st.sampled_from(sorted(measures.measures())),
    brackets=st.sampled_from(["（{}）", "({})", " [{}]", "（单位：{}）", "【{}】", " 单位:{}"]),
)
def test_a_heading_with_any_unit_comes_back(known, measure, brackets):
    table, column = known
    match = one(column.zh + brackets.format(measures.shown(measure)), table)
    assert match.unit == measure
    fits = measures.measuring(measure, column.unit)
    assert (match.column or match.candidates[0]) == column.name
    assert fits == (match.column is not None)
