#include "serve/http_sql.h"

#include <utility>
#include <vector>

#include "query/sql/answer_text.h"
#include "query/sql/run.h"
#include "serve/http_message.h"
#include "serve/query_parameters.h"
#include "text/ascii.h"
#include "text/csv.h"
#include "text/json_node.h"
#include "text/json_writer.h"

namespace trailkeeper::serve {
namespace {

namespace sql = query::sql;

constexpr int kNoRoomNow = 503;

constexpr std::pair<std::string_view, AskedSql::Output> kOutputs[] = {
    {"json", AskedSql::Output::json}, {"ndjson", AskedSql::Output::ndjson}, {"csv", AskedSql::Output::csv}};

/// Writes an answer's rows; its body is charged as it grows.
class BodyWriter final : public sql::SqlReader {
 public:
  BodyWriter(QueryAnswer& answer, AskedSql::Output output) : answer_(answer), output_(output) {
    if (output == AskedSql::Output::ndjson) answer.content_type = "application/x-ndjson";
    if (output == AskedSql::Output::csv) answer.content_type = "text/csv; charset=utf-8";
    if (output == AskedSql::Output::json) answer.body = "[";
  }

  void columns(const std::vector<sql::NamedType>& columns) override {
    columns_ = columns;
    names_ = sql::distinct_names(columns);
    if (output_ != AskedSql::Output::csv) return;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (i > 0) answer_.body.push_back(',');
      text::append_csv_field(names_[i], answer_.body);
    }
    answer_.body += "\r\n";
  }

  bool row(std::span<const sql::SqlValue> values) override {
    if (output_ == AskedSql::Output::csv) {
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (i > 0) answer_.body.push_back(',');
        text::append_csv_field(sql::value_text(values[i]).value_or(""), answer_.body);
      }
      answer_.body += "\r\n";
    } else {
      if (output_ == AskedSql::Output::json && std::exchange(any_, true)) answer_.body += ",\n";
      text::JsonWriter json{answer_.body};
      json.open('{');
      for (std::size_t i = 0; i < values.size(); ++i)
        json.raw_member(names_[i], sql::value_json(values[i], columns_[i].type));
      json.close('}');
      if (output_ == AskedSql::Output::ndjson) answer_.body += "\n";
    }
    charge();
    return true;
  }

  void finish() {
    if (output_ == AskedSql::Output::json) answer_.body += "]\n";
  }

 private:
  // What the body has grown by, and grows to when it is copied to be sent.
  void charge() {
    const std::size_t needed = 2 * answer_.body.capacity();
    if (needed > answer_.charge.held()) answer_.charge.add(needed - answer_.charge.held());
  }

  QueryAnswer& answer_;
  AskedSql::Output output_;
  std::vector<sql::NamedType> columns_;
  std::vector<std::string> names_;
  bool any_ = false;
};

QueryAnswer sql_error(const text::Problem& problem, std::string_view sql) {
  QueryAnswer answer;
  answer.status = kBadRequest;
  text::JsonWriter json{answer.body};
  json.open('{').name("error").open('{').member("message", problem.message);
  if (problem.offset != text::npos) {
    const sql::TextPlace place = sql::text_place(sql, problem.offset);
    json.member("line", place.line).member("column", place.column);
  }
  json.close('}').close('}');
  answer.body += "\n";
  return answer;
}

// The members of a JSON body; what is wrong with them, or empty.
std::string take_document(std::string_view body, AskedSql& asked) {
  const auto document = text::parse_json_object(body);
  if (!document) return "the body is no JSON object: " + document.error().message;
  using Kind = text::JsonNode::Kind;
  for (const text::JsonMember& member : document->members) {
    if (member.key == "query" && member.value.kind == Kind::string) {
      asked.text = member.value.text;
    } else if (member.key == "parameters" && member.value.kind == Kind::object) {
      for (const text::JsonMember& one : member.value.members) {
        const bool simple = one.value.kind == Kind::string || one.value.kind == Kind::number;
        if (!simple && one.value.kind != Kind::boolean) {
          return "the parameter " + one.key + " must be a text, a number, true or false";
        }
        asked.parameters[one.key] = simple ? one.value.text : (one.value.boolean ? "true" : "false");
      }
    } else {
      return R"(the body takes "query", a text, and "parameters", an object; not ")" + member.key + "\" like this";
    }
  }
  return {};
}

std::string take_parameter(const Parameter& parameter, AskedSql& asked) {
  const auto& [name, value] = parameter;
  if (name == "query") {
    asked.text = value;
  } else if (name == "param") {
    const std::size_t equal = value.find('=');
    if (equal == text::npos || equal == 0) return "param takes NAME=VALUE, not '" + value + "'";
    asked.parameters[value.substr(0, equal)] = value.substr(equal + 1);
  } else if (name == "output") {
    for (const auto& [word, output] : kOutputs) {
      if (word == value) return asked.output = output, std::string{};
    }
    return "output: '" + value + "' is none of json, ndjson, csv";
  } else if (name == "reveal") {
    if (value != "true" && value != "false") return "reveal: '" + value + "' is none of true, false";
    asked.reveal = value == "true";
  } else {
    return "there is no parameter '" + name + "' here: it takes query, param, output and reveal";
  }
  return {};
}

}  // namespace

std::variant<AskedSql, QueryAnswer> asked_sql(std::string_view query, std::string_view content_type,
                                              std::string_view body) {
  AskedSql asked;
  const auto parameters = parse_parameters(query);
  if (!parameters) return query_error(kBadRequest, "the query string has a broken %-escape, or too many parameters");
  std::string problem;
  for (const Parameter& parameter : *parameters) {
    if (problem.empty()) problem = take_parameter(parameter, asked);
  }
  if (problem.empty() && !body.empty()) {
    if (content_type.starts_with("application/json")) {
      problem = take_document(body, asked);
    } else {
      asked.text = body;
    }
  }
  if (problem.empty() && asked.text.empty()) {
    problem =
        R"(give a query: as the parameter query, as the body, or as {"query":…} with Content-Type application/json)";
  }
  if (!problem.empty()) return query_error(kBadRequest, problem);
  return asked;
}

QueryAnswer answer_sql(store::Store& store, query::MemoryBudget& memory, const AskedSql& asked) {
  QueryAnswer answer;
  answer.charge = query::MemoryBudget::Charge{&memory};
  const auto refused = [&](bool alone) {
    if (!alone) return query_error(kNoRoomNow, "queries hold all the memory that they may: try again later");
    return query_error(kBadRequest, "the query takes more than " + std::to_string(memory.limit() >> 20U) +
                                        " MiB of memory: narrow it, or ask for fewer rows (LIMIT)");
  };
  try {
    sql::SqlRequest request;
    request.text = asked.text;
    request.parameters = asked.parameters;
    request.as_stored = asked.reveal;
    request.shared = &memory;
    BodyWriter writer{answer, asked.output};
    const store::Snapshot snapshot = store.snapshot();
    if (const auto problem = sql::run_sql(snapshot, request, writer)) return sql_error(*problem, asked.text);
    writer.finish();
    return answer;
  } catch (const query::OverBudget& over) {
    answer.charge = {};
    return refused(over.alone() || memory.used() == 0);
  } catch (const std::bad_alloc&) {
    return refused(true);
  }
}

}  // namespace trailkeeper::serve
