#!/usr/bin/env python3
"""House rules that no compiler checks: notes to self, banned calls, file and function length, headers without a contract.

    scripts/tidy.py [ROOT]        prints file:line: what; exits 1 when there is anything"""
import pathlib
import re
import sys

FILE_LINES = 800
HEADER_LINES = 200
FUNCTION_LINES = 70
LINE_COLUMNS = 100
BANNED = re.compile(r"\b(strcpy|strcat|sprintf|vsprintf|gets|atoi|atol|atof|strtok|alloca)\s*\(")
NOTE = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
ASSERT_EFFECT = re.compile(r"\bassert\s*\([^=!<>]*(\+\+|--|[^=!<>]=[^=])")


def sources(root, *folders):
    for folder in folders:
        yield from sorted((root / folder).rglob("*.[ch]"))


def function_lengths(lines):
    """(line of the closing brace, length) of each function: a brace in column 0 opens and closes it in this house's layout."""
    start = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
        elif line.startswith("}") and start:
            if line == "}":
                yield start, number - start - 1
            start = None


def undocumented(lines):
    """Public prototypes with no comment above them; prototypes that follow one another without a blank line share one."""
    covered = False
    for number, line in enumerate(lines, 1):
        if not line.strip():
            covered = False
        elif line.rstrip().endswith("*/"):
            covered = True
        elif line.startswith("XY_API") and not covered:
            yield number


def check_file(name, text, header_contracts):
    lines = text.splitlines()
    if len(lines) > FILE_LINES:
        yield f"{name}:1: {len(lines)} lines; the limit is {FILE_LINES}"
    if name.suffix == ".h" and len(lines) > HEADER_LINES + 100:
        yield f"{name}:1: a header of {len(lines)} lines; aim at {HEADER_LINES}"
    if not lines or "SPDX-License-Identifier: MIT" not in lines[0]:
        yield f"{name}:1: the first line must be the SPDX licence line"
    for number, line in enumerate(lines, 1):
        if NOTE.search(line):
            yield f"{name}:{number}: a note to self"
        if BANNED.search(line):
            yield f"{name}:{number}: banned call {BANNED.search(line).group(1)}()"
        if ASSERT_EFFECT.search(line):
            yield f"{name}:{number}: an assertion with an effect"
        if len(line) > LINE_COLUMNS:
            yield f"{name}:{number}: {len(line)} columns"
        if line != line.rstrip():
            yield f"{name}:{number}: white space at the end"
    for number, length in function_lengths(lines):
        if length > FUNCTION_LINES:
            yield f"{name}:{number}: a function of {length} lines; the limit is {FUNCTION_LINES}"
    if header_contracts:
        for number in undocumented(lines):
            yield f"{name}:{number}: a public function without a comment"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent)
    problems = []
    for path in sources(root, "src", "include", "examples", "bench"):
        name = path.relative_to(root)
        problems += check_file(name, path.read_text(), name.parts[0] == "include")
    for path in sources(root, "tests"):
        name = path.relative_to(root)
        problems += [p for p in check_file(name, path.read_text(), False) if "function of" not in p and " lines; the limit" not in p]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
