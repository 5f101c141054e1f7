"""The local cloud with the product rolled out on it: real processes, and what connects them."""
