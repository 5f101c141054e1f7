"""The use case of `register_model`."""
