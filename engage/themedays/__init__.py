"""The year: plan rows, theme days and their activities."""
