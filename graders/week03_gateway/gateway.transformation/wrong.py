"""Mistakes that people make when they show what other services say."""

from workbench.alternatives import Wrong

_PARSE = "        return json.loads(body, parse_float=_fraction, parse_int=_whole)\n"
_KIND = "    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):\n"
_FINITE = "        if not amount.is_finite():\n            return None\n"
_AMOUNT = "        amount = Decimal(str(value).strip())\n"
_SHOWN = '        return {"amount": f"{amount.quantize(_CENT, ROUND_HALF_UP):f}", "currency": CURRENCY}\n'
_KNOWN = "    known = isinstance(stock, int) and not isinstance(stock, bool) and stock >= 0\n"
_CARD = '    return {name: text(user.get(name)) for name in ("id", "name", "email")}\n'
_LIST = "    if not isinstance(found, list):\n"
_OBJECTS = "    return [item for item in found if isinstance(item, Mapping)]\n"
_TEXT = "    return value if isinstance(value, str) else None\n"

WRONG = [
    Wrong(
        "users_who_tell_all",
        "A user without a name is no user: the whole part is missing.",
        fails=["what_is_no_text_is_null"],
        edits=[(_CARD, _CARD.replace("user.get(name)", "user[name]"))],
    ),
    Wrong(
        "a_small_e",
        "An exponent is looked for behind a small e only.",
        fails=["amounts_are_decimal_strings"],
        edits=[(_KIND, '    if isinstance(value, str) and "E" in value:\n        return None\n' + _KIND)],
    ),
    Wrong(
        "blanks_at_the_ends",
        "White space is a blank: a line's end makes an amount none.",
        fails=["amounts_are_decimal_strings"],
        edits=[(_KIND, '    if isinstance(value, str) and value.strip(" ") != value.strip():\n'
                       "        return None\n" + _KIND)],
    ),
    Wrong(
        "small_is_nothing",
        "An exponent that makes an amount very small is taken for a mistake.",
        fails=["amounts_are_decimal_strings"],
        edits=[(_FINITE, _FINITE + "        if amount and amount.adjusted() < -8:\n            return None\n")],
    ),
    Wrong(
        "floats",
        "JSON is read as Python reads it, and long amounts lose their last digits.",
        fails=["keeps_every_digit"],
        edits=[(_PARSE, "        return json.loads(body, parse_int=_whole)\n")],
    ),
    Wrong(
        "exponents_are_words",
        "A text with an e in it is taken for no number.",
        fails=["amounts_are_decimal_strings"],
        edits=[(_KIND, '    if isinstance(value, str) and "e" in value:\n        return None\n' + _KIND)],
    ),
    Wrong(
        "a_number_in_the_answer",
        "The amount goes out as a number, for the client to turn into a float.",
        fails=["shows_cards", "amounts_are_decimal_strings", "keeps_every_digit", "rounds_half_up"],
        edits=[(_SHOWN, '        return {"amount": float(amount.quantize(_CENT, ROUND_HALF_UP)), "currency": CURRENCY}\n')],
    ),
    Wrong(
        "as_many_places_as_there_are",
        "Nothing is rounded or filled up: 5, 0.1 and 2.675.",
        fails=["amounts_are_decimal_strings", "keeps_every_digit", "rounds_half_up", "what_is_no_number_is_null"],
        edits=[(_SHOWN, '        return {"amount": f"{amount:f}"[:999], "currency": CURRENCY}\n')],
    ),
    Wrong(
        "half_to_even",
        "quantize without a mode rounds as bankers do.",
        fails=["rounds_half_up"],
        edits=[("amount.quantize(_CENT, ROUND_HALF_UP)", "amount.quantize(_CENT)")],
    ),
    Wrong(
        "nothing_is_free",
        "What has no price costs 0.00, as if it were a gift.",
        fails=["what_is_no_amount_is_null", "what_is_no_number_is_null", "what_is_no_text_is_null"],
        edits=[(_KIND, '    value = value or 0\n' + _KIND)],
    ),
    Wrong(
        "true_is_one",
        "A bool is an int in Python: true costs 1.00.",
        fails=["what_is_no_amount_is_null"],
        edits=[(_KIND, "    if not isinstance(value, str | int | float | Decimal):\n"),
               (_AMOUNT, "        amount = Decimal(value if isinstance(value, int) else str(value).strip())\n")],
    ),
    Wrong(
        "only_some_numbers_can_be_read",
        "What Decimal or int refuse while JSON is read takes the whole document with it.",
        fails=["what_is_no_number_is_null"],
        edits=[(_PARSE, "        return json.loads(body, parse_float=Decimal)\n")],
    ),
    Wrong(
        "nan_is_a_number",
        "NaN and Infinity are Decimals, and amounts of nothing.",
        fails=["what_is_no_number_is_null"],
        edits=[(_FINITE, "        if not amount.is_finite():\n"
                         '            return {"amount": str(amount), "currency": CURRENCY}\n')],
    ),
    Wrong(
        "unknown_is_sold_out",
        "A stock that nobody told is said to be 0.",
        fails=["an_unknown_stock_is_unknown", "what_is_no_text_is_null"],
        edits=[('            "quantity": stock if known else None,\n', '            "quantity": stock if known else 0,\n')],
    ),
    Wrong(
        "any_number_is_a_stock",
        "Less than nothing, a half, and true are in stock.",
        fails=["an_unknown_stock_is_unknown"],
        edits=[(_KNOWN, "    known = isinstance(stock, int | Decimal)\n"),
               ('            "quantity": stock if known else None,\n', '            "quantity": int(stock) if known else None,\n')],
    ),
    Wrong(
        "passes_on_what_there_is",
        "Every field of the user goes out, with what is nobody's business.",
        fails=["shows_cards", "what_is_no_text_is_null"],
        edits=[(_CARD, "    return {key: value for key, value in user.items()}\n")],
    ),
    Wrong(
        "texts_as_they_come",
        "A name that is a number, or a list, is passed on.",
        fails=["what_is_no_text_is_null"],
        edits=[(_TEXT, "    return value  # type: ignore[return-value]\n")],
    ),
    Wrong(
        "tidies_up",
        "White space at the ends of a text is taken away, also in an id.",
        fails=["what_is_no_text_is_null"],
        edits=[(_TEXT, "    return value.strip() if isinstance(value, str) else None\n")],
    ),
    Wrong(
        "no_list_is_no_orders",
        "A service that answers nonsense seems to know of no orders.",
        fails=["documents_that_are_none"],
        edits=[(_LIST + '        raise ValueError(f"no list {name}")\n', _LIST + "        return []\n")],
    ),
    Wrong(
        "one_odd_item",
        "One null in a list, and the list is not shown at all.",
        fails=["documents_that_are_none"],
        edits=[(_OBJECTS, "    return found\n")],
    ),
    Wrong(
        "a_user_of_nothing",
        "What is no object is shown as a user without a name.",
        fails=["nothing_breaks_it"],
        edits=[(_CARD, "    user = user if isinstance(user, Mapping) else {}\n" + _CARD)],
    ),
    Wrong(
        "replaced_bytes",
        "What is no UTF-8 is repaired by guessing.",
        fails=["nothing_breaks_it"],
        edits=[(_PARSE, '        return json.loads(body.decode(errors="replace"), parse_float=_fraction, parse_int=_whole)\n')],
    ),
]  # fmt: skip
