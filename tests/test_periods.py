"""Days: every way to write one, periods taken with a note, and what could be two days refused."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parks import schema, words
from parks.intake.values import periods, signs

EN = words.translator("en")


def parse(raw, name="leases.valid_from", unit=None):
    table, _, known = name.partition(".")
    raw = signs.plain(raw) if isinstance(raw, str) else raw
    return periods.parse(raw, schema.columns(table)[known], unit, EN)


def kind(raw, name="leases.valid_from"):
    read = parse(raw, name)
    assert read.value is None
    assert read.issue is not None, "taken"
    return read.issue[0]


@pytest.mark.parametrize(
    "raw",
    [
        "2025-03-01",
        "2025-3-1",
        "2025/3/1",
        "2025.3.1",
        "２０２５．３．１",
        "20250301",
        "2025年3月1日",
        "2025年03月01日",
        "2025 年 3 月 1 日",
        "2025年3月1号",
        "二〇二五年三月一日",
        "二零二五年三月一日",
        "2025-03-01 00:00:00",
        "2025/3/1 0:00",
        "2025-03-01T08:00:00+08:00",
        "1 March 2025",
        "1st Mar 2025",
        "01-Mar-2025",
        "March 1, 2025",
        "Mar. 1 2025",
        "2025-Mar-01",
        "45717",
        45717,
        45717.75,
        20250301,
        dt.date(2025, 3, 1),
        dt.datetime.combine(dt.date(2025, 3, 1), dt.time(17, 30)),
    ],
)
def test_a_day_written_in_any_way(raw):
    assert parse(raw) == (dt.date(2025, 3, 1), None, None)


@pytest.mark.parametrize(
    ("raw", "first", "last"),
    [
        ("2025年3月", (2025, 3, 1), (2025, 3, 31)),
        ("2025-03", (2025, 3, 1), (2025, 3, 31)),
        ("2025/3", (2025, 3, 1), (2025, 3, 31)),
        ("2025.3", (2025, 3, 1), (2025, 3, 31)),
        ("2025年3月份", (2025, 3, 1), (2025, 3, 31)),
        ("二〇二五年十二月", (2025, 12, 1), (2025, 12, 31)),
        ("202503", (2025, 3, 1), (2025, 3, 31)),
        (202503, (2025, 3, 1), (2025, 3, 31)),
        ("2025.1", (2025, 1, 1), (2025, 1, 31)),
        ("2025.10", (2025, 10, 1), (2025, 10, 31)),
        (2025.3, (2025, 3, 1), (2025, 3, 31)),
        (2025.01, (2025, 1, 1), (2025, 1, 31)),
        (2025.12, (2025, 12, 1), (2025, 12, 31)),
        ("2024年2月", (2024, 2, 1), (2024, 2, 29)),
        ("Mar 2025", (2025, 3, 1), (2025, 3, 31)),
        ("2025年3月初", (2025, 3, 1), (2025, 3, 1)),
        ("2025年3月底", (2025, 3, 31), (2025, 3, 31)),
        ("2025年3月上旬", (2025, 3, 1), (2025, 3, 10)),
        ("2025年3月中旬", (2025, 3, 11), (2025, 3, 20)),
        ("2025年2月下旬", (2025, 2, 21), (2025, 2, 28)),
        ("2025Q3", (2025, 7, 1), (2025, 9, 30)),
        ("2025年Q3", (2025, 7, 1), (2025, 9, 30)),
        ("Q3 2025", (2025, 7, 1), (2025, 9, 30)),
        ("2025年三季度", (2025, 7, 1), (2025, 9, 30)),
        ("2025年第三季度", (2025, 7, 1), (2025, 9, 30)),
        ("2025年第4季度", (2025, 10, 1), (2025, 12, 31)),
        ("2025年上半年", (2025, 1, 1), (2025, 6, 30)),
        ("2025年下半年", (2025, 7, 1), (2025, 12, 31)),
        ("2025H1", (2025, 1, 1), (2025, 6, 30)),
        ("H2 2025", (2025, 7, 1), (2025, 12, 31)),
        ("2025", (2025, 1, 1), (2025, 12, 31)),
        (2025, (2025, 1, 1), (2025, 12, 31)),
        (2025.0, (2025, 1, 1), (2025, 12, 31)),
        ("2025年", (2025, 1, 1), (2025, 12, 31)),
        ("2025年度", (2025, 1, 1), (2025, 12, 31)),
        ("2025年内", (2025, 1, 1), (2025, 12, 31)),
        ("2025年初", (2025, 1, 1), (2025, 1, 1)),
        ("2025年底", (2025, 12, 31), (2025, 12, 31)),
        ("2025年末", (2025, 12, 31), (2025, 12, 31)),
        ("2025年年底前", (2025, 12, 31), (2025, 12, 31)),
        ("by the end of 2025", (2025, 12, 31), (2025, 12, 31)),
        ("预计2025年6月", (2025, 6, 1), (2025, 6, 30)),
        ("约2025年3月1日", (2025, 3, 1), (2025, 3, 1)),
    ],
)
def test_a_period_is_taken_with_a_note_as_the_column_asks(raw, first, last):
    first, last = dt.date(*first), dt.date(*last)
    for name, day in (
        ("leases.valid_from", first),
        ("needs.wanted_from", first),
        ("needs.wanted_to", last),
        ("buildings.completed_on", last),
        ("milestones.planned_on", last),
    ):
        read = parse(raw, name)
        assert read.value == day
        assert read.note[0] == "imprecise"
        assert day.isoformat() in read.note[1]


def test_an_end_is_the_day_after_a_period_and_after_a_last_day():
    assert parse("2025-03-31", "leases.valid_to").value == dt.date(2025, 3, 31)
    assert parse("2025年3月", "leases.valid_to").value == dt.date(2025, 4, 1)
    assert parse("2025年底", "leases.valid_to").value == dt.date(2026, 1, 1)
    assert parse("2025-03-31", "leases.valid_to", periods.LAST_DAY) == (dt.date(2025, 4, 1), None, None)
    assert parse("2025年3月", "leases.valid_to", periods.LAST_DAY).value == dt.date(2025, 4, 1)
    assert parse("2025-03-31", "needs.wanted_to", periods.LAST_DAY).value == dt.date(2025, 3, 31)


@pytest.mark.parametrize("raw", [2025.1, 1999.1])
def test_a_number_that_is_january_or_october_is_refused(raw):
    assert kind(raw) == "ambiguous_date"
    assert "January or October" in parse(raw).issue[1]


@pytest.mark.parametrize(
    "raw", ["03/04/2025", "3.4.2025", "25.3.1", "25年3月", "25/3/1", "1-Mar-25", "03-04-25", "'25Q1"]
)
def test_what_can_be_two_days_is_refused(raw):
    assert kind(raw) == "ambiguous_date"


def test_a_slashed_day_of_one_reading_is_taken():
    assert parse("13/04/2025").value == dt.date(2025, 4, 13)
    assert parse("04/13/2025").value == dt.date(2025, 4, 13)
    assert parse("03/03/2025").value == dt.date(2025, 3, 3)


@pytest.mark.parametrize(
    "raw",
    [
        "2025-02-30",
        "2025-13-01",
        "31/02/2025",
        "202513",
        "2025年13月",
        2025.13,
        "20250230",
        "1899-12-31",
        "2101",
        "2101-01-02",
        73_417,
        dt.date(2101, 1, 2),
        "0000",
        dt.date(1899, 12, 31),
        dt.date(2150, 1, 1),
        "春节后",
        "3月",
        "3月1日",
        "2025年中",
        "x",
        "",
        -5,
        3.5,
        100,
        "99999",
        float("nan"),
        float("inf"),
        10**400,
        "1" * 41,
        "开工后",
        "2025年一、二月",
    ],
)
def test_what_is_no_day_is_refused(raw):
    assert kind(raw) == "not_a_date"


@pytest.mark.parametrize(
    "raw", ["2025.3-2025.5", "2023.1.1-2025.12.31", "2025-2026", "2025年3月至2026年2月", "2025年3月-5月"]
)
def test_two_days_are_refused(raw):
    assert kind(raw) == "range"


@pytest.mark.parametrize("raw", ["长期", "永久", "无固定期限", "至今", "open", "9999-12-31", dt.date(9999, 12, 31)])
def test_an_open_end_is_empty_where_something_ends(raw):
    assert parse(raw, "leases.valid_to") == (None, None, None)
    assert parse(raw, "needs.wanted_to") == (None, None, None)
    assert kind(raw, "leases.valid_from") == "open_end"
    assert kind(raw, "milestones.actual_on") == "open_end"


@pytest.mark.parametrize("raw", ["2101-01-01", dt.date(2101, 1, 1), 73_416])
def test_the_last_day_has_an_end(raw):
    assert parse(raw, "leases.valid_to").value == dt.date(2101, 1, 1) == parse("2100", "leases.valid_to").value


def test_at_once_is_empty_where_a_need_begins():
    assert parse("随时", "needs.wanted_from") == (None, None, None)
    assert kind("随时", "leases.valid_from") == "not_a_date"


def test_what_was_reached_cannot_be_expected():
    assert kind("预计2025年底", "milestones.actual_on") == "not_a_date"
    assert parse("2025年3月", "milestones.actual_on").value == dt.date(2025, 3, 31)


WAYS = (
    lambda day: day.isoformat(),
    lambda day: f"{day.year}/{day.month}/{day.day}",
    lambda day: f"{day.year}.{day.month:02}.{day.day:02}",
    lambda day: f"{day.year}年{day.month}月{day.day}日",
    lambda day: day.strftime("%Y%m%d"),
    lambda day: f"{day.day} {periods.MONTHS[day.month - 1].split()[0].title()} {day.year}",
    lambda day: dt.datetime.combine(day, dt.time(12)),
    lambda day: day,
)


@given(day=st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)), way=st.sampled_from(WAYS))
def test_a_day_written_in_any_way_comes_back(day, way):
    assert parse(way(day)) == (day, None, None)


@given(day=st.dates(dt.date(1955, 1, 1), dt.date(2100, 12, 31)), part=st.floats(0, 0.999))
def test_the_serial_day_of_a_spreadsheet_comes_back(day, part):
    serial = (day - dt.date(1899, 12, 30)).days
    assert parse(serial).value == parse(float(serial)).value == parse(str(serial)).value == day
    assert parse(serial + round(part, 6)).value == day
