// trailkeeper describe: what the program knows of its own words, as JSON. docs/make makes the completions and the
// tables of the documents from it.
#include "cli/command.h"
#include "cli/output.h"
#include "event/reject_words.h"
#include "query/field_catalogue.h"
#include "query/filter_value.h"
#include "query/verdicts/judged_field.h"
#include "serve/http_query.h"
#include "serve/metrics.h"
#include "serve/route_table.h"
#include "text/json_text.h"
#include "text/json_writer.h"

namespace trailkeeper::cli {
namespace {

void write_option(text::JsonWriter& json, const DescribedOption& option) {
  json.list("names", option.names);
  json.member("value", option.value);
  json.member("help", option.help);
  json.member("group", option.group);
  json.member("default", option.preset);
  json.member("example", option.example);
  json.member("environment", option.environment);
  json.list("words", option.words);
  json.member("onlyWords", option.only_words);
  json.member("list", option.list);
  json.member("argument", option.argument);
  json.member("required", option.required);
  json.member("repeatable", option.repeatable);
}

void write_command(text::JsonWriter& json, const DescribedCommand& command) {
  json.member("name", command.name);
  json.member("summary", command.summary);
  json.member("footer", command.footer);
  json.member("listed", command.listed);
  json.table("options", command.options, [&](const DescribedOption& option) { write_option(json, option); });
  json.table("commands", command.commands, [&](const DescribedCommand& one) { write_command(json, one); });
}

std::vector<query::FieldWord> all_fields() {
  std::vector<query::FieldWord> fields = query::field_words();
  for (const query::FieldWord& judged : query::JudgedFields::words()) {
    if (!query::is_field_name(judged.name)) fields.push_back(judged);
  }
  return fields;
}

void write_query(text::JsonWriter& json) {
  json.table("filters", query::filter_words(), [&](const query::FilterWord& word) {
    json.member("name", word.name);
    json.member("logged", word.logged);
    json.member("help", query::filter_help(word));
    json.member("matches", word.matches);
    json.member("values", query::filter_values(word));
  });
  json.table("fields", all_fields(), [&](const query::FieldWord& word) {
    json.member("name", word.name);
    json.member("value", word.value);
  });
  json.table("verdicts", query::verdict_words(), [&](const query::VerdictWord& word) {
    json.member("name", word.name);
    json.member("meaning", word.meaning);
  });
}

void write_rejects(text::JsonWriter& json) {
  json.table("rejectReasons", event::reason_words(), [&](const event::ReasonWord& word) {
    json.member("code", word.code);
    json.member("detail", word.detail);
    json.member("text", word.text);
  });
}

std::string_view proof_name(serve::Proof proof) {
  switch (proof) {
    case serve::Proof::none: return "none";
    case serve::Proof::local: return "local";
    case serve::Proof::token: return "token";
    case serve::Proof::signature: return "signature";
  }
  return {};
}

void write_server(text::JsonWriter& json) {
  json.table("routes", serve::all_routes(), [&](const serve::Route& route) {
    json.member("methods", route.methods);
    json.member("path", route.path);
    json.member("header", route.header);
    json.member("proof", proof_name(route.proof));
    json.member("right", serve::rights_text({route.right}));
    json.member("answers", route.handler != serve::Handler::nothing);
    json.member("what", route.what);
  });
  json.table("rights", serve::right_words(), [&](const serve::RightWord& right) {
    json.member("name", right.name);
    json.member("what", right.what);
  });
  json.table("parameters", serve::query_parameters(), [&](const serve::QueryParameter& parameter) {
    json.member("name", parameter.name);
    json.member("paths", parameter.paths);
    json.member("help", parameter.help);
  });
  json.table("metrics", serve::metric_words(), [&](const serve::MetricWord& metric) {
    json.member("name", metric.name);
    json.member("type", metric.type);
    json.member("help", metric.help);
    json.member("ofListener", metric.of_listener);
  });
}

int run_describe(const GlobalOptions& global, const Command& program) {
  std::string plain;
  text::JsonWriter json{plain};
  json.open('{').name("program").open('{');
  write_command(json, program.description());
  json.close('}');
  write_query(json);
  write_rejects(json);
  write_server(json);
  json.close('}');
  std::string laid_out;
  text::append_pretty(plain, laid_out);
  Out out{global};
  out.write(laid_out + "\n");
  out.flush();
  return kDone;
}

}  // namespace

void add_describe(const Command& app, const GlobalOptions& global) {
  const Command command = app.add_subcommand("describe", "Say what the program's own words are, as JSON");
  command.hide();
  command.runs([&global, app] { return run_describe(global, app); });
}

}  // namespace trailkeeper::cli
