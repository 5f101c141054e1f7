"""The product run on the local cloud: what runs, who uses it, what is shown, and two programs."""
