"""The product run on the local cloud: processes, the demo and the playground."""
