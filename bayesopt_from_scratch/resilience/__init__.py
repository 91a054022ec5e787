"""What keeps a long campaign alive: a journal on the disk, the history it adds up to, and workers that may die."""
