"""Pure rules of the consultations."""
