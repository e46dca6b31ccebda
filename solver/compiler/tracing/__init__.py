"""From a result back to the cells that decide it."""
