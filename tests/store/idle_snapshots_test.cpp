#include "store/idle_snapshots.h"

#include <doctest/doctest.h>

#include "store/writer.h"
#include "tests/support/temporary_directory.h"

using namespace trailkeeper;
using namespace trailkeeper::store;

TEST_CASE("idle snapshots: the same again until something is committed, or it was idle for too long") {
  const tests::TemporaryDirectory directory;
  Store store{directory.path(), Store::Mode::write};
  Writer writer{store};
  IdleSnapshots snapshots{store};
  auto first = snapshots.take();
  const Snapshot* const was = first.get();
  auto other = snapshots.take();
  CHECK(other.get() != was);
  snapshots.give_back(std::move(first));
  first = snapshots.take();
  CHECK(first.get() == was);
  snapshots.give_back(std::move(first));
  writer.put_policy_file({}, {0, "{}"});
  first = snapshots.take();
  CHECK(first->policy_files().size() == 1);
  snapshots.give_back(std::move(first));
  snapshots.give_back(std::move(other));
  // The stale one isn't given again.
  CHECK(snapshots.take()->policy_files().size() == 1);
  CHECK(snapshots.take()->policy_files().size() == 1);
  first = snapshots.take();
  const std::uint64_t seen = first->transaction().id();
  snapshots.give_back(std::move(first));
  snapshots.end_idle(std::chrono::seconds{0});
  CHECK(snapshots.take()->transaction().id() == seen);
}
