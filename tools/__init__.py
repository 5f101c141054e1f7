"""What writes, and checks, the generated files of the repository."""
