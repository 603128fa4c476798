// trailkeeper findings and explain: events that permissions don't account for, and why.
#include "query/verdicts/findings.h"

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/coverage_note.h"
#include "cli/filter_options.h"
#include "cli/prose.h"
#include "cli/row_writer.h"
#include "text/ascii.h"
#include "text/json_writer.h"

namespace trailkeeper::cli {
namespace {

namespace verdicts = rules::verdicts;

struct FindingsArguments {
  FilterOptions filter;
  std::optional<std::uint64_t> limit;
  bool exit_code = false;
};

int run_findings(const GlobalOptions& global, const FindingsArguments& arguments) {
  const query::Filter filter = arguments.filter.filter();
  store::Store store{global.store_directory(), store::Store::Mode::read};
  const store::Snapshot snapshot = store.snapshot();
  Out out{global, Out::Length::list, query::ShownEvents{snapshot}};
  RowWriter rows{out,
                 {{"time", false, 0, true},
                  {"rule"},
                  {"severity"},
                  {"verdict"},
                  {"event", false, 0, true},
                  {"principal"},
                  {"action"},
                  {"sentence"}},
                 "no findings"};
  bool any = false;
  query::list_findings(snapshot, filter, arguments.limit, [&](const query::PermissionFinding& finding) {
    any = true;
    rows.row({Cell::time(finding.event.segment->time(finding.event.index)), shown_or_absent(finding.rule),
              Cell::shown(rules::severity_text(finding.severity)), Cell::shown(finding.verdict),
              Cell::id(finding.event_id), text_or_absent(finding.principal), shown_or_absent(finding.action),
              Cell::of(finding.sentence)});
    return true;
  });
  rows.finish();
  const bool unknown = note_unknown(snapshot, filter);
  return arguments.exit_code && (any || unknown) ? kRefused : kDone;
}

// Everything that an event needed.
std::vector<std::string> needed(const verdicts::Judgement& judgement) {
  const rules::requirements::Requirement& requirement = judgement.requirement;
  if (requirement.action.empty()) return {};
  std::vector<std::string> actions{requirement.action};
  for (const auto& more : requirement.more) actions.push_back(more.action);
  actions.insert(actions.end(), judgement.extra.begin(), judgement.extra.end());
  return actions;
}

// Its words and AWS's stay as they are; what has texts of events or policies in it is masked.
std::string explanation_json(const query::Explanation& explanation, const query::ShownEvents& shown) {
  const verdicts::Judgement& judgement = explanation.judgement;
  const auto shown_texts = [&shown](std::vector<std::string> texts) {
    for (std::string& text : texts) text = shown.text(text);
    return texts;
  };
  std::string out;
  text::JsonWriter json{out};
  json.open('{');
  json.member_or_null("eventID", explanation.finding.event_id);
  json.member_or_null("principal", shown.text(explanation.finding.principal));
  json.member_or_null("verdict", explanation.finding.verdict);
  json.member_or_null("why", shown.text(explanation.finding.sentence));
  json.member_or_null("action", judgement.action);
  json.member_or_null("rule", judgement.rule.empty() ? judgement.requirement.rule : judgement.rule);
  json.member_or_null("resource", shown.text(judgement.resource));
  json.member_or_null("supersededBy", explanation.superseded_by);
  json.list("replaces", explanation.replaces);
  json.list("needed", needed(judgement));
  json.list("decidedBy", shown_texts(judgement.decided_by));
  json.list("missing", shown_texts(judgement.missing));
  json.table("also", judgement.requirement.also, [&json](const auto& also) {
    json.member_or_null("action", also.action).member_or_null("rule", also.rule);
  });
  json.table("considered", judgement.considered, [&](const auto& considered) {
    json.member_or_null("as", considered.as).member_or_null("policy", shown.text(considered.policy));
    json.member_or_null("says", shown.text(considered.says));
  });
  json.close('}');
  return out;
}

std::string explanation_text(const query::Explanation& explanation, const query::ShownEvents& shown) {
  const verdicts::Judgement& judgement = explanation.judgement;
  std::string out;
  const auto line = [&out](std::string_view name, std::string_view text) {
    if (!text.empty()) out += fmt::format("{:<10}  {}\n", name, text);
  };
  line("event", explanation.finding.event_id);
  line("principal", shown.text(explanation.finding.principal));
  line("verdict", explanation.finding.verdict);
  line("why", shown.text(explanation.finding.sentence));
  line("superseded", explanation.superseded_by.empty() ? "" : "by " + explanation.superseded_by);
  for (const std::string& older : explanation.replaces) line("replaces", older);
  const std::vector<std::string> actions = needed(judgement);
  line("needed", fmt::format("{}", fmt::join(actions, ", ")));
  if (actions.size() > 1) line("decided on", judgement.action);
  line("resource", shown.text(judgement.resource));
  line("rule", judgement.rule.empty() ? judgement.requirement.rule : judgement.rule);
  for (const auto& also : judgement.requirement.also)
    line("shown with", fmt::format("{} ({})", also.action, also.rule));
  for (const std::string& statement : judgement.decided_by) line("decided by", shown.text(statement));
  for (const std::string& missing : judgement.missing) line("not known", shown.text(missing));
  for (const auto& considered : judgement.considered) {
    line("considered", shown.text(fmt::format("{}, {}: {}", considered.as, considered.policy, considered.says)));
  }
  return out;
}

int run_explain(const GlobalOptions& global, const std::vector<std::string>& event_ids) {
  if (global.format == Format::csv) throw UsageError("explain prints text or JSON: choose table, json or ndjson");
  store::Store store{global.store_directory(), store::Store::Mode::read};
  const store::Snapshot snapshot = store.snapshot();
  Out out{global, Out::Length::list, query::ShownEvents{snapshot}};
  int code = kDone;
  std::vector<std::string> found;
  const bool text = global.format == Format::table || global.format == Format::raw;
  for (const std::string& argument : event_ids) {
    const std::string id{text::trimmed(argument)};  // As lines of CSV end with CR LF.
    const auto explanations = query::explain_event(snapshot, id);
    if (explanations.empty()) {
      print_error(global, no_event_text(id));
      code = kRefused;
    }
    for (const auto& explanation : explanations) {
      found.push_back(text ? explanation_text(explanation, *out.shown()) : explanation_json(explanation, *out.shown()));
    }
  }
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (global.format == Format::json && found.size() > 1) out.write(i == 0 ? "[" : ",\n ");
    if (text && i > 0) out.write("\n");
    if (text) {
      write_prose(out, found[i]);
    } else {
      out.write(found[i]);
    }
    if (global.format == Format::ndjson) out.write("\n");
  }
  if (global.format == Format::json && !found.empty()) out.write(found.size() > 1 ? "]\n" : "\n");
  out.flush();
  return code;
}

}  // namespace

void add_findings(const Command& app, const GlobalOptions& global) {
  const Command command = app.add_subcommand("findings", "List events that permissions don't account for");
  const auto arguments = std::make_shared<FindingsArguments>();
  arguments->filter.add_to(command);
  command.add_option("--limit", arguments->limit, "At most this many (default: all)").count();
  command.add_flag("--exit-code", arguments->exit_code,
                   "Exit with 1 if there are findings, or events whose verdict is unknown");
  command.footer(
      "Newest first: calls that succeeded though no known policy allows them, and calls that were refused though the\n"
      "known policies allow them; with --verdict, others. Rules are those of docs/permissions.md.\n"
      "Of how many events the verdict is unknown, and why, is told on standard error.\n\n"
      "Examples:\n"
      "  trailkeeper findings --source activate.amazonaws.com\n"
      "  trailkeeper findings --verdict not-granted --write-only --since 30d --output csv");
  command.runs([&global, arguments] { return run_findings(global, *arguments); });
}

void add_explain(const Command& app, const GlobalOptions& global) {
  const Command command = app.add_subcommand("explain", "Say why an event has its verdict");
  const auto event_ids = std::make_shared<std::vector<std::string>>();
  command.add_option("EVENT_ID", *event_ids, "The eventID; several may be given").required();
  command.footer(
      "Prints which permission the event needed, on which resource, each policy that was considered, and the "
      "statement\n"
      "that decided. Exit code 1 if there is no such event.\n\n"
      "Example:\n"
      "  trailkeeper explain 4839af5e-7b6a-4353-a5ef-41febc9a9fa8");
  command.runs([&global, event_ids] { return run_explain(global, *event_ids); });
}

}  // namespace trailkeeper::cli
