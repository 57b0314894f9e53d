"""What can be proved of the live account without writing."""
