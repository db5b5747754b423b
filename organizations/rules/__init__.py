"""What follows from facts of an organization by statute or by a parameter: pure functions, which
read no clock and no database and answer with codes; ``organizations/selectors`` words them."""
