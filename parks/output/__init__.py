"""Flow 4, out: maps, charts, reports, tables; objects and files that know no screen."""
