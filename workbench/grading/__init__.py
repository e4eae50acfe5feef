"""From an answer to a result, and from results to marks."""
