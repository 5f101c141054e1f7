"""Labels that ask for a deletion on a date."""
