"""Flow 1: what users bring and the bundled sample, read into typed tables."""
