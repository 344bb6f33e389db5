"""A few parks of the sample: enough for the flows of a whole store, and quick."""

import pandas as pd

from parks import schema
from parks.intake import sample

CHOSEN = ("P001", "P033", "P052")
"""The parks that are taken."""
READ = sample.read
"""Kept as it is: tests put others in its place."""


def tables() -> dict[str, pd.DataFrame]:
    """Return the chosen parks of the sample with all that belongs to them."""
    found = READ()
    found["parks"] = found["parks"][found["parks"]["park_id"].isin(CHOSEN)]
    chain = (("buildings", "parks"), ("outlines", "parks"), ("floors", "buildings"), ("units", "floors"))
    for table, parent in (*chain, ("leases", "units")):
        key = schema.key(parent)
        found[table] = found[table][found[table][key].isin(found[parent][key])]
    for table, names in {
        "tenants": ["park_id"],
        "projects": ["park_id", "building_id"],
        "published_figures": ["park_id"],
        "requests": ["unit_id", "building_id"],
    }.items():
        found[table] = found[table].assign(**dict.fromkeys(names, pd.NA))
    found["needs"] = found["needs"].iloc[:16]
    return found
