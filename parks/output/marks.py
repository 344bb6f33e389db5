"""The parts that charts are drawn from: stacked bars, columns, labels, and the dress that all share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
from altair.utils import schemapi

from parks import words
from parks.output import contrast, figures

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from parks.words import Translate

schemapi.disable_debug_mode()  # a chart is checked as a whole when it is sent; each part apart takes four times as long

Rows = list[dict[str, Any]]
"""Rows as a chart carries them."""

FONT = "Noto Sans SC, Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, PingFang SC, Segoe UI, sans-serif"
M2_PER_UNIT = 10_000
"""Axes count 万平方米, in English 10,000 m²."""
FURNITURE = 130
"""Height of title, legend and axis [px]: the page counts them in the height of a chart."""
PADDING = {"left": 5, "top": 5, "right": 16, "bottom": 20}
"""Room round a chart [px]: at the right for the end of a text beside the longest bar."""
PALE = "#56B4E9"


def records(frame: pd.DataFrame) -> Rows:
    """Return the rows as plain dictionaries with None where a value is unknown."""
    names = [str(name) for name in frame.columns]
    rows = frame.itertuples(index=False, name=None)
    return [{name: _plain(value) for name, value in zip(names, row, strict=True)} for row in rows]


def _plain(value: Any) -> Any:  # noqa: ANN401 - any scalar of a frame, as JSON can say it
    if figures.missing(value):
        return None
    return value.item() if isinstance(value, np.generic) else value


def over(values: Rows) -> alt.Chart:
    """Return an empty chart over rows that travel inside it."""
    return alt.Chart(alt.InlineData(values=values))


def scaled(area: Any) -> float:  # noqa: ANN401 - a number of any dtype, or None
    """Return an area [m²] as the axes count it; an unknown one draws nothing."""
    return 0.0 if area is None else float(area) / M2_PER_UNIT


def unit(t: Translate) -> str:
    """Return the title of an axis of areas."""
    return t("Area (10,000 m²)")


def stacked(rows: Rows, parts: Mapping[str, str], colours: Mapping[str, str], lang: str, title: str) -> alt.Chart:
    """Return one lying bar a row, stacked by part.

    Parameters
    ----------
    rows
        Each with its ``name`` and an area ``<part>_m2`` [m²]; None draws nothing and says so.
    parts
        Part → its name, in the order of stacking.
    colours
        Part → colour.
    lang
        ``zh`` or ``en``.
    title
        What the bars are.
    """
    t = words.translator(lang)
    values = [
        {
            "name": row["name"],
            "part": name,
            "order": order,
            "value": scaled(row[f"{code}_m2"]),
            "shown": figures.area(row[f"{code}_m2"], lang),
        }
        for row in rows
        for order, (code, name) in enumerate(parts.items())
    ]
    scale = alt.Scale(domain=list(parts.values()), range=[colours[code] for code in parts])
    bars: alt.Chart = (
        over(values)
        .mark_bar(stroke=contrast.SEAM, strokeWidth=0.4)
        .encode(
            x=alt.X("value:Q", title=unit(t), stack="zero"),
            y=alt.Y("name:N", title=None, sort=None, axis=alt.Axis(labelLimit=220, labelOverlap=False)),
            color=alt.Color("part:N", title=None, scale=scale, sort=None, legend=alt.Legend(symbolStrokeWidth=0)),
            order=alt.Order("order:Q"),
            tooltip=[
                alt.Tooltip("name:N", title=title),
                alt.Tooltip("part:N", title=t("State")),
                alt.Tooltip("shown:N", title=t("Area (m²)")),
            ],
        )
    )
    return bars


def labels(rows: Rows, *, dx: int = 5, dy: int = 0) -> alt.Chart:
    """Return a text (``label``) at the end (``value``) of each bar (``name``)."""
    text = over(rows).mark_text(align="left", dx=dx, dy=dy, fontSize=11, color=contrast.THEME)
    placed: alt.Chart = text.encode(x="value:Q", y=alt.Y("name:N", sort=None), text="label:N")
    return placed


def columns(bars: Rows, key: str, axis: str, t: Translate, *, colour: str = PALE, angle: int = -40) -> alt.Chart:
    """Return one standing bar a row.

    Parameters
    ----------
    bars
        Each with ``value`` as the axes count it, ``shown`` as text, and `key`; ``units`` where it counts them.
    key, axis
        The field along the axis, and the axis' title.
    t
        Says a sentence.
    colour
        Of the bars.
    angle
        Of the labels along the axis [degrees].
    """
    tips = [alt.Tooltip(f"{key}:N", title=axis), alt.Tooltip("shown:N", title=t("Area (m²)"))]
    if bars and "units" in bars[0]:
        tips.append(alt.Tooltip("units:Q", title=t("Units")))
    standing: alt.Chart = (
        over(bars)
        .mark_bar(color=colour)
        .encode(
            x=alt.X(f"{key}:O", title=axis, axis=alt.Axis(labelAngle=angle)),
            y=alt.Y("value:Q", title=unit(t)),
            tooltip=tips,
        )
    )
    return standing


def dressed(title: str, *layers: alt.Chart, height: int, note: str = "") -> alt.LayerChart:
    """Return the layers as one chart with its title, its note and the dress that all charts share.

    Words are written in the text colour of the reader's theme; the page gives grid and title theirs.
    """
    said = f"{title}. {note}" if note else title  # what is read out to whom does not see the chart
    heading = alt.TitleParams(title, subtitle=note, anchor="start", fontSize=14, subtitleColor=contrast.THEME)
    chart: alt.LayerChart = (
        alt.LayerChart(layer=list(layers))
        .properties(title=heading, description=said, height=height + FURNITURE, width="container", padding=PADDING)
        .configure(font=FONT)
        .configure_view(strokeWidth=0)
        .configure_axis(labelColor=contrast.THEME, titleColor=contrast.THEME)
        .configure_legend(orient="top", labelLimit=180, columns=3, labelFontSize=11, labelColor=contrast.THEME)
    )
    return chart


def narrow(chart: alt.LayerChart) -> alt.LayerChart:
    """Return a chart for half a page: its legend in two columns, with room for the rows that this adds."""
    made: alt.LayerChart = chart.properties(height=chart.height + 48)
    made.config = chart.config.copy(deep=True)  # properties alone shares it
    made.config.legend.columns = 2
    return made
