"""What a regulator receives: XPT files, define.xml, manifest, put in place as a whole."""
