"""`Index`: a durable memory of stories that is asked and added to one story at a time."""

from __future__ import annotations
