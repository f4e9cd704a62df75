"""Answers in parts (`@defer`): an execution that tells which parts are ready, and what each adds."""
