"""What the registrar remembers: documents of a database of its own, and the labels that people see."""
