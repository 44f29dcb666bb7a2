"""Layer 0: what every domain stands on and what knows none of them."""
