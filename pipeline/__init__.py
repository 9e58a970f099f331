"""What is said to and about a brand, collected, scored, related and published."""
