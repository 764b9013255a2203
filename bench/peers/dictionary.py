"""The engine that most teams begin with: two dictionaries and a loop, one row after the other. Standard library only.
Usage: dictionary.py WORLD RESULT. Prints one JSON line."""
import csv
import json
import resource
import sys
import time
from decimal import Decimal


def verdict(p, i):
    if p["currency"] != i["currency"]:
        return "currency_mismatch"
    if p["kind"] != i["kind"]:
        return "kind_mismatch"
    if Decimal(p["gross"]) != Decimal(i["amount"]):
        return "amount_mismatch"
    if (p["status"] or "settled") != (i["status"] or "settled"):
        return "status_mismatch"
    if p["fee"] and i["fee"] and Decimal(p["fee"]) != Decimal(i["fee"]):
        return "fee_mismatch"
    return "matched"


def main(world, result):
    started = time.monotonic()
    by_id, by_order, seen = {}, {}, set()
    with open(f"{world}/processor.csv", newline="") as file:
        for row in csv.DictReader(file):
            by_id[row["id"]] = row
            if row["merchantReference"]:
                by_order[row["merchantReference"], row["kind"]] = row
    with open(f"{world}/internal.csv", newline="") as file, open(result, "w", newline="") as out:
        write = csv.writer(out).writerow
        write(["side", "id", "verdict", "group"])
        for record in csv.DictReader(file):
            partner = by_id.get(record["processorReference"]) or by_order.get(
                (record["merchantReference"], record["kind"])
            )
            if partner is None:
                write(["internal", record["id"], "missing_processor", ""])
                continue
            said = verdict(partner, record)
            write(["internal", record["id"], said, partner["id"]])
            if partner["id"] not in seen:
                seen.add(partner["id"])
                write(["processor", partner["id"], said, partner["id"]])
        for id in by_id:
            if id not in seen:
                write(["processor", id, "missing_internal", ""])
    seconds = time.monotonic() - started
    print(json.dumps({"seconds": seconds, "rssMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))


main(sys.argv[1], sys.argv[2])
