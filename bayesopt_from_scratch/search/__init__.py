"""What to try next: the space of hyperparameters, and five strategies that map a history to a suggestion."""
