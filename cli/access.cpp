// trailkeeper access and least-privilege: what principals may do, and what they did with it.
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/coverage_note.h"
#include "cli/principal_argument.h"
#include "cli/prose.h"
#include "cli/row_writer.h"
#include "query/verdicts/console_access.h"
#include "query/verdicts/least_privilege.h"
#include "query/verdicts/unknown_verdicts.h"
#include "text/json_text.h"
#include "text/json_writer.h"

namespace trailkeeper::cli {
namespace {

using rules::grants::History;

struct AccessArguments {
  std::vector<std::string> principals;
  std::string at;
  std::string since;
};

int refuse_unknown(const GlobalOptions& global, const std::vector<std::string>& wanted, text::Timestamp time) {
  const std::string who = wanted.empty() ? "no user or role" : "no user or role " + wanted.front();
  print_error(global, who + " is known at " + text::format_timestamp(time) +
                          ": load policies first (trailkeeper policies load), or ask for another time");
  return kRefused;
}

std::string joined(const std::vector<std::string>& texts) {
  constexpr std::size_t kShown = 6;
  std::string out;
  for (std::size_t i = 0; i < std::min(kShown, texts.size()); ++i) out += (i == 0 ? "" : ", ") + texts[i];
  if (texts.size() > kShown) out += fmt::format(" and {} more", texts.size() - kShown);
  return out;
}

Cell missing_cell(const std::vector<std::string>& texts, const std::string& warning) {
  std::string text = joined(texts);
  if (!warning.empty()) text += (text.empty() ? "" : "; ") + warning;
  Cell cell = text.empty() ? Cell::absent() : Cell::of(text);
  cell.json.clear();
  text::JsonWriter{cell.json}.values(texts);
  return cell;
}

// One line a principal, one column a feature.
void print_matrix(Out& out, query::PolicyState& state, const std::vector<History::Name>& principals,
                  text::Timestamp time) {
  std::vector<Column> columns{{"principal"}};
  for (const auto& feature : state.catalogue().features()) columns.push_back({feature.name});
  RowWriter rows{out, std::move(columns)};
  for (const History::Name& principal : principals) {
    std::vector<Cell> cells{Cell::of(principal.arn)};
    for (const query::ConsoleAccess& access : query::console_access_of(state, principal, time)) {
      cells.push_back(Cell::shown(std::string{query::level_name(access.level)} + (access.warning.empty() ? "" : "!")));
    }
    rows.row(std::move(cells));
  }
  rows.finish();
}

// One line for each principal and feature.
void print_details(Out& out, query::PolicyState& state, const std::vector<History::Name>& principals,
                   text::Timestamp time) {
  RowWriter rows{out, {{"principal"}, {"feature"}, {"rule"}, {"access"}, {"missing"}, {"warning"}, {"policy"}}};
  for (const History::Name& principal : principals) {
    for (const query::ConsoleAccess& access : query::console_access_of(state, principal, time)) {
      Cell policy = access.policy.empty() ? Cell::absent() : Cell{access.policy, access.policy};
      rows.row({Cell::of(principal.arn), Cell::shown(access.feature), Cell::shown(access.rule),
                Cell::shown(query::level_name(access.level)), missing_cell(access.missing, ""),
                access.warning.empty() ? Cell::absent() : Cell::of(access.warning), std::move(policy)});
    }
  }
  rows.finish();
}

int run_access(const GlobalOptions& global, const AccessArguments& arguments) {
  const text::Timestamp time = time_argument(arguments.at, "--at");
  store::Store store{global.store_directory(), store::Store::Mode::read};
  const store::Snapshot snapshot = store.snapshot();
  query::PolicyState state{snapshot};
  const auto principals = find_principals(query::ShownEvents{snapshot}, state.history(), arguments.principals, time);
  if (principals.empty()) {
    const int code = refuse_unknown(global, arguments.principals, time);
    note_unknown(snapshot, {});
    return code;
  }
  Out out{global, Out::Length::list, query::ShownEvents{snapshot}};
  if (global.format == Format::table && arguments.principals.empty()) {
    print_matrix(out, state, principals, time);
  } else {
    print_details(out, state, principals, time);
  }
  if (arguments.principals.empty()) note_unknown(snapshot, {});
  return kDone;
}

std::string privilege_json(const query::LeastPrivilege& result, const std::string& arn) {
  std::string out;
  text::JsonWriter json{out};
  json.open('{').member("principal", arn).member("events", result.events).raw_member("policy", result.policy);
  if (result.none_known) {
    json.raw_member("neverUsed", "null");
  } else {
    json.table("neverUsed", result.unused, [&json](const query::LeastPrivilege::Unused& unused) {
      json.member("policy", unused.policy).member("statement", unused.statement).member("action", unused.action);
    });
  }
  json.member_or_null("notKnown", result.unknown).list("notCovered", result.uncovered).close('}');
  return out + "\n";
}

std::string_view unused_title(const query::LeastPrivilege& result) {
  if (!result.unused.empty()) return "Granted, but never used:\n\n";
  if (result.none_known) return "What was granted isn't known.\n";
  return result.unknown.empty() ? "Nothing that was granted is unused.\n"
                                : "Nothing that is known to be granted is unused.\n";
}

int run_least_privilege(const GlobalOptions& global, const AccessArguments& arguments) {
  if (global.format == Format::csv)
    throw UsageError("least-privilege prints text or JSON: choose table, json, ndjson or raw");
  const text::Timestamp time = time_argument(arguments.at, "--at");
  std::optional<text::Timestamp> since;
  if (!arguments.since.empty()) since = time_argument(arguments.since, "--since");
  store::Store store{global.store_directory(), store::Store::Mode::read};
  const store::Snapshot snapshot = store.snapshot();
  query::PolicyState state{snapshot};
  const auto principals = find_principals(query::ShownEvents{snapshot}, state.history(), arguments.principals, time);
  if (principals.empty()) return refuse_unknown(global, arguments.principals, time);
  if (principals.size() > 1) {
    print_error(global, arguments.principals.front() + " is the name of several: give an ARN, such as " +
                            principals.front().arn);
    return kRefused;
  }
  const query::LeastPrivilege result = query::least_privilege(snapshot, state, principals.front(), since, time);
  Out out{global, Out::Length::list, query::ShownEvents{snapshot}};
  if (!result.unknown.empty()) {
    print_notice(out.shown()->text(
        fmt::format("not all that was granted is known: {}; {}", result.unknown, query::kLoadPolicies)));
  }
  if (global.format == Format::json || global.format == Format::ndjson) {
    out.write(privilege_json(result, out.shown()->text(principals.front().arn)));
    out.flush();
    return kDone;
  }
  std::string policy;
  text::append_pretty(result.policy, policy);
  out.write(policy + "\n");
  if (global.format == Format::raw) {
    out.flush();
    return kDone;
  }
  write_prose(out, fmt::format("\n{} calls used this. {}", grouped(result.events), unused_title(result)));
  if (result.unused.empty()) {
    out.flush();
    return kDone;
  }
  RowWriter rows{out, {{"action"}, {"statement"}, {"policy"}}};
  for (const auto& unused : result.unused) {
    rows.row({Cell::shown(unused.action), Cell::of(unused.statement), Cell::of(unused.policy)});
  }
  rows.finish();
  return kDone;
}

}  // namespace

void add_access(const Command& app, const GlobalOptions& global) {
  const Command command = app.add_subcommand("access", "What principals see of the Activate console");
  const auto arguments = std::make_shared<AccessArguments>();
  command.add_option("PRINCIPAL", arguments->principals, "ARNs or names of users and roles (default: all)");
  command.add_option("--at", arguments->at, "When (default: now)").type_name("TIME");
  command.footer(
      "A matrix of principals by feature: the home page, each action, cost data, Trusted Advisor, Health, onboarding, "
      "the\n"
      "application form. yes!: today it needs more than AWS's FAQ says. For named principals, and in other formats, a "
      "line\n"
      "for each feature with what is missing and the smallest policy that would add it.\n\n"
      "Examples:\n"
      "  trailkeeper access\n"
      "  trailkeeper access anna --at 2024-03-14 --output json");
  command.runs([&global, arguments] { return run_access(global, *arguments); });
}

void add_least_privilege(const Command& app, const GlobalOptions& global) {
  const Command command = app.add_subcommand("least-privilege", "The policy that covers what a principal used");
  const auto arguments = std::make_shared<AccessArguments>();
  command.add_option("PRINCIPAL", arguments->principals, "ARN or name of a user or role").required().expected(1);
  command.add_option("--since", arguments->since, "Only calls from this time on").type_name("TIME");
  command.add_option("--at", arguments->at, "Grants of this time (default: now)").type_name("TIME");
  command.footer(
      "Prints an IAM policy that allows every call that succeeded, then the granted actions that no call used.\n"
      "--output raw prints the policy alone.\n\n"
      "Example:\n"
      "  trailkeeper least-privilege robot-api --since 90d --output raw > policy.json");
  command.runs([&global, arguments] { return run_least_privilege(global, *arguments); });
}

}  // namespace trailkeeper::cli
