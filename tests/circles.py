#!/usr/bin/env python3
"""Refuses files that call each other in circles: circles.py BUILD_FOLDER. What two files need goes below both.

An edge is a symbol that one object uses and another defines (nm).
"""
import os
import subprocess
import sys


def objects(build):
    """Name and path of each object whose source is still there."""
    top = os.path.join(build, "src")
    for folder, _, files in os.walk(top):
        for file in files:
            name = os.path.relpath(os.path.join(folder, file), top)[:-2]
            if file.endswith(".o") and os.path.exists(os.path.join("src", name + ".c")):
                yield name, os.path.join(folder, file)


def edges(build):
    owner, used = {}, {}
    for name, path in objects(build):
        used[name] = set()
        for line in subprocess.run(["nm", path], capture_output=True, text=True, check=True).stdout.splitlines():
            words = line.split()
            if words[-2] == "U":
                used[name].add(words[-1])
            elif words[-2] in "TDBR":
                owner[words[-1]] = name
    return {name: {owner[s]: s for s in sorted(symbols) if owner.get(s, name) != name} for name, symbols in used.items()}


def reachable(graph, start):
    seen, todo = set(), list(graph[start])
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += graph[name]
    return seen


def main():
    graph = edges(sys.argv[1])
    reach = {name: reachable(graph, name) for name in graph}
    circles = {frozenset(n for n in reach[name] if name in reach[n]) for name in graph if name in reach[name]}
    bad = 0
    for circle in circles:
        bad += 1
        print("layers: files call each other in a circle:")
        for name in sorted(circle):
            for other in sorted(circle & set(graph[name])):
                print(f"  {name} uses {other} ({graph[name][other]})")
    return bad > 0


sys.exit(main())
