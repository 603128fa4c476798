// Where Trino's SQL means something else than SQLite's: one case a trap.
#include "tests/query/sql/asked.h"

using namespace trailkeeper;
using namespace trailkeeper::tests;

namespace {

AskedStore& empty_store() {
  static AskedStore store;
  return store;
}
std::string value(const std::string& sql) { return empty_store().value(sql); }
Rows rows(const std::string& sql) { return empty_store().ask(sql); }

}  // namespace

TEST_CASE("sql: LIKE is case-sensitive, and escapes only where ESCAPE says so") {
  CHECK(value("SELECT 'Abc' LIKE 'a%'") == "false");
  CHECK(value("SELECT 'Abc' LIKE 'A_c'") == "true");
  CHECK(value("SELECT 'a*c' LIKE 'a*%'") == "true");
  CHECK(value("SELECT 'abc' LIKE 'a*'") == "false");
  CHECK(value("SELECT 'a%' LIKE 'a#%' ESCAPE '#'") == "true");
  CHECK(value("SELECT 'ab' LIKE 'a#%' ESCAPE '#'") == "false");
  CHECK(value("SELECT 'ä' LIKE '_'") == "true");
  CHECK(value("SELECT NULL LIKE 'a'") == "-");
}

TEST_CASE("sql: NULLs come last in both directions") {
  CHECK(rows("SELECT * FROM (VALUES 1, NULL, 2) AS t(x) ORDER BY x") == Rows{"1", "2", "-"});
  CHECK(rows("SELECT * FROM (VALUES 1, NULL, 2) AS t(x) ORDER BY x DESC") == Rows{"2", "1", "-"});
  CHECK(rows("SELECT * FROM (VALUES 1, NULL, 2) AS t(x) ORDER BY x NULLS FIRST") == Rows{"-", "1", "2"});
}

TEST_CASE("sql: a word in double quotes is a name, never a text") {
  CHECK(value("SELECT \"abc\"") == "! line 1, column 8: there is no column 'abc' here");
  CHECK(value("SELECT \"X\" FROM (VALUES 1) AS t(x)") == "1");
}

TEST_CASE("sql: numbers divide as Trino's do") {
  CHECK(value("SELECT 7 / 2") == "3");
  CHECK(value("SELECT -7 / 2") == "-3");
  CHECK(value("SELECT 7 / 2.0") == "3.500000");
  CHECK(value("SELECT 1 / 0") == "! division by zero");
  CHECK(value("SELECT 1 % 0") == "! division by zero");
  CHECK(value("SELECT 9223372036854775807 + 1") == "! a bigint overflows");
  CHECK(value("SELECT try(1 / 0)") == "-");
  CHECK(value("SELECT coalesce(try(1 / 0), 5)") == "5");
}

TEST_CASE("sql: NULL makes what it is joined to NULL") {
  CHECK(value("SELECT 'a' || NULL") == "-");
  CHECK(value("SELECT concat('a', 'b')") == "ab");
  CHECK(value("SELECT NULL IS DISTINCT FROM 1") == "true");
  CHECK(value("SELECT NULL IS NOT DISTINCT FROM NULL") == "true");
  CHECK(value("SELECT 1 NOT IN (2, NULL)") == "-");
}

TEST_CASE("sql: GROUP BY takes numbers of columns, not their names") {
  CHECK(rows("SELECT x + 1 AS y, count(*) FROM (VALUES 1, 1, 2) AS t(x) GROUP BY 1 ORDER BY y") == Rows{"2|2", "3|1"});
  CHECK(rows("SELECT 8, count(*) FROM (VALUES 1, 1, 2) AS t(x) GROUP BY 1 ORDER BY 1") == Rows{"8|3"});
  CHECK(rows("SELECT 2, x FROM (VALUES 3, 1) AS t(x) ORDER BY 1, 2") == Rows{"2|1", "2|3"});
  const Rows refused = rows("SELECT x + 1 AS y, count(*) FROM (VALUES 1) AS t(x) GROUP BY y");
  CHECK(refused.front().starts_with("! line 1, column 62: there is no column 'y' here"));
  CHECK(refused.front().find("GROUP BY takes no alias") != std::string::npos);
}

TEST_CASE("sql: a column beside an aggregate must be grouped") {
  CHECK(value("SELECT x, count(*) FROM (VALUES 1) AS t(x)") ==
        "! line 1, column 8: 'x' is neither grouped (GROUP BY) nor in an aggregate");
  CHECK(rows("SELECT upper(x), count(*) FROM (VALUES 'a') AS t(x) GROUP BY x") == Rows{"A|1"});
  CHECK(value("SELECT (SELECT x) FROM (VALUES 1) AS t(x) GROUP BY y").starts_with("! line 1"));
  CHECK(value("SELECT count(*), (SELECT x) FROM (VALUES 1) AS t(x)") ==
        "! line 1, column 26: 'x' is neither grouped (GROUP BY) nor in an aggregate");
  CHECK(value("SELECT 1 FROM (VALUES 1) AS t(x) WHERE count(*) > 1") ==
        "! line 1, column 40: the aggregate count can't stand in WHERE: use HAVING");
}

TEST_CASE("sql: types aren't guessed") {
  CHECK(value("SELECT 1 = '1'") == "! line 1, column 10: bigint and varchar can't be compared: use cast(… AS …)");
  CHECK(value("SELECT 'a' + 1").starts_with("! line 1, column 12: '+' takes numbers, not varchar"));
  CHECK(value("SELECT true = 'true'").find("without quotes") != std::string::npos);
  CHECK(value("SELECT cast('x' AS bigint)") == "! 'x' is no bigint");
  CHECK(value("SELECT try_cast('x' AS bigint)") == "-");
  CHECK(value("SELECT cast(1.5 AS bigint)") == "2");
  CHECK(value("SELECT cast(true AS varchar) || cast(1.0 AS varchar) || cast(2 AS varchar)") == "true1.02");
}

TEST_CASE("sql: a query in place of a value gives one row") {
  CHECK(value("SELECT (SELECT x FROM (VALUES 1) AS t(x))") == "1");
  CHECK(value("SELECT (SELECT x FROM (VALUES 1) AS t(x) WHERE x > 1)") == "-");
  CHECK(value("SELECT (SELECT x FROM (VALUES 1, 2) AS t(x))") ==
        "! a query in place of a value gave more than one row");
}

TEST_CASE("sql: times, dates and intervals") {
  CHECK(value("SELECT date '2024-02-28' + interval '2' day") == "2024-03-01");
  CHECK(value("SELECT timestamp '2024-01-31 10:00:00' + interval '1' month") == "2024-02-29 10:00:00.000");
  CHECK(value("SELECT date_diff('day', date '2024-01-01', timestamp '2024-01-03 12:00:00')") == "2");
  CHECK(value("SELECT date_trunc('week', timestamp '2024-05-05 10:00:00')") == "2024-04-29 00:00:00.000");
  CHECK(value("SELECT day_of_week(date '2024-05-05')") == "7");
  CHECK(value("SELECT date '2024-05-01' < timestamp '2024-05-01 00:00:01'") == "true");
  CHECK(value("SELECT from_iso8601_timestamp('2024-05-01T10:00:00+02:00')") == "2024-05-01 08:00:00.000");
  CHECK(value("SELECT to_unixtime(timestamp '1970-01-02 00:00:00')") == "86400.000000");
  CHECK(value("SELECT date_format(timestamp '2024-05-01 03:04:05', '%Y-%m-%d %H:%i:%s %W')") ==
        "2024-05-01 03:04:05 Wednesday");
  CHECK(value("SELECT date_parse('05/2024/01', '%m/%Y/%d')") == "2024-05-01 00:00:00.000");
  CHECK(value("SELECT timestamp '2024-05-02 00:00:00' - timestamp '2024-05-01 23:00:00'") == "0 01:00:00.000");
  CHECK(value("SELECT extract(hour FROM timestamp '2024-05-02 13:00:00')") == "13");
}

TEST_CASE("sql: arrays, maps and lambdas") {
  CHECK(value("SELECT element_at(ARRAY[1, 2], 3)") == "-");
  CHECK(value("SELECT element_at(ARRAY[1, 2], -1)") == "2");
  CHECK(value("SELECT ARRAY[1, 2][3]").starts_with("! the array has fewer elements"));
  CHECK(value("SELECT transform(ARRAY['a', 'b'], x -> upper(x))") == R"(["A","B"])");
  CHECK(value("SELECT filter(ARRAY[1, 2, 3], x -> x % 2 = 1)") == "[1,3]");
  CHECK(value("SELECT any_match(ARRAY[1, NULL], x -> x = 1)") == "true");
  CHECK(value("SELECT any_match(ARRAY[2, NULL], x -> x = 1)") == "-");
  CHECK(value("SELECT contains(ARRAY['a', 'b'], 'b')") == "true");
  CHECK(value("SELECT contains(ARRAY[1, NULL], 2)") == "-");
  CHECK(value("SELECT cardinality(split('a,b,c', ','))") == "3");
  CHECK(value("SELECT array_join(array_sort(ARRAY[3, 1, 2]), '-')") == "1-2-3");
  CHECK(value("SELECT element_at(cast(json_parse('{\"a\":\"x\"}') AS map(varchar, varchar)), 'a')") == "x");
  CHECK(rows("SELECT x, n FROM UNNEST(ARRAY['a', 'b']) WITH ORDINALITY AS t(x, n)") == Rows{"a|1", "b|2"});
  CHECK(value("SELECT transform(cast(NULL AS array(bigint)), x -> x)") == "-");
}

TEST_CASE("sql: json") {
  CHECK(value(R"(SELECT json_extract('{"a":{"b":[1,"x"]}}', '$.a.b'))") == R"([1,"x"])");
  CHECK(value(R"(SELECT json_extract_scalar('{"a":{"b":[1,"x"]}}', '$.a.b[1]'))") == "x");
  CHECK(value(R"(SELECT json_extract_scalar('{"a":{"b":1}}', '$.a'))") == "-");
  CHECK(value(R"(SELECT json_extract_scalar('{"a":{"b":1}}', '$["a"]["b"]'))") == "1");
  CHECK(value("SELECT json_extract('no json', '$.a')") == "-");
  CHECK(value("SELECT json_parse('no json')").starts_with("! json_parse"));
  CHECK(value("SELECT cast(json_extract('{\"a\":[\"x\",\"y\"]}', '$.a') AS array(varchar))[2]") == "y");
  CHECK(value("SELECT json_array_get('[1,2]', 1)") == "2");
  CHECK(value("SELECT json_array_length('[1,2]')") == "2");
}

TEST_CASE("sql: aggregates and windows") {
  const std::string table = " FROM (VALUES ('a', 1), ('a', 3), ('b', NULL)) AS t(k, v)";
  CHECK(rows("SELECT k, sum(v), avg(v), count(v), count(*)" + table + " GROUP BY k ORDER BY k") ==
        Rows{"a|4|2.000000|2|2", "b|-|-|0|1"});
  CHECK(value("SELECT count_if(v > 1)" + table) == "1");
  CHECK(value("SELECT max_by(k, v)" + table) == "a");
  CHECK(value("SELECT approx_distinct(k), count(DISTINCT k)" + table) == "2|2");
  CHECK(value("SELECT array_agg(v)" + table) == "[1,3,null]");
  CHECK(value("SELECT map_agg(k, v)" + table + " WHERE v = 3") == R"({"a":3})");
  CHECK(rows("SELECT v, sum(v) OVER (ORDER BY v), row_number() OVER (ORDER BY v DESC)" + table + " ORDER BY v") ==
        Rows{"1|1|2", "3|4|1", "-|4|3"});
  CHECK(rows("SELECT k, sum(count(*)) OVER () AS total" + table + " GROUP BY k ORDER BY k") == Rows{"a|3", "b|3"});
  CHECK(value("SELECT count(*) FILTER (WHERE v > 1)" + table) == "1");
}

TEST_CASE("sql: set operations, joins and common tables") {
  CHECK(rows("SELECT 1 UNION ALL SELECT 2 INTERSECT SELECT 2") == Rows{"1", "2"});
  CHECK(rows("SELECT 1 EXCEPT SELECT 1").empty());
  CHECK(rows("WITH t(x) AS (VALUES 1, 2), u AS (SELECT x * 10 AS y, x FROM t) SELECT t.x, y FROM t JOIN u USING (x) "
             "ORDER BY 1") == Rows{"1|10", "2|20"});
  CHECK(rows("SELECT a.x, b.x FROM (VALUES 1, 2) AS a(x) FULL JOIN (VALUES 2, 3) AS b(x) ON a.x = b.x ORDER BY 1, 2") ==
        Rows{"1|-", "2|2", "-|3"});
  CHECK(value("SELECT x FROM (VALUES 1) AS a(x), (VALUES 1) AS b(x)").find("means several columns") !=
        std::string::npos);
}
