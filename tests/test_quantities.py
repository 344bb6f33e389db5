"""Figures: signs, units and words brought exactly to the schema's unit; what can be read two ways is refused."""

from fractions import Fraction
from unittest import mock

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from parks import schema, words
from parks.intake.values import measures, numerals, quantities, signs

EN = words.translator("en")


def parse(raw, name, unit=None):
    table, _, known = name.partition(".")
    raw = signs.plain(raw) if isinstance(raw, str) else raw
    return quantities.parse(raw, schema.columns(table)[known], unit, EN)


def value(raw, name, unit=None):
    read = parse(raw, name, unit)
    assert read.issue is None, read.issue
    return read.value


def kind(raw, name, unit=None):
    read = parse(raw, name, unit)
    assert read.value is None
    assert read.issue is not None, "taken"
    return read.issue[0]


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("1234.5", 1234.5),
        ("1,234.5", 1234.5),
        ("1，234．5", 1234.5),
        ("１２３４", 1234),
        ("1 234", 1234),
        ("1,234,567", 1234567),
        ("+5", 5),
        ("－5", -5),
        ("−5", -5),
        (".5", 0.5),
        ("3.", 3),
        ("(1,234)", -1234),
        ("（5）", -5),
        ("1.2e3", 1200),
        ("12.5万", 125000),
        ("1.2亿", 120000000),
        ("3千", 3000),
        ("5百", 500),
        ("1.2 million", 1200000),
        ("三千", 3000),
        ("一百二十", 120),
        ("两千㎡", 2000),
        ("1200㎡", 1200),
        ("1200 m²", 1200),
        ("1200M2", 1200),
        ("1200平方米", 1200),
        ("1200平米", 1200),
        ("1200方", 1200),
        ("12.5万㎡", 125000),
        ("12.5万平方米", 125000),
        ("3公顷", 30000),
        ("0.3 ha", 3000),
        ("1.5亩", 1000),
        ("1000 sq ft", 92.90304),
        ("1,000 ft²", 92.90304),
        (1234, 1234),
        (0.1 + 0.2, 0.3),
        (1234.5600000000002, 1234.56),
    ],
)
def test_areas_as_offices_write_them(raw, number):
    assert value(raw, "units.lettable_m2") == number


@pytest.mark.parametrize(
    "raw",
    [
        *(
            "1,23",
            "12,3456",
            "1,234,5",
            "1200²",
            "1200①",
            "3×5",
            "1200+800",
            "5-",
            "一百二",
            "一万二",
            "x",
            "=A1",
            "1.2.3",
        ),
        "1200（含公摊）",
        "∞",
        "半",
        "NaN",
        "inf",
        "0x10",
        "1_000",
        "٣",
        float("nan"),
        float("inf"),
        1e15,
        10**30,
        "1" * 61,
    ],
)
def test_what_is_no_number_is_refused(raw):
    assert kind(raw, "units.lettable_m2") == "not_a_number"


@pytest.mark.parametrize(
    "raw",
    [
        "3-5",
        "3~5",
        "3～5",
        "3—5",
        "3至5",
        "1000-1500㎡",
        "1000㎡至1500㎡",
        "三至五",
        "3 to 5",
        "≥500",
        "500以上",
        "500㎡起",
        *("≤500", "500以内", "不超过500", "500+", ">500", "500 or more"),
    ],
)
def test_ranges_and_limits_are_refused(raw):
    assert kind(raw, "units.lettable_m2") == "range"
    assert "least and most" in parse(raw, "units.lettable_m2").issue[2]


@pytest.mark.parametrize("raw", ["约1200", "≈1200", "~1200㎡", "1200左右", "1200余平方米", "大约1200", "about 1200 m2"])
def test_an_approximate_figure_is_taken_with_a_note(raw):
    read = parse(raw, "units.lettable_m2")
    assert read.value == 1200
    assert read.note[0] == "approximate"


def test_a_limit_is_taken_with_a_note_where_the_column_means_one():
    for raw, name, number in (
        ("≥1200㎡", "needs.area_min_m2", 1200),
        ("不超过3000", "needs.area_max_m2", 3000),
        ("≥10kN/㎡", "needs.floor_load_kn_m2", 10),
        ("不低于5.4米", "floors.clear_height_m", 5.4),
        ("500kVA以上", "needs.power_kva", 500),
    ):
        assert parse(raw, name).value == number
        assert parse(raw, name).note[0] == "limit"
    assert kind("≤10", "needs.floor_load_kn_m2") == "range"
    assert kind("≥3000", "needs.area_max_m2") == "range"
    assert kind("≤1200", "needs.area_min_m2") == "range"


@pytest.mark.parametrize(
    ("raw", "name", "number"),
    [
        ("500kg/㎡", "floors.floor_load_kn_m2", 4.903325),
        ("1.2t/㎡", "floors.floor_load_kn_m2", 11.76798),
        ("1.2吨/平方米", "floors.floor_load_kn_m2", 11.76798),
        ("7.5KN/㎡", "floors.floor_load_kn_m2", 7.5),
        ("7.5kPa", "floors.floor_load_kn_m2", 7.5),
        ("1.5kN/m²", "floors.floor_load_kn_m2", 1.5),
        ("5.4米", "floors.clear_height_m", 5.4),
        ("5400mm", "floors.clear_height_m", 5.4),
        ("540 cm", "floors.clear_height_m", 5.4),
        ("3000kg", "units.freight_lift_t", 3),
        ("3吨", "units.freight_lift_t", 3),
        ("500千伏安", "units.power_kva", 500),
        ("1.2万kVA", "units.power_kva", 12000),
        ("0.5MVA", "units.power_kva", 500),
        ("3.5元/㎡·天", "leases.rent_cny_m2_day", 3.5),
        ("¥3.5/㎡/天", "leases.rent_cny_m2_day", 3.5),
        ("73元/平方米/月", "leases.rent_cny_m2_day", 2.4),
        ("1095元/㎡/年", "leases.rent_cny_m2_day", 3),
        ("RMB 3.5/sqm/day", "leases.rent_cny_m2_day", 3.5),
    ],
)
def test_units_are_converted_exactly(raw, name, number):
    assert value(raw, name) == number


@pytest.mark.parametrize(
    ("raw", "name", "number"),
    [
        ("3", "floors.level", 3),
        ("3F", "floors.level", 3),
        ("F3", "floors.level", 3),
        ("3层", "floors.level", 3),
        ("三楼", "floors.level", 3),
        ("第三层", "floors.level", 3),
        ("首层", "floors.level", 1),
        ("B1", "floors.level", -1),
        ("-1F", "floors.level", -1),
        ("地下二层", "floors.level", -2),
        ("负一楼", "floors.level", -1),
        (3.0, "floors.level", 3),
        ("6层", "buildings.floors_above", 6),
        ("二级", "buildings.fire_rating", 2),
        ("Ⅱ级", "buildings.fire_rating", 2),
        ("BSL-2", "units.bsl", 2),
        ("P3", "units.bsl", 3),
        ("36个月", "needs.term_months", 36),
        ("3年", "needs.term_months", 36),
        ("1.5年", "needs.term_months", 18),
        ("2 quarters", "needs.term_months", 6),
    ],
)
def test_whole_numbers_in_words_and_units(raw, name, number):
    assert value(raw, name) == number
    assert type(value(raw, name)) is int


def test_a_fraction_is_no_whole_number():
    assert kind(3.5, "floors.level") == "not_whole"
    assert kind("1.3年", "needs.term_months") == "not_whole"
    assert kind("3.5元", "units.position") == "unit"
    assert kind("夹层", "floors.level") == "not_a_number"


@pytest.mark.parametrize(
    ("raw", "name", "unit"),
    [
        ("120坪", "units.lettable_m2", None),
        ("500元", "units.lettable_m2", None),
        ("1200㎡/层", "units.lettable_m2", None),
        ("1.2吨", "floors.floor_load_kn_m2", None),
        ("3.5元", "leases.rent_cny_m2_day", None),
        ("90天", "needs.term_months", None),
        ("50%", "needs.priority", None),
        ("1亩", "units.lettable_m2", "m2"),
        ("125000㎡", "units.lettable_m2", "wan_m2"),
        ("12.5万", "units.lettable_m2", "wan_m2"),
        ("3.5元/㎡/天", "leases.rent_cny_m2_day", "CNY/m2/month"),
        (3, "floors.floor_load_kn_m2", "t"),
        (3, "units.lettable_m2", "nonsense"),
    ],
)
def test_a_unit_that_is_unknown_foreign_or_contradicts_the_heading_is_refused(raw, name, unit):
    assert kind(raw, name, unit) == "unit"


def test_some_conversions_would_need_more_than_a_unit():
    assert "power factor" in parse("500kW", "units.power_kva").issue[1]
    assert "power factor" in parse(500, "units.power_kva", "MW").issue[1]
    assert "rent of land" in parse("200元/亩/月", "leases.rent_cny_m2_day").issue[1]


def test_the_heading_says_the_unit_and_the_cell_may_repeat_it():
    assert value(12.5, "units.lettable_m2", "wan_m2") == 125000
    assert value("12.5万㎡", "units.lettable_m2", "wan_m2") == 125000
    assert value("12.5万", "units.lettable_m2", "m2") == 125000
    assert value("12.5万㎡", "units.lettable_m2", "m2") == 125000
    assert value("73元", "leases.rent_cny_m2_day", "CNY/m2/month") == 2.4
    assert value(3, "units.lettable_m2", "mu") == 2000


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (5400, "floors.clear_height_m"),
        (800, "floors.floor_load_kn_m2"),
        (1.2, "floors.floor_load_kn_m2"),
        ("3000", "units.freight_lift_t"),
        (105, "leases.rent_cny_m2_day"),
    ],
)
def test_a_bare_figure_that_its_unit_makes_implausible_asks_for_the_unit(raw, name):
    assert kind(raw, name) == "unit"
    own = measures.own(schema.columns(name.partition(".")[0])[name.partition(".")[2]].unit)
    assert value(raw, name, own.unit) == float(raw)


NUMBERS = st.decimals(min_value=0, max_value=10**9, places=3).map(lambda number: number.normalize())
WIDE = {ord(half): chr(ord(half) + 0xFEE0) for half in "0123456789.,-"}
WAYS = (
    lambda number: f"{number:f}",
    lambda number: f"{number:,f}",
    lambda number: f"{number:,f}".replace(",", " "),
    lambda number: f"{number:,f}".translate(WIDE),
    lambda number: f" {number:f} ㎡",
    lambda number: f"约{number:f}平方米",
    lambda number: f"{number / 10000:f}万",
    lambda number: f"{number / 10000:f} 万㎡",
    float,
)


@given(number=NUMBERS, way=st.sampled_from(WAYS))
def test_a_figure_written_in_any_way_comes_back(number, way):
    assert value(way(number), "units.lettable_m2") == float(number)


@given(number=NUMBERS)
def test_a_negative_figure_comes_back_from_every_sign(number):
    for way in ("-{}", "−{}", "－{}", "({})", "（{}）"):
        assert value(way.format(f"{number:f}"), "published_figures.value") == -float(number)


@given(number=NUMBERS, measure=st.sampled_from([one for one in measures.measures().values() if one.factor]))
def test_every_unit_converts_exactly_and_back(number, measure):
    name = (
        next(
            f"{table}.{column.name}"
            for table in schema.TABLES
            for column in schema.columns(table).values()
            if column.unit in measure.of and column.type == "number"
        )
        if measure.of[0] not in {"storey", "level", "months"}
        else None
    )
    if name is None:
        return
    exact = Fraction(number) * measure.factor
    read = value(f"{number:f}", name, measure.unit)
    assert read == float(exact)
    assert abs(Fraction(read) / measure.factor - Fraction(number)) <= Fraction(number) / 10**15


@given(number=st.integers(0, 10**12))
def test_chinese_numerals_come_back(number):
    assert numerals.read(numerals.spoken(number)) == number


@pytest.mark.parametrize("text", ["", "一二", "二〇", "一百二", "一万二", "百", "万", "零五", "五零", "三三", "个"])
def test_numerals_that_are_not_said_so_are_refused(text):
    assert numerals.read(text) is None


FIGURES = [one for table in schema.TABLES for one in schema.columns(table).values() if one.type in {"int", "number"}]


@given(
    raw=st.one_of(st.floats(), st.integers(), st.from_regex(quantities.PLAIN, fullmatch=True)),
    one=st.sampled_from(FIGURES),
    unit=st.sampled_from([None, *measures.measures(), "no"]),
)
@example("0.05", schema.columns("units")["asking_rent_cny_m2_day"], None)
@example(0.05, schema.columns("units")["asking_rent_cny_m2_day"], None)
@example(10**15 - 0.1, schema.columns("units")["lettable_m2"], None)
@example(-0.0, schema.columns("units")["lettable_m2"], "m2")
@example(2.5, schema.columns("units")["position"], None)
def test_the_short_way_says_what_the_long_way_says(raw, one, unit):
    said = quantities.parse(raw, one, unit, EN)
    with mock.patch.object(quantities, "_plain", return_value=None):
        assert (said, type(said.value)) == ((long := quantities.parse(raw, one, unit, EN)), type(long.value))
