"""Units: names, compounds in any order, exact sizes, and a file of units that is read strictly."""

from fractions import Fraction

import pytest

from parks import schema
from parks.intake.values import measures
from parks.issues import InvalidData


@pytest.fixture
def broken(monkeypatch, tmp_path):
    """Return the file of units that this test spoils."""
    path = tmp_path / "measures.csv"
    path.write_text(measures.PATH.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(measures, "PATH", path)
    measures.measures.cache_clear()
    yield path
    measures.measures.cache_clear()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("㎡", "m2"),
        ("m²", "m2"),
        ("M2", "m2"),
        ("平方米", "m2"),
        ("平方米/㎡", "m2"),
        ("Sq. m", "m2"),
        ("万㎡", "wan_m2"),
        ("万平方米", "wan_m2"),
        ("10,000 m²", "wan_m2"),
        ("亩", "mu"),
        ("公顷", "ha"),
        ("sq.ft.", "ft2"),
        ("KN/㎡", "kN/m2"),
        ("千牛/平方米", "kN/m2"),
        ("kPa", "kN/m2"),
        ("公斤/平米", "kg/m2"),
        ("吨/㎡", "t/m2"),
        ("元/㎡/天", "CNY/m2/day"),
        ("元/㎡·天", "CNY/m2/day"),
        ("元/平方米.天", "CNY/m2/day"),
        ("元/天/㎡", "CNY/m2/day"),
        ("元/(㎡·日)", "CNY/m2/day"),
        ("元每平方米每天", "CNY/m2/day"),
        ("CNY/m²/day", "CNY/m2/day"),
        ("yuan per sqm per month", "CNY/m2/month"),
        ("元/月", "CNY/month"),
        ("KVA", "kVA"),
        ("kWh", None),
        ("甲方", None),
        ("/", None),
        ("", None),
        ("含公摊", None),
    ],
)
def test_units_are_known_by_their_names(text, code):
    assert measures.named(text) == code


def test_sizes_are_exact():
    known = measures.measures()
    assert known["mu"].factor == Fraction(2000, 3)
    assert known["ft2"].factor == Fraction("0.3048") ** 2
    assert known["t/m2"].factor == Fraction("9.80665")
    assert known["kg/m2"].factor * 1000 == known["t/m2"].factor
    assert known["CNY/m2/month"].factor * 365 == 12
    assert known["kW"].factor is None


def test_every_unit_of_the_schema_has_its_own_measure():
    units = {
        column.unit
        for table in schema.TABLES
        for column in schema.columns(table).values()
        if column.unit and not column.is_geometry
    }
    assert {unit for unit in units if measures.own(unit) is None} == set()
    assert {unit for measure in measures.measures().values() for unit in measure.of} == units


def test_units_are_shown_as_offices_write_them():
    assert measures.shown("wan_m2") == "万m²"
    assert measures.shown("CNY/m2/month") == "元/m²/月"
    assert measures.shown("nonsense") == "nonsense"


@pytest.mark.parametrize(
    "line",
    [
        "acre,m²,x,,,acre,\n",
        "acre,m²,1/0,,,acre,\n",
        "acre,m²,1,,,㎡,\n",
        "m2,m²,1,,,acre,\n",
        "acre,m²,1,low,,acre,\n",
        "acre\n",
    ],
)
def test_a_broken_file_is_named(broken, line):
    with broken.open("a", encoding="utf-8") as file:
        file.write(line)
    with pytest.raises(InvalidData, match=r"measures\.csv"):
        measures.measures()
