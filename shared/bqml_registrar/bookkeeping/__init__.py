"""What the registrar records in labels and descriptions."""
