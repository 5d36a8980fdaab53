"""Text becomes a checked, immutable spec whose every part knows its file and line."""
