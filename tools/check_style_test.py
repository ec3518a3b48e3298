#!/usr/bin/python3
"""Tests of check_style.py: each rule passes what is right and refuses what is not."""

import pathlib
import unittest

import check_style


def complaints(file, text):
    path, lines = pathlib.Path(file), text.splitlines()
    return [line for rule in check_style.RULES for line in rule(path, lines)]


class CheckStyle(unittest.TestCase):
    def test_a_good_header_passes(self):
        self.assertEqual(complaints("shard_map.h", "#pragma once\n// Finds shards.\n"), [])

    def test_a_header_without_purpose_is_refused(self):
        self.assertEqual(len(complaints("a.h", "#pragma once\n#include <map>\n")), 1)
        self.assertEqual(len(complaints("a.h", "// Words.\n")), 1)

    def test_long_files_and_lines_are_refused(self):
        self.assertEqual(len(complaints("a.cc", "x\n" * 601)), 1)
        self.assertEqual(len(complaints("a.cc", "x" * 101)), 1)
        self.assertEqual(complaints("a.cc", "x" * 100 + "\n" + "x\n" * 599), [])

    def test_drawers_are_refused(self):
        self.assertEqual(len(complaints("string_util.cc", "")), 1)
        self.assertEqual(complaints("utility_pole.cc", ""), [])

    def test_unfinished_work_is_refused(self):
        self.assertEqual(len(complaints("a.cc", "// TODO: later\n")), 1)


if __name__ == "__main__":
    unittest.main()
