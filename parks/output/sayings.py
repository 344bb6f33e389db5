"""What the map's own script says, in the reader's language; braces stand for what it puts in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from parks.words import Translate


def said(t: Translate) -> dict[str, Any]:
    """Return the words that the map's own script says."""
    return {
        "home": t("Show the whole district"),
        "failed": t("A layer of the map could not be loaded. Reload the page."),
        "schematic": t("Position is schematic"),
        "counted": t("Figures count buildings."),
        "vacant": t("{share} vacant, {area} m²", share="{share}", area="{area}"),
        "unknown": t("Vacancy unknown"),
        "fitting": t("{count} units fit; {vacancy}", count="{count}", vacancy="{vacancy}"),
        "cell": t("Buildings here"),
        "cells": t("Square: several buildings, coloured as most of them"),
        "outline": t("Draw the outline of a zone, a park or a parcel"),
        "outlined": t("Click the corners, or set them at the cross; the first one closes it"),
        "corner": t(
            "Corner {number} of {count}: arrows move it, Enter adds one after it, Delete takes it out",
            number="{number}",
            count="{count}",
        ),
        "done": t("Finish"),
        "lasso": t("Draw a line round buildings to select them"),
        "round": t("Draw a line round buildings, click its points, or set them at the cross"),
        "within": t("Select what lies within"),
        "cards": t("Companies seeking space"),
        "filter": t("Filter by name or id"),
        "drag": t("Drag a company onto a building, or press Enter to see where it fits"),
        "measure": t("Measure length and area"),
        "measured": t("Click points on the map, or set them at the cross"),
        "length": t("Length {length} m", length="{length}"),
        "area": t("area {area} m² ({mu} mu)", area="{area}", mu="{mu}"),
        "point": t("Point at the cross"),
        "back": t("Take the last back"),
        "end": t("End"),
        "link": t("A link to this view"),
        "picture": t("A picture of this view"),
        "page": t("This view as a page (PDF)"),
        "unprinted": t("The page could not be made. Try again."),
        "gcj02": t("Drawn on GCJ-02, the datum of the base map"),
        "silent": t("The base map does not answer. Our own is shown."),
        "quarter": t("Quarter"),
        "play": t("Play the quarters"),
        "pause": t("Stop at this quarter"),
        "swipe": t("Where the split between the two stands"),
        "search": t("Search by name or id"),
        "nothing": t("Nothing of that name or id"),
        "kinds": {"zone": t("Zone"), "park": t("Park"), "building": t("Building"), "parcel": t("Parcel")},
        "several": t("{count} buildings, most of them: {label}", count="{count}", label="{label}"),
        "spot": t("Park; dashed: schematic position"),
        "unsure": t("Dashed: outline uncertain by 200 m or more"),
        "roles": {
            "core": t("Innovation core"),
            "bearing": t("Bearing area"),
            "linked": t("Linked area"),
        },
    }
