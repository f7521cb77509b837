"""The module cannot be collected."""

raise OSError("no database")
