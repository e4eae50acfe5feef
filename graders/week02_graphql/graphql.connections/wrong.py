"""Mistakes that people make with pages."""

from workbench.alternatives import Wrong

_ROWS = "        rows = info.context.session.scalars(_rows(after, before, size, backward=backward)).all()\n"
_FOUND = "        found, more = rows[:size], len(rows) > size\n"
_EDGES = "            edges=[_Edge(_cursor(one), one) for one in (reversed(found) if backward else found)],\n"
_BEYOND = "        product.created_at < created_at, and_(product.created_at == created_at, product.id > key)\n"
_SHORT = "        product.created_at > created_at, and_(product.created_at == created_at, product.id < key)\n"
_MOMENT = "    place = json.dumps([created_at.isoformat(), str(key)], "
_ACTIVE = "    query = select(product).where(product.is_active)\n"
_TOTAL = "        return info.context.session.scalar(counted) or 0\n"
_BOTH = '        if first is not None and last is not None:\n            raise ClientError("Give `first` or `last`, not both.")\n'
_SIZE = "        size = checked_size(name, DEFAULT_SIZE if wanted is None else wanted)\n"
_BACKWARD = "        backward = last is not None\n"
_UNREADABLE = "    except (ValueError, TypeError, AttributeError, RecursionError):\n"

WRONG = [
    Wrong(
        "numbers_for_places",
        "A cursor is a number in the list, as the helper of a library makes it from a list: a new product moves everything.",
        fails=["keeps_its_place", "outlives_its_product", "says_where_it_lies",
               "refuses_other_cursors", "asks_the_database_once"],
        edits=[(_ROWS,
                "        from graphql_relay import connection_from_array\n\n"
                "        every = info.context.session.scalars(\n"
                "            select(models.Product).where(models.Product.is_active)\n"
                "            .order_by(models.Product.created_at.desc(), models.Product.id)\n"
                "        ).all()\n"
                '        asked = {"last": size} if backward else {"first": size}\n'
                '        asked |= {"after": after, "before": before}\n'
                "        page = connection_from_array(every, asked)\n"
                "        return _Page(page.edges, page.pageInfo.hasNextPage, page.pageInfo.hasPreviousPage)\n"
                "        rows = []\n")],
    ),
    Wrong(
        "the_product_is_the_place",
        "A cursor is the id of a product, and where that was in the order is looked up: until it is deleted.",
        fails=["outlives_its_product", "asks_the_database_once", "refuses_other_cursors"],
        edits=[(_ROWS,
                "        def place(cursor):\n"
                "            if cursor is None:\n"
                "                return None\n"
                "            try:\n"
                "                key = UUID(cursor)\n"
                "            except ValueError:\n"
                '                raise ClientError("No cursor.") from None\n'
                "            row = info.context.session.get(models.Product, key)\n"
                "            return None if row is None else _cursor(row)\n\n"
                "        after, before = place(after), place(before)\n" + _ROWS),
               (_EDGES, _EDGES.replace("_cursor(one)", "str(one.id)"))],
    ),
    Wrong(
        "a_moment_is_a_place",
        "Only the moment is compared: of the products that were made in it, those behind the first page are lost.",
        fails=["goes_forward", "goes_backward", "lies_between_two_cursors",
               "says_where_it_lies", "outlives_its_product"],
        edits=[(_BEYOND, "        product.created_at < created_at, key is None\n"),
               (_SHORT, "        product.created_at > created_at, key is None\n")],
    ),
    Wrong(
        "both_columns_for_themselves",
        "Earlier *and* with a larger id: half of the rows beyond are not.",
        fails=["goes_forward", "goes_backward", "lies_between_two_cursors", "says_where_it_lies",
               "keeps_its_place", "outlives_its_product"],
        edits=[(_BEYOND, "        and_(product.created_at <= created_at, product.id > key)\n"),
               (_SHORT, "        and_(product.created_at >= created_at, product.id < key)\n")],
    ),
    Wrong(
        "whole_milliseconds",
        "A cursor of milliseconds, where the table has microseconds.",
        fails=["goes_forward", "goes_backward", "lies_between_two_cursors", "says_where_it_lies",
               "keeps_its_place"],
        edits=[(_MOMENT, _MOMENT.replace("isoformat()", 'isoformat(timespec="milliseconds")'))],
    ),
    Wrong(
        "ties_the_other_way",
        "Of the products that were made at the same moment the largest id comes first.",
        fails=["gives_a_page"],
        edits=[("(product.created_at.desc(), product.id)", "(product.created_at.desc(), product.id.desc())"),
               ("(product.created_at, product.id.desc())", "(product.created_at, product.id)"),
               (_BEYOND, _BEYOND.replace(">", "<")), (_SHORT, _SHORT.replace("id <", "id >"))],
    ),
    Wrong(
        "not_turned_round",
        "The right products, in the order in which the walk from the end has met them.",
        fails=["goes_backward", "lies_between_two_cursors", "outlives_its_product",
               "takes_null_for_not_given"],
        edits=[(_EDGES, "            edges=[_Edge(_cursor(one), one) for one in found],\n")],
    ),
    Wrong(
        "full_is_more",
        "A page that is full is taken for one with another behind it.",
        fails=["says_where_it_lies"],
        edits=[(_FOUND, _FOUND.replace("len(rows) > size", "len(rows) >= size"))],
    ),
    Wrong(
        "shows_deleted_products",
        "A row is taken for a product that is for sale.",
        fails=["hides_deleted_products"],
        edits=[(_ACTIVE, "    query = select(product)\n")],
    ),
    Wrong(
        "zero_is_not_given",
        "`first or 20`: zero becomes twenty.",
        fails=["refuses_other_sizes"],
        edits=[(_SIZE, "        size = checked_size(name, wanted or DEFAULT_SIZE)\n")],
    ),
    Wrong(
        "zero_is_not_both",
        "`if first and last`: with a zero among them they are not both there.",
        fails=["refuses_other_sizes"],
        edits=[(_BOTH, _BOTH.replace("first is not None and last is not None", "first and last"))],
    ),
    Wrong(
        "before_goes_backward",
        "`before` without a size is taken for the last 20 before it.",
        fails=["lies_between_two_cursors", "says_where_it_lies"],
        edits=[(_BACKWARD, "        backward = last is not None or (first is None and before is not None)\n")],
    ),
    Wrong(
        "no_row_more_than_a_hundred",
        "The row more is cut off with the largest size, and a page of 100 is always the last one.",
        fails=["says_where_it_lies"],
        edits=[(".limit(size + 1)\n", ".limit(min(size + 1, 100))\n")],
    ),
    Wrong(
        "null_is_a_size",
        "Who sends `last: null` is answered from the other end.",
        fails=["takes_null_for_not_given"],
        edits=[("        last: int | None = None,\n", "        last: Any = ...,\n"),
               (_BACKWARD, "        backward = last is not ...\n"),
               (_BOTH, _BOTH.replace("last is not None", "last not in (None, ...)"))],
    ),
    Wrong(
        "bad_cursors_are_defects",
        "Nobody catches what goes wrong in reading a cursor.",
        fails=["refuses_other_cursors"],
        edits=[(_UNREADABLE, "    except NotImplementedError:\n")],
    ),
    Wrong(
        "the_decoder_forgives",
        "What the decoder skips is no part of a cursor, and so one place has many.",
        fails=["refuses_other_cursors"],
        edits=[(" or _encode(created_at, key) != cursor:\n", ":\n")],
    ),
    Wrong(
        "an_empty_page_counts_nothing",
        "Nothing on this page is taken for nothing at all.",
        fails=["counts_all_pages"],
        edits=[(_TOTAL, "        if not _page.edges:\n            return 0\n" + _TOTAL)],
    ),
    Wrong(
        "counts_the_page",
        "`totalCount` is how many are on this page.",
        fails=["counts_all_pages"],
        edits=[(_TOTAL, "        return len(_page.edges)\n")],
    ),
    Wrong(
        "always_counts",
        "Every page waits for a count that nobody has asked for.",
        fails=["asks_the_database_once"],
        edits=[(_ROWS, _ROWS + "        info.context.session.scalar(select(func.count()).select_from(models.Product))\n")],
    ),
]  # fmt: skip
