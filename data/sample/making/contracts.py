"""Days on which the leases were signed and their companies moved in: made up, one draw a contract of its own stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

from making import draw

if TYPE_CHECKING:
    import datetime as dt

UNSIGNED, UNMOVED = 0.12, 0.2
"""Share of contracts whose day of signing, and of moving in, is not on record."""


def sign(leases: list[draw.Row]) -> None:
    """Give leases of companies the day of signing, and those that have begun the day of moving in, where on record.

    A lease that has not begun was signed by the data day only where its unit is firmly held on that day: no figure of
    that day rests on the draw.
    """
    held = {row["unit_id"] for row in leases if row["state"] != "intended" and _in_force(row)}
    for row in leases:
        if row["state"] not in {"let", "fitting_out"}:
            continue
        rng = draw.stream(f"contract {row['tenant_id']} {row['valid_from']}")
        unsigned, unmoved = draw.chance(rng, UNSIGNED), draw.chance(rng, UNMOVED)
        signed = draw.days(row["valid_from"], -int(rng.integers(15, 120)))
        moved = draw.days(row["valid_from"], int(rng.integers(0, 100)) if draw.chance(rng, 0.6) else 0)
        to_come = row["valid_from"] > draw.DAY
        if not unsigned and signed <= draw.DAY and (not to_come or row["unit_id"] in held):
            row["signed_on"] = signed
        over = row["valid_to"] is not None and moved >= row["valid_to"]
        if not (unmoved or to_come or over) and (row["state"] == "let" or moved > draw.DAY):
            row["moved_in_on"] = moved


def _in_force(row: draw.Row) -> bool:
    begins: dt.date = row["valid_from"]
    ends: dt.date | None = row["valid_to"]
    return begins <= draw.DAY and (ends is None or ends > draw.DAY)
