"""Cases: the one list of answers the city owes."""
