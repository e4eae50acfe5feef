-- Full text search over posts: words of the text count most (A), hashtags less (B).
ALTER TABLE posts ADD COLUMN search_vector tsvector;

-- TODO: fill search_vector whenever the words of a post are written, and only then.

-- TODO: let a search find a few posts without reading all of them.
