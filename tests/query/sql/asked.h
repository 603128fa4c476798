// SQL asked of a store, as rows of texts.
#pragma once

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "query/known_secrets.h"
#include "query/sql/run.h"
#include "tests/support/filled_store.h"

namespace trailkeeper::tests {

/// Collects an answer: values with `|` between, NULL as `-`.
class AnswerTexts final : public query::sql::SqlReader {
 public:
  std::vector<std::string> names;
  std::vector<std::string> rows;

  void columns(const std::vector<query::sql::NamedType>& columns) override {
    for (const auto& column : columns) names.push_back(column.name);
  }
  bool row(std::span<const query::sql::SqlValue> values) override {
    std::string line;
    for (std::size_t i = 0; i < values.size(); ++i) line += (i == 0 ? "" : "|") + text_of(values[i]);
    rows.push_back(std::move(line));
    return true;
  }

 private:
  static std::string text_of(const query::sql::SqlValue& value) {
    if (const auto* const truth = std::get_if<bool>(&value)) return *truth ? "true" : "false";
    if (const auto* const whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
    if (const auto* const real = std::get_if<double>(&value)) return std::to_string(*real);
    const auto* const text = std::get_if<std::string>(&value);
    return text == nullptr ? "-" : *text;
  }
};

using Rows = std::vector<std::string>;

/// A store to ask in SQL.
struct AskedStore : FilledStore {
  AskedStore() { query::keep_secrets(store); }

  Rows ask(const std::string& sql, std::map<std::string, std::string> parameters = {}) {
    AnswerTexts answer;
    const auto snapshot = store.snapshot();
    const auto problem = query::sql::run_sql(snapshot, {sql, std::move(parameters)}, answer);
    if (problem) return {"! " + query::sql::problem_text(*problem, sql)};
    return answer.rows;
  }
  /// The one value of a query.
  std::string value(const std::string& sql) {
    const Rows rows = ask(sql);
    return rows.size() == 1 ? rows.front() : std::to_string(rows.size()) + " rows";
  }
};

}  // namespace trailkeeper::tests
