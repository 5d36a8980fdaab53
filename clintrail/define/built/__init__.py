"""From a built study to its define document: origins, methods, value-level metadata, terms."""
