"""The social network's service: feeds, posts, pins and imports, asked over HTTP, with asyncpg."""
