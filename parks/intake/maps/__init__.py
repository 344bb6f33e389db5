"""Maps: users' map files as layers, where they lie, and what is wrong with their shapes."""
