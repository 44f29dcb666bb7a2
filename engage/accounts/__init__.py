"""Staff: units, people, roles, sessions."""
