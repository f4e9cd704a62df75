"""The rules that judge changes, one a file: each maps judged changes to judged changes."""
