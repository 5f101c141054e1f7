"""The product run on the local cloud: the processes, the people, what is shown, the demo and the playground."""
