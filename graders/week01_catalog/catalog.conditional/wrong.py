"""Mistakes that people make with entity tags."""

from workbench.alternatives import Wrong

_TAG = "    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:32]\n"
_HOLDS = '    if "If-Match" in request.headers and not _strongly_among(request.if_match, tag):\n'
_KNOWN = "            if request.method in _READING and request.if_none_match.contains_weak(tag):\n"

WRONG = [
    Wrong(
        "hash_of_the_text",
        "Python's hash of a text is another one in every process.",
        fails=["tells_the_same_tag_everywhere"],
        edits=[(_TAG, "    return str(hash(json.dumps(shown, sort_keys=True)))\n")],
    ),
    Wrong(
        "salt_of_the_process",
        "Every process has a salt of its own, so after a restart nobody's tag is right.",
        fails=["tells_the_same_tag_everywhere"],
        edits=[('_READING = ("GET", "HEAD")\n',
                '_READING = ("GET", "HEAD")\n_SALT = __import__("uuid").uuid4().hex\n'),
               ("json.dumps(shown, sort_keys=True)", "json.dumps([_SALT, shown], sort_keys=True)")],
    ),
    Wrong(
        "remembered_tags",
        "Tags are remembered until this process changes the product: what others change is not seen.",
        fails=["tells_the_same_tag_everywhere", "changes_with_every_change"],
        edits=[('_READING = ("GET", "HEAD")\n', '_READING = ("GET", "HEAD")\n_TAGS: dict[str, str] = {}\n'),
               ("            tag = _tag(response.get_json())\n",
                "            shown = response.get_json()\n"
                "            if request.method not in _READING:\n"
                '                _TAGS.pop(shown["id"], None)\n'
                '            tag = _TAGS.setdefault(shown["id"], _tag(shown))\n')],
    ),
    Wrong(
        "only_updated_at",
        "The tag is made of a column that not every writer thinks of.",
        fails=["changes_with_every_change", "sees_what_happens_meanwhile"],
        edits=[(_TAG, '    return str(shown["updated_at"])\n')],
    ),
    Wrong(
        "a_few_fields",
        "What the tag is made of is not all that is shown.",
        fails=["changes_with_every_change"],
        edits=[("json.dumps(shown, sort_keys=True)",
                'json.dumps([shown[key] for key in ("name", "price", "stock_quantity", "updated_at")])')],
    ),
    Wrong(
        "weak_tag",
        "The tag is told as a weak one, which no If-Match can use.",
        fails=["tells_the_tag"],
        edits=[("response.set_etag(tag)", "response.set_etag(tag, weak=True)")],
    ),
    Wrong(
        "one_tag_only",
        "If-None-Match is compared as text: no list, no star, no weak tag.",
        fails=["compares_weakly_for_readers"],
        edits=[(_KNOWN, "            if request.headers.get('If-None-Match') == f'\"{tag}\"':\n")],
    ),
    Wrong(
        "found_somewhere",
        "A tag that contains the current one is taken for it.",
        fails=["compares_weakly_for_readers"],
        edits=[(_KNOWN, '            given = request.headers.get("If-None-Match", "")\n'
                        '            if request.method in _READING and (tag in given or given == "*"):\n')],
    ),
    Wrong(
        "no_tag_with_304",
        "The client is told that nothing has changed, and not what it has.",
        fails=["spares_what_is_known"],
        edits=[("                response.status_code = 304  #", '                del response.headers["ETag"]\n                response.status_code = 304  #')],
    ),
    Wrong(
        "readers_are_sent_everything",
        "The tag is told, and If-None-Match is ignored.",
        fails=["spares_what_is_known"],
        edits=[(_KNOWN, "            if False:\n")],
    ),
    Wrong(
        "no_condition_for_readers_only",
        "Tags are told to readers only: a writer has to ask again.",
        fails=["tells_writers_the_new_tag"],
        edits=[("        if one and response.status_code == 200",
                "        if one and request.method in _READING and response.status_code == 200")],
    ),
    Wrong(
        "weak_for_writers",
        "A weak tag is good enough for a change.",
        fails=["compares_strongly_for_writers"],
        edits=[("tags.star_tag or tags.is_strong(tag)", "tags.contains_weak(tag)")],
    ),
    Wrong(
        "empty_is_absent",
        "A condition that could not be read is none: the change is made.",
        fails=["compares_strongly_for_writers"],
        edits=[(_HOLDS, "    if request.if_match and not _strongly_among(request.if_match, tag):\n")],
    ),
    Wrong(
        "no_star",
        "`If-Match: *` is compared like a tag.",
        fails=["lets_those_change_who_have_seen"],
        edits=[("tags.star_tag or tags.is_strong(tag)", "tags.is_strong(tag)")],
    ),
    Wrong(
        "if_match_is_ignored",
        "Whoever comes last wins.",
        fails=["refuses_those_who_have_not", "leaves_nothing_locked"],
        edits=[(_HOLDS, "    if not tag:\n")],
    ),
    Wrong(
        "deletion_is_forgotten",
        "A product that has changed can be deleted unseen.",
        fails=["refuses_those_who_have_not"],
        edits=[("request.method in _READING or not conditions:", 'request.method in (*_READING, "DELETE") or not conditions:')],
    ),
    Wrong(
        "conflict",
        "The refusal has another status than clients look for.",
        fails=["refuses_those_who_have_not", "leaves_nothing_locked"],
        edits=[("            raise PreconditionFailed(", '            from werkzeug.exceptions import Conflict\n\n            raise Conflict(')],
    ),
    Wrong(
        "condition_required",
        "Clients that send no If-Match are turned away, after years in which they were not.",
        fails=["tells_the_same_tag_everywhere", "changes_with_every_change", "spares_what_is_known",
               "refuses_those_who_have_not", "asks_for_no_condition"],
        edits=[("        if tag is not None and not _holds(tag):\n",
                "        if tag is not None and (not conditions or not _holds(tag)):\n"),
               (" or not conditions:", ":")],
    ),
    Wrong(
        "no_lock",
        "Both writers look, both find the old state, both write.",
        fails=["loses_no_update", "sees_what_happens_meanwhile"],
        edits=[("found.with_for_update(key_share=True)", "found")],
    ),
    Wrong(
        "lock_given_back",
        "The transaction that holds the lock ends before the view writes.",
        fails=["loses_no_update"],
        edits=[("    return None if product is None else _tag(ProductSchema().dump(product))\n",
                "    found = None if product is None else _tag(ProductSchema().dump(product))\n"
                "    database.session.commit()\n    return found\n")],
    ),
    Wrong(
        "nothing_matches_nothing",
        "A product that is gone is 412, and the client fetches it again and again.",
        fails=["what_is_gone_is_404"],
        edits=[("        if tag is not None and not _holds(tag):\n", "        if tag is None or not _holds(tag):\n")],
    ),
    Wrong(
        "deleted_is_compared",
        "The row of a deleted product is still there, and is compared.",
        fails=["what_is_gone_is_404"],
        edits=[("Product.id == product_id, Product.is_active)", "Product.id == product_id)")],
    ),
]  # fmt: skip
