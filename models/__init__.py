"""Text in, probabilities of negative, neutral and positive out."""
