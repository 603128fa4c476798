#include "cli/reveal.h"

#include "cli/principal_argument.h"
#include "store/writer.h"
#include "text/clock.h"
#include "text/json_writer.h"

namespace trailkeeper::cli {

void add_reveal(const Command& command, bool& reveal) {
  command.add_flag("--reveal", reveal, "Show Org IDs and promotion codes as stored; the store's journal records it");
}

void record_reveal(const GlobalOptions& global, const std::string& command) {
  // A store that isn't there is an error, not one to be made.
  static_cast<void>(store::Store{global.store_directory(), store::Store::Mode::read});
  std::string text;
  text::JsonWriter{text}.open('{').member("action", "reveal").member("command", command).close('}');
  store::Store store{global.store_directory(), store::Store::Mode::write};
  store::Writer{store}.record({text::now(), std::move(text)});
}

}  // namespace trailkeeper::cli
