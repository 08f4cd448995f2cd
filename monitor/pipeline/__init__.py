"""Poll, detect, decide, deliver: one verb a file; knows ports and the pure rooms only."""
