"""Of how many people at least anything is told of what they feel."""

FEWEST = 5
