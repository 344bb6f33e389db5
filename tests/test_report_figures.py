"""Every figure of the report is the function's, over random ledgers; what is unknown is counted apart and listed."""

import datetime as dt

import district
import pandas as pd
import pytest
import thorough
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parks import demand, words
from parks.output import figures, mending, register, reported, reports, rollover
from parks.status import forecast, gaps, growth, localisation, measured, progress, requests, support, vacancy
from parks.status import rollover as ending

FIGURES = reports.Wanted(chapters=[code for code in reports.CHAPTERS if code not in {"maps", "plan"}])
AREAS = st.one_of(st.none(), st.integers(1, 400).map(lambda steps: steps * 12.5))
DAYS = st.one_of(st.none(), st.dates(dt.date(2024, 1, 1), dt.date(2030, 12, 31)))


@st.composite
def ledgers(draw):
    """Return the small district with other units, leases, projects, milestones and needs."""
    number = range(draw(st.integers(0, 7)))
    units = [
        (
            f"U{row}",
            draw(st.sampled_from(["B1", "B2"])),
            "F1",
            draw(st.one_of(st.none(), st.integers(1, 4))),
            draw(AREAS),
        )
        for row in number
    ]
    states = st.sampled_from(["let", "reserved", "intended", "fitting_out", "locked", "unknown"])
    leases = []
    for unit in units:
        if draw(st.booleans()):
            end = draw(DAYS)
            start = dt.date(2023, 1, 1)
            leases.append((f"L{unit[0]}", unit[0], draw(st.sampled_from(["T1", None])), draw(states), start, end))
    kinds = {"new_build": "PT10", "renewal": "PT11"}
    projects, steps = [], []
    for row in range(draw(st.integers(0, 5))):
        kind = draw(st.sampled_from(sorted(kinds)))
        zone = draw(st.sampled_from(["Z-A", "Z-B", None]))
        projects.append((f"J{row}", f"项目{row}", None, kind, zone, None, draw(AREAS), kinds[kind]))
        steps += [
            (f"M{row}{event}", f"J{row}", event, draw(DAYS), draw(st.one_of(st.none(), DAYS)))
            for event in ("started", "completed")
            if draw(st.booleans())
        ]
    needs = [(f"N{row}", "T2", "pilot", draw(AREAS), draw(AREAS), None, None) for row in range(draw(st.integers(0, 3)))]
    standing = draw(st.sampled_from(["stated", "illustrative"]))
    made = {
        "units": district.frame("unit_id building_id floor_id position lettable_m2", *units, standing=standing),
        "leases": district.frame("lease_id unit_id tenant_id state valid_from valid_to", *leases),
        "projects": district.frame("project_id name_zh name_en kind zone_id developer gfa_m2 counts_to", *projects),
        "milestones": district.frame("milestone_id project_id event planned_on actual_on", *steps),
        "needs": district.frame("need_id tenant_id stage area_min_m2 area_max_m2 wanted_from wanted_to", *needs),
    }
    for name, columns in {
        "leases": ("valid_from", "valid_to"),
        "milestones": ("planned_on", "actual_on"),
        "needs": ("wanted_from", "wanted_to"),
    }.items():
        made[name] = district.days(made[name], *columns)
    return district.park(**made)


def same(one: object, other: object) -> bool:
    if figures.missing(one) or figures.missing(other):
        return figures.missing(one) and figures.missing(other)
    return one == pytest.approx(other) if isinstance(one, float) else one == other


def expected(park, rules) -> list[tuple[str, object]]:
    """Return function and value of every figure, worked out by the functions alone."""
    space = vacancy.by_unit(park)
    zones = rules.zones.set_index("zone_id")["counted_in"]
    found = []
    for row in progress.by_target(park, rules).to_dict("records"):
        found.append(("policy.targets", row["target_m2"]))
        found += [
            ("progress.by_target", row[name]) for name in ("done_m2", "under_way_m2", "planned_m2", "unknown_projects")
        ]
    for row in forecast.by_target(park, rules, runs=reports.RUNS).to_dict("records"):
        found += [("forecast.by_target", row[name]) for name in register.CHANCES]
    found += [("vacancy.total", vacancy.total(space).iloc[0][name]) for name in register.SPACE]
    for row in vacancy.by(space, "zone", zones).to_dict("records"):
        found += [("vacancy.by", row[name]) for name in register.SPACE]
    needs = park.needs[demand.waiting(park)]
    found.append(("demand.waiting", needs["tenant_id"].nunique()))
    found += [("demand.waiting", figures.known_sum(needs[name])) for name in ("area_min_m2", "area_max_m2")]
    found.append(("demand.waiting", needs["area_min_m2"].isna().sum()))
    ends = ending.by(space, "zone", counted_in=zones)
    found += [("rollover.by", figures.known_sum(ends[f"end_{band}_m2"])) for band in ending.band_names()]
    runs = vacancy.contiguous(space, park)
    known = runs["area_m2"].dropna()
    found.append(("vacancy.contiguous", known.max() if len(known) else (pd.NA if len(runs) else 0.0)))
    return [*found, *round_the_companies(park, rules, space)]


def round_the_companies(park, rules, space) -> list[tuple[str, object]]:
    """Return function and value of every figure on requests, growth, localisation, facilities, and of the papers."""
    zones, told = dict(rules.zones.set_index("zone_id")["counted_in"]), requests.loop(park)
    parts = [
        ("requests.by_state", requests.by_state(told), ["requests"]),
        ("requests.by_owner", requests.by_owner(told), list(requests.STATES)),
        ("growth.expected", growth.expected(park, space, rules), ["asked_m2", "left_m2"]),
        ("localisation.by_target", localisation.by_target(park, rules), ["value_min", *localisation.STEPS]),
        ("support.coverage", support.coverage(space, support.nearest(park, rules), zones), ["covered_m2", "share"]),
        ("support.capacity", support.capacity(park, zones), ["facilities", "capacity"]),
        ("measured.by_figure", measured.by_figure(park, rules).dropna(subset="measure"), ["value", "share"]),
    ]
    return [
        ("policy.targets" if name == "value_min" else function, row[name])
        for function, frame, names in parts
        for row in frame.to_dict("records")
        for name in names
    ]


@given(ledgers())
@settings(max_examples=thorough.cases(4), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_figure_is_the_functions_and_both_languages_are_equal(park) -> None:
    rules = district.rules()
    draft = reports.draft(park, rules, wanted=FIGURES)
    said = {lang: draft.report(lang) for lang in words.LANGUAGES}
    told = {lang: register.entries(draft.made.speaking(lang)) for lang in words.LANGUAGES}
    for (function, value), entry in zip(expected(park, rules), told["en"], strict=True):
        assert entry[7] == function
        assert same(entry[2], value), entry
    for one, other in zip(told["zh"], told["en"], strict=True):
        assert one[0] == other[0]
        assert same(one[2], other[2])
    for chinese, english in zip(said["zh"].chapters, said["en"].chapters, strict=True):
        assert chinese.code == english.code
        for first, second in zip(chinese.blocks, english.blocks, strict=True):
            assert numbers(first) == numbers(second)
    summary = said["en"].chapters[0].blocks
    whole = vacancy.total(draft.made.space).iloc[0]
    assert all(
        same(cell, whole[name])
        for cell, name in zip(summary[1].rows[0][1:5], ("lettable_m2", "let_m2", "vacant_m2", "vacancy"), strict=True)
    )


def numbers(block) -> list[list[object]]:
    rows = [*block.rows, *([block.total] if block.total is not None else [])]
    kept = [index for index, column in enumerate(block.columns) if column.kind != "text"]
    return [[None if figures.missing(row[index]) else row[index] for index in kept] for row in rows]


@given(ledgers())
@settings(max_examples=thorough.cases(3), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_totals_of_the_rollover_are_the_sums_of_what_is_known(park) -> None:
    made = reports.draft(park, district.rules(), wanted=FIGURES).made
    block = rollover.chapter(made).blocks[0]
    for place in range(1, 10):
        known = [row[place] for row in block.rows if not figures.missing(row[place])]
        total = block.total[place]
        assert figures.missing(total) if block.rows and not known else total == pytest.approx(sum(known))


def made(**changed):
    rules = changed.pop("rules", None) or district.rules()
    return reports.draft(district.park(**changed), rules, wanted=FIGURES).made


def test_what_is_unknown_is_listed_to_be_mended() -> None:
    rules = district.rules()
    rules.targets = rules.targets.assign(clause=["任务4", pd.NA, "任务9", "任务9"])
    tables = district.tables()
    columns = "project_id name_zh name_en kind zone_id developer gfa_m2 counts_to"
    undated = district.frame(columns, ("J5", "无日期", "Undated", "renewal", None, None, 100.0, "PT11"))
    projects = pd.concat([tables["projects"], undated]).assign(developer="甲", taken_out_m2=1.0)
    leases = tables["leases"].assign(valid_to=[pd.NaT, pd.NaT])
    held = made(rules=rules, projects=projects, leases=leases)
    assert [(row[1], row[3]) for row in mending.rows(held)] == [
        ("J3", "area by the basis chosen"),
        ("J3", "day of the milestone that counts"),
        ("J5", "day of the milestone that counts"),
        ("J5", "zone"),
        ("J4", "day of the start"),
        ("J5", "day of the start"),
        ("J1", "evidence of the milestone that counts"),
        ("PT11", "clause of the paper"),
        ("U4", "lettable area"),
        ("L1", "end"),
        ("L2", "end"),
    ]
    counts, listed = mending.chapter(held).blocks
    assert counts.total[-1] == len(listed.rows) == 11
    assert [row[2] for row in counts.rows] == [1, 2, 1, 2, 1, 1, 1, 2]
    clause = reports.CHAPTERS["summary"](held).blocks[0].rows[1][-1]
    assert clause == "Paper, unknown"
    row = rollover.chapter(held).blocks[0].rows[0]
    assert row == ("Core", 1000.0, 0.0, 0.0, 0.0, 0.0, 1000.0, 1, 0, 1, "Stated")


def test_the_report_and_the_pages_list_the_same_rows() -> None:
    leases = district.tables()["leases"].assign(state=["unknown", "let"])
    held = made(leases=leases, needs=district.tables()["needs"].assign(area_min_m2=None))
    told = [
        gaps.of_programme(held.park, held.rules),
        gaps.of_space(held.park, held.space),
        gaps.of_demand(held.park),
    ]
    keys = [(row["key"], reported.gap(row["missing"], held.t)) for part in told for row in part.to_dict("records")]
    assert [(row[1], row[3]) for row in mending.rows(held)] == keys
    assert {("U1", "state"), ("L1", "state or beginning"), ("N1", "least area")} <= set(keys)


def test_what_is_to_be_mended_is_said_in_the_language_of_the_report() -> None:
    rules = district.rules()
    rules.targets = rules.targets.assign(value_min=pd.array([pd.NA, 8000.0, 100.0, 35.0], dtype="Float64"))
    found = mending.rows(made(rules=rules).speaking("zh"))
    row = next(row for row in found if row[1] == "PT10")
    assert row == ("目标", "PT10", "新建", "目标值", "完成比例与达成概率未知。", "明示")


def test_the_register_says_clause_day_and_standing() -> None:
    entries = register.entries(made(standing="illustrative"))
    target = entries[0]
    assert target[:3] == ("R001", "New-build: target", 10_000.0)
    assert target[3:] == ("m²", "Paper, 任务4", district.DAY, "Stated", "policy.targets")
    let = next(entry for entry in entries if entry[1] == "All parks: let")
    tables = "Lettable units, Buildings, Leases and holds"
    assert let[2:] == (1000.0, "m²", tables, district.DAY, "Illustrative", "vacancy.total")
    share = next(entry for entry in entries if entry[1] == "All parks: vacancy")
    assert (share[2], share[3]) == (pytest.approx(500 / 1750.5), "0–1")


def test_leases_without_an_end_stand_apart_from_those_that_end() -> None:
    leases = district.tables()["leases"].assign(state="let")
    block = rollover.chapter(made(leases=leases)).blocks[0]
    # L1 over U1 (1,000 m²) ends on 2027-01-01, within 12 months of 2026-06-30; L2 over U3 (250.5 m²) has no end
    assert block.rows == [("Core", 1250.5, 1000.0, 0.0, 0.0, 0.0, 250.5, 2, 0, 1, "Stated")]
    assert block.total == ("Total", 1250.5, 1000.0, 0.0, 0.0, 0.0, 250.5, 2, 0, 1, "")


def test_space_that_adjoins_is_one_place() -> None:
    block = rollover.contiguous(made()).blocks[0]
    # U2 (500 m²) is vacant at position 2; U4 at position 4 is vacant too and of unknown area; U3 between them is not
    assert [row[4:7] for row in block.rows] == [("U2", "U2", 1), ("U4", "U4", 1)]
    assert [None if figures.missing(row[7]) else row[7] for row in block.rows] == [500.0, None]
    assert [row[8] for row in block.rows] == [0, 1]
    assert block.total[6:9] == (2, 500.0, 1)
