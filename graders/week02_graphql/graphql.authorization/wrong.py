"""Mistakes that people make with who may do what."""

from workbench.alternatives import Wrong

_NOBODY = """            raise ClientError(
                "Send a token in the header `Authorization: Bearer <token>`.", "UNAUTHENTICATED"
            )
"""
_WEAK = "        if role < needed:\n"
_OTHERS = "            others = OTHER_MUTATIONS if kind is schema.mutation_type else None\n"
_GUARD = "                    field.resolve = _guarded(field.resolve or default_field_resolver, needed)\n"
_NEEDED = "                if needed is not None:\n"
_RESOLVED = "        return resolve(root, info, **arguments)\n"
_KNOWN = '    if credentials is None or credentials.type != "bearer" or not credentials.token:\n'
_LOOKED_UP = "    return tokens.get(hashlib.sha256(credentials.token.encode()).hexdigest())\n"

WRONG = [
    Wrong(
        "nobody_is_forbidden",
        "Without a token it says FORBIDDEN: the client cannot know that a token would help.",
        fails=["nobody_is_unauthenticated", "one_field_is_refused_and_the_rest_stays", "a_mutation_that_nobody_thought_of_is_closed"],
        edits=[(_NOBODY, '            raise ClientError("You may not do this.", "FORBIDDEN")\n')],
    ),
    Wrong(
        "exactly_this_role",
        "An admin may not do what an editor may.",
        fails=["and_so_may_admins"],
        edits=[(_WEAK, "        if role != needed:\n")],
    ),
    Wrong(
        "any_role_will_do",
        "Whoever has some token may do everything.",
        fails=["a_weak_role_is_forbidden", "refuses_before_anything_happens", "one_field_is_refused_and_the_rest_stays", "a_mutation_that_nobody_thought_of_is_closed"],
        edits=[(_WEAK, "        if role is None:\n")],
    ),
    Wrong(
        "only_what_is_written_down",
        "A mutation that somebody adds next year is open to everybody.",
        fails=["a_mutation_that_nobody_thought_of_is_closed"],
        edits=[(_OTHERS, "            others = None\n")],
    ),
    Wrong(
        "only_mutations",
        "Writing is guarded; what not everybody may read was forgotten.",
        fails=["one_field_is_refused_and_the_rest_stays"],
        edits=[("        if isinstance(kind, GraphQLObjectType):\n",
                "        if kind is schema.mutation_type:\n")],
    ),
    Wrong(
        "only_those_with_a_resolver",
        "A field without a resolver of its own is passed over, and so it is open.",
        fails=["a_mutation_that_nobody_thought_of_is_closed", "a_field_without_a_resolver_is_guarded"],
        edits=[(_NEEDED, "                if needed is not None and field.resolve is not None:\n")],
    ),
    Wrong(
        "the_name_of_a_field_is_enough",
        "The table is asked for the field's name alone: whatever has that name elsewhere is closed.",
        fails=["a_field_without_a_resolver_is_guarded"],
        edits=[("                needed = FIELDS.get((kind.name, name), others)\n",
                "                by_name = {field: role for (_, field), role in FIELDS.items()}\n"
                "                needed = by_name.get(name, others)\n")],
    ),
    Wrong(
        "an_attribute_is_the_value",
        "The default resolver is written by hand, and does not call what can be called.",
        fails=["a_field_without_a_resolver_is_guarded"],
        edits=[(_GUARD,
                "                    attribute = lambda root, info: getattr(root, info.field_name, None)  # noqa: E731\n"
                "                    field.resolve = _guarded(field.resolve or attribute, needed)\n")],
    ),
    Wrong(
        "the_variables_of_a_loop",
        "All guards share the loop's variables, and see what stood in them at its end.",
        fails=["a_weak_role_is_forbidden", "editors_may", "one_field_is_refused_and_the_rest_stays", "a_mutation_that_nobody_thought_of_is_closed"],
        edits=[(_GUARD,
                "                    resolve = field.resolve or default_field_resolver\n\n"
                "                    def guarded(root, info, **arguments):\n"
                "                        return _guarded(resolve, needed)(root, info, **arguments)\n\n"
                "                    field.resolve = guarded\n")],
    ),
    Wrong(
        "asked_afterwards",
        "The refusal comes after the work has been done.",
        fails=["refuses_before_anything_happens", "a_field_without_a_resolver_is_guarded"],
        edits=[("        role = info.context.role\n",
                "        value, role = resolve(root, info, **arguments), info.context.role\n"),
               (_RESOLVED, "        return value\n")],
    ),
    Wrong(
        "null_without_a_word",
        "The field is null, as if the shop did not know its stock.",
        fails=["nobody_is_unauthenticated", "one_field_is_refused_and_the_rest_stays", "a_mutation_that_nobody_thought_of_is_closed"],
        edits=[(_NOBODY, "            return None\n")],
    ),
    Wrong(
        "the_products_are_refused",
        "The entrances are guarded instead of the field: a viewer sees no products, and other ways are open.",
        fails=["other_fields_are_public", "one_field_is_refused_and_the_rest_stays"],
        edits=[('    ("Product", "stockQuantity"): Role.EDITOR,\n',
                '    ("Query", "products"): Role.EDITOR,\n')],
    ),
    Wrong(
        "the_name_in_the_answer",
        "Whether a field is guarded is looked up by its name in the answer, and that the client chooses.",
        fails=["every_way_to_it_is_guarded"],
        edits=[("        role = info.context.role\n",
                '        if info.path.key not in ("stockQuantity", *info.schema.mutation_type.fields):\n'
                "            return resolve(root, info, **arguments)\n"
                "        role = info.context.role\n")],
    ),
    Wrong(
        "an_error_of_another_kind",
        "The refusal is an exception that nobody knows: it is taken for a defect, and logged.",
        fails=["nobody_is_unauthenticated", "one_field_is_refused_and_the_rest_stays", "a_mutation_that_nobody_thought_of_is_closed"],
        edits=[(_NOBODY, '            raise PermissionError("UNAUTHENTICATED")\n')],
    ),
    Wrong(
        "any_scheme",
        "The second word of the header is the token, whatever the first one says.",
        fails=["whoever_is_not_known_is_nobody"],
        edits=[(_KNOWN, '    words = request.headers.get("Authorization", "").split()\n    if len(words) < 2:\n'),
               (_LOOKED_UP, "    return tokens.get(hashlib.sha256(words[1].encode()).hexdigest())\n")],
    ),
    Wrong(
        "what_begins_with_the_scheme",
        "Whatever begins with `Bearer` has that scheme, and the rest is the token.",
        fails=["whoever_is_not_known_is_nobody"],
        edits=[(_KNOWN, '    header = request.headers.get("Authorization", "")\n'
                        '    if not header.lower().startswith("bearer"):\n'),
               (_LOOKED_UP, "    return tokens.get(hashlib.sha256(header[6:].strip().encode()).hexdigest())\n")],
    ),
    Wrong(
        "tokens_are_ascii",
        "A token with another letter in it is no unknown one but a crash.",
        fails=["whoever_is_not_known_is_nobody"],
        edits=[(_LOOKED_UP, _LOOKED_UP.replace("encode()", 'encode("ascii")'))],
    ),
    Wrong(
        "an_unknown_token_ends_the_request",
        "Whoever sends an old token with a question that anybody may ask gets no answer at all.",
        fails=["whoever_is_not_known_is_nobody"],
        edits=[(_LOOKED_UP,
                "    from werkzeug.exceptions import Unauthorized\n\n"
                "    role = tokens.get(hashlib.sha256(credentials.token.encode()).hexdigest())\n"
                "    if role is None:\n        raise Unauthorized()\n    return role\n")],
    ),
]  # fmt: skip
