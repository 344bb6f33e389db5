"""Values: what one cell says, as a value of a schema column or as the reason why not."""
