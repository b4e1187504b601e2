"""The main job on real input, played by parts that nobody here wrote: `make demo`."""
