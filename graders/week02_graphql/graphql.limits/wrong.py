"""Mistakes that people make when they count a document."""

from workbench.alternatives import Wrong

_COST = "        cost = 1 + self._length(node, field) * below.cost\n"
_FRAGMENT = "        if name not in self._fragments:\n            self._fragments[name] = _Size()  # what a fragment finds of itself, if it is in itself\n"
_SPREAD = "                total = total.beside(self._fragment(node.name.value))\n"
_INLINE = "                total = total.beside(self.selection(node.selection_set, kind))\n"
_NUMBER = "        number = self._variables.get(value.name.value)\n        return number if number is None or isinstance(number, int) else MAX_SIZE\n"
_LONGEST = "        return max(0, *(found or usual or [DEFAULT_SIZE]))\n"
_INTROSPECTS = '        if name in ("__schema", "__type"):\n            self.introspects = True\n            return _Size(1, 1, aliases)  # no rows; how deep it may be is another rule\'s\n'
_KIND = "                kind = self._type(condition.name.value) if condition else parent\n"
_ASKED = "            if counting.introspects and not limits.introspection:\n"
_OPERATION = "            counting = _Counting(self.context, node, variables)\n"

WRONG = [
    Wrong(
        "one_too_few",
        "What is exactly at the limit is refused.",
        fails=["counts_depth", "counts_cost", "counts_aliases", "judges_every_operation",
               "shows_the_schema_by_setting"],
        edits=[("                if asked > most:\n", "                if asked >= most:\n")],
    ),
    Wrong(
        "lists_beside_each_other",
        "Sizes are added where they should be multiplied.",
        fails=["counts_cost", "judges_every_operation"],
        edits=[(_COST, "        cost = self._length(node, field) + below.cost\n")],
    ),
    Wrong(
        "every_list_is_long",
        "`edges` is a list as well, so a connection is counted twenty times over.",
        fails=["multiplies_what_is_nested", "knows_the_defaults", "takes_sizes_from_variables",
               "counts_every_selection"],
        edits=[("        if not sized:\n            return 1\n",
                '        if not sized:\n            return 20 if field and "[" in str(field.type) else 1\n')],
    ),
    Wrong(
        "no_size_is_one",
        "Who gives no size is charged for one row and gets twenty.",
        fails=["knows_the_defaults", "takes_sizes_from_variables"],
        edits=[(_LONGEST, "        return max(0, *(found or [1]))\n")],
    ),
    Wrong(
        "numbers_in_the_document",
        "A size in a variable is not seen; clients have all their sizes there.",
        fails=["takes_sizes_from_variables"],
        edits=[(_NUMBER, "        return None\n")],
    ),
    Wrong(
        "trusts_variables",
        "Whatever is sent is calculated with.",
        fails=["leaves_bad_variables_to_others"],
        edits=[(_NUMBER, "        return self._variables.get(value.name.value)\n")],
    ),
    Wrong(
        "negative_sizes",
        "A list of minus a hundred pays for the others.",
        fails=["no_size_makes_others_cheaper"],
        edits=[(_LONGEST, "        return max(found or usual or [DEFAULT_SIZE])\n")],
    ),
    Wrong(
        "fragments_are_free",
        "What is in a fragment is not looked at.",
        fails=["counts_depth_through_fragments", "counts_every_selection", "counts_aliases",
               "judges_every_operation", "hides_the_schema"],
        edits=[(_SPREAD, "                continue\n")],
    ),
    Wrong(
        "a_fragment_counts_once",
        "Whoever spreads a fragment twice pays once.",
        fails=["counts_every_selection", "counts_aliases"],
        edits=[("        return self._fragments[name]\n",
                "        found, self._fragments[name] = self._fragments[name], _Size()\n        return found\n")],
    ),
    Wrong(
        "fragments_are_levels",
        "A fragment is counted as if it were a field.",
        fails=["counts_depth"],
        edits=[(_INLINE, "                inner = self.selection(node.selection_set, kind)\n"
                         "                total = total.beside(_Size(1 + inner.depth, inner.cost, inner.aliases))\n")],
    ),
    Wrong(
        "walks_every_path",
        "A fragment is walked through as often as it is spread: sixty that double are for ever.",
        fails=["counts_doubled_fragments_fast"],
        edits=[(_FRAGMENT, "        if True:\n            self._fragments[name] = _Size()\n")],
    ),
    Wrong(
        "fields_exist",
        "A field that is asked for is taken to be there.",
        fails=["takes_any_document"],
        edits=[("            field = parent.fields.get(name)\n",
                '            field = parent.fields[name] if name != "__typename" else None\n')],
    ),
    Wrong(
        "first_operation_only",
        "The second operation of a document is not looked at.",
        fails=["judges_every_operation"],
        edits=[(_OPERATION, "            if node is not self.context.document.definitions[0] and any(\n"
                            "                isinstance(one, OperationDefinitionNode)\n"
                            "                for one in self.context.document.definitions[: self.context.document.definitions.index(node)]\n"
                            "            ):\n"
                            "                return\n" + _OPERATION)],
    ),
    Wrong(
        "one_after_the_other",
        "The first limit that is broken is told, the next one after it was mended.",
        fails=["tells_everything_at_once"],
        edits=[("                    self.report_error(_at(node, message, code))\n            if",
                "                    self.report_error(_at(node, message, code))\n                    return\n            if")],
    ),
    Wrong(
        "the_schema_is_public",
        "Whoever asks is told every type and field.",
        fails=["hides_the_schema"],
        edits=[("            if counting.introspects and not limits.introspection:\n",
                "            if counting.introspects and limits.cost < 1:\n")],
    ),
    Wrong(
        "the_schema_is_counted",
        "Where the schema may be asked for, the tools' question is too deep.",
        fails=["shows_the_schema_by_setting"],
        edits=[(_INTROSPECTS, '        if name in ("__schema", "__type"):\n            self.introspects = True\n')],
    ),
    Wrong(
        "the_type_around",
        "What a fragment is *on* is not looked at, so below `node` nothing is a list.",
        fails=["counts_every_selection"],
        edits=[(_KIND, "                kind = parent\n")],
    ),
    Wrong(
        "no_type_no_lists",
        "A fragment without a type is on nothing, and whatever is in it is there once.",
        fails=["counts_every_selection"],
        edits=[(_KIND, "                kind = self._type(condition.name.value) if condition else None\n")],
    ),
    Wrong(
        "fragments_of_all_operations",
        "A fragment is counted with the first operation's variables, and the second one pays as much.",
        fails=["judges_every_operation"],
        edits=[("            counting = _Counting(self.context, node, variables)\n",
                "            counting = _Counting(self.context, node, variables)\n"
                '            counting._fragments = self.__dict__.setdefault("fragments", {})\n')],
    ),
    Wrong(
        "subscriptions_are_small",
        "A subscription is not counted, though each of its events is an answer.",
        fails=["judges_every_operation"],
        edits=[(_OPERATION, '            if node.operation.value == "subscription":\n                return\n' + _OPERATION)],
    ),
    Wrong(
        "at_least_one",
        "An empty list is charged as one row.",
        fails=["no_size_makes_others_cheaper"],
        edits=[(_LONGEST, _LONGEST.replace("max(0", "max(1"))],
    ),
    Wrong(
        "told_again_and_again",
        "Each field of the schema has an error of its own.",
        fails=["hides_the_schema"],
        edits=[(_ASKED, "            for _ in range(2 if counting.introspects and not limits.introspection else 0):\n")],
    ),
]  # fmt: skip
