"""A small park for the store's tests: one building, one floor, four units, three companies."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import shapely

TOLD = {"source": "ledger.xlsx", "source_date": "2026-01-31", "standing": "illustrative"}


class Clock:
    """A clock that the test sets."""

    now = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)

    def __call__(self):
        return self.now


def units(*ids, **more):
    rows = [
        {"unit_id": unit, "building_id": "B1", "floor_id": "F1", "lettable_m2": 100.0} | more | TOLD for unit in ids
    ]
    return pd.DataFrame(rows)


def leases(*rows):
    """Return leases of (lease, unit, tenant, state, from, to)."""
    names = ["lease_id", "unit_id", "tenant_id", "state", "valid_from", "valid_to"]
    frame = pd.DataFrame(list(rows), columns=names).assign(**TOLD)
    return frame.assign(valid_from=pd.to_datetime(frame["valid_from"]), valid_to=pd.to_datetime(frame["valid_to"]))


def fill(held):
    """Put the small park into the store; L1 holds U1 until 2028."""
    tables = {
        "parks": pd.DataFrame(
            [
                {
                    "park_id": "P1",
                    "name_zh": "甲园",
                    "zone_id": "Z-ZJ",
                    "inside_layout": True,
                    "placement": "schematic",
                    "geometry": shapely.Point(121.6, 31.2),
                }
                | TOLD
            ]
        ),
        "buildings": pd.DataFrame(
            [
                {
                    "building_id": name,
                    "park_id": "P1",
                    "name_zh": "一号楼",
                    "status": "built",
                    "completed_on": pd.Timestamp("2020-06-30"),
                    "bonded": bonded,
                    "fire_rating": rating,
                    "geometry": shape,
                }
                | TOLD
                for name, bonded, rating, shape in [
                    ("B1", True, 2, shapely.box(121.60, 31.20, 121.61, 31.21)),
                    ("B2", None, None, None),
                ]
            ]
        ),
        "floors": pd.DataFrame([{"floor_id": "F1", "building_id": "B1", "level": 1, "floor_load_kn_m2": 5.0} | TOLD]),
        "units": units("U1", "U2", "U3", "U4"),
        "tenants": pd.DataFrame(
            [{"tenant_id": name, "name_zh": f"{name}生物", "kind": "tenant"} | TOLD for name in ("T1", "T2", "T3")]
        ),
        "leases": leases(("L1", "U1", "T1", "let", "2024-01-01", "2028-01-01")),
    }
    for name, frame in tables.items():
        held.add(name, frame, source="ledger.xlsx", by="clerk")
    return held
