"""Files become tables and back: XPT, raw exports, Parquet."""
