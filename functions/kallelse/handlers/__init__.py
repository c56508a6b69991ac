"""One module for each function: wiring only."""
