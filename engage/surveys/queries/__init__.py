"""Reading surveys, versions and responses."""
