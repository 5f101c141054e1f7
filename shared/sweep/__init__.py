"""The sweep: all models of a dataset, compared with policy and registry."""
