"""Time, randomness, digests, keys, signatures."""
