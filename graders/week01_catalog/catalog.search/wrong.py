"""Mistakes that people make with full text search."""

from workbench.alternatives import Wrong

WRONG = [
    Wrong(
        "no_index",
        "Every search reads every product.",
        fails=["uses_an_index"],
        edits=[('if {"name", "description", "is_active"}', 'if {"nowhere"}')],
    ),
    Wrong(
        "another_expression",
        "The index holds other words than the query compares.",
        fails=["uses_an_index"],
        edits=[
            ("        _words(),\n        postgresql_using",
             "        func.to_tsvector(_ENGLISH,\n"
             "            Product.__table__.c.name + ' ' + func.left(Product.__table__.c.description, _MOST_CHARACTERS)),\n"
             "        postgresql_using")
        ],
    ),
    Wrong(
        "btree",
        "A B-tree on the vector helps nobody.",
        fails=["uses_an_index"],
        edits=[('        _words(),\n        postgresql_using="gin"',
                '        func.left(Product.__table__.c.name, 20),\n        postgresql_using="btree"')],
    ),
    Wrong(
        "the_servers_language",
        "The query is read in the server's default language.",
        fails=["knows_english"],
        edits=[("func.websearch_to_tsquery(_ENGLISH, q)", "func.websearch_to_tsquery(q)")],
    ),
    Wrong(
        "simple",
        "No language at all: only the very same form is found.",
        fails=["knows_english", "finds_nothing_without_a_word"],
        edits=[('text("\'english\'")', 'text("\'simple\'")')],
    ),
    Wrong(
        "to_tsquery",
        "What people type is taken for a language of operators.",
        fails=["wants_every_word", "knows_english", "understands_quotes_or_and_minus", "takes_whatever_people_type", "breaks_ties_by_id", "finds_nothing_without_a_word"],
        edits=[("func.websearch_to_tsquery(", "func.to_tsquery(")],
    ),
    Wrong(
        "signs",
        "The one text for which websearch_to_tsquery raises an error.",
        fails=["takes_whatever_people_type"],
        edits=[("_MOST_SIGNS = 30", "_MOST_SIGNS = 100")],
    ),
    Wrong(
        "signs_counted_too_high",
        "The guard begins above what the stack holds: from 33 to 40 signs it is an error.",
        fails=["takes_whatever_people_type"],
        edits=[("_MOST_SIGNS = 30", "_MOST_SIGNS = 40")],
    ),
    Wrong(
        "plain_words",
        "Quotes, or and minus mean nothing.",
        fails=["understands_quotes_or_and_minus"],
        edits=[("func.websearch_to_tsquery(", "func.plainto_tsquery(")],
    ),
    Wrong(
        "phrases_only",
        "The words must stand side by side.",
        fails=["wants_every_word", "understands_quotes_or_and_minus", "knows_english", "breaks_ties_by_id"],
        edits=[("func.websearch_to_tsquery(", "func.phraseto_tsquery(")],
    ),
    Wrong(
        "like",
        "A search for letters: no forms, no phrases, no index.",
        fails=["finds_a_word"],
        edits=[("_words().op(\"@@\")(wanted)", "(Product.name + ' ' + Product.description).icontains(q, autoescape=True)")],
    ),
    Wrong(
        "name_only",
        "Descriptions are not searched.",
        fails=["finds_a_word"],
        edits=[('func.setweight(name, text("\'A\'")).op("||")(func.setweight(description, text("\'B\'")))',
                'func.setweight(name, text("\'A\'"))')],
    ),
    Wrong(
        "one_or_the_other",
        "All words must stand in the name, or all in the description.",
        fails=["wants_every_word", "knows_english", "understands_quotes_or_and_minus", "breaks_ties_by_id", "uses_an_index"],
        edits=[
            ('_words().op("@@")(wanted)',
             'or_(func.to_tsvector(_ENGLISH, Product.name).op("@@")(wanted),'
             ' func.to_tsvector(_ENGLISH, func.left(Product.description, _MOST_CHARACTERS)).op("@@")(wanted))'),
            ("func, select, text", "func, or_, select, text"),
        ],
    ),
    Wrong(
        "equal_weights",
        "A word in the description counts as much as one in the name.",
        fails=["ranks_names_first", "cuts_after_ranking"],
        edits=[("text(\"'A'\")", "text(\"'B'\")")],
    ),
    Wrong(
        "worst_first",
        "The order is upside down.",
        fails=["ranks_names_first", "cuts_after_ranking"],
        edits=[("wanted).desc()", "wanted).asc()")],
    ),
    Wrong(
        "long_texts_count_less",
        "The rank is divided by the length: a short description beats a name.",
        fails=["ranks_names_first"],
        edits=[("func.ts_rank(_words(), wanted)", "func.ts_rank(_words(), wanted, 2)")],
    ),
    Wrong(
        "newest_first",
        "The rank is not asked for.",
        fails=["ranks_names_first", "cuts_after_ranking", "breaks_ties_by_id"],
        edits=[("func.ts_rank(_words(), wanted).desc(), Product.id",
                "Product.created_at.desc(), Product.id.desc()")],
    ),
    Wrong(
        "no_tie_break",
        "Equal ranks come as they lie.",
        fails=["breaks_ties_by_id", "cuts_after_ranking"],
        edits=[("wanted).desc(), Product.id)", "wanted).desc())")],
    ),
    Wrong(
        "limit_before_rank",
        "Any twenty are ranked, not the best twenty kept.",
        fails=["cuts_after_ranking", "breaks_ties_by_id"],
        edits=[
            ("        .order_by(func.ts_rank(_words(), wanted).desc(), Product.id)\n        .limit(limit)\n", "        .limit(limit)\n"),
            ("    return session.scalars(found).all()",
             "    some = [one.id for one in session.scalars(found)]\n"
             "    best = func.ts_rank(_words(), wanted).desc()\n"
             "    return session.scalars(select(Product).where(Product.id.in_(some)).order_by(best, Product.id)).all()"),
        ],
    ),
    Wrong(
        "ranked_in_python",
        "Everything that was found is fetched, to keep a few.",
        fails=["leaves_the_work_to_the_database"],
        edits=[("        .limit(limit)\n", ""), ("scalars(found).all()", "scalars(found).all()[:limit]")],
    ),
    Wrong(
        "shows_deleted",
        "Deleted products are found.",
        fails=["hides_deleted_products", "uses_an_index"],
        edits=[(".where(Product.is_active, ", ".where(")],
    ),
    Wrong(
        "whole_description",
        "A long description becomes too large a vector: its product cannot be stored.",
        fails=["takes_long_descriptions"],
        edits=[("func.left(products.description, _MOST_CHARACTERS)", "products.description")],
    ),
    Wrong(
        "characters_for_bytes",
        "Cut so that a Latin text fits: one in another script takes two or three bytes a character.",
        fails=["takes_long_descriptions"],
        edits=[('text("20000")', 'text("500000")')],
    ),
    Wrong(
        "a_glimpse",
        "Only the first words of a description are searched.",
        fails=["takes_long_descriptions"],
        edits=[('text("20000")', 'text("1000")')],
    ),
    Wrong(
        "not_stripped",
        "White space counts, and a query of nothing else passes.",
        fails=["refuses_what_breaks_a_rule"],
        edits=[("    q = StrippedText(", "    q = fields.String("),
               ("import StrippedText, no_nul", "import no_nul")],
    ),
    Wrong(
        "nul",
        "NUL reaches the driver, which refuses it in its own way.",
        fails=["refuses_what_breaks_a_rule"],
        edits=[("validate=[no_nul, validate.Length(1, 100)]", "validate=validate.Length(1, 100)")],
    ),
    Wrong(
        "limitless",
        "The limit has no upper bound.",
        fails=["refuses_what_breaks_a_rule"],
        edits=[("validate.Range(1, 50)", "validate.Range(1)")],
    ),
    Wrong(
        "half_shown",
        "The search shows less of a product than its own address.",
        fails=["shows_products"],
        edits=[("fields.Nested(ProductSchema)", 'fields.Nested(ProductSchema(exclude=["attributes"]))')],
    ),
    Wrong(
        "as_they_were",
        "The words are copied when the search is first used, and never again.",
        fails=["follows_changes", "hides_deleted_products", "knows_english", "ranks_names_first", "takes_long_descriptions", "uses_an_index"],
        edits=[
            ("    found = (\n",
             '    session.execute(text("CREATE TABLE IF NOT EXISTS copies AS SELECT id, name, description FROM products"))\n'
             "    session.commit()\n"
             "    found = (\n"),
            ('_words().op("@@")(wanted)',
             "Product.id.in_(select(text(\"copies.id\")).select_from(text(\"copies\")).where(text("
             "\"to_tsvector('english', name || ' ' || description) @@ websearch_to_tsquery('english', :q)\").bindparams(q=q)))"),
        ],
    ),
]  # fmt: skip
