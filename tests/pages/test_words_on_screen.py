"""What is read on the pages: names and words in place of codes, units, what is asked first, and the next step."""

import json

import pandas as pd
import pytest

from parks.output import charts, marks
from parks.pages import imports, policy_desk, session, tables
from parks.words import translator


def said(at, kind="caption"):
    return " ".join(part.value for part in at.get(kind))


def table(at, column):
    """Return the first table that has a column."""
    return next(part.value for part in at.dataframe if column in part.value)


def drawn(at, column):
    """Return how the first table that has a column draws its columns."""
    part = next(part for part in at.dataframe if column in part.value)
    return json.loads(part.proto.columns)


def test_the_balance_by_zone_adds_up_to_the_district_on_the_screen(show, loaded):
    at = show("vacancy_desk", loaded, desk="rollover", balance_to="2027-Q3")
    lines = table(at, "line")
    whole = next(part.value for part in at.dataframe if {"quarter", "balance_m2"} <= set(part.value))
    assert list(lines["line"])[-3:] == ["One of several zones", "No zone known", "Total"]
    assert "Zhangjiang Science City" in set(lines["line"])
    district = whole.set_index("quarter").loc["2027-Q3"]
    total = lines.iloc[-1]
    for name in ("balance_m2", "supply_total_m2", "demand_total_m2"):
        assert lines[name][:-1].sum() == pytest.approx(total[name]) == pytest.approx(district[name])
    assert pd.isna(lines["shared_total_m2"].iloc[-1])
    at = show("vacancy_desk", loaded, desk="rollover", lang="zh")
    assert next(box for box in at.selectbox if box.key == "balance_to").value == "2027-Q4"
    assert "不分摊" in said(at)


def test_a_column_with_gaps_is_as_wide_as_its_longest_text(show, loaded):
    at = show("tenants", loaded, view="requests", lang="zh")
    units = drawn(at, "unit_id")["unit_id"]
    assert units["width"] >= tables.DIGIT * len("P047-B2-F01-1")
    assert "width" not in drawn(at, "unit_id")["tenant_id"]


def test_codes_are_said_in_words_and_an_unknown_one_stays(show, loaded):
    at = show("data", loaded, lang="zh", data_tab=5)
    parks = table(at, "placement")
    assert set(parks["placement"]) == {"示意位置"}
    assert "园区片区" in set(parks["record_type"])
    t = translator("en")
    words = [tables.said(code, t) for code in ("transit_stop", "imported_product", "negotiation", "warehouse", "new")]
    assert words == ["Transit stop", "Imported product made here", "Negotiation", "Warehouse", "new"]


def test_health_calls_tables_and_columns_as_the_reader_does(show, loaded):
    found = table(show("data", loaded, lang="zh", data_tab=3), "mend")
    assert "来源日期" in set(found["column"])
    assert set(found["table"]) <= {"企业", "园区", "公开数据"}


def test_the_uploader_speaks_the_readers_language():
    style = imports._uploader(translator("zh"))
    assert "选择文件" in style
    assert "MB" in style


def test_policy_says_units_sectors_and_published_words(show, loaded):
    asked, rules, printed = (show("policy_desk", loaded, lang="zh", policy_tab=number) for number in (0, 3, 5))
    assert "m²" in set(table(asked, "deadline")["unit"])
    assert "m2" not in set(table(asked, "deadline")["unit"])
    needs = table(rules, "rule_type")
    assert "全部赛道" in set(needs["sector"])
    assert needs["sector"].notna().all()
    figures = table(printed, "metric")
    assert {"用地面积", "状态"} <= set(figures["metric"])
    assert "未注明日期" in set(figures["source_date"])
    assert set(policy_desk.published(translator("zh"))) >= {"vacancy", "rent"}


def test_what_counts_to_a_target_names_it(show, loaded):
    items = table(show("tenants", loaded, view="localisation", lang="zh"), "counts_to")
    assert "推动5个以上重点外资项目建设" in set(items["counts_to"])
    assert set(items["progress"]) <= {"已列入清单", "已签约", "在建", "推进中", "已完成"}


def test_totals_give_vacancy_first(show, loaded):
    assert list(table(show("vacancy_desk", loaded), "vacancy").columns[2:5]) == ["vacancy", "lettable_m2", "vacant_m2"]


def test_what_is_late_tells_by_how_much_and_a_place_how_well_it_fits_before_the_rest(show, loaded):
    assert list(table(show("overview", loaded), "days_late").columns[:2]) == ["name_en", "days_late"]
    assert list(table(show("tenants", loaded), "verdict").columns[:3]) == ["unit_id", "verdict", "score"]


def test_programme_tells_whose_chance_it_is_and_shows_no_id_of_a_target(show, loaded):
    at = show("programme", loaded)
    assert "New-build: chance to reach the target" in [metric.label for metric in at.metric]
    assert all("target_id" not in part.value for part in at.dataframe)


def test_an_empty_list_says_so_and_no_scenario_asks_for_one(show, loaded):
    at = show("data", loaded, rows_table="waivers", data_tab=5)
    assert "Nothing to list here yet." in said(at)
    assert "Bring one in under" in said(show("data", loaded, data_tab=1), "info")
    assert "create a scenario at the left" in said(show("scenarios", loaded), "info")


def test_what_is_stored_is_counted_by_standing_and_its_sources_are_named(show, loaded):
    at = show("data", loaded, data_tab=2)
    counted = table(at, "illustrative").set_index("table")
    assert counted.loc["Parks", "rows"] == 77
    standings = counted[["stated", "reported", "inferred", "illustrative"]]
    assert (standings.sum(axis=1) == counted["rows"]).all()
    sources = table(at, "source")
    assert sources["rows"].sum() == counted["rows"].sum()


def test_a_long_table_is_shown_from_its_head_and_says_so(show, loaded, monkeypatch):
    whole = table(show("data", loaded, data_tab=5, rows_table="units"), "unit_id")
    monkeypatch.setattr(tables, "MOST", 1000)
    at = show("data", loaded, data_tab=5, rows_table="units")
    assert table(at, "unit_id")["unit_id"].tolist() == whole["unit_id"].head(1000).tolist()
    assert f"Shown are the first 1,000 of {len(whole):,} rows; the download holds all." in said(at)
    assert len(whole) > 3000


def test_an_empty_store_leads_to_the_page_for_ledgers(show, empty, monkeypatch):
    at, went = show("overview", empty), []
    monkeypatch.setattr(session, "go", went.append)
    next(button for button in at.button if button.label == "Bring your own ledgers").click().run()
    assert went == ["data"]


def test_a_switch_begins_with_its_default_and_the_link_says_only_another(show, loaded):
    at = show("vacancy_desk", loaded, desk="absorption")
    count = next(part for part in at.get("button_group") if part.key == "quarters")
    assert count.value == "8"
    assert "quarters" not in at.query_params


def test_a_narrow_chart_has_its_legend_in_two_columns_and_leaves_the_wide_one():
    rows = pd.DataFrame({"zone_id": ["Z"], "let_m2": [5.0], "vacancy": [0.1], "unknown_units": [0]})
    wide = charts.vacancy(rows, "en")
    narrow = marks.narrow(wide).to_dict()
    assert narrow["config"]["legend"] == wide.to_dict()["config"]["legend"] | {"columns": 2}
    assert narrow["height"] > wide.to_dict()["height"]
