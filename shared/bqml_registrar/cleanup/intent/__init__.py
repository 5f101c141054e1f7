"""What asks for a deletion, and whether it still holds."""
