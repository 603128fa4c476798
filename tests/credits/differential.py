#!/usr/bin/env python3
"""Random histories of applications, credits, bills, addenda, AWS's figures and facts of one's own: the ledger against the slow reference of reference.py,
to the last decimal.
Of every tenth also: another order of arrival, in other pieces, into another store, merged or not, gives the same answers.

As a test: differential.py TRAILKEEPER. By hand also: --count N --seed S; a difference is shrunk and printed with its seed.
"""
import json
import os
import sys
from collections import defaultdict
from decimal import Decimal
from itertools import chain, zip_longest

import postings
from history import History
from programme import Unnamed, row_of
from reasons import RULES, Reasons
from reference import Reference
from stores import Ledger, arrivals


def differences(binary, history, events, lines, feed, settings):
    """What the two say differently, as sentences."""
    ours = Ledger(binary, history, events, lines, feed)
    reference = Reference(events + ours.facts, lines, settings, history.at)
    found = ours.wrong
    for row, form in zip_longest(ours.applications, reference.programme.forms):
        found += compare_application(row or {}, row_of(form) if form else {})
    balances = reference.balances()
    credits = [row for row in ours.credits if row["type"] != "Billed"]
    found += compare_billed([row for row in ours.credits if row["type"] == "Billed"], reference.billed())
    if sorted(balances) != sorted(row["creditId"] for row in credits):
        return found + ["credits: %s, reference %s" % ([row["creditId"] for row in credits], list(balances))]
    for row in credits:
        for key, value in balances[row["creditId"]].items():
            if (Decimal(row[key]) if isinstance(value, Decimal) else row[key]) != value:
                found.append("credit %s: %s is %s, reference %s" % (row["creditId"], key, row[key], value))
    rows = defaultdict(list)
    for line in lines:
        if line["day"] <= history.at:
            rows[((line["day"].year, line["day"].month), line["payer"], Reference.key(line))].append(
                ours.lines.pop(line["id"])
            )
    if ours.lines:
        found.append("lines nobody knows: %s" % list(ours.lines))
    found += postings.differences(reference, ours.postings)
    for (month, payer), cells in reference.cells.items():
        reasons = Reasons(reference, month, payer, cells)
        for cell in cells:
            key = (cell.account, cell.service, cell.usage, cell.day, cell.line_type, cell.entity, cell.reserved)
            found += [
                "%s: %s" % (key, sentence)
                for sentence in compare_cell(cell, rows[(month, payer, key)], reasons.true(cell))
            ]
    return found


def compare_application(row, form):
    """Column by column."""
    if not row or not form:
        yield "application %s, reference %s" % (row, form)
        return
    for key, value in form.items():
        said = row.get(key)
        if isinstance(value, Unnamed):
            value, said = True, value.is_told_as(said)
        said = Decimal(said) if isinstance(value, Decimal) else sorted(said) if isinstance(value, list) else said
        if said != value:
            yield "application %s: %s is %s, reference %s" % (row["applicationId"], key, said, value)


def compare_billed(rows, billed):
    """What the bills' own lines tell of accounts without a known credit."""
    ours = {(row["account"], row["creditId"]): (Decimal(row["used"]), row["notices"], row["status"]) for row in rows}
    if len(ours) != len(rows) or set(ours) != set(billed):
        yield "billed: %s, reference %s" % (sorted(ours), sorted(billed))
    for key in set(ours) & set(billed):
        months = {month: amount for month, amount in billed[key].items() if amount}
        told = {notice.split()[0]: Decimal(notice.split()[-1]) for notice in ours[key][1]}
        if told != months or ours[key][0] != sum(months.values()) or ours[key][2] != "unknown":
            yield "billed %s: %s, reference %s" % (key, ours[key], months)


def compare_cell(cell, rows, true):
    """Of one cell's lines: what was paid, by which credit, and why no more."""
    paid = defaultdict(Decimal)
    for row in rows:
        covered = sum((Decimal(credit["amount"]) for credit in row["credits"]), Decimal(0))
        unpaid = Decimal(row["unknown"]) + Decimal(row["due"])
        if covered != Decimal(row["covered"]) or covered + unpaid != Decimal(row["amount"]):
            yield "line %s doesn't add up: %s" % (row["lineItemId"], row)
        for credit in row["credits"]:
            paid[credit["creditId"]] += Decimal(credit["amount"])
        shown = (row["account"], row["service"], row["usageType"], row["type"], row["start"][:10])
        if shown != (cell.account, cell.service, cell.usage, cell.line_type, str(cell.day)):
            yield "line %s is shown as %s" % (row["lineItemId"], shown)
    if dict(paid) != dict(cell.paid):
        yield "paid %s, reference %s" % (dict(paid), dict(cell.paid))
    for row in rows:
        if true is None:
            break
        whole = Decimal(row["unknown"]) + Decimal(row["due"]) == 0
        if Decimal(row["amount"]) > 0 and row["reason"] != ("covered" if whole else true):
            yield "line %s: reason %s, reference %s" % (row["lineItemId"], row["reason"], true)
        if (Decimal(row["unknown"]) != 0) != (row["reason"] == "before-import"):
            yield "line %s: unknown is %s, reason %s" % (row["lineItemId"], row["unknown"], row["reason"])
        if row["reason"] in RULES and row["rule"] not in RULES[row["reason"]]:
            yield "line %s: reason %s by rule %s" % (row["lineItemId"], row["reason"], row["rule"])


def shrink(fails, *lists):
    """Leaves out what isn't needed for the difference: halves, quarters and so on down to one at a time."""
    lists = [list(items) for items in lists]
    for place, items in enumerate(lists):
        size = len(items)
        while size > 0:
            for begin in range(len(lists[place]) - size, -1, -size):
                fewer = lists[place][:begin] + lists[place][begin + size :]
                if fails(*lists[:place], fewer, *lists[place + 1 :]):
                    lists[place] = fewer
            size //= 2
    return lists


def main():
    binary, options = sys.argv[1], dict(zip(sys.argv[2::2], sys.argv[3::2]))
    count, first = int(options.get("--count", 60)), int(options.get("--seed", 1))
    with open(os.path.join(os.path.dirname(__file__), "..", "..", "rules", "credits", "settings.json")) as file:
        settings = json.load(file)
    for seed in range(first, first + count):
        history = History(seed)
        if seed % 10 == 0:
            found = list(arrivals(binary, history))
            if found:
                print("seed %d, as of %s, arrivals differ:" % (seed, history.at))
                print("\n".join(found))
                return 1
        if not differences(binary, history, history.events, history.lines, history.feed, settings):
            continue

        def fails(*lists):
            return bool(differences(binary, history, *lists, settings))

        lists = shrink(fails, history.events, history.lines, history.feed)
        print("seed %d, as of %s:" % (seed, history.at))
        for item in chain(*lists):
            print("  %s" % item)
        print("\n".join(differences(binary, history, *lists, settings)))
        return 1
    print("%d histories agree" % count)
    return 0


if __name__ == "__main__":
    sys.exit(main())
