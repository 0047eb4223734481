"""Records of deck files <-> rows of the bank."""
