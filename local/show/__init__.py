"""What people did and saw, printed on a terminal."""
