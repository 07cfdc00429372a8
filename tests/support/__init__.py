"""What the tests share: the loader of the vectors."""
