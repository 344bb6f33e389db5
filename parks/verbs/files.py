"""Reports and tables as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd

from parks.output import maps, reports, tables
from parks.status import vacancy
from parks.verbs import printing
from parks.verbs.status import counted_in

if TYPE_CHECKING:
    from parks.verbs.session import Session


def report(session: Session) -> int:
    """Write the capacity report: a workbook, a map that opens alone, or the layers."""
    held, rules = session.store(), session.rules()
    park, path = session.park(held), free(session)
    space = session.space(park)
    if session.options.form == "xlsx":
        reports.write(path, park, rules, lang=session.lang, space=space)
    elif session.options.form == "html":
        page = maps.standalone(park, rules, space, lang=session.lang)
        tables.whole(path, lambda part: part.write_text(page, encoding="utf-8"))
    else:
        buildings = vacancy.by(space, "building").drop(columns=["park_id", "zone_id", "standing"])
        zones = vacancy.by(space, "zone", counted_in=counted_in(rules)).rename(columns={"standing": "figures_standing"})
        layers = {
            "zones": gpd.GeoDataFrame(rules.zones.merge(zones, on="zone_id", how="left"), crs=rules.zones.crs),
            "parks": park.parks,
            "buildings": gpd.GeoDataFrame(
                park.buildings.merge(buildings, on="building_id", how="left"), crs=park.buildings.crs
            ),
            "units": space,
            "projects": park.projects,
        }
        tables.write(path, layers, lang=session.lang, day=park.day)
    printing.say(session.t("Written: {path}", path=path))
    return 0


def export(session: Session) -> int:
    """Write one table as it stood on the day."""
    table = session.options.table
    park, path = session.park(session.store()), free(session)
    tables.write(path, park.table(table), table=table, lang=session.lang, day=park.day)
    printing.say(session.t("Written: {path}", path=path))
    return 0


def free(session: Session) -> Path:
    """Return the path to write, unless it is the store itself."""
    path, t = Path(session.options.output), session.t
    if path.resolve() == Path(session.url.removeprefix("sqlite:///")).resolve():
        message = t("The file to write is the store itself.")
        raise session.refuse(message, t("Choose another name."), option="-o", value=path)
    return path
