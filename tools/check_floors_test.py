#!/usr/bin/python3
"""Tests of check_floors.py on small houses made for the purpose."""

import pathlib
import tempfile
import unittest

import check_floors


class CheckFloors(unittest.TestCase):
    def complaints(self, files):
        with tempfile.TemporaryDirectory() as folder:
            src = pathlib.Path(folder)
            for name, text in files.items():
                path = src / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return [line.replace(folder + "/", "") for line in check_floors.check(src)]

    def test_arrows_down_and_into_the_own_room_pass(self):
        self.assertEqual(self.complaints({
            "kinesis/a.h": '#include <vector>\n#include "kinesis/b.h"\n#include "log/log.h"\n',
            "io/a.h": '#include "base/id.h"\n',
            "aws/a.cc": '#include "wire/md5.h"\n',
        }), [])

    def test_an_arrow_up_is_refused_with_its_line(self):
        self.assertEqual(self.complaints({"log/a.cc": '\n#include "kinesis/b.h"\n'}),
                         ["log/a.cc:2: the arrow log -> kinesis points up"])

    def test_neighbours_never_see_each_other(self):
        self.assertEqual(self.complaints({"aws/a.cc": '#include "console/b.h"\n'}),
                         ["aws/a.cc:1: the arrow aws -> console points sideways"])

    def test_a_product_that_knows_bytes_is_refused(self):
        self.assertEqual(self.complaints({"kinesis/a.cc": '#include "wire/md5.h"\n'}),
                         ["kinesis/a.cc:1: only faces and what stands above them know wire"])

    def test_links_are_arrows_too(self):
        files = {"log/CMakeLists.txt": "levada_room(log\n  LINKS levada_io levada_aws uring)\n"}
        self.assertEqual(self.complaints(files),
                         ["log/CMakeLists.txt:2: the arrow log -> aws points up"])

    def test_a_room_or_an_include_from_nowhere_is_refused(self):
        self.assertEqual(len(self.complaints({"helpers/a.h": ""})), 1)
        self.assertEqual(len(self.complaints({"log/a.cc": '#include "segment.h"\n'})), 1)

    def test_what_lies_directly_in_src_stands_above_every_floor(self):
        self.assertEqual(self.complaints({"main.cc": '#include "server/serve.h"\n'}), [])


if __name__ == "__main__":
    unittest.main()
