"""The plan executed on DuckDB, with the origin of every row kept."""
