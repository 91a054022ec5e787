"""Trying it: a study asks a strategy what to try, records what came of it, and knows the best so far."""
