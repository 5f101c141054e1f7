"""Everything that the registrar writes down to remember."""
