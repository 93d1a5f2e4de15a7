"""The benchmark: each budget of the design, our figure, and the peers' beside it."""
