"""Mistakes that people make when they gather what a level needs."""

from workbench.alternatives import Wrong

_BY_ID = (
    "        found = self._session.scalars(select(Category).where(Category.id.in_(set(keys))))\n"
    "        by_id = {category.id: category for category in found}\n"
)
_CATEGORIES = "        return [by_id.get(key) for key in keys]\n"
_LISTS = "        return [by_category[category_id][:size] for category_id, size in keys]\n"
_LONGEST = "            longest[category_id] = max(size, longest[category_id])\n"
_LIMIT = "            .limit(wanted.c.size)\n"
_IN_ORDER = "            .order_by(product.created_at.desc(), product.id)\n"
_ACTIVE = "wanted.c.category_id, Product.is_active)\n"
_CATEGORY_LOADER = "        self.category = DataLoader(self._categories, cache=False)\n"
_LIST_LOADER = "        self.newest_products = DataLoader(self._newest_products, cache=False)\n"
_BEGIN = (
    "        # A category that is asked for several lists is asked once, for the longest of them.\n"
)
_CLASS = "class Loaders:\n"

#: A list of one category with one statement.
_ONE_LIST = (
    "self._session.scalars(\n"
    "                select(Product).where(Product.category_id == key, Product.is_active)\n"
    "                .order_by(Product.created_at.desc(), Product.id).limit(size)\n"
    "            ).all()"
)

WRONG = [
    Wrong(
        "category_by_category",
        "The batch function gets all keys, and asks for one after the other.",
        fails=["asks_once_for_all_categories", "asks_once_a_level"],
        edits=[(_CATEGORIES, "        return [self._session.get(Category, key) for key in keys]\n"), (_BY_ID, "")],
    ),
    Wrong(
        "list_by_list",
        "A statement for each list: N+1 with another name.",
        fails=["asks_once_for_all_lists", "asks_once_a_level", "each_list_has_its_own_length",
               "fetches_only_what_is_shown"],
        edits=[(_BEGIN, f"        return [\n            {_ONE_LIST}\n            for key, size in keys\n        ]\n")],
    ),
    Wrong(
        "a_statement_for_each_length",
        "Lists of one length are fetched together, and every other length takes a statement more.",
        fails=["each_list_has_its_own_length", "fetches_only_what_is_shown"],
        edits=[("    async def _newest_products(self, keys: list[tuple[UUID, int]]) -> list[list[Product]]:\n",
                "    async def _newest_products(self, keys: list[tuple[UUID, int]]) -> list[list[Product]]:\n"
                "        found = {}\n"
                "        for size in {size for _, size in keys}:\n"
                "            some = [key for key in keys if key[1] == size]\n"
                "            found |= zip(some, await self._of_one_length(some), strict=True)\n"
                "        return [found[key] for key in keys]\n\n"
                "    async def _of_one_length(self, keys: list[tuple[UUID, int]]) -> list[list[Product]]:\n")],
    ),
    Wrong(
        "batches_of_a_hundred",
        "The library is told to fetch no more than 100 lists at once: every hundred takes a statement more.",
        fails=["asks_once_for_all_lists"],
        edits=[(_LIST_LOADER, _LIST_LOADER.replace("cache=False", "cache=False, max_batch_size=100"))],
    ),
    Wrong(
        "fifty_at_most",
        "No list is longer than somebody has thought that it should be.",
        fails=["each_list_has_its_own_length"],
        edits=[(_LONGEST, "            longest[category_id] = min(50, max(size, longest[category_id]))\n")],
    ),
    Wrong(
        "few_columns",
        "Only a category's name is fetched; each of its other columns takes a statement as soon as somebody asks.",
        fails=["asks_once_for_all_categories"],
        edits=[(_BY_ID, _BY_ID.replace("Category.id.in_(set(keys))", "Category.id.in_(set(keys))).options(load_only(Category.name)")),
               ("import Session, aliased\n", "import Session, aliased, load_only\n")],
    ),
    Wrong(
        "looks_again_for_gaps",
        "Who was not among the rows is looked for once more, each with a statement of its own.",
        fails=["keeps_the_gaps"],
        edits=[(_CATEGORIES, "        return [by_id.get(key) or self._session.get(Category, key) for key in keys]\n")],
    ),
    Wrong(
        "in_the_order_of_the_rows",
        "What the database returns is taken for what was asked for, in that order.",
        fails=["gives_each_product_its_category", "keeps_the_gaps"],
        edits=[(_CATEGORIES, "        rows = list(by_id.values())\n"
                             "        return [rows[at % len(rows)] for at, _ in enumerate(keys)]\n")],
    ),
    Wrong(
        "a_gap_is_a_defect",
        "One key that nothing has, and nobody gets a category.",
        fails=["keeps_the_gaps"],
        edits=[(_CATEGORIES, "        return [by_id[key] for key in keys]\n")],
    ),
    Wrong(
        "empty_is_a_defect",
        "A category without products is in no row, and so in no dictionary.",
        fails=["gives_each_category_its_products"],
        edits=[(_LISTS, "        by_category = dict(by_category)\n" + _LISTS)],
    ),
    Wrong(
        "deleted_ones_take_a_place",
        "Deleted products are taken out after the newest were chosen.",
        fails=["hides_deleted_products"],
        edits=[(_ACTIVE, "wanted.c.category_id)\n"),
               ("            by_category[category_id].append(found)\n",
                "            if found.is_active:\n                by_category[category_id].append(found)\n")],
    ),
    Wrong(
        "the_newest_of_all",
        "LIMIT counts the rows of the whole statement.",
        fails=["gives_each_category_its_products", "asks_once_a_level",
               "each_list_has_its_own_length"],
        edits=[(_LIMIT, ""), (_IN_ORDER, _IN_ORDER + "            .limit(max(longest.values()))\n")],
    ),
    Wrong(
        "cut_in_python",
        "Every product of a category is fetched for its first two.",
        fails=["fetches_only_what_is_shown"],
        edits=[(_LIMIT, "")],
    ),
    Wrong(
        "the_longest_for_all",
        "One long list, and every category is fetched for as many rows: cheap to ask, and dear to answer.",
        fails=["fetches_only_what_is_shown"],
        edits=[(_LONGEST, "            longest[category_id] = max(one for _, one in keys)\n")],
    ),
    Wrong(
        "as_long_as_the_longest",
        "A category's lists are all as long as the longest of them.",
        fails=["each_list_has_its_own_length"],
        edits=[(_LISTS, _LISTS.replace("[:size]", ""))],
    ),
    Wrong(
        "remembers_for_the_operation",
        "The library's loaders remember, and the second mutation shows what was before it.",
        fails=["sees_what_mutations_change"],
        edits=[(_CATEGORY_LOADER, _CATEGORY_LOADER.replace(", cache=False", "")),
               (_LIST_LOADER, _LIST_LOADER.replace(", cache=False", ""))],
    ),
    Wrong(
        "remembers_for_ever",
        "Categories are kept in the process: it knows their old names until it is started again.",
        fails=["remembers_nothing"],
        edits=[(_CLASS, "_KNOWN: dict[UUID, Category] = {}\n\n\n" + _CLASS),
               (_BY_ID, _BY_ID.replace("set(keys)", "set(keys) - _KNOWN.keys()")
                        + "        _KNOWN.update(by_id)\n        by_id = _KNOWN\n")],
    ),
    Wrong(
        "remembers_what_is_empty",
        "That a list is empty is kept in the process, and whatever is stored later is never shown.",
        fails=["remembers_nothing"],
        edits=[(_CLASS, "_EMPTY: set[tuple[UUID, int]] = set()\n\n\n" + _CLASS),
               (_LISTS, "        _EMPTY.update(key for key in keys if not by_category[key[0]])\n"
                        "        return [[] if key in _EMPTY else by_category[key[0]][: key[1]] for key in keys]\n")],
    ),
    Wrong(
        "notes_in_the_class",
        "What an operation is at work on lies where every operation finds it, and overwrites it.",
        fails=["serves_several_at_once"],
        edits=[(_BEGIN, "        Loaders.asked = keys\n"), (_LISTS, _LISTS.replace("in keys", "in Loaders.asked")),
               (_CLASS, _CLASS + "    asked: list[tuple[UUID, int]] = []\n")],
    ),
]  # fmt: skip
