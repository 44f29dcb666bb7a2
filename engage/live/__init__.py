"""Live sessions: the room, the question queue, its streams and the record."""
