// trailkeeper investigate: one page about a principal, an access key, an address or a resource.
#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "cli/command.h"
#include "cli/principal_argument.h"
#include "cli/prose.h"
#include "cli/row_writer.h"
#include "query/investigation/investigation.h"
#include "text/clock.h"
#include "text/json_writer.h"
#include "text/visible_text.h"

namespace trailkeeper::cli {
namespace {

using query::Call;
using query::CallKind;
using query::CredentialLink;
using query::Investigation;
using query::Seen;
using query::SubjectKind;
using query::Trait;
using query::Traits;

struct InvestigateArguments {
  std::string subject;
  std::string kind;
  std::string since;
  std::string until;
  std::string new_since;
  std::uint64_t top = 10;
};

struct Section {
  const char* title;
  const char* name;  ///< In JSON and CSV.
  const Traits query::Activity::*traits;
};

constexpr Section kSections[] = {
    {"Principals", "principals", &query::Activity::principals},
    {"Access keys", "accessKeys", &query::Activity::access_keys},
    {"From where", "addresses", &query::Activity::addresses},
    {"With what", "userAgents", &query::Activity::user_agents},
    {"Regions", "regions", &query::Activity::regions},
    {"Accounts", "accounts", &query::Activity::accounts},
};

struct CallSection {
  const char* title;
  const char* name;
  CallKind kind;
};

constexpr CallSection kCallSections[] = {
    {"Wrote", "wrote", CallKind::write},
    {"Read", "read", CallKind::read},
    {"Was refused", "refused", CallKind::refused},
};

std::string time_text(text::Timestamp time) { return text::format_timestamp(time); }

Cell new_cell(bool is_new) { return {is_new ? "new" : "", is_new ? "true" : "false", true}; }

std::string joined(const std::vector<std::string>& texts, std::size_t most) {
  std::string out;
  for (std::size_t i = 0; i < std::min(most, texts.size()); ++i) out += (i > 0 ? ", " : "") + texts[i];
  if (texts.size() > most) out += fmt::format(" and {} more", grouped(texts.size() - most));
  return out;
}

/// Writes the page for people.
class Page {
 public:
  Page(Out& out, const Investigation& found, std::uint64_t top) : out_(out), found_(found), top_(top) {}

  void print() {
    print_head();
    if (found_.activity.seen.events == 0) return;
    for (const CallSection& section : kCallSections) print_calls(section);
    print_changes();
    print_links("Credentials came from", CredentialLink::Direction::from);
    print_links("Credentials led to", CredentialLink::Direction::to);
    for (const Section& section : kSections) print_traits(section);
    print_incomplete();
  }

 private:
  void print_head() {
    write_prose(out_, fmt::format("{} ({})\n", text::visible(found_.subject.text),
                                  query::subject_kind_name(found_.subject.kind)));
    const Seen& seen = found_.activity.seen;
    if (seen.events > 0) {
      write_prose(out_, fmt::format("{} events, first {}, last {}\n", grouped(seen.events), time_text(seen.first),
                                    time_text(seen.last)));
      write_prose(out_, fmt::format("new: did not occur before {}\n", time_text(found_.new_since)));
    } else {
      write_prose(out_, "no events\n");
    }
    if (found_.store.events == 0) {
      write_prose(out_, fmt::format("looked at: an empty store, as of {}\n", time_text(text::now())));
      return;
    }
    write_prose(out_, fmt::format("looked at: {} events from {} to {}, as of {}\n", grouped(found_.store.events),
                                  time_text(found_.store.first), time_text(found_.store.last), time_text(text::now())));
  }

  void title(const char* text) {
    out_.write("\n");
    out_.write_bold(text);
    out_.write("\n");
  }

  void print_more(std::size_t rows, std::uint64_t others) {
    if (rows > top_) write_prose(out_, fmt::format("… and {} more: --top {}\n", grouped(rows - top_), rows));
    if (others > 0)
      write_prose(out_, fmt::format("… and {} events of too many different values to tell\n", grouped(others)));
  }

  void print_calls(const CallSection& section) {
    std::vector<const Call*> calls;
    for (const Call& call : found_.activity.calls) {
      if (call.kind == section.kind) calls.push_back(&call);
    }
    if (calls.empty()) return;
    title(section.title);
    std::vector<Column> columns{{"call"}, {"service"}};
    if (section.kind == CallKind::refused) columns.push_back({"error"});
    for (const char* name : {"first", "last"}) columns.push_back({name});
    columns.push_back({"events", true});
    columns.push_back({"new"});
    RowWriter rows{out_, std::move(columns)};
    for (std::size_t i = 0; i < std::min<std::size_t>(top_, calls.size()); ++i) {
      const Call& call = *calls[i];
      std::vector<Cell> cells{shown_or_absent(call.name), shown_or_absent(call.source)};
      if (section.kind == CallKind::refused) cells.push_back(shown_or_absent(call.error));
      cells.push_back(Cell::time(call.seen.first));
      cells.push_back(Cell::time(call.seen.last));
      cells.push_back(Cell::shown(grouped(call.seen.events)));
      cells.push_back(new_cell(call.is_new));
      rows.row(std::move(cells));
    }
    rows.finish();
    print_more(calls.size(), 0);
  }

  void print_traits(const Section& section) {
    const Traits& traits = found_.activity.*section.traits;
    if (traits.rows.empty()) return;
    title(section.title);
    RowWriter rows{out_, {{"value"}, {"first"}, {"last"}, {"events", true}, {"new"}}};
    for (std::size_t i = 0; i < std::min<std::size_t>(top_, traits.rows.size()); ++i) {
      const Trait& trait = traits.rows[i];
      rows.row({Cell::of(trait.value), Cell::time(trait.seen.first), Cell::time(trait.seen.last),
                Cell::shown(grouped(trait.seen.events)), new_cell(trait.is_new)});
    }
    rows.finish();
    print_more(traits.rows.size(), traits.other_events);
  }

  void print_changes() {
    if (found_.changes.empty()) return;
    title("Grants and credentials it changed, newest first");
    RowWriter rows{out_, {{"time"}, {"call"}, {"target"}, {"error"}, {"eventID"}}};
    for (std::size_t i = 0; i < std::min<std::size_t>(top_, found_.changes.size()); ++i) {
      const query::GrantChange& change = found_.changes[i];
      rows.row({Cell::time(change.time), Cell::shown(change.name), text_or_absent(change.target),
                shown_or_absent(change.error), Cell::id(change.event_id)});
    }
    rows.finish();
    print_more(found_.change_count, 0);
  }

  void print_links(const char* text, CredentialLink::Direction direction) {
    constexpr std::size_t kKeysShown = 2;
    std::vector<const CredentialLink*> links;
    for (const CredentialLink& link : found_.chain.links) {
      if (link.direction == direction) links.push_back(&link);
    }
    if (links.empty()) return;
    title(text);
    RowWriter rows{out_,
                   {{"step", true},
                    {"caller"},
                    {"call"},
                    {"identity"},
                    {"keys"},
                    {"first"},
                    {"last"},
                    {"issued", true},
                    {"events", true}}};
    for (std::size_t i = 0; i < std::min<std::size_t>(top_, links.size()); ++i) {
      const CredentialLink& link = *links[i];
      rows.row({Cell::of(link.depth), text_or_absent(link.caller), Cell::shown(link.call),
                text_or_absent(link.identity), text_or_absent(joined(link.keys, kKeysShown)),
                Cell::time(link.issued.first), Cell::time(link.issued.last), Cell::shown(grouped(link.issued.events)),
                Cell::shown(grouped(link.used.events))});
    }
    rows.finish();
    print_more(links.size(), 0);
  }

  void print_incomplete() {
    if (!found_.chain.incomplete.empty()) write_prose(out_, "\nincomplete: " + found_.chain.incomplete + "\n");
    if (found_.activity.other_calls > 0) {
      write_prose(out_, fmt::format("\nincomplete: {} events of too many different calls to tell\n",
                                    grouped(found_.activity.other_calls)));
    }
  }

  Out& out_;
  const Investigation& found_;
  std::uint64_t top_;
};

void write_seen(const Seen& seen, text::JsonWriter& json) {
  json.member("events", seen.events);
  json.member_or_null("first", seen.events == 0 ? "" : time_text(seen.first));
  json.member_or_null("last", seen.events == 0 ? "" : time_text(seen.last));
}

/// Objects under a name, at most `top` of them.
template <typename Rows, typename Write>
void write_rows(std::string_view name, const Rows& rows, std::uint64_t top, const Write& write,
                text::JsonWriter& json) {
  const std::span first{rows.data(), std::min<std::size_t>(top, rows.size())};
  json.table(name, first, [&](const auto& row) { write(row, json); });
}

void write_call(const Call& call, text::JsonWriter& json) {
  json.member_or_null("eventSource", call.source).member_or_null("eventName", call.name);
  json.member_or_null("errorCode", call.error);
  write_seen(call.seen, json);
  json.member("new", call.is_new);
}

void write_link(const CredentialLink& link, text::JsonWriter& json) {
  json.member("direction", link.direction == CredentialLink::Direction::from ? "from" : "to");
  json.member("step", link.depth).member_or_null("eventName", link.call).member_or_null("caller", link.caller);
  json.member_or_null("callerAccessKey", link.caller_key).member_or_null("identity", link.identity);
  json.list("accessKeys", link.keys).name("issued").open('{');
  write_seen(link.issued, json);
  json.close('}').name("used").open('{');
  write_seen(link.used, json);
  json.close('}');
}

void write_change(const query::GrantChange& change, text::JsonWriter& json) {
  json.member_or_null("eventTime", time_text(change.time)).member_or_null("eventID", change.event_id);
  json.member_or_null("eventSource", change.source).member_or_null("eventName", change.name);
  json.member_or_null("target", change.target).member_or_null("errorCode", change.error);
}

void write_trait(const Trait& trait, text::JsonWriter& json) {
  json.member_or_null("value", trait.value);
  write_seen(trait.seen, json);
  json.member("new", trait.is_new);
}

std::string investigation_json(const Investigation& found, std::uint64_t top) {
  std::string out;
  text::JsonWriter json{out};
  json.open('{').member_or_null("subject", found.subject.text);
  json.member_or_null("kind", query::subject_kind_name(found.subject.kind));
  write_seen(found.activity.seen, json);
  json.member("newSince", time_text(found.new_since)).member("asOf", time_text(text::now()));
  json.name("store").open('{');
  write_seen(found.store, json);
  json.close('}');
  for (const CallSection& section : kCallSections) {
    std::vector<Call> calls;
    for (const Call& call : found.activity.calls) {
      if (call.kind == section.kind) calls.push_back(call);
    }
    write_rows(section.name, calls, top, write_call, json);
  }
  json.member("grantChangeCount", found.change_count);
  write_rows("grantChanges", found.changes, top, write_change, json);
  write_rows("credentials", found.chain.links, found.chain.links.size(), write_link, json);
  for (const Section& section : kSections) {
    write_rows(section.name, (found.activity.*section.traits).rows, top, write_trait, json);
  }
  json.member_or_null("incomplete", found.chain.incomplete).close('}');
  return out + "\n";
}

query::InvestigationRequest request_of(const store::Snapshot& snapshot, const InvestigateArguments& arguments) {
  query::InvestigationRequest request;
  if (arguments.kind.empty()) {
    request.subject = query::find_subject(snapshot, arguments.subject);
  } else {
    request.subject = {*query::subject_kind_of_name(arguments.kind), arguments.subject};
  }
  const auto time = [](const std::string& text, const char* option) -> std::optional<text::Timestamp> {
    if (text.empty()) return std::nullopt;
    return time_argument(text, option);
  };
  request.since = time(arguments.since, "--since");
  request.until = time(arguments.until, "--until");
  request.new_since = time(arguments.new_since, "--new-since");
  request.most_changes = std::max<std::size_t>(1, arguments.top);
  return request;
}

int run_investigate(const GlobalOptions& global, const InvestigateArguments& arguments) {
  if (global.format == Format::csv || global.format == Format::raw) {
    throw UsageError("investigate prints a page or JSON: choose table, json or ndjson");
  }
  store::Store store{global.store_directory(), store::Store::Mode::read};
  const store::Snapshot snapshot = store.snapshot();
  const query::Investigation found =
      query::investigate(snapshot, query::ShownEvents{snapshot}, request_of(snapshot, arguments));
  Out out{global, Out::Length::list};
  if (global.format == Format::table) {
    Page{out, found, arguments.top}.print();
  } else {
    out.write(investigation_json(found, arguments.top));
  }
  out.flush();
  return found.activity.seen.events > 0 ? kDone : kRefused;
}

}  // namespace

void add_investigate(const Command& app, const GlobalOptions& global) {
  const Command command =
      app.add_subcommand("investigate", "One page about a principal, an access key, an address or a resource");
  const auto arguments = std::make_shared<InvestigateArguments>();
  command
      .add_option("SUBJECT", arguments->subject,
                  "ARN, principalId or name of a user or role, access key ID, IP address or CIDR block, ARN or name "
                  "of a resource")
      .required();
  std::vector<std::string> kinds;
  for (std::size_t kind = 0; kind < query::kSubjectKindCount; ++kind) {
    kinds.emplace_back(query::subject_kind_name(static_cast<SubjectKind>(kind)));
  }
  command
      .add_option("--as", arguments->kind,
                  "What SUBJECT is: principal, access-key, ip, resource (default: told by its form)")
      .type_name("KIND")
      .one_of(kinds);
  command.add_option("--since", arguments->since, "From this time on").type_name("TIME");
  command.add_option("--until", arguments->until, "Before this time").type_name("TIME");
  command
      .add_option("--new-since", arguments->new_since,
                  "Mark what first occurred from this time on (default: --since, else its last day)")
      .type_name("TIME");
  command.add_option("--top", arguments->top, "So many rows in each section (default: 10)").type_name("N").positive();
  command.footer(
      "First and last seen; what it wrote, read and was refused; the grants and credentials it changed; where its\n"
      "credentials came from and what they led to, through keys, sessions and assumed roles; from where, with what,\n"
      "in which regions; and what of all that is new for it. Exit code 1 if no event is found.\n\n"
      "Examples:\n"
      "  trailkeeper investigate AKIAIOSFODNN7EXAMPLE\n"
      "  trailkeeper investigate arn:aws:iam::111122223333:role/Deploy --since 30d --new-since 24h\n"
      "  trailkeeper investigate 203.0.113.0/24 --output json");
  command.runs([&global, arguments] { return run_investigate(global, *arguments); });
}

}  // namespace trailkeeper::cli
