"""Kallelse: the registration desk for public-sector events."""
