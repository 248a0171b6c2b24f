# SPDX-License-Identifier: GPL-2.0-or-later
"""What the public headers declare, as the tests that compare it with something else need it."""
import glob
import os
import re
from collections import namedtuple

import px

INCLUDE = os.path.join(px.SOURCE, "include")

# Of a function: type of its result, and (type, name) of its parameters; whether it is inline.
Function = namedtuple("Function", "header returns name parameters is_inline")
# Of a struct or an enum: members are (type with array, name), enumerators are names.
Struct = namedtuple("Struct", "header name members")
Enum = namedtuple("Enum", "header name enumerators")
Macro = namedtuple("Macro", "header name value")


def headers(include=INCLUDE):
    """Names of all, as a program includes them."""
    return sorted(os.path.relpath(path, include) for path in
                  glob.glob(os.path.join(include, "*.h")) +
                  glob.glob(os.path.join(include, "pmapx", "*.h")))


def spaced(text):
    """A type on one line, with its stars behind a blank."""
    text = re.sub(r"\s*\*\s*", "*", " ".join(text.split()))
    return re.sub(r"(?<=[\w])(?=\*)", " ", text)


def split_declaration(text):
    """(type, name) of "const char *name" or "char name[5]"."""
    found = re.fullmatch(r"(.*?)(\w+)((?:\[\w*\])*)", text.strip(), re.DOTALL)
    if found is None or not found.group(1).strip():
        raise AssertionError("not a declaration: %r" % text)
    return spaced(found.group(1)) + found.group(3), found.group(2)


def declared(include=INCLUDE):
    """All of it, in the order of the headers."""
    for header in headers(include):
        with open(os.path.join(include, header), encoding="utf-8") as file:
            text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.DOTALL)
        for found in re.finditer(
                r"^(?P<how>PMAPX_API|static inline)\s+(?P<what>[^;{]+?)\((?P<with>[^)]*)\)\s*[;{]|"
                r"^struct (?P<struct>\w+) \{\n(?P<members>.*?)^\};|"
                r"^enum (?P<enum>\w+) \{\n(?P<enumerators>.*?)^\};|"
                r"^#define (?P<macro>PMAPX_(?!(?:\w+_)?H$|API\b)\w+)(?P<value>[^\n]*)$",
                text, re.DOTALL | re.MULTILINE):
            if found["how"]:
                returns, name = split_declaration(found["what"])
                given = [one for one in found["with"].split(",") if one.strip() != "void"]
                yield Function(header, returns, name, [split_declaration(one) for one in given],
                               found["how"] != "PMAPX_API")
            elif found["struct"]:
                yield Struct(header, found["struct"], [
                    split_declaration(one) for one in found["members"].split(";") if one.strip()])
            elif found["enum"]:
                yield Enum(header, found["enum"],
                           re.findall(r"^\s*(\w+)", found["enumerators"], re.MULTILINE))
            else:
                yield Macro(header, found["macro"], found["value"].strip())


def functions(include=INCLUDE):
    """Those that the library exports and those that are inline."""
    return [one for one in declared(include) if isinstance(one, Function)]


def prototype(function, names=True):
    """As one line; without the names of parameters it is what a caller was compiled for."""
    parameters = [(kind + ("" if kind.endswith("*") else " ") + name) if names else kind
                  for kind, name in function.parameters] or ["void"]
    returns = function.returns + ("" if function.returns.endswith("*") else " ")
    return "%s%s(%s)" % (returns, function.name, ", ".join(parameters))


def versions(script=os.path.join(px.SOURCE, "src", "libpmapx.sym")):
    """{symbol: node} of the version script, in its order."""
    found = {}
    with open(script, encoding="utf-8") as file:
        for node, body in re.findall(r"^(\w[\w.]*) \{\n(.*?)^\}[^;]*;", file.read(),
                                     re.DOTALL | re.MULTILINE):
            for symbol in re.findall(r"^\s+(pmapx_\w+);", body, re.MULTILINE):
                if symbol in found:
                    raise AssertionError("%s is in two nodes" % symbol)
                found[symbol] = node
    return found
