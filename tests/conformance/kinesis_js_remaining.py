"""aws-sdk-js v3 against resharding, consumers (a live subscription) and account operations."""

import kinesis_js


class Remaining(kinesis_js.Script):
    script = "remaining.mjs"
