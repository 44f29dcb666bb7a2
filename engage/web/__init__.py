"""Layer 3 shared by all domains' views: doors, guards, display."""
