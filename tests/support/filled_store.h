// A store in a directory of its own, filled by hand in several commits.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "store/writer.h"
#include "tests/support/padded.h"
#include "tests/support/temporary_directory.h"

namespace trailkeeper::tests {

struct FilledStore {
  TemporaryDirectory directory;
  store::Store store{directory.path("s"), store::Store::Mode::write};
  store::Writer writer{store};

  /// Commits events as one segment; duplicates are left out.
  void add(const std::vector<std::string>& events) {
    event::RecordParser parser;
    const auto batch = writer.new_batch();
    for (const std::string& json : events) {
      const Padded bytes{json};
      event::Record record;
      REQUIRE(parser.parse(bytes, record) == event::Reason::none);
      batch->add(record);
    }
    store::Commit commit;
    commit.batches.push_back(writer.seal(*batch));
    writer.commit(std::move(commit));
  }
};

}  // namespace trailkeeper::tests
