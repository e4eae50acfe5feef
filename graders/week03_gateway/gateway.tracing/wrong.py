"""Mistakes that people make with traces."""

from workbench.alternatives import Wrong

_SHAPE = (
    '_HEADER = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")\n'
)
_MADE = '    while set(made := random(size)) == {"0"}:\n        pass\n    return made\n'
_SENT = "    sent = _HEADER.fullmatch(parents[0].strip()) if len(parents) == 1 else None\n"
_FLAGS = '        flags = f"{int(sent[4], 16) & 1:02x}"\n'
_GOES_ON = (
    '        return Trace(sent[2], _nonzero(8, random), flags, ",".join(filter(None, states)))\n'
)
_BEGINS = '    return Trace(_nonzero(16, random), _nonzero(8, random), "01")\n'
_ZEROS = '    if version == "ff" or set(trace_id) == {"0"} or set(parent_id) == {"0"}:\n'
_MORE = '    return version != "00" or more is None  # a later version may say more, and begins like ours\n'
_READ = "        request[TRACE] = continued(parents, states, random)\n"
_KEEPS = '        return [*told, ("tracestate", self.state)] if self.state else told\n'

WRONG = [
    Wrong(
        "every_hop_begins_anew",
        "Each gateway begins a trace of its own, and nobody sees the whole.",
        fails=["a_trace_goes_on", "all_services_hear_of_it", "flags_say_who_keeps_it", "the_state_goes_on"],
        edits=[(_READ, "        request[TRACE] = continued([], [], random)\n")],
    ),
    Wrong(
        "passed_on_as_it_is",
        "The client's parent id goes on, so the gateway is missing in the picture.",
        fails=["a_trace_goes_on"],
        edits=[(_GOES_ON, _GOES_ON.replace("_nonzero(8, random)", "sent[3]"))],
    ),
    Wrong(
        "made_once",
        "The gateway has one span id for as long as it lives.",
        fails=["a_trace_begins_here", "a_trace_goes_on"],
        edits=[("    @web.middleware\n", "    ours = random(8)\n\n    @web.middleware\n"),
               (_READ, "        request[TRACE] = continued(parents, states, lambda size: ours if size == 8 else random(size))\n")],
    ),
    Wrong(
        "always_kept",
        "The flag is set whatever the client has said.",
        fails=["flags_say_who_keeps_it", "later_versions_are_read"],
        edits=[(_FLAGS, '        flags = "01"\n')],
    ),
    Wrong(
        "flags_as_they_came",
        "Bits whose meaning we do not know are promised to the next one.",
        fails=["flags_say_who_keeps_it"],
        edits=[(_FLAGS, "        flags = sent[4]\n")],
    ),
    Wrong(
        "first_state_only",
        "Of several lines only the first goes on.",
        fails=["the_state_goes_on"],
        edits=[(_READ, "        request[TRACE] = continued(parents, states[:1], random)\n")],
    ),
    Wrong(
        "state_of_nothing",
        "The state of a trace that could not be read is told to a new one.",
        fails=["the_state_goes_on", "what_is_no_trace_begins_one", "later_versions_are_read", "digits_are_digits"],
        edits=[(_BEGINS, '    return Trace(_nonzero(16, random), _nonzero(8, random), "01", ",".join(states))\n')],
    ),
    Wrong(
        "zeros_are_an_id",
        "The id that means none is passed on, and all traces without an id become one.",
        fails=["what_is_no_trace_begins_one"],
        edits=[(_ZEROS, '    if version == "ff":\n')],
    ),
    Wrong(
        "any_version",
        "Version ff, which must not exist, is read.",
        fails=["what_is_no_trace_begins_one"],
        edits=[(_ZEROS, '    if set(trace_id) == {"0"} or set(parent_id) == {"0"}:\n')],
    ),
    Wrong(
        "only_the_beginning",
        "What stands behind the four parts is not looked at.",
        fails=["what_is_no_trace_begins_one", "later_versions_are_read"],
        edits=[(_SENT, _SENT.replace("fullmatch", "match")), (_MORE, "    return True\n")],
    ),
    Wrong(
        "four_parts",
        "A later version may have exactly the four parts that we know.",
        fails=["later_versions_are_read"],
        edits=[(_MORE, "    return more is None\n")],
    ),
    Wrong(
        "their_version",
        "The service is told the version of the client, and rules that we do not know.",
        fails=["later_versions_are_read"],
        edits=[('    state: str = ""  # what', '    version: str = "00"\n    state: str = ""  # what'),
               ('f"00-{self.trace_id}', 'f"{self.version}-{self.trace_id}'),
               (_GOES_ON, _GOES_ON.replace("flags, ", "flags, sent[1], "))],
    ),
    Wrong(
        "int_reads_it",
        "int(..., 16) decides what a digit is, and takes signs and underscores.",
        fails=["what_is_no_trace_begins_one", "digits_are_digits"],
        edits=[(_SHAPE, '_HEADER = re.compile(r"(..)-(.{32})-(.{16})-(..)(-.*)?")\n'),
               ('    if version == "ff"',
                "    try:\n        [int(part, 16) for part in (version, trace_id, parent_id, _)]\n"
                "    except ValueError:\n        return False\n"
                '    if version == "ff"')],
    ),
    Wrong(
        "zeros_as_they_come",
        "Once in a blue moon random says zeros, and the id means none.",
        fails=["ids_come_from_random"],
        edits=[(_MADE, "    return random(size)\n")],
    ),
    Wrong(
        "secrets_of_its_own",
        "The random that was given is not used: nobody can foresee an id in a test.",
        fails=["ids_come_from_random"],
        edits=[(_MADE, _MADE.replace("random(", "secrets.token_hex("))],
    ),
    Wrong(
        "the_same_twice",
        "Two headers that say the same are taken for one.",
        fails=["what_is_no_trace_begins_one"],
        edits=[(_SENT, _SENT.replace("len(parents)", "len(set(parents))"))],
    ),
    Wrong(
        "as_much_as_fits",
        "Of the state so much goes on as the specification asks for at least: 32 entries.",
        fails=["the_state_goes_on"],
        edits=[(_GOES_ON, _GOES_ON.replace('",".join(filter(None, states))', '",".join(",".join(states).split(",")[:32])'))],
    ),
    Wrong(
        "one_of_each_vendor",
        "The state becomes a dict: an entry whose key comes twice takes the place of another.",
        fails=["the_state_goes_on"],
        edits=[(_GOES_ON, _GOES_ON.replace('",".join(filter(None, states))', '",".join({part.partition("=")[0]: part for part in ",".join(states).split(",")}.values())'))],
    ),
]  # fmt: skip
