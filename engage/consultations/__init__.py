"""A draft is read, commented on clause by clause, answered, and changed or not, with reasons."""
