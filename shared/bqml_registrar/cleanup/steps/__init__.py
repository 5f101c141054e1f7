"""What a clean-up does in one delivery, step by step."""
