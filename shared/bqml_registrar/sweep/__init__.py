"""Sweeps datasets: compares all models with policy and registry, to find what events missed.

A scheduled message fans out to one for each dataset (`messages`). A model costs no call if its list
entry and its document are enough (`triage`); all others go through the events' use cases.
"""
