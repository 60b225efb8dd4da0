"""Letters of dossiers: the post of all rooms, by its first address here."""

from rallynov.delivery.posting import Letter, Post

__all__ = ["Letter", "Post"]
