// trailkeeper token: who may talk to the server.
#include <filesystem>

#include "cli/command.h"
#include "cli/row_writer.h"
#include "serve/token_edit.h"
#include "serve/tokens.h"
#include "text/clock.h"
#include "text/time_argument.h"

namespace trailkeeper::cli {
namespace {

struct CreateArguments {
  std::string name;
  std::string rights;
  std::string expires;
  bool aws = false;
};

// All rights' words.
std::string listed_rights(std::string_view between) {
  std::string text;
  for (const serve::RightWord& right : serve::right_words())
    text.append(text.empty() ? "" : between).append(right.name);
  return text;
}

// An age from now on, or a point in time.
text::Timestamp expiry_of(const std::string& text, text::Timestamp now) {
  if (const auto age = text::parse_duration(text)) return now + *age;
  const auto time = text::parse_time_argument(text, now);
  if (!time) throw UsageError("--expires: '" + text + "' is neither an age such as 90d nor a time such as 2025-01-31");
  if (*time <= now) throw UsageError("--expires: '" + text + "' has passed");
  return *time;
}

int run_create(const GlobalOptions& global, const CreateArguments& arguments) {
  serve::TokenRequest request;
  request.name = arguments.name;
  request.aws = arguments.aws;
  const auto rights = serve::parse_rights(arguments.rights.empty() && arguments.aws ? "query" : arguments.rights);
  if (!rights) throw UsageError("--rights: give one or more of " + listed_rights(", ") + ", separated by commas");
  request.rights = *rights;
  const text::Timestamp made_at = text::now();
  if (!arguments.expires.empty()) request.expires = expiry_of(arguments.expires, made_at);
  const std::string directory = global.store_directory();
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) throw serve::TokenError("cannot make " + directory + ": " + error.message());
  const auto created = serve::create_token(serve::token_path(directory), request, made_at);
  if (!created) {
    print_error(global, created.error().message);
    return kRefused;
  }
  const serve::NewToken& made = *created;
  Out out{global};
  if (global.format == Format::table) {
    // One secret on a line of its own is what scripts can take; what it is stands on stderr.
    if (arguments.aws) {
      out.write("aws_access_key_id = " + made.access_key_id + "\naws_secret_access_key = " + made.secret + "\n");
    } else {
      out.write(made.secret + "\n");
    }
    out.flush();
    print_notice("keep this now, it is not shown again");
    return kDone;
  }
  std::vector<Column> columns{{"name"}, {"rights"}};
  std::vector<Cell> cells{Cell::of(request.name), Cell::of(serve::rights_text(request.rights))};
  if (arguments.aws) {
    columns.push_back({"accessKeyId"});
    cells.push_back(Cell::of(made.access_key_id));
  }
  columns.push_back({"secret"});
  cells.push_back(Cell::of(made.secret));
  RowWriter rows{out, std::move(columns)};
  rows.row(std::move(cells));
  rows.finish();
  return kDone;
}

int run_list(const GlobalOptions& global) {
  const auto tokens = serve::TokenSet::load(serve::token_path(global.store_directory()));
  const text::Timestamp time = text::now();
  Out out{global, Out::Length::list};
  RowWriter rows{out, {{"name"}, {"rights"}, {"accessKeyId"}, {"created"}, {"expires"}, {"state"}}};
  for (const serve::Token& token : tokens.tokens()) {
    rows.row({Cell::of(token.name), Cell::of(serve::rights_text(token.rights)),
              token.is_aws() ? Cell::of(token.access_key_id) : Cell::absent(),
              Cell::of(text::format_timestamp(token.created)),
              token.expires ? Cell::of(text::format_timestamp(*token.expires)) : Cell::absent(),
              Cell::of(token.expired(time) ? "expired" : "valid")});
  }
  rows.finish();
  return kDone;
}

int run_revoke(const GlobalOptions& global, const std::string& name) {
  if (serve::revoke_token(serve::token_path(global.store_directory()), name)) {
    print_notice("revoked the token " + name);
    return kDone;
  }
  print_error(global, "there is no token named " + name);
  return kRefused;
}

int run_open(const GlobalOptions& global, bool yes) {
  if (!yes)
    throw UsageError("this removes all tokens and lets everybody on this machine in: say --yes if you want that");
  serve::open_access(serve::token_path(global.store_directory()));
  return kDone;
}

}  // namespace

void add_token(const Command& app, const GlobalOptions& global) {
  const Command command = app.add_subcommand("token", "Tokens: who may talk to the server, and what they may do");
  command.require_subcommand(1, 1);
  command.footer(
      "Tokens lie in tokens.json in the store's directory; a running server takes changes over within seconds.\n\n"
      "Examples:\n"
      "  trailkeeper token create shipper --rights ingest\n"
      "  trailkeeper token create dashboard --rights query --expires 90d\n"
      "  trailkeeper token create laptop --aws          # for aws cloudtrail lookup-events --endpoint-url …\n"
      "  trailkeeper token list\n"
      "  trailkeeper token revoke shipper\n"
      "  trailkeeper token open --yes                   # none is needed any more on this machine");
  const auto arguments = std::make_shared<CreateArguments>();
  const Command create = command.add_subcommand("create", "Make a token and print its secret, once");
  create.add_option("NAME", arguments->name, "What to call it").required();
  create
      .add_option("--rights", arguments->rights,
                  "What it may do: " + listed_rights(", ") + " (with --aws default: query)")
      .type_name("RIGHT,…")
      .suggest_list(listed_rights(" "));
  create.add_option("--expires", arguments->expires, "When it ends: 90d, 2025-01-31 (default: never)")
      .type_name("TIME")
      .suggest("1d 30d 90d 365d");
  create.add_flag("--aws", arguments->aws, "An access key for AWS's SDKs and CLI, which sign with it");
  create.runs([&global, arguments] { return run_create(global, *arguments); });
  const Command list = command.add_subcommand("list", "List the tokens, without their secrets");
  list.runs([&global] { return run_list(global); });
  const auto name = std::make_shared<std::string>();
  const Command revoke = command.add_subcommand("revoke", "Take a token out of force");
  revoke.add_option("NAME", *name, "The token's name").required();
  const auto yes = std::make_shared<bool>(false);
  const Command open = command.add_subcommand("open", "Remove all tokens, and need none from this machine any more");
  open.add_flag("--yes", *yes, "It is meant");
  open.runs([&global, yes] { return run_open(global, *yes); });
  revoke.runs([&global, name] { return run_revoke(global, *name); });
}

}  // namespace trailkeeper::cli
