"""Drafts, datasets of a spec that have metadata but no rules yet: from and to define documents, compared and brought up to date."""
