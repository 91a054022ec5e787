"""A real problem to tune: handwritten digits, their licence, and a small neural network in numpy."""
