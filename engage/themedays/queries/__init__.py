"""What pages read of the year."""
