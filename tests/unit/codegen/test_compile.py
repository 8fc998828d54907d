#!/usr/bin/env python3
"""What compilers say to generated code, and to mistakes in what is written against it.

    test_compile.py XYLEM ROOT LIB      XYLEM: the command line; ROOT: of the repository; LIB: libxylem.so

Each mistake is a change of the SDL or of services.c; the test passes when compiling or linking fails with a message that names the
field. Prints its counts as cmocka does."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

XYLEM, ROOT, LIB = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
HERE = ROOT / "tests/unit/codegen"
COMPILERS = [name for name in ("gcc", "clang") if shutil.which(name)]
# The project's, with every warning an error.
FLAGS = ("-std=gnu17 -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wswitch-enum -Wvla -Wundef -Wformat=2 "
         "-Wcast-qual -Wimplicit-fallthrough -Wno-missing-field-initializers -Wno-format-nonliteral -Werror -D_GNU_SOURCE").split()
TYPES_OF_THE_LARGE = 500
SECONDS_FOR_THE_LARGE = 20

VERSION = """int Query_version(xy_call *c, xy_str *out)
{
    *out = xy_format(c, "xylem %s", xy_version());
    return XY_OK;
}
"""

# (what was done wrong, change of the SDL, change of services.c, what the message must name)
MISTAKES = [
    ("a misspelt argument", None, ("find(a->id)", "find(a->ident)"), r"ident(.|\n)*Query_auction_args|Query_auction_args(.|\n)*ident"),
    ("a result of another type", None, (r"const Query_auction_args *a, Auction **out", "const Query_auction_args *a, Bid **out"),
     r"conflicting types for .Query_auction"),
    ("a resolver that is missing", None, (VERSION, ""), r"undefined reference to `?.?Query_version"),
    ("an argument renamed in the SDL", ("auction(id: ID!)", "auction(key: ID!)"), None, r"Query_auction_args"),
    ("Int became Float in the SDL", ("countdown(from: Int!", "countdown(from: Float!"), None, r"Subscription_countdown|a->from"),
    ("a result became Float in the SDL", ("numbers: [Int!]!", "numbers: [Float!]!"), None, r"conflicting types for .Query_numbers"),
    ("a payload of another type", None, ("Subscription_bidMade_publish(c, input->auctionId, *out)",
                                         "Subscription_bidMade_publish(c, input->auctionId, auction)"), r"Subscription_bidMade_publish"),
    ("a misspelt topic", None, ("Subscription_bidMade_publish(", "Subscription_bidMad_publish("), r"Subscription_bidMad_publish"),
    ("a pushed item of another type", None, ("Query_bidders_push(s, &ben)", "Query_bidders_push(s, the_car())"), r"Query_bidders_push"),
    ("a forgotten answer", None, ("    *out = find(a->id);\n", "    (void)a;\n"), r"unused parameter .out.(.|\n)*Query_auction|"
     r"Query_auction(.|\n)*unused parameter .out"),
    ("a call for the loop, from the worker pool", None,
     ("    if (a->below < 0)", "    Auction_invalidate(w, car.id);\n    if (a->below < 0)"),
     r"xy_work(.|\n)*Auction_invalidate|Auction_invalidate(.|\n)*xy_work"),
]

# A library that is built with sanitizers needs more than these object files do: they are linked, and not run.
SANITIZED = "__asan_init" in subprocess.run(["nm", "-D", LIB], stdout=subprocess.PIPE, text=True).stdout
SANITIZE = ["-Wl,--allow-shlib-undefined"] if SANITIZED else []

passed, failed = 0, []


def run(*command, cwd=None):
    done = subprocess.run([str(part) for part in command], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env={**os.environ, "LC_ALL": "C"})
    return done.returncode, done.stdout


def case(name, ok, output=""):
    global passed
    print(f"[ {'      OK' if ok else ' FAILED '} ] {name}")
    if ok:
        passed += 1
    else:
        failed.append(name)
        print(output)


def generate(folder, sdl):
    (folder / "schema.graphql").write_text(sdl)
    return run(XYLEM, "generate", "types", "--quiet", "--sdl", folder / "schema.graphql", "--out", folder)


def compile_one(compiler, folder, source, *more):
    return run(compiler, *FLAGS, "-I", ROOT / "include", "-I", folder, *more, "-c", source, "-o", folder / (pathlib.Path(source).stem + ".o"))


def compile_all(compiler, folder, services):
    """Compiles and links an application; the first step that fails ends it."""
    (folder / "services.c").write_text(services)
    for source in (folder / "types.c", folder / "services.c", HERE / "app.c"):
        code, output = compile_one(compiler, folder, source)
        if code:
            return code, output
    objects = [folder / f"{name}.o" for name in ("types", "services", "app")]
    return run(compiler, *SANITIZE, *objects, LIB, f"-Wl,-rpath,{LIB.parent}", "-o", folder / "app")


def change(text, edit):
    if not edit:
        return text
    assert text.count(edit[0]) >= 1, f"{edit[0]!r} is not there any more"
    return text.replace(edit[0], edit[1], 1)


def large_schema():
    """Types of every kind of field, each with a query, a mutation's worth of input, and a topic."""
    lines = []
    query, subscription = [], []
    for n in range(TYPES_OF_THE_LARGE):
        other = (n * 7 + 1) % TYPES_OF_THE_LARGE
        lines.append(f"type Thing{n} {{ id: ID! name: String count: Int size: Float! other: Thing{other} others: [Thing{other}!]! "
                     f"tags: [String!] more(first: Int, after: String): [Thing{other}] total: Int @computed }}")
        query.append(f"  thing{n}(id: ID!): Thing{n} @skipAuth")
        if n % 10 == 0:
            lines.append(f"input Thing{n}Input {{ name: String! size: Float = 1 }}")
            query.append(f"  add{n}(input: Thing{n}Input!): Thing{n} @later @skipAuth")
            subscription.append(f"  thing{n}Changed(id: ID!): Thing{n} @topic(key: \"id\")")
    return "\n".join(lines + ["type Query {"] + query + ["}", "type Subscription {"] + subscription + ["}"])


def tests(folder):
    sdl = (HERE / "graphql/auctions.graphql").read_text()
    services = (HERE / "services.c").read_text()
    for compiler in COMPILERS:
        code, output = generate(folder, sdl)
        if not code:
            code, output = compile_all(compiler, folder, services)
        case(f"{compiler} has nothing to say", not code, output)
        for name, sdl_edit, services_edit, wanted in MISTAKES:
            code, output = generate(folder, change(sdl, sdl_edit))
            assert not code, output
            code, output = compile_all(compiler, folder, change(services, services_edit))
            case(f"{compiler} tells {name}", code != 0 and re.search(wanted, output) is not None, output)
    generate(folder, sdl)
    before = (folder / "types.h").stat().st_mtime_ns, (folder / "types.c").stat().st_mtime_ns
    generate(folder, sdl)
    case("files that are up to date are left alone",
         before == ((folder / "types.h").stat().st_mtime_ns, (folder / "types.c").stat().st_mtime_ns))

    start = time.monotonic()
    code, output = generate(folder, large_schema())
    if not code:
        code, output = compile_one(COMPILERS[0], folder, folder / "types.c")
    seconds = time.monotonic() - start
    case(f"{TYPES_OF_THE_LARGE} types are generated and compiled in {SECONDS_FOR_THE_LARGE} s", not code and seconds < SECONDS_FOR_THE_LARGE,
         f"{seconds:.1f} s\n{output}")

    stubs(folder / "stubs", sdl)
    odd(folder / "odd")


def odd(folder):
    """What is rare compiles, with a prefix before every name, and the engine takes all that is bound."""
    folder.mkdir()
    code, output = run(XYLEM, "generate", "types", "--quiet", "--sdl", HERE / "graphql/odd.graphql", "--out", folder, "--prefix", "odd_",
                       "--stubs", folder)
    (folder / "main.c").write_text('''#include <stdio.h>
#include "odd_types.h"

int main(void)
{
    xy_schema *schema;
    xy_str text;
    int rc = odd_types_load(NULL, &schema, &text);

    if (rc == XY_OK)
        text = xy_schema_print(schema);
    printf("%.*s", XY_PRI(text));
    return rc != XY_OK;
}
''')
    for compiler in COMPILERS:
        for source in ("odd_types.c", "odd.c", "main.c"):
            if not code:
                code, output = compile_one(compiler, folder, folder / source)
        if not code:
            code, output = run(compiler, *SANITIZE, *(folder / f"{name}.o" for name in ("odd_types", "odd", "main")), LIB,
                               f"-Wl,-rpath,{LIB.parent}", "-o", folder / "main")
        case(f"{compiler} has nothing to say to what is rare", not code, output)
    if not SANITIZED:
        code, output = run(folder / "main")
        case("the engine takes what is rare", not code and "Why??!" in output and "@topic" not in output, output)


def stubs(folder, sdl):
    """--stubs adds what is missing, and only that."""
    (folder / "services").mkdir(parents=True)
    generate(folder, sdl)
    own = '#include "types.h"\n\nint\nQuery_mood(xy_call *c, Mood *out)\n{\n    (void)c;\n    *out = Mood_SAD;\n    return XY_OK;\n}\n'
    (folder / "services/moods.c").write_text(own)
    command = (XYLEM, "generate", "types", "--sdl", folder / "schema.graphql", "--out", folder, "--stubs", folder / "services")
    code, output = run(*command)
    text = (folder / "services/schema.c").read_text()
    case("stubs are written for resolvers that are missing", not code and "int Query_version(" in text and "Query_mood" not in text
         and (folder / "services/moods.c").read_text() == own, output)
    (folder / "subscriptions").mkdir()
    (folder / "services/schema.c").unlink()
    run(*command, "--stubs", folder / "subscriptions")
    sources = (folder / "subscriptions/schema.c").read_text()
    text = (folder / "services/schema.c").read_text()
    case("those of subscriptions go to a folder of their own", "int Subscription_countdown(" in sources and "int Query_" not in sources
         and "int Subscription_" not in text)
    command = (*command, "--stubs", folder / "subscriptions")
    code, output = run(*command)
    case("they are written once", not code and output == "" and (folder / "services/schema.c").read_text() == text, output)
    for compiler in COMPILERS:
        code, output = compile_one(compiler, folder, folder / "services/schema.c")
        case(f"{compiler} has nothing to say to them", not code, output)


with tempfile.TemporaryDirectory() as name:
    tests(pathlib.Path(name))
print(f"[  PASSED  ] {passed} test(s).")
if failed:
    print(f"[  FAILED  ] {len(failed)} test(s): {', '.join(failed)}")
sys.exit(bool(failed))
