"""What the portal's pages read, across the domains."""
