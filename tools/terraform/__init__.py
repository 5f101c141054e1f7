"""What is generated for terraform/, or read from it."""
