"""What a live session allows and shows: pure."""
