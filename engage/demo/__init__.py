"""The demonstration: an invented city with its year, loaded and removed by ``flask engage demo``."""
