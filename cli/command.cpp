#include "cli/command.h"

#include <cstdio>
#include <cstdlib>

#include "cli/prose.h"
#include "text/json_writer.h"
#include "text/visible_text.h"

namespace trailkeeper::cli {
namespace {

// An environment variable's value; empty if it isn't set.
std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

std::string GlobalOptions::store_directory() const {
  if (!store.empty()) return store;
  if (std::string named = environment("TRAILKEEPER_STORE"); !named.empty()) return named;
  if (const std::string data = environment("XDG_DATA_HOME"); !data.empty()) return data + "/trailkeeper";
  if (const std::string home = environment("HOME"); !home.empty()) return home + "/.local/share/trailkeeper";
  throw UsageError("no store: give --store DIR or set TRAILKEEPER_STORE");
}

void print_error(const GlobalOptions& global, const std::string& message) {
  if (global.format != Format::json && global.format != Format::ndjson) {
    print_notice(message);
    return;
  }
  std::string line;
  text::JsonWriter{line}.open('{').name("error").open('{').member("message", message).close('}').close('}');
  std::fputs((line + "\n").c_str(), stderr);
}

void print_notice(const std::string& message) { print_prose("trailkeeper: " + text::visible(message) + "\n"); }

}  // namespace trailkeeper::cli
