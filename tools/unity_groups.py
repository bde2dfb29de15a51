#!/usr/bin/env python3
"""Which sources can be compiled as one file: prints "GROUP PATH" for each path on standard input.

A whole build spends most of its time on what every file includes. Two files that give the same name
to something of their own (in a namespace without a name) never share a group.
"""

import re
import sys

MOST_LINES = 1500
OPENING = re.compile(r"^namespace \{")
CLOSING = re.compile(r"^\}.*namespace")
TYPE = re.compile(r"^(?:template <.*>\s*)?(?:struct|class|enum(?: class)?|union)\s+(?:alignas\(\w+\)\s+)?(\w+)")
ALIAS = re.compile(r"^\s*(?:using(?: namespace)?|namespace)\s+(?:(\w+)\s*=|[\w:]*::(\w+);)")
TEST = re.compile(r"^(?:TYPED_)?TEST(?:_[FP])?\((\w+), (\w+)\)")
MACRO = re.compile(r"^#define (\w+)")


def name_of(line):
    """What a line declares, if it is a declaration and its name stands on it."""
    if found := TYPE.match(line):
        return found[1]
    head = re.split(r"[({=;]", line, maxsplit=1)[0]
    if line[len(head) : len(head) + 1] in ("", ")"):
        return None
    words = re.findall(r"\w+", re.sub(r"\[\w*\]", "", head))
    return words[-1] if words else None


def own_names(text):
    """{what the file calls something of its own: the alias that it is, or nothing}"""
    names, is_inside, is_begun = {}, False, False
    for line in text.split("\n"):
        if found := ALIAS.match(line):
            names[found[1] or found[2]] = line.strip()
        elif found := TEST.match(line):
            names[f"{found[1]}.{found[2]}"] = ""
        elif found := MACRO.match(line):
            names[found[1]] = ""
        elif OPENING.match(line):
            is_inside = True
        elif CLOSING.match(line):
            is_inside = False
        elif is_inside and line and (is_begun or not line.startswith((" ", "}", "/", "#", ")"))):
            # Of a long declaration the name may stand on its second line.
            name = name_of(line.strip())
            is_begun = name is None and not is_begun
            if name and not name.isupper():
                names[name] = ""
            continue
        is_begun = False
    return names


def may_join(names, others):
    return all(name not in others or (alias and alias == others[name]) for name, alias in names.items())


def main():
    groups = []  # [lines, names, paths]
    for path in sorted(line.strip() for line in sys.stdin if line.strip()):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        names, lines = own_names(text), text.count("\n")
        for group in groups:
            if group[0] + lines <= MOST_LINES and may_join(names, group[1]):
                break
        else:
            group = [0, {}, []]
            groups.append(group)
        group[0] += lines
        group[1].update(names)
        group[2].append(path)
    for number, (_, _, paths) in enumerate(groups):
        for path in paths:
            print(number, path)


if __name__ == "__main__":
    main()
