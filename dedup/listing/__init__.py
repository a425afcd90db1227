"""The near-duplicate pairs of a corpus, with the names of its stories: table, files, terminal."""

from dedup.listing.model import UNITS, Listing, list_pairs

__all__ = ["UNITS", "Listing", "list_pairs"]
