"""`python -m dedup` is the command."""

from dedup.cli import main

main()
