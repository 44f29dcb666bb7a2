"""What every citizen sees first: home, calendar, the story of a theme day, activities, results, receipts."""
