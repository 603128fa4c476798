#!/usr/bin/env python3
"""Compares `trailkeeper sql` with DuckDB on random queries in what both dialects mean alike.

    tests/dialect/run build/release/trailkeeper [--count N] [--seed N]

Where they write the same thing differently, a query is made in two spellings. Rows are compared without their order,
since neither promises one that isn't asked for. What fails in one must fail in the other.
"""
import argparse
import json
import os
import random
import subprocess
import sys

from harness import Harness

HERE = os.path.dirname(os.path.abspath(__file__))
WORDS = ["a", "b", "ab", "abc", "A", "", "a%b", "x_y", "Ünïcode", "GetObject", "get", "7"]
DIVIDE = {"ours": "%s / %s", "duckdb": "%s // %s"}


class Maker:
    """Makes expressions of a type over the columns t.i, t.j (bigint), t.s, t.r (varchar), t.b (boolean), t.d (timestamp)."""

    def __init__(self, rng):
        self.rng = rng
        self.spellings = {}

    def both(self, ours, duckdb, *parts):
        """The same in two spellings, each with its own parts."""
        return tuple(form % tuple(part[side] for part in parts) for side, form in enumerate((ours, duckdb)))

    def same(self, form, *parts):
        return self.both(form, form, *parts)

    def literal(self, text):
        return (text, text)

    def number(self, depth):
        rng = self.rng
        if depth <= 0 or rng.random() < 0.25:
            return self.literal(
                rng.choice(["t.i", "t.j", "t.i", "t.j", str(rng.randint(-9, 9)), "CAST(NULL AS bigint)"])
            )
        kind = rng.randrange(12)
        a, b = self.number(depth - 1), self.number(depth - 1)
        if kind < 3:
            return self.same("(%s " + "+-*"[kind] + " %s)", a, b)
        if kind == 3:
            return self.both("(%s / nullif(%s, 0))", "(%s // nullif(%s, 0))", a, b)
        if kind == 4:
            return self.same("mod(%s, nullif(%s, 0))", a, b)
        if kind == 5:
            return self.same("abs(%s)", a)
        if kind == 6:
            return self.same("coalesce(%s, %s)", a, b)
        if kind == 7:
            return self.same("CASE WHEN %s THEN %s ELSE %s END", self.truth(depth - 1), a, b)
        if kind == 8:
            return self.same("length(%s)", self.text(depth - 1))
        if kind == 9:
            return self.same("strpos(%s, %s)", self.text(depth - 1), self.literal("'b'"))
        if kind == 10:
            return self.same("nullif(%s, %s)", a, b)
        return self.same("extract(" + rng.choice(["hour", "day", "month", "year"]) + " FROM %s)", self.time())

    def text(self, depth):
        rng = self.rng
        if depth <= 0 or rng.random() < 0.25:
            word = "'" + rng.choice(WORDS).replace("%", "%%") + "'"
            return self.literal(rng.choice(["t.s", "t.r", "t.s", word, "CAST(NULL AS varchar)"]).replace("%%", "%"))
        kind = rng.randrange(10)
        a, b = self.text(depth - 1), self.text(depth - 1)
        if kind == 0:
            return self.same("(%s || %s)", a, b)
        if kind == 1:
            return self.same("upper(%s)", a)
        if kind == 2:
            return self.same("lower(%s)", a)
        if kind == 3:
            return self.same("replace(%s, 'a', 'xy')", a)
        if kind == 4:
            start, count = rng.randint(1, 4), rng.randint(0, 4)
            return self.same("substr(%%s, %d, %d)" % (start, count), a)
        if kind == 5:
            return self.same("coalesce(%s, %s)", a, b)
        if kind == 6:
            return self.same("CAST(%s AS varchar)", self.number(depth - 1))
        if kind == 7:
            return self.same("reverse(%s)", a)
        if kind == 8:
            return self.same("trim(%s)", a)
        return self.same("CASE WHEN %s THEN %s ELSE %s END", self.truth(depth - 1), a, b)

    def time(self):
        return self.literal(
            self.rng.choice(["t.d", "t.d", "TIMESTAMP '2024-05-01 10:30:00'", "date_trunc('month', t.d)"])
        )

    def truth(self, depth):
        rng = self.rng
        if depth <= 0:
            return self.literal(rng.choice(["t.b", "true", "false", "t.i > 0", "t.s IS NULL"]))
        kind = rng.randrange(11)
        a, b = self.truth(depth - 1), self.truth(depth - 1)
        if kind == 0:
            return self.same("(%s AND %s)", a, b)
        if kind == 1:
            return self.same("(%s OR %s)", a, b)
        if kind == 2:
            return self.same("(NOT %s)", a)
        if kind == 3:
            operator = rng.choice(["=", "<>", "<", "<=", ">", ">="])
            return self.same("(%s " + operator + " %s)", self.number(depth - 1), self.number(depth - 1))
        if kind == 4:
            return self.same("(%s = %s)", self.text(depth - 1), self.text(depth - 1))
        if kind == 5:
            pattern = rng.choice(["a%", "%b%", "_", "A_%", "", "%"]).replace("%", "%%")
            return self.same("(%s LIKE '" + pattern + "')", self.text(depth - 1))
        if kind == 6:
            words = ", ".join("'%s'" % word for word in rng.sample(["a", "b", "ab", "A"], 2)) + rng.choice(
                ["", ", NULL"]
            )
            return self.same("(%s " + rng.choice(["IN", "NOT IN"]) + " (" + words + "))", self.text(depth - 1))
        if kind == 7:
            return self.same("(%s BETWEEN %s AND %s)", self.number(depth - 1), self.number(0), self.number(0))
        if kind == 8:
            return self.same("(%s IS " + rng.choice(["", "NOT "]) + "NULL)", self.number(depth - 1))
        if kind == 9:
            return self.same(
                "(%s IS " + rng.choice(["", "NOT "]) + "DISTINCT FROM %s)", self.text(depth - 1), self.text(0)
            )
        return self.same("(%s " + rng.choice(["<", ">="]) + " %s)", self.time(), self.time())

    def aggregate(self):
        rng = self.rng
        kind = rng.randrange(9)
        if kind == 0:
            return self.literal("count(*)")
        if kind == 1:
            return self.same("count(%s)", self.text(1))
        if kind == 2:
            return self.same("count(DISTINCT %s)", self.text(1))
        if kind == 3:
            return self.same("sum(%s)", self.number(1))
        if kind == 4:
            return self.same("min(%s)", self.text(1))
        if kind == 5:
            return self.same("max(%s)", self.number(1))
        if kind == 6:
            return self.same("count(*) FILTER (WHERE %s)", self.truth(1))
        if kind == 7:
            return self.same("bool_or(%s)", self.truth(1))
        # DuckDB's is NULL where all are.
        return self.both("count_if(%s)", "coalesce(count_if(%s), 0)", self.truth(1))

    def table(self):
        rows = []
        for _ in range(self.rng.randint(0, 12) or 1):
            rng = self.rng
            cells = [
                rng.choice(["NULL", str(rng.randint(-5, 5))]),
                str(rng.randint(-3, 3)),
                rng.choice(["NULL", "'" + rng.choice(WORDS) + "'"]),
                "'" + rng.choice(WORDS) + "'",
                rng.choice(["NULL", "true", "false"]),
                "TIMESTAMP '2024-%02d-%02d %02d:00:00'" % (rng.randint(1, 12), rng.randint(1, 28), rng.randint(0, 23)),
            ]
            rows.append("(" + ", ".join(cells) + ")")
        first = "(CAST(NULL AS bigint), CAST(0 AS bigint), CAST(NULL AS varchar), 'first', CAST(NULL AS boolean), TIMESTAMP '2024-01-01 00:00:00')"
        return "WITH t(i, j, s, r, b, d) AS (VALUES " + ", ".join([first] + rows) + ") "

    def query(self):
        rng = self.rng
        table = self.table()
        kind = rng.randrange(6)
        where = self.same(" WHERE %s", self.truth(2)) if rng.random() < 0.6 else self.literal("")
        if kind < 2:
            made = self.same("SELECT %s, %s, %s FROM t%s", self.number(3), self.text(3), self.truth(3), where)
        elif kind == 2:
            key = rng.choice([self.text, self.number])(1)
            having = self.same(" HAVING %s > 0", self.literal("count(*)")) if rng.random() < 0.5 else self.literal("")
            made = self.same(
                "SELECT %s, %s, %s FROM t%s GROUP BY 1%s", key, self.aggregate(), self.aggregate(), where, having
            )
        elif kind == 3:
            order = "ORDER BY t.j, t.r, t.d"
            call = rng.choice(["row_number()", "rank()", "sum(t.i)", "count(*)", "lag(t.i)", "first_value(t.r)"])
            over = self.literal(call + " OVER (PARTITION BY t.s " + order + ", t.i, t.b)")
            made = self.same("SELECT t.j, t.r, %s FROM t%s", over, where)
        elif kind == 4:
            join = rng.choice(["JOIN", "LEFT JOIN"])
            made = self.same(
                "SELECT t.j, t.r, u.j, u.s FROM t " + join + " t AS u ON t.i = u.j AND %s%s", self.truth(1), where
            )
        else:
            operator = rng.choice(["UNION", "UNION ALL", "EXCEPT", "INTERSECT"])
            made = self.same(
                "SELECT %s AS x FROM t%s " + operator + " SELECT %s FROM t", self.number(1), where, self.number(1)
            )
        return tuple(table + one for one in made)


def shown(value):
    """A value as both sides can show it: whole numbers as such, times without zeros behind."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return "%.9g" % value
    return None if value is None else str(value)


def rows_of(answer):
    return sorted(
        ([shown(value) for value in row] for row in answer), key=lambda row: [(one is None, one or "") for one in row]
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    sys.argv = sys.argv[:2]
    harness = Harness()
    store = harness.path("store")
    harness.run("replay", "-", stdin=b"", store=store)
    rng = random.Random(arguments.seed)
    queries = [Maker(rng).query() for _ in range(arguments.count)]
    theirs = subprocess.run(
        ["node", os.path.join(HERE, "duckdb.mjs")],
        input="".join(json.dumps(duckdb) + "\n" for _, duckdb in queries),
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    failed = 0
    for (ours, duckdb), line in zip(queries, theirs):
        answer = json.loads(line)
        done = harness.run("sql", ours, "-o", "json", store=store)
        if "error" in answer or done.returncode != 0:
            if "error" in answer and done.returncode != 0:
                failed += 1
                continue
            harness.check(
                "both answer, or neither", False, "%s\n%s\n%s" % (ours, done.stderr.decode(), answer.get("error"))
            )
            continue
        got = [list(row.values()) for row in json.loads(done.stdout)]
        harness.equal(ours, rows_of(got), rows_of(answer["rows"]))
    print("%d queries, of which %d fail in both" % (len(queries), failed))
    harness.finish()


main()
