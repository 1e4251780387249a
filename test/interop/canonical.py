"""Values as JSON that keeps their kind, and the loop that answers a JSON line with a JSON line."""
import base64
import datetime
import decimal
import json
import math
import os
import sys
import traceback

LIMIT = 2**53
# Of a failure: Spark's texts carry whole plans.
TOLD = 1500


def canonical(value):
    """Maps come as dicts or as lists of pairs, structs as tuples with names or as dicts of Arrow."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return value if -LIMIT < value < LIMIT else str(value)
    if isinstance(value, float):
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        return "-0.0" if value == 0 and math.copysign(1, value) < 0 else value
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        zone = "Z" if value.tzinfo else ""
        return value.replace(tzinfo=None).isoformat(timespec="microseconds") + zone
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode()
    if isinstance(value, Pairs):
        pairs = [[canonical(key), canonical(item)] for key, item in value]
        return sorted(pairs, key=lambda pair: json.dumps(pair[0]))
    if isinstance(value, dict):
        return {name: canonical(item) for name, item in value.items()}
    return [canonical(item) for item in value]


class Pairs(list):
    """A map's entries."""


def serve(answer):
    """Standard output is for answers alone: what else is printed there goes to standard error."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        try:
            reply = {"result": answer(json.loads(line))}
        except Exception as failure:
            reply = {"error": f"{str(failure)[:TOLD]}\n{traceback.format_exc(limit=-3)[:TOLD]}"}
        out.write(json.dumps(reply) + "\n")
        out.flush()
