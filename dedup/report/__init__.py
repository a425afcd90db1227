"""What was found: as objects, Arrow tables, JSON, CSV and a page for the terminal."""
