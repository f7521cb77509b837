"""There are no tests."""
