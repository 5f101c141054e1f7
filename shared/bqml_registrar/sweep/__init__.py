"""The sweep: all models of a dataset against policy and registry, for what no event has settled.

A scheduled message fans out to one for each dataset (`messages`). What a list and a kept mark settle
costs no call (`fingerprint`, `triage`); everything else goes through the use cases of the events.
"""
