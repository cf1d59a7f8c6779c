"""A stand-in for the gateway and for handsets, over real HTTP."""
