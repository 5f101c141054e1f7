"""What a clean-up will do, as data."""
