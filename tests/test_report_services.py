"""The chapters round the companies: requests, growth path, lists of the notice, facilities, figures of the papers."""

from dataclasses import replace

import district
import pandas as pd
import pytest

from parks.output import annexes, figures, register, reports, services

CODES = ("requests", "growth", "localised", "support", "papers")


@pytest.fixture(scope="module")
def made():
    return reports.draft(district.park(), district.rules()).made


def rows(block) -> list[list[object]]:
    return [[None if figures.missing(cell) else cell for cell in row] for row in block.rows]


def entry(made, figure: str) -> tuple:
    return next(row for row in register.entries(made) if row[1] == figure)


def test_requests_are_counted_and_the_open_ones_listed(made) -> None:
    states, owners, left = services.requests(made).blocks
    # R1 was found on 1 May and is open on 30 June; R2 was found on 1 June and solved on the 11th; R3 is answered
    assert rows(states) == [
        ["Found, open", 1, 60, "Stated"],
        ["Solved, to be answered", 1, 29, "Stated"],
        ["Answered", 1, "", "Stated"],
    ]
    assert states.total[1] == 3
    assert rows(owners) == [["专员", 1, 1, 0, 10.0, 0, "Stated"], ["nobody yet", 0, 0, 1, 20.0, 0, "Stated"]]
    assert owners.total == ("Total", 1, 1, 1, "", 0, "")
    assert [row[:7] for row in rows(left)] == [
        ["R1", district.MARKUP, "增容", "专员", "Core", "Building 1", "U1"],
        ["R2", district.MARKUP, "排风", "专员", "Core", "Building 1", ""],
    ]
    assert [row[9] for row in left.rows] == [60, 29]
    told = entry(made, "Requests: Found, open")
    assert told[2:] == (1, "", "Requests of companies", district.DAY, "Stated", "requests.by_state")
    assert entry(made, "Requests with 专员: Solved, to be answered")[2] == 1


def test_a_request_solved_on_no_known_day_has_an_unknown_median(made) -> None:
    asked = made.park.requests.assign(solved_on=pd.NaT)
    owners = services.requests(replace(made, park=replace(made.park, requests=asked))).blocks[1]
    assert [row[4:6] for row in rows(owners)] == [["", 0], [None, 1]]


def test_the_growth_path_is_told_by_year_with_its_assumptions(made) -> None:
    tenants = made.park.tenants.assign(stage="incubation")
    path, here, assumed = services.growing(replace(made, park=replace(made.park, tenants=tenants))).blocks
    # U1 and U3 are held: 1,250.5 m². Half a year is left of 2026; then a fifth moves on each year and asks for twice it
    first = 1250.5 * (1 - 0.8 ** (184 / 365))
    assert [row[0] for row in path.rows] == ["2026", "2027", "2028", "2029", "2030"]
    assert path.rows[0][1:5] == pytest.approx((2 * first, 0, first, 0))
    assert path.rows[1][1] == pytest.approx(2 * 0.2 * (1250.5 - first))
    assert {row[5] for row in path.rows} == {"Illustrative"}
    assert here.rows == [("Incubation", 1250.5), ("Pilot", 0.0), ("Production", 0.0)]
    assert [row[1] for row in assumed.rows] == [0.2, 2.0, 0.1, 3.0]


def test_items_stand_against_their_targets_as_of_the_day(made) -> None:
    against, items = services.localised(made).blocks
    # I1 is done the day after the data date, so under way; I3 counts to no target
    assert rows(against) == [["PT13", "Made here", 100.0, 0, 0, 1, 1, 0.01, "Paper, 任务9", "Stated"]]
    assert "Items that count to no target: 1." in against.notes
    assert [row[6] for row in items.rows] == ["Under way", "Done", "Agreed"]
    assert [row[8] for row in items.rows] == ["PT13", "PT13", ""]
    told = entry(made, "PT13 Made here: asked for")
    assert told[2:] == (100.0, "个", "Paper, 任务9", district.DAY, "Stated", "policy.targets")
    assert entry(made, "PT13 Made here: Done")[2:4] == (1, "")


def test_facilities_are_told_with_capacity_and_what_they_reach(made) -> None:
    reached, offered, every, assumed = services.supporting(made).blocks
    stops = next(row for row in rows(reached) if row[:2] == ["Core", "Transit stop"])
    # the stop stands 111 m from the park of the one building that has units of known area; the homes are far away
    assert stops == ["Core", "Transit stop", 800.0, 1750.5, 1750.5, 1.0, 1, "Illustrative"]
    homes = next(row for row in rows(reached) if row[:2] == ["Core", "Rental housing"])
    assert homes[4:6] == [0.0, 0.0]
    works = next(row for row in rows(reached) if row[:2] == ["Core", "CDMO capacity"])
    assert works[3:7] == [0.0, None, None, 4], "the works open next year: what is in reach is not known"
    assert rows(offered) == [
        ["Core", "Rental housing", 1, 300.0, "套", 0, "Stated"],
        ["Core", "Transit stop", 1, None, "", 1, "Stated"],
    ]
    assert [row[0] for row in every.rows] == ["F1", "F2", "F3"]
    assert len(assumed.rows) == 4
    told = entry(made, "Core, Rental housing: capacity")
    assert told[2:] == (300.0, "套", "Supporting facilities", district.DAY, "Stated", "support.capacity")


def test_figures_of_the_papers_are_measured_or_have_no_data(made) -> None:
    chapter = annexes.papers(made)
    found = {row[0]: row for row in rows(chapter.blocks[0])}
    assert found["PT10"][6:] == ["area done (m²)", 3000.0, 0.3, 1, "Stated"]
    assert found["PT13"][6:] == ["items done", 1.0, 0.01, 0, "Stated"]
    assert found["PT14"][1:] == ["产值", "Paper, unknown", 35.0, "", "%", "no data", "", "", "", ""]
    assert chapter.lines[0] == "Of 4 figures of the papers our data measures 3; the others have no data."
    assert entry(made, "PT10 New: measured")[2:5] == (3000.0, "m²", "Projects, Milestones")
    assert entry(made, "PT10 New: share of the least")[2:5] == (0.3, "0–1", "Paper, 任务4")
    assert not [row for row in register.entries(made) if row[1].startswith("PT14")]


@pytest.mark.parametrize("code", CODES)
def test_a_chapter_without_rows_stands_in_both_languages(code: str) -> None:
    bare = {name: frame.iloc[:0] for name, frame in district.tables().items()}
    empty = reports.draft(district.park(**bare), district.rules(), wanted=reports.Wanted(chapters=[code]))
    for lang in ("zh", "en"):
        chapter = empty.report(lang).chapters[0]
        assert chapter.code == code
        assert len(chapter.name) <= 31
    assert [row[1] for row in services.requests(empty.made).blocks[0].rows] == [0, 0, 0]


def test_made_up_rows_say_so() -> None:
    asked = district.tables()["requests"].assign(standing="illustrative")
    draft = reports.draft(district.park(requests=asked), district.rules(), wanted=reports.Wanted(chapters=["requests"]))
    said = draft.report("en")
    assert said.notice == "Illustrative data: what is marked so is made up."
    assert [row[3] for row in said.chapters[0].blocks[0].rows] == ["Illustrative"] * 3
