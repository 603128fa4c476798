// trailkeeper journal: what was done to the store, by whom, and from where.
#include <simdjson.h>

#include "cli/command.h"
#include "cli/row_writer.h"
#include "store/store.h"
#include "text/json_writer.h"

namespace trailkeeper::cli {
namespace {

namespace dom = simdjson::dom;

/// An entry as people read it.
struct Told {
  std::string who;
  std::string from;
  std::string entry;  ///< Without these.
};

std::string text_of(const dom::object& object, std::string_view key) {
  std::string_view text;
  return object.at_key(key).get_string().get(text) ? std::string{} : std::string{text};
}

std::string who_of(const dom::object& by) {
  if (const std::string token = text_of(by, "token"); !token.empty()) return "token " + token;
  std::string who = text_of(by, "user");
  std::uint64_t uid = 0;
  if (who.empty() && !by.at_key("uid").get_uint64().get(uid)) who = "uid " + std::to_string(uid);
  if (const std::string sudo = text_of(by, "sudoUser"); !sudo.empty()) who += " (sudo: " + sudo + ")";
  return who;
}

std::string from_of(const dom::object& by) {
  for (const std::string_view address : {"peer", "sshClient"}) {
    if (std::string text = text_of(by, address); !text.empty()) return text;
  }
  const std::string terminal = text_of(by, "tty");
  const std::string host = text_of(by, "host");
  return host + (host.empty() || terminal.empty() ? "" : " ") + terminal;
}

Told told(const std::string& text) {
  Told told{{}, {}, text};
  dom::parser parser;
  dom::object object;
  if (parser.parse(text).get_object().get(object)) return told;
  told.entry.clear();
  text::JsonWriter entry{told.entry};
  entry.open('{');
  for (const auto& [key, value] : object) {
    dom::object by;
    if (key == "by" && !value.get_object().get(by)) {
      told.who = who_of(by);
      told.from = from_of(by);
      continue;
    }
    entry.raw_member(key, simdjson::minify(value));
  }
  entry.close('}');
  // Entries of earlier builds tell of some things themselves.
  if (told.who.empty()) told.who = who_of(object);
  return told;
}

int run_journal(const GlobalOptions& global) {
  store::Store store{global.store_directory(), store::Store::Mode::read};
  const store::Snapshot snapshot = store.snapshot();
  Out out{global, Out::Length::list, query::ShownEvents{snapshot}};
  RowWriter rows{out, {{"time", false, 0, true}, {"who"}, {"from"}, {"entry"}}};
  snapshot.journal([&](const store::JournalEntry& entry) {
    Told read = told(entry.text);
    rows.row({Cell::time(entry.time), text_or_absent(read.who), text_or_absent(read.from),
              Cell{std::move(read.entry), entry.text}});
  });
  rows.finish();
  return kDone;
}

}  // namespace

void add_journal(const Command& app, const GlobalOptions& global) {
  const Command command = app.add_subcommand("journal", "List what retention and operators did to the store");
  command.footer(
      "With who did it and from where: the user and who called sudo, or a token's name; the peer, the SSH client, or\n"
      "host and terminal.\n\nExample:\n"
      "  trailkeeper journal --output ndjson");
  command.runs([&global] { return run_journal(global); });
}

}  // namespace trailkeeper::cli
