"""What is not shown, and why: reason classes with kind words, and a first look at texts for personal data."""
