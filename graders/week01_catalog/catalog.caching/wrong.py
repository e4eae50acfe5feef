"""Mistakes that people make with caches."""

from workbench.alternatives import Wrong

WRONG = [
    Wrong(
        "hash_of_the_query",
        "Python's hash of a text is another one in every process: each has copies of its own.",
        fails=["answers_from_redis"],
        edits=[("hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()",
                "str(hash(json.dumps(plain, sort_keys=True)))")],
    ),
    Wrong(
        "key_of_the_raw_query",
        "Fifty spellings of a query are fifty entries.",
        fails=["has_one_entry_for_all_spellings"],
        edits=[("_digest(query)", '_digest({"raw": request.query_string.decode()})')],
    ),
    Wrong(
        "numbers_as_they_were_sent",
        "5 and 5.00 are two entries.",
        fails=["has_one_entry_for_all_spellings"],
        edits=[("str(value.normalize())", "str(value)")],
    ),
    Wrong(
        "glued_key",
        "What separates values in the key may stand in a value.",
        fails=["cannot_be_deceived_by_a_value"],
        edits=[
            ("json.dumps(plain, sort_keys=True).encode()",
             '"&".join(f"{name}={value}" for name, value in sorted(plain.items()) if value is not None).encode()'),
        ],
    ),
    Wrong(
        "truthy_values",
        "A zero bound is taken for no bound.",
        fails=["keeps_queries_apart"],
        edits=[("        for name, value in query.items()\n", "        for name, value in query.items() if value\n")],
    ),
    Wrong(
        "lower_case",
        "garden is not Garden.",
        fails=["keeps_queries_apart"],
        edits=[("json.dumps(plain, sort_keys=True).encode()", "json.dumps(plain, sort_keys=True).lower().encode()")],
    ),
    Wrong(
        "unbounded_key",
        "Whoever sends a long category writes a long key.",
        fails=["has_bounded_keys_and_plain_values"],
        edits=[("hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()",
                "json.dumps(plain, sort_keys=True)")],
    ),
    Wrong(
        "pickled",
        "Who can write to Redis can run code in this process.",
        fails=["has_bounded_keys_and_plain_values"],
        edits=[
            ("import json\n", "import json\nimport pickle\n"),
            ("        text = None if value is None else value.decode()\n",
             "        text = None if value is None else pickle.loads(value)\n"),
            ("_keep(shelf, label, key, response.get_data(as_text=True), _lifetime(seconds))",
             "_keep(shelf, label, key, pickle.dumps(response.get_data(as_text=True)), _lifetime(seconds))"),
        ],
    ),
    Wrong(
        "jitter_on_top",
        "A copy may be older than CACHE_SECONDS.",
        fails=["gives_every_key_a_lifetime_of_its_own"],
        edits=[("random.randint(max(1, seconds * 4 // 5), seconds)", "random.randint(seconds, seconds * 6 // 5)")],
    ),
    Wrong(
        "one_lifetime_for_all",
        "What was stored in one minute expires in one minute.",
        fails=["gives_every_key_a_lifetime_of_its_own"],
        edits=[("_lifetime(seconds))", "seconds * 9 // 10)")],
    ),
    Wrong(
        "chance_of_the_process",
        "The lifetime is chosen by chance once, when the process starts.",
        fails=["gives_every_key_a_lifetime_of_its_own"],
        edits=[("    def cached() -> Response:\n", "    lifetime = _lifetime(seconds)\n\n    def cached() -> Response:\n"),
               ("_lifetime(seconds))", "lifetime)")],
    ),
    Wrong(
        "for_ever",
        "Keys without a lifetime fill the memory of Redis.",
        fails=["gives_every_key_a_lifetime_of_its_own"],
        edits=[("shelf.put(label, key, text, seconds)", "shelf._redis.set(key, text)")],
    ),
    Wrong(
        "keeps_every_answer",
        "An error is turned into an answer, and kept as one.",
        fails=["keeps_no_errors"],
        edits=[
            ("            response = app.make_response(view())\n            if response.status_code == 200:\n",
             "            try:\n"
             "                response = app.make_response(view())\n"
             "            except Exception as error:\n"
             "                response = app.make_response(app.handle_user_exception(error))\n"
             "            if response:\n"),
        ],
    ),
    Wrong(
        "entry_of_a_method",
        "HEAD has an entry of its own.",
        fails=["serves_head_from_the_same_entry"],
        edits=[("_digest(query)", '_digest({**query, "method": request.method})')],
    ),
    Wrong(
        "head_without_body",
        "What HEAD leaves for GET is empty.",
        fails=["serves_head_from_the_same_entry"],
        edits=[("response.get_data(as_text=True), _lifetime(seconds))",
                "response.get_data(as_text=True) if request.method == 'GET' else '{\"products\": [], \"pagination\": {}}', _lifetime(seconds))")],
    ),
    Wrong(
        "entry_of_a_caller",
        "Every caller has an entry of its own, though the listing is the same for all.",
        fails=["serves_all_callers_from_the_same_entry"],
        edits=[("_digest(query)", '_digest({**query, "caller": request.headers.get("Authorization")})')],
    ),
    Wrong(
        "falls_with_redis",
        "No cache, no shop.",
        fails=["works_without_redis"],
        edits=[("        except RedisError as error:\n            # Asked once",
                "        except ZeroDivisionError as error:\n            # Asked once")],
    ),
    Wrong(
        "falls_with_a_silent_redis",
        "A timeout is an error of another class than a lost connection.",
        fails=["asks_a_silent_redis_only_once"],
        edits=[("        except RedisError as error:\n            # Asked once",
                "        except redis_errors.ConnectionError as error:\n            # Asked once"),
               ("from redis import Redis, RedisError, ResponseError\n",
                "from redis import Redis, RedisError, ResponseError\nfrom redis import exceptions as redis_errors\n")],
    ),
    Wrong(
        "asks_again_and_again",
        "After the first timeout come those of the lock and of the copy.",
        fails=["asks_a_silent_redis_only_once"],
        edits=[('            return _marked(app.make_response(view()), "BYPASS")\n        if found is not None:\n            return _hit(found)\n',
                '            label, key, found, mark = "cache:listing:", "cache:listing:x", None, "BYPASS"\n'
                '        else:\n            mark = "MISS"\n'
                '        if found is not None:\n            return _hit(found)\n'),
               ('            return _marked(response, "MISS")\n', "            return _marked(response, mark)\n")],
    ),
    Wrong(
        "calls_it_a_miss",
        "Nobody sees that Redis is away.",
        fails=["works_without_redis"],
        edits=[('"BYPASS")', '"MISS")')],
    ),
    Wrong(
        "other_content_type",
        "The copy is sent out as a web page.",
        fails=["answers_from_redis"],
        edits=[('Response(text, content_type="application/json")', "Response(text)")],
    ),
    Wrong(
        "trusts_json",
        "Any JSON is taken for a page.",
        fails=["survives_what_it_did_not_write"],
        edits=[('isinstance(page, dict) and {"products", "pagination"} <= page.keys()', "text")],
    ),
    Wrong(
        "only_decode_errors",
        "Deeply nested JSON is an error of another class.",
        fails=["survives_what_it_did_not_write"],
        edits=[("    except (ResponseError, ValueError, RecursionError):", "    except (ResponseError, ValueError):")],
    ),
    Wrong(
        "broken_value_stays",
        "Nobody replaces the value that cannot be read.",
        fails=["survives_a_redis_that_goes_away", "survives_what_it_did_not_write"],
        edits=[("            if response.status_code == 200:\n",
                "            if response.status_code == 200 and not redis.exists(key):\n")],
    ),
    Wrong(
        "label_of_the_start",
        "The label is asked for once in the life of the process.",
        fails=["uses_the_label_of_the_moment"],
        edits=[
            ("    def cached() -> Response:\n", "    known: list[str] = []\n\n    def cached() -> Response:\n"),
            ("            label = shelf.label()\n",
             "            known[:] = known or [shelf.label()]\n            label = known[0]\n"),
        ],
    ),
    Wrong(
        "label_of_the_end",
        "The label is asked for again when the page is kept: old rows come under a new label.",
        fails=["keeps_a_page_under_the_label_it_began_with", "survives_a_redis_that_goes_away"],
        edits=[("                _keep(shelf, label, key, response",
                "                _keep(shelf, shelf.label(), shelf.label() + _digest(query), response")],
    ),
    Wrong(
        "loses_the_page",
        "The page is there, and its caller gets an error since it could not be kept.",
        fails=["survives_a_redis_that_goes_away"],
        edits=[("    except RedisError as error:\n        current_app.logger.warning(\"a copy", "    except ZeroDivisionError as error:\n        current_app.logger.warning(\"a copy")],
    ),
    Wrong(
        "shows_the_address",
        "The copy is kept under the process's own name for the query, not under the label.",
        fails=["has_bounded_keys_and_plain_values", "gives_every_key_a_lifetime_of_its_own",
               "uses_the_label_of_the_moment"],
        edits=[("            key = label + _digest(query)\n", '            key = "products:" + _digest(query)\n')],
    ),
]  # fmt: skip
