"""The playground: everything running, and a prompt."""
