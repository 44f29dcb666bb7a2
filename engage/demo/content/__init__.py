"""What the demonstration says: everything here is invented and written for this project."""
