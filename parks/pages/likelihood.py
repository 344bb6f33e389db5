"""How likely the targets are: the assumptions used and the user's own, what moves it most, what would reach 80 %."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import streamlit as st

from parks.output import figures
from parks.output import reported as words
from parks.pages import session, tables
from parks.status import delays, forecast, forward, milestones, progress, simulation

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from parks.pages.session import Session

RUNS, SEED = 2000, 1
LINK = "assume"
"""Name in the link of the user's own assumptions, as ``name:value;name:value``."""
MOST = 1000.0
"""Greatest value that a link or a box may say."""
PARTS = {"mean": "delay.{}.mean_months", "sd": "delay.{}.sd_months", "dropout": "dropout.{}"}
COMMON = ("delay.carried_share", "delay.common_share", "delay.forward_most_months", "delay.record_least")
MOVERS = 15
SAME = 1e-9
"""Difference up to which a box says what stood in it."""


class Ahead(NamedTuple):
    """What the forecast says by one counting rule and basis."""

    targets: pd.DataFrame
    quarters: pd.DataFrame
    projects: pd.DataFrame
    steps: pd.DataFrame


def ahead(s: Session, rule: str, basis: str) -> Ahead:
    """Return the forecast with the assumptions of the link; worked out once for all who ask the same."""
    return _played(s, rule, basis, tuple(sorted(edited(s).items())), (*s.key, s.park.known_on))


@st.cache_resource(show_spinner=False, max_entries=16)
def _played(_s: Session, rule: str, basis: str, given: tuple[tuple[str, float], ...], key: tuple[object, ...]) -> Ahead:
    del key  # the snapshot itself is not hashed
    made = simulation.play(_s.park, _s.rules, rule, basis, RUNS, SEED, dict(given))
    targets, quarters, projects = (
        tell(_s.park, _s.rules, rule=rule, basis=basis, runs=RUNS, seed=SEED, made=made)
        for tell in (forecast.by_target, forecast.by_quarter, forecast.by_project)
    )
    return Ahead(targets, quarters, projects, made.outlook.steps)


@st.cache_resource(show_spinner=False, max_entries=8)
def _needed(
    _s: Session, rule: str, basis: str, given: tuple[tuple[str, float], ...], key: tuple[object, ...]
) -> forward.Needed:
    del key
    return forward.needed(_s.park, _s.rules, rule=rule, basis=basis, runs=RUNS, seed=SEED, edited=dict(given))


def edited(s: Session) -> dict[str, float]:
    """Return the user's own assumptions from the link; what names none of the forecast's, or no number, is left out."""
    found = {}
    known = set(delays.values(s.rules).index)
    for part in str(st.query_params.get(LINK, "")).split(";"):
        name, _, text = part.rpartition(":")
        try:
            value = float(text)
        except ValueError:
            continue
        if name in known and abs(value) <= MOST and (value >= 0 or name.endswith("mean_months")):
            found[name] = min(value, 1.0) if _is_share(name) else value
    return found


def _is_share(name: str) -> bool:
    return name.endswith("_share") or (name.startswith("dropout.") and not name.endswith("_least"))


def chances(s: Session, made: Ahead) -> None:
    """Draw how likely each target is."""
    t = s.t
    st.subheader(t("Forecast to the end of 2027"))
    for row in made.targets.to_dict("records"):
        st.metric(
            t("{kind}: chance to reach the target", kind=figures.kind(row["kind"], t)),
            figures.share(row["probability"], s.lang, 0),
            delta=t(
                "{low} to {high}, middle {mid}",
                low=s.area(row["p10_m2"]),
                high=s.area(row["p90_m2"]),
                mid=s.area(row["p50_m2"]),
            ),
            delta_color="off",
            delta_arrow="off",
            border=True,
        )
    if edited(s):
        st.caption(t(":orange-badge[With your own assumptions]"))


def show(s: Session, rule: str, basis: str, made: Ahead) -> None:
    """Draw the room of the forecast."""
    t = s.t
    st.caption(
        t(
            "2,000 seeded runs of whole projects with a common shock; one run in ten lies below the first "
            "area and one in ten above the second."
        )
    )
    _used(s, made.steps)
    _form(s, rule, made.steps)
    _movers(s, made.projects)
    _reach(s, rule, basis)
    with st.expander(t("Assumptions")):
        mine = s.rules.assumptions["name"].str.startswith(delays.EDITABLE)
        tables.show(s.rules.assumptions[mine], s, key="assumptions")


def _used(s: Session, steps: pd.DataFrame) -> None:
    """List what was used for each step, and where it comes from."""
    t = s.t
    st.markdown(t("**What is used for each step, and where it comes from**"))
    frame = steps.assign(
        delay_from=[words.origin(code, t) for code in steps["delay_from"]],
        dropout_from=[words.origin(code, t) for code in steps["dropout_from"]],
        **{name: steps[name].round(1) for name in ("mean_months", "sd_months", "error_months")},
    )
    titles = {
        "event": t("Step"),
        "reached": t("Reached, n"),
        "waiting": t("Still in it, n"),
        "quarters": t("Quarters"),
        "mean_months": t("Mean slip, months"),
        "sd_months": t("Spread, months"),
        "error_months": t("Error of the mean"),
        "delay_from": t("Slip from"),
        "resolved": t("Decided, n"),
        "dropped": t("Given up, n"),
        "dropout": t("Drop-out"),
        "dropout_from": t("Drop-out from"),
    }
    first = [
        "event",
        "mean_months",
        "sd_months",
        "delay_from",
        "dropout",
        "dropout_from",
        "reached",
        "resolved",
        "dropped",
    ]
    tables.show(frame[[*first, "waiting", "quarters", "error_months", "standing"]], s, key="steps", titles=titles)


def _form(s: Session, rule: str, steps: pd.DataFrame) -> None:
    """Let the user put own assumptions in place; they stand in the link, never in the data."""
    t, given = s.t, edited(s)
    policy = delays.values(s.rules)
    now: dict[Any, Any] = steps.set_index("event").to_dict("index")
    chain = [milestones.EVENTS[place] for place in milestones.chain(progress.event(s.rules, rule))]
    shown: dict[str, float] = {}
    with st.expander(t("Try other assumptions"), icon=":material/tune:", expanded=bool(given)):
        st.caption(t("They hold for this page and its link only; no data changes."))
        fresh = abs(hash((rule, tuple(sorted(given.items())))))  # other values: other boxes
        with st.form("assume_form", border=False):
            heads = {"mean": t("Mean slip, months"), "sd": t("Spread, months"), "dropout": t("Drop-out")}
            for event in chain:
                row = st.columns([1.2, 1, 1, 1], vertical_alignment="bottom")
                row[0].markdown(session.plain(figures.event(event, t)))
                for place, (part, pattern) in zip(row[1:], PARTS.items(), strict=True):
                    column = part if part == "dropout" else f"{part}_months"
                    name, value = pattern.format(event), round(float(now[event][column]), 3)
                    shown[name] = value
                    _box(place, heads[part], name, value, fresh)
            row = st.columns(len(COMMON), vertical_alignment="bottom")
            labels = s.rules.assumptions.set_index("name")[f"label_{s.lang}"]
            for place, name in zip(row, COMMON, strict=True):
                shown[name] = round(float(given.get(name, policy[name])), 3)
                _box(place, str(labels[name]), name, shown[name], fresh)
            keep = st.form_submit_button(t("Forecast with these"), icon=":material/play_arrow:", type="primary")
    if keep:
        asked = {name: float(st.session_state[f"{name}_{fresh}"]) for name in shown}
        _link(given | {name: value for name, value in asked.items() if abs(value - shown[name]) > SAME})
    if given and st.button(t("Back to the record and the policy"), icon=":material/undo:", key="assume_back"):
        _link({})


def _box(place: st.delta_generator.DeltaGenerator, label: str, name: str, value: float, fresh: int) -> None:
    """Draw the box of one number."""
    share = _is_share(name)
    whole = name.endswith(("_least", "most_months"))
    place.number_input(
        label,
        min_value=None if name.endswith("mean_months") else 0.0,
        max_value=1.0 if share else MOST,
        value=value,
        step=0.01 if share else 1.0 if whole else 0.5,
        format="%.0f" if whole else "%.3f" if share else "%.2f",
        key=f"{name}_{fresh}",
    )


def _link(given: dict[str, float]) -> None:
    """Write the user's own assumptions into the link, and draw the page again."""
    if given:
        st.query_params[LINK] = ";".join(f"{name}:{value:g}" for name, value in sorted(given.items()))
    elif LINK in st.query_params:
        del st.query_params[LINK]
    st.rerun()


def _movers(s: Session, projects: pd.DataFrame) -> None:
    """List the projects that move each target most."""
    t = s.t
    st.markdown(t("**Which projects move it most**"))
    names = tables.names(s, "projects")
    kinds = dict(zip(s.rules.targets["target_id"], s.rules.targets["project_kind"], strict=True))
    frame = projects.assign(project=projects["project_id"].map(names), kind=projects["target_id"].map(kinds))
    top = frame.groupby("target_id", sort=True).head(MOVERS)
    titles = {
        "project": t("Project"),
        "chance": t("In time"),
        "expected_on": t("Expected on"),
        "probability_with": t("Target reached with it"),
        "probability_without": t("Without it"),
        "swing": t("Difference"),
        "swing_m2": t("Moves the middle by m²"),
    }
    columns = ["kind", "project_id", "project", "zone_id", "area_m2", *list(titles)[1:]]
    tables.show(top[columns], s, key="movers", titles=titles, height=380)


def _reach(s: Session, rule: str, basis: str) -> None:
    """Say which projects would have to come forward for 80 %, or what is missing."""
    t = s.t
    st.markdown(t("**What would reach 80 %**"))
    given = tuple(sorted(edited(s).items()))
    found = _needed(s, rule, basis, given, (*s.key, s.park.known_on))
    for row in found.targets.to_dict("records"):
        st.markdown(f"- {session.plain(said(row, s))}")
    if found.projects.empty:
        return
    kinds = found.projects["target_id"].map(s.rules.targets.set_index("target_id")["project_kind"])
    frame = found.projects.assign(kind=kinds, project=found.projects["project_id"].map(tables.names(s, "projects")))
    titles = {
        "project": t("Project"),
        "expected_on": t("Expected on"),
        "months": t("Sooner by, months"),
        "probability_without": t("Target reached without this one"),
    }
    columns = ["kind", "project_id", "project", "zone_id", "area_m2", "expected_on", "months"]
    tables.show(frame[[*columns, "probability_without"]], s, key="needed", titles=titles, height=380)


def said(row: Mapping[Any, Any], s: Session) -> str:
    """Return in a sentence what a target needs (a row of `forward.Needed.targets`)."""
    t, kind = s.t, figures.kind(row["kind"], s.t)
    if figures.missing(row["enough"]):
        return t("{kind}: the target has no value or no day; nothing can be said.", kind=kind)
    wanted, chance = (figures.share(row[name], s.lang, 0) for name in ("wanted", "probability"))
    if not row["projects"] and row["enough"]:
        return t("{kind}: {chance}, {wanted} is reached as it stands.", kind=kind, chance=chance, wanted=wanted)
    after, again = (figures.share(row[name], s.lang, 0) for name in ("probability_after", "probability_again"))
    if row["enough"]:
        return t(
            "{kind}: now {chance}. {count} projects of {area} would have to come sooner, as listed; then {after} "
            "({again} on other random numbers). Without them, {short} more would have to be delivered for certain.",
            kind=kind,
            chance=chance,
            count=row["projects"],
            area=s.area(row["area_m2"]),
            after=after,
            again=again,
            short=s.area(row["short_m2"]),
        )
    return t(
        "{kind}: now {chance}. Even with all that helps brought forward ({count} projects) it is {after}: {missing} "
        "more would have to be delivered for certain to reach {wanted}.",
        kind=kind,
        chance=chance,
        count=row["projects"],
        after=after,
        missing=s.area(row["missing_m2"]),
        wanted=wanted,
    )
