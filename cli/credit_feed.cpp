// trailkeeper credits import, add, apply, decide and correct: facts that no log of AWS has.
#include <fmt/format.h>

#include <functional>
#include <future>

#include "cli/credits.h"
#include "cli/file_argument.h"
#include "cli/principal_argument.h"
#include "cli/row_writer.h"
#include "ingest/intake.h"
#include "query/known_facts.h"
#include "query/shown_event.h"
#include "query/upkeep.h"
#include "rules/credits/billing_import.h"
#include "rules/credits/own_request.h"
#include "store/actor.h"
#include "text/clock.h"

namespace trailkeeper::cli {

namespace credits = rules::credits;

namespace {

constexpr std::size_t kMaxImportBytes = std::size_t{64} << 20;

// Commits what is new, as an event each, and says in the journal who did it.
bool store_new(const GlobalOptions& global, store::Store& store, std::string_view verb,
               const std::vector<query::KnownFact>& facts) {
  ingest::Delivery delivery;
  delivery.source = "credits-" + std::string{verb};
  const std::string by = store::process_actor();
  for (const query::KnownFact& fact : facts) {
    if (!fact.known) delivery.add(credits::own_event(fact.fact, fact.event_id, by, text::now()), 0);
  }
  if (delivery.documents.empty()) return true;
  ingest::IntakeOptions options;
  options.workers = 1;
  options.merge = false;
  ingest::Intake intake{store, options};
  std::promise<ingest::Receipt> done;
  std::future<ingest::Receipt> waiting = done.get_future();
  if (!intake.offer(std::move(delivery), [&done](ingest::Receipt receipt) { done.set_value(std::move(receipt)); })) {
    throw std::runtime_error("the store takes nothing now");
  }
  const ingest::Receipt receipt = waiting.get();
  if (receipt.status != ingest::Receipt::Status::durable) throw std::runtime_error(receipt.problem);
  intake.writer().record({text::now(), query::journal_text(verb, facts), by});
  intake.stop();
  if (receipt.rejected == 0) return true;
  print_error(global, fmt::format("{} of the facts were rejected: trailkeeper rejects shows why", receipt.rejected));
  return false;
}

// What to write down; names are made with the store's key.
using MakeFacts = std::function<std::vector<credits::OwnFact>(const credits::Pseudonymiser& names)>;

int record(const GlobalOptions& global, std::string_view verb, const MakeFacts& make_facts) {
  query::KeptStore store{global.store_directory()};
  const store::Snapshot before = store.snapshot();
  const std::vector<query::KnownFact> all = query::known_facts(before, make_facts(query::fact_names(before)));
  if (const std::string why = query::objection(before, all); !why.empty()) {
    print_error(global, why + "; nothing was written down");
    return kRefused;
  }
  const bool stored = store_new(global, store, verb, all);
  const store::Snapshot snapshot = store.snapshot();
  Out out{global, Out::Length::list, query::ShownEvents{snapshot}};
  // A table has what fits a hundred columns.
  const bool table = global.format == Format::table;
  std::vector<Column> columns{{"id"}, {"fact"}, {"time"}, {"new"}, {"eventID", false, 0, true}};
  if (!table) columns.insert(columns.begin() + 1, {"account"});
  RowWriter rows{out, std::move(columns)};
  for (const query::KnownFact& fact : all) {
    std::vector<Cell> cells{Cell::of(fact.fact.subject), Cell::shown(fact.fact.name), Cell::time(fact.fact.time),
                            Cell::shown(fact.known ? "no" : "yes"), Cell::id(fact.event_id)};
    if (!table) cells.insert(cells.begin() + 1, Cell::shown(fact.fact.account));
    rows.row(std::move(cells));
  }
  rows.finish();
  return stored ? kDone : kRefused;
}

struct ImportArguments {
  std::vector<std::string> files;
  std::string as_of;
};

int run_import(const GlobalOptions& global, const ImportArguments& arguments) {
  // In whole seconds, as eventTime has them.
  const text::Timestamp as_of = time_argument(arguments.as_of, "--as-of") / text::kSecond * text::kSecond;
  if (as_of > text::now()) throw UsageError("--as-of: AWS's figures can't be of the future");
  std::vector<credits::OwnFact> facts;
  int code = kDone;
  for (const std::string& path : arguments.files) {
    auto made = credits::import_of(read_file_argument(path, kMaxImportBytes), as_of, !arguments.as_of.empty());
    if (!made) {
      print_error(global, fmt::format("{}: {} (byte {}); nothing of it is taken", path, made.error().message,
                                      made.error().offset));
      code = kRefused;
      continue;
    }
    for (const std::string& notice : made->notices) print_notice(path + ": " + notice);
    if (made->facts.empty()) print_notice(path + ": AWS names no credits there");
    facts.insert(facts.end(), std::make_move_iterator(made->facts.begin()), std::make_move_iterator(made->facts.end()));
  }
  if (facts.empty()) return kRefused;
  const int recorded =
      record(global, "import", [&facts](const credits::Pseudonymiser& /*names*/) { return std::move(facts); });
  return code == kDone ? recorded : code;
}

using Values = std::shared_ptr<credits::OwnValues>;

int run_own(const GlobalOptions& global, std::string_view word, const credits::OwnValues& values) {
  const text::Timestamp written = text::now() / text::kSecond * text::kSecond;
  const auto fact = [&](const credits::Pseudonymiser& names) {
    auto made = credits::own_fact(*credits::own_verb(word), values, written, names);
    if (!made) throw UsageError("--" + made.error().path + " " + made.error().message);
    return std::vector<credits::OwnFact>{std::move(*made)};
  };
  // What is wrong is said before a store is opened, or made.
  static_cast<void>(fact(credits::Pseudonymiser{""}));
  return record(global, word, fact);
}

void add_field(const Command& command, const credits::OwnField& field, const Values& values) {
  const std::string name{field.name};
  const std::string help{field.help};
  if (field.flag) {
    command.on_flag(
        "--" + name, [values, name] { (*values)[name] = {"true"}; }, help);
    return;
  }
  const bool positional = field.required && name == "id";
  const Option option = command.on_words(
      positional ? "ID" : "--" + name,
      [values, name](const std::vector<std::string>& texts) { (*values)[name] = texts; }, help);
  if (field.list) {
    option.delimiter(',');
  } else {
    option.expected(1);
  }
  option.one_value();
  if (!positional) option.type_name(std::string{field.placeholder}).suggest(field.words);
  if (field.required) option.required();
}

void add_own(const Command& app, const GlobalOptions& global, const std::string& word, const std::string& summary,
             const std::string& footer) {
  const Command command = app.add_subcommand(word, summary);
  const auto values = std::make_shared<credits::OwnValues>();
  for (const credits::OwnField& field : credits::own_fields(*credits::own_verb(word))) {
    add_field(command, field, values);
  }
  command.footer(footer);
  command.runs([&global, word, values] { return run_own(global, word, *values); });
}

void add_import(const Command& app, const GlobalOptions& global) {
  const Command command = app.add_subcommand("import", "Start the ledger from AWS's own figures");
  const auto arguments = std::make_shared<ImportArguments>();
  command
      .add_option("FILE", arguments->files,
                  "JSON that `aws billing get-credits` or `get-credit-allocation-history` printed; - for standard "
                  "input")
      .required();
  command.add_option("--as-of", arguments->as_of, "When AWS gave the figures (default: now)").type_name("TIME");
  command.footer(
      "The newest figures of a credit count. The same file again changes nothing. Bill lines of days before the\n"
      "figures aren't charged again: docs/credits.md.\n\n"
      "Example:\n"
      "  aws billing get-credits --account-id 111122223333 --start-date 2024-01-01 > credits.json\n"
      "  trailkeeper credits import credits.json");
  command.runs([&global, arguments] { return run_import(global, *arguments); });
}

}  // namespace

void add_credit_feed(const Command& app, const GlobalOptions& global) {
  add_import(app, global);
  add_own(app, global, "add", "Write down a credit that was issued",
          "Example:\n"
          "  trailkeeper credits add --account 111122223333 --amount 5000 --issued 2024-02-09 --expires 2026-02-09");
  add_own(app, global, "apply", "Write down an application that was sent",
          "Example:\n"
          "  trailkeeper credits apply --account 111122223333 --amount 5000 --submitted 2024-02-01 --email a@x.example "
          "--website https://x.example");
  add_own(app, global, "decide", "Write down what became of an application",
          "Examples:\n"
          "  trailkeeper credits decide app-1 --account 111122223333 --approved --amount 5000\n"
          "  trailkeeper credits decide app-1 --account 111122223333 --denied --reason 3,8");
  add_own(app, global, "correct", "Put a credit right, or withdraw a fact of one's own",
          "What is given replaces the credit's figures, from its beginning; both stay in the store.\n\n"
          "Examples:\n"
          "  trailkeeper credits correct 700001 --account 111122223333 --expires 2026-02-28 --because 'misread'\n"
          "  trailkeeper credits correct own-0123456789 --account 111122223333 --withdraw");
}

}  // namespace trailkeeper::cli
