"""What writes generated files, and serves tests and documents."""
