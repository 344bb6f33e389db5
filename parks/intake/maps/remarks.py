"""What is told about a layer as it is read: nothing of it is lost in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parks.intake.maps import encodings
from parks.issues import Issue

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator, Sequence

    from parks.intake.maps.drawings import Outlines
    from parks.intake.maps.encodings import Decoded
    from parks.intake.maps.mapfiles import Source
    from parks.words import Translate

SHAPEFILE_HEAD = 28
"""Bytes of a shapefile's head up to its length, in words of two bytes, at 24."""
FULL = {"utf-8": 9, "gb18030": 10}
"""Bytes from which a shapefile has no place for another Chinese sign in a field's name."""
SHOWN = 5
"""Most examples in a sentence."""


def heights(layer: str, t: Translate) -> Issue:
    """Tell that heights are left out."""
    message = t("The shapes have heights. They are left out; the plan alone is read.")
    return _whole(layer, "heights", message, t("Bring floors and heights as columns of a table."))


def not_finite(layer: str, line: int, t: Translate) -> Issue:
    """Tell that a shape has a place that is no number; it is read as missing."""
    message = t("A coordinate of this shape is no number; the shape is left out.")
    return Issue(layer, str(line), "geometry", "", "not_finite", message, t("Draw the shape anew."))


def not_degrees(layer: str, t: Translate) -> Issue:
    """Tell that a GeoJSON that must be in degrees is not."""
    message = t("GeoJSON without a named system is in degrees, but these coordinates are not.")
    return _whole(layer, "not_degrees", message, t("Ask whoever made the layer for its coordinate system."))


def no_system(layer: str, t: Translate) -> Issue:
    """Tell that what a file says about its system is no system on the Earth."""
    message = t("What the file says about its coordinate system cannot be understood, or is only a plane.")
    return _whole(layer, "crs_unread", message, t("Ask whoever made the layer for its coordinate system."))


def reader(layer: str, told: Sequence[str], t: Translate) -> Iterator[Issue]:
    """Tell what the reader of KML or GeoJSON found."""
    if "links" in told:
        message = t("The file refers to other files. They are not opened.")
        yield _whole(layer, "links", message, t("Bring those files where they are needed."))
    if "encoding" in told:
        message = t("The file is not in UTF-8, as its kind asks; it was read in the encoding that fits.")
        yield _whole(layer, "encoding", message, t("Look at the names; when they are wrong, have it saved in UTF-8."))


def shapefile(layer: str, source: Source, t: Translate) -> Iterator[Issue]:
    """Tell what lacks of a shapefile."""
    if ".dbf" not in source.parts:
        message = t("The shapefile came without its .dbf: there are shapes but no attributes.")
        yield _whole(layer, "dbf_missing", message, t("Bring .shp, .shx, .dbf and .prj together, zipped."))
    data = source.parts[".shp"]
    said = int.from_bytes(data[24:SHAPEFILE_HEAD]) * 2
    if said != len(data):
        message = t("The shapefile says that it has {said} bytes, but has {found}.", said=said, found=len(data))
        yield _whole(layer, "cut_off", message, t("Copy it again; shapes at its end may be missing."))


def decoding(layer: str, decoded: Decoded, fields: Sequence[str], said: str, t: Translate) -> Iterator[Issue]:
    """Tell how the texts of a layer were decoded, where the file does not say it, and what is damaged.

    Parameters
    ----------
    layer
        Its name.
    decoded
        The texts.
    fields
        Those of the texts that are names of fields, as they came.
    said
        What the file says about its encoding; empty when nothing.
    t
        Says the sentences.
    """
    codec = encodings.NAMES.get(decoded.codec, decoded.codec)
    if codec and encodings.codec(said) != decoded.codec:
        if said:
            message = t(
                "The file says that its texts are in {said}; they were read as {codec}.", said=said, codec=codec
            )
        else:
            message = t("The file does not say how its texts are encoded; they were read as {codec}.", codec=codec)
        mend = t("Look at the names; when they are wrong, have the layer saved as a GeoPackage.")
        yield Issue(layer, "", "", codec, "encoding", message, mend)
    for text in decoded.cut:
        shown = decoded.texts[text]
        if text in fields:
            message = t(
                "The name of this field was cut off in the middle of a character when the shapefile was written."
            )
            mend = t("Say which column it is, or have the layer saved as a GeoPackage.")
            yield Issue(layer, "", shown, shown, "heading_cut", message, mend)
        else:
            message = t("This text was cut off in the middle of a character when the shapefile was written.")
            yield Issue(layer, "", "", shown, "text_cut", message, t("Have the layer saved as a GeoPackage."))
    for text in fields:
        if not text.isascii() and len(text) >= FULL.get(decoded.codec, FULL["utf-8"]) and text not in decoded.cut:
            message = t("The name of this field fills its place; it may have been longer.")
            shown = decoded.texts[text]
            yield Issue(layer, "", shown, shown, "heading_full", message, t("Check which column it is."))
    if decoded.broken:
        shown = ", ".join(decoded.texts[text] for text in decoded.broken[:SHOWN])
        message = t("Texts in no encoding that we know: {count}.", count=len(decoded.broken))
        yield Issue(layer, "", "", shown, "text_broken", message, t("Have the layer saved as a GeoPackage."))


def drawing(layer: str, outlines: Outlines, t: Translate) -> Iterator[Issue]:
    """Tell what of a drawing is no outline."""
    if outlines.open_lines:
        counts = _counts(outlines.open_lines)
        message = t("Lines that enclose nothing are left out: {count}.", count=outlines.open_lines.total())
        mend = t("Close those that are outlines in the drawing. By layer of the drawing: {counts}.", counts=counts)
        yield _whole(layer, "open_lines", message, mend)
    if outlines.others:
        counts = _counts(outlines.others)
        message = t(
            "Points, texts and other things outside the outlines are left out: {count}.", count=outlines.others.total()
        )
        mend = t(
            "Nothing needs to be done where they are not needed. By layer of the drawing: {counts}.", counts=counts
        )
        yield _whole(layer, "not_outlines", message, mend)


def _counts(found: Counter[str]) -> str:
    return ", ".join(f"{name or '0'} {count}" for name, count in found.most_common())


def _whole(layer: str, kind: str, message: str, mend: str) -> Issue:
    return Issue(layer, "", "", "", kind, message, mend)
