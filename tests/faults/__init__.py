"""Every flow against every fault at every API call: the same end, and the same announcements."""
