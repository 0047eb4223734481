"""The deck's quality gates, one idea a file; `cards.quality` calls them all."""
