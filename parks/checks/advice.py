"""What is worth a look but is no fault: one company under two names, old sources, published totals that differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from parks import companies, schema
from parks.checks import ages, findings, outlined
from parks.issues import Issue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parks.policy import Policy
    from parks.snapshot import Snapshot
    from parks.words import Translate

SOURCES = 10
"""Old sources of one table that are told one by one; of more the table is told once."""
SQUARE_METRES = {"m²": 1.0, "m2": 1.0, "㎡": 1.0, "平方米": 1.0, "万m²": 1e4, "万㎡": 1e4, "万平方米": 1e4}
"""Unit of a published area → m². Figures in other units are not compared."""

GROSS = ("floor area", "total floor area", "gross floor area", "gfa", "建筑面积", "总建筑面积", "建筑总面积")
LETTABLE = ("lettable area", "total lettable area", "nla", "可租面积", "可出租面积", "总可租面积", "可租赁面积")


class Total(NamedTuple):
    """What a published total is held against.

    Parameters
    ----------
    names
        Metrics by which publishers call it, in lower case.
    table, column
        The rows whose sum it is [m²].
    """

    names: tuple[str, ...]
    table: str
    column: str


TOTALS = (
    Total(GROSS, "buildings", "gfa_m2"),
    Total(LETTABLE, "units", "lettable_m2"),
)


def given(park: Snapshot, rules: Policy, t: Translate) -> Iterator[Issue]:
    """All advice on the tables of a day (kinds ``alike``, ``shared``, ``stale``, ``published``)."""
    yield from alike(park, t)
    yield from outlined.shared(park, t)
    for table in schema.TABLES:
        yield from _stale(table, park, rules, t)
    for total in TOTALS:
        yield from _published(total, park, rules, t)


def alike(park: Snapshot, t: Translate) -> Iterator[Issue]:
    """Companies that may be one under two spellings: proposed, never merged."""
    frame = park.tenants.dropna(subset=["tenant_id"]).drop_duplicates("tenant_id").set_index("tenant_id")
    chinese = frame["name_zh"].fillna("")
    pairs = companies.alike(pd.concat([frame["name_zh"], frame["name_en"]]))
    mend = t("If both are one company, use one tenant_id; else leave both.")
    columns = (pairs[name] for name in ("key", "other", "why", "name", "other_name"))
    for key, other, why, name, other_name in zip(*columns, strict=True):
        company = f"{other} {other_name}"
        message = {
            companies.FORM: t("It has the name of {company}, but for case, signs or legal form.", company=company),
            companies.PLACE: t("The name is that of {company}, but for a place in it.", company=company),
            companies.TRADE: t("The name may be a longer or shorter form of that of {company}.", company=company),
            companies.SLIP: t("One character parts the name from that of {company}.", company=company),
        }[why]
        column = "name_zh" if chinese[key] == name else "name_en"
        yield Issue("tenants", str(key), column, name, "alike", message, mend)


def _stale(table: str, park: Snapshot, rules: Policy, t: Translate) -> Iterator[Issue]:
    """Rows whose source is older than the limit of the table.

    Rows of one source are told together, with their number; when more than `SOURCES` sources are old, the table is told
    once, so that a file of ten thousand old rows does not hide the faults.
    """
    frame = park.table(table)
    old = frame[ages.stale(table, frame, rules, park.day)]
    if old.empty:
        return
    old = old.assign(last=ages.last_days(old["source_date"]))
    months, mend = ages.limit(table, rules), t("Bring newer figures, or confirm these under a newer source date.")
    many = old["source"].nunique(dropna=False) > SOURCES
    for _, rows in [("", old)] if many else old.groupby("source", dropna=False):
        first, count = rows.iloc[0], len(rows)
        if count == 1:
            row, value = str(first[schema.key(table)]), str(first["source_date"])
            message = t("Its source is older than {months} months.", months=months)
        else:
            row, value = "", "" if many or pd.isna(first["source"]) else str(first["source"])
            message = t(
                "{count} rows rest on sources older than {months} months; the oldest is of {day}.",
                count=count,
                months=months,
                day=rows["last"].min().date(),
            )
        yield Issue(table, row, "source_date", value, "stale", message, mend)


def _published(total: Total, park: Snapshot, rules: Policy, t: Translate) -> Iterator[Issue]:
    """Published totals of a park that the sum of its rows does not reach, or exceeds, by more than the tolerance.

    The newest total of a park is compared, and only when every row of the park has its area. A made-up inventory
    (``illustrative``) is never held against a publication, nor a made-up figure against an inventory.
    """
    limits = rules.limits[(rules.limits["kind"] == "published") & (rules.limits["table"] == total.table)]
    sums = _sums(total, park)
    figures = _totals(total, park.published_figures)
    for _, figure in figures[figures["park_id"].isin(sums.index)].iterrows() if not limits.empty else ():
        published, counted = float(figure["area"]), float(sums[figure["park_id"]])
        if abs(counted - published) <= limits["value"].iloc[0] * published:
            continue
        message = t(
            "Published are {published:,.0f} m² ({origin}); the rows of {park} add up to {counted:,.0f} m².",
            published=published,
            origin=_origin(figure),
            park=figure["park_id"],
            counted=counted,
        )
        mend = t("Check what the figure counts and whether rows are missing; both are kept as they are.")
        row, value = str(figure["figure_id"]), str(figure["value"])
        yield Issue("published_figures", row, "value", value, "published", message, mend)


def _origin(figure: pd.Series[Any]) -> str:
    source, date = str(figure["source"]), figure["source_date"]
    return source if pd.isna(date) or date in source else f"{source}, {date}"


def _sums(total: Total, park: Snapshot) -> pd.Series[float]:
    """Return park → sum of its rows [m²]; only parks of which every row is real and has its area.

    A park with a building that stands but has no units listed has no total of its units.
    """
    frame = park.table(total.table)
    homes = park.buildings.set_index("building_id")["park_id"]
    parks = frame["park_id"] if "park_id" in frame else findings.found(frame["building_id"], homes)
    good = frame[total.column].notna() & (frame["standing"] != "illustrative").fillna(value=False)
    whole = good.groupby(parks).all()
    if total.table == "units":
        bare = park.buildings[(park.buildings["status"] == "built") & ~homes.index.isin(frame["building_id"].unique())]
        whole = whole[~whole.index.isin(bare["park_id"])]
    return frame[total.column].groupby(parks).sum().loc[whole[whole].index]


def _totals(total: Total, figures: pd.DataFrame) -> pd.DataFrame:
    """Return the newest figure of each park that is such a total, with its ``area`` [m²]."""
    metric = figures["metric"].str.strip().str.casefold().isin(total.names).fillna(value=False)
    real = (figures["standing"] != "illustrative").fillna(value=False)
    rows = figures[metric & real & figures["park_id"].notna()]
    rows = rows.assign(
        area=rows["value"] * rows["unit"].str.strip().map(SQUARE_METRES).astype("Float64"),
        last=ages.last_days(rows["source_date"]),
    )
    rows = rows[rows["area"].notna()].sort_values(["last", "figure_id"], na_position="first", kind="stable")
    return pd.DataFrame(rows.drop_duplicates("park_id", keep="last"))
