"""npm's lifion-kinesis, with dynalite as its lease table, through a split and a merge: nothing is lost."""

from pathlib import Path

import kinesis_js


class Lifion(kinesis_js.Script):
    folder = Path(__file__).with_name("js-lifion")
    proof = "lifion-kinesis"
    script = "lifion.mjs"
