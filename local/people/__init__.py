"""What people do to the running product, and what they see of it."""
