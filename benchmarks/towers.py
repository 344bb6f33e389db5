"""The 3D of a park against the floor stack of one building: the server's time and the bytes that travel, in one run.

python benchmarks/towers.py           print
python benchmarks/towers.py --write   print, and keep the figures in towers.md
"""

import datetime as dt
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from parks import crs, snapshot
from parks.output import stacks, towers
from parks.status import vacancy

DAY = dt.date(2026, 6, 30)
SIZES = ((16, 5), (100, 5), (100, 20), (300, 20))
"""Buildings and floors of a park."""
UNITS = 2
REPEATS = 5
RESULTS = Path(__file__).with_suffix(".md")

METHOD = f"""\
# The 3D of a park

Written by `benchmarks/towers.py --write`. A made-up park, {UNITS} units a floor, three in four of them let. `scene`
cuts the floors into slices, once for a day, a scenario, a language and a scheme of colours; `picture` is what each
click costs: the deck as the text that travels to the browser. Baseline: the same of the flat floor stack of **one**
building of that park (`vacancy.stack`, `stacks.chart`), which a click costs too; the last two columns are the picture
against it. CPU time, median of {REPEATS}; read the ratios.

| buildings × floors | slices | scene ms | picture ms | bytes | stack ms | bytes | time, ratio | bytes, ratio |
|---|---|---|---|---|---|---|---|---|
"""


def park(buildings: int, floors: int, seed: int = 1) -> snapshot.Snapshot:
    """Return one park on a grid, houses of 60 by 25 m, a tenth of the heights unknown."""
    draw = np.random.default_rng(seed)
    side = int(np.ceil(buildings**0.5))
    at = np.arange(buildings)
    corners = [(0, 0), (60, 0), (60, 25), (0, 25)]
    outlines = [
        shapely.Polygon(np.column_stack(crs.local(121.6, 31.2, *(np.add(corners, (east, north)).T))))
        for east, north in zip(at % side * 90.0, at // side * 60.0, strict=True)
    ]
    houses = [f"B{number}" for number in at]
    storeys = [(f"{house}-{level}", house, level) for house in houses for level in range(1, floors + 1)]
    units = [
        {
            "unit_id": f"{floor}-{number}",
            "floor_id": floor,
            "building_id": house,
            "position": number,
            "lettable_m2": float(draw.integers(200, 900)),
        }
        for floor, house, _ in storeys
        for number in range(1, UNITS + 1)
    ]
    heights = [None if draw.random() < 0.1 else float(draw.choice([4.2, 4.5, 5.4])) for _ in storeys]
    let = [unit["unit_id"] for unit in units if draw.random() < 0.75]
    same = {"source": "benchmark", "standing": "illustrative"}
    storey_columns = ["floor_id", "building_id", "level"]
    return snapshot.of(
        DAY,
        {
            "parks": pd.DataFrame([{"park_id": "P", "name_zh": "园区", "geometry": shapely.Point(121.6, 31.2)} | same]),
            "buildings": pd.DataFrame(
                {"building_id": houses, "park_id": "P", "name_zh": houses, "status": "built", "geometry": outlines}
            ).assign(**same),
            "floors": pd.DataFrame(storeys, columns=storey_columns).assign(floor_height_m=heights, **same),
            "units": pd.DataFrame(units).assign(**same),
            "leases": pd.DataFrame({"lease_id": let, "unit_id": let, "tenant_id": "T", "state": "let"}).assign(
                valid_from=pd.Timestamp("2025-01-01"), valid_to=pd.Timestamp("2027-01-01"), **same
            ),
        },
    )


def median_ms(work: Callable[[], object]) -> float:
    """Return the median CPU time of some work."""
    times = []
    for _ in range(REPEATS):
        begin = time.process_time()
        work()
        times.append((time.process_time() - begin) * 1000)
    return statistics.median(times)


def row(buildings: int, floors: int) -> str:
    """Return a line of the table."""
    held = park(buildings, floors)
    space = vacancy.by_unit(held)
    drawn = towers.scene(held, space, "P", "state", "zh")
    area = held.buildings.geometry.count() * floors
    assert len(drawn.slices) >= area, "a floor is missing"

    def stack() -> str:
        chart: str = stacks.chart(vacancy.stack(space, held, "B0"), "zh", "state", DAY).to_json(indent=None)
        return chart

    scene = median_ms(lambda: towers.scene(held, space, "P", "state", "zh"))
    picture, flat = median_ms(lambda: towers.picture(drawn, "B0", 1).to_json()), median_ms(stack)
    size, flat_size = len(towers.picture(drawn, "B0", 1).to_json().encode()), len(stack().encode())

    return (
        f"| {buildings} × {floors} | {len(drawn.slices):,} | {scene:,.0f} | {picture:,.0f} | {size:,} | {flat:,.0f} "
        f"| {flat_size:,} | {picture / flat:.2f} | {size / flat_size:.0f} |"
    )


if __name__ == "__main__":
    lines = [row(*size) for size in SIZES]
    print(METHOD + "\n".join(lines))
    if "--write" in sys.argv:
        RESULTS.write_text(METHOD + "\n".join(lines) + "\n", encoding="utf-8")
