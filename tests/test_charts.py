"""Charts: valid specifications with their data inside, colours that every eye can tell apart, unknown shown as such."""

import json
import re
from itertools import combinations

import district
import numpy as np
import pandas as pd
import pytest

from parks import words
from parks.output import charts, marks
from parks.status import forecast, pipeline, progress, vacancy

MACHADO = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
"""How each kind of dichromat sees linear RGB (Machado, Oliveira and Fernandes 2009, severity 1)."""
LEAST = 9.0
"""Least distance in CIELAB between two colours that may stand side by side."""


def drawn(chart) -> dict:
    """Return the specification, checked against the schema by the library."""
    return chart.to_dict()


def values(spec: dict) -> list[dict]:
    return [row for rows in spec.get("datasets", {}).values() for row in rows]


def every(lang: str) -> dict[str, dict]:
    park, rules = district.park(), district.rules()
    space = vacancy.by_unit(park)
    done = progress.by_target(park, rules)
    fit = pd.DataFrame(
        [("Z", "S", "core", "stated"), ("Z", "S2", "neutral", "inferred"), ("Z", "S3", pd.NA, "inferred")],
        columns=["zone_id", "sector_code", "fit_level", "basis"],
    )
    rules.fit = fit
    return {
        "programme": drawn(charts.programme(done, lang, forecast=forecast.by_target(park, rules, runs=20))),
        "curve": drawn(charts.curve(progress.curve(park, rules), lang, target_m2=10_000)),
        "zone": drawn(charts.vacancy(vacancy.by(space, "zone"), lang, names={"Z-A": "A"})),
        "sector": drawn(charts.vacancy(vacancy.by(space, "sector"), lang, title="T")),
        "supply": drawn(charts.supply(pipeline.supply(park), lang)),
        "layout": drawn(charts.layout(rules, park, lang)),
        "zone_fit": drawn(charts.zone_fit(fit, lang)),
        "failed": drawn(charts.failed(pd.Series({"a": 3}), lang)),
    }


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_chart_is_whole_and_asks_for_nothing(lang: str) -> None:
    for name, spec in every(lang).items():
        assert spec["title"]["text"], name
        text = json.dumps({key: part for key, part in spec.items() if key != "$schema"})
        assert not re.search(r"https?://|\"url\"", text), name


def test_the_titles_are_chinese_in_chinese() -> None:
    for name, spec in every("zh").items():
        assert name == "sector" or re.search(r"[\u4e00-\u9fff]", spec["title"]["text"]), name


def test_the_bars_of_the_programmes_carry_the_areas() -> None:
    rows = values(every("en")["programme"])
    bars = {(row["name"], row["part"]): (row["value"], row["shown"]) for row in rows if "part" in row}
    assert bars["New-build", "Done"] == (0.3, "3,000 m²")
    assert bars["New-build", "Under way"] == (0.2, "2,000 m²")
    assert bars["New-build", "Planned"] == (0.0, "unknown")
    assert {"name": "New-build", "value": 1.0, "shown": "10,000 m²"} in rows
    assert [row["label"] for row in rows if "label" in row] == ["+ 1 of unknown area"]
    whiskers = {row["name"]: row["shown"] for row in rows if "low" in row}
    assert whiskers["New-build"] == "5,000 m² to 5,000 m²; target reached with probability 0%"


def test_a_programme_without_forecast_or_target_is_drawn() -> None:
    done = progress.by_target(district.park(), district.rules()).assign(target_m2=pd.NA)
    rows = values(drawn(charts.programme(done, "en")))
    assert not [row for row in rows if "low" in row]


def test_the_space_of_a_zone_is_stacked_by_state() -> None:
    rows = values(every("en")["zone"])
    mine = {row["part"]: row["shown"] for row in rows if row["name"] == "A" and "part" in row}
    assert mine["Let"] == "1,000 m²"
    assert mine["Vacant"] == "500 m²"
    assert mine["Fitting out"] == "250 m²"
    labels = {row["name"]: row["label"] for row in rows if "label" in row}
    assert labels == {"A": "28.6% vacant; 1 unknown", "Z-OUT": "unknown vacant"}


def test_space_that_nobody_holds_has_no_sector() -> None:
    assert {row["name"] for row in values(every("en")["sector"])} == {"S1", "unknown"}


def test_supply_counts_what_it_cannot_draw() -> None:
    coming = pd.DataFrame(
        [
            ("Z", "2026-Q4", "not_built", 2000.0, 2, 1),
            ("Y", "2026-Q4", "not_built", 1000.0, 1, 0),
            ("Z", pd.NA, "renovation", 500.0, 3, 0),
            ("Z", "2027-Q1", "renovation", pd.NA, 1, 1),
        ],
        columns=["zone_id", "quarter", "state", "lettable_m2", "units", "unknown_units"],
    )
    spec = drawn(charts.supply(coming, "en"))
    assert [(row["quarter"], row["shown"], row["units"]) for row in values(spec)] == [("2026-Q4", "3,000 m²", 3)]
    assert spec["title"]["subtitle"] == "5 units without a date or an area are not drawn"


def test_the_curve_ends_on_the_day_for_what_is_reached() -> None:
    rows = [row for row in values(every("en")["curve"]) if row.get("line") == "Reached"]
    assert max(row["quarter"] for row in rows) == "2026-Q2"
    assert {row["name"]: row["shown"] for row in rows if row["quarter"] == "2026-Q2"} == {
        "New-build": "3,000 m²",
        "Renewal of stock": "0 m²",
    }


def test_a_curve_without_target_or_rows_is_drawn() -> None:
    empty = progress.curve(district.park(), district.rules()).iloc[:0]
    assert drawn(charts.curve(empty, "en"))["title"]["subtitle"].startswith("0 ")


def test_the_layout_draws_only_what_has_a_place() -> None:
    rows = values(every("en")["layout"])
    assert [row["properties"]["zone"] for row in rows if "properties" in row] == ["Bearing", "Core"]
    assert [row["park"] for row in rows if "park" in row] == ["Park One"]
    ring = np.array(next(row for row in rows if "geometry" in row)["geometry"]["coordinates"][0])
    turn = np.sum((ring[1:, 0] - ring[:-1, 0]) * (ring[1:, 1] + ring[:-1, 1]))
    assert turn > 0, "the outer ring runs clockwise, or the globe is filled"


def test_every_state_has_its_name_and_colour() -> None:
    names = charts.state_names(words.translator("zh"))
    assert names.keys() == charts.STATE_COLOURS.keys() == set(vacancy.STATES)
    assert names["let"] == "已租"
    assert len(set(names.values())) == len(set(charts.STATE_COLOURS.values())) == len(names)


def lab(colour: str, seen: np.ndarray) -> np.ndarray:
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(seen @ linear, 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear
    ratio = xyz / np.array([0.9505, 1.0, 1.089])
    f = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("eye", ["all", *MACHADO])
@pytest.mark.parametrize(
    "palette", [charts.STATE_COLOURS, charts.PROGRESS_COLOURS, charts.ROLE_COLOURS, charts.FIT_COLOURS]
)
def test_no_two_colours_look_alike_to_any_eye(palette: dict[str, str], eye: str) -> None:
    seen = np.eye(3) if eye == "all" else np.array(MACHADO[eye])
    near = {
        pair: round(float(np.linalg.norm(lab(palette[pair[0]], seen) - lab(palette[pair[1]], seen))), 1)
        for pair in combinations(palette, 2)
    }
    assert {pair: gap for pair, gap in near.items() if gap < LEAST} == {}


def test_unknown_draws_nothing_and_is_named() -> None:
    assert marks.scaled(None) == 0
    assert marks.records(pd.DataFrame({"a": pd.array([1, None], dtype="Int64")})) == [{"a": 1}, {"a": None}]


def test_growth_is_stacked_by_stage() -> None:
    expected = pd.DataFrame({"year": [2026, 2026], "stage": ["pilot", "production"], "asked_m2": [5000.0, 20_000.0]})
    bars = values(drawn(charts.growth(expected, "en")))
    assert [(bar["year"], bar["part"], bar["value"]) for bar in bars] == [
        ("2026", "Pilot", 0.5),
        ("2026", "Production", 2.0),
    ]
