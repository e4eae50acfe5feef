"""The catalog as a graph: the rules are the catalog's, only the way of asking is another."""
