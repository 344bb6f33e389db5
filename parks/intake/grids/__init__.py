"""Grids: workbooks and text files, read as cells, and where in them the rows of a table are."""
