"""What builds the derived lexicons: not part of the installed package."""
