"""`make bench`: what the hot paths cost, as ratios to a bare endpoint of the same run."""
