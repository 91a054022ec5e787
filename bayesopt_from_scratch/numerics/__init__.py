"""What numpy lacks: the normal distribution's tails, a careful Cholesky factor, a smooth minimizer on a box."""
