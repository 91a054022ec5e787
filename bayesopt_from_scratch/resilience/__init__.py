"""What keeps a long campaign alive: a journal on the disk, and workers that may die. It knows nothing of search."""
