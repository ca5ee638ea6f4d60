"""The commands: one thin module per group. What they do is in ops.targets and the nouns beside it."""
