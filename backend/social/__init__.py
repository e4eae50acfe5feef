"""The social network: a database of its own, whose rules stand in sql/social."""
