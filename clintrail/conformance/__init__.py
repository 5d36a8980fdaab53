"""Rules that data must keep: what agencies ask of the files of a submission (`agency`)."""
