"""Names resolved, functions put in, dependencies ordered, lineage drawn: a spec becomes a plan of SQL."""
