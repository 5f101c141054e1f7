"""Google's resources as values."""
