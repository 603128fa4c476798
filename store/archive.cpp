#include "store/archive.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace trailkeeper::store {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDataFile = "/data.mdb";

void sync_directory(const std::string& directory) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  const int code = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!synced) throw StoreError(StoreErrorKind::io, "cannot make " + directory + " durable: " + std::strerror(code));
}

void require_no_store(const std::string& directory) {
  std::error_code failed;
  if (fs::exists(directory + kDataFile, failed)) {
    throw StoreError(StoreErrorKind::io, "there is a store at " + directory + " already: name an empty or new folder");
  }
  fs::create_directories(directory, failed);
  if (failed) throw StoreError(StoreErrorKind::io, "cannot create " + directory + ": " + failed.message());
}

// The copy appears under its name only when it is whole.
void copy_into(Environment& environment, const std::string& directory) {
  const std::string temporary = directory + "/data.mdb.new";
  std::error_code ignored;
  fs::remove(temporary, ignored);
  environment.copy_to(temporary);
  fs::rename(temporary, directory + kDataFile);
  sync_directory(directory);
}

void verify_or_throw(const std::string& directory) {
  Store copy{directory, Store::Mode::read};
  verify(copy.snapshot(), false, [&](const Damage& damage) {
    throw StoreError(StoreErrorKind::corrupt, "the copy at " + directory + " is damaged: segment " +
                                                  std::to_string(damage.segment) + ": " + damage.what);
  });
}

}  // namespace

ShrinkResult shrink_file(const std::string& directory) {
  Store store{directory, Store::Mode::write};
  ShrinkResult result{};
  result.bytes_before = store.environment().file_bytes();
  copy_into(store.environment(), directory);
  result.bytes_after = store.environment().file_bytes();
  return result;
}

void back_up(Store& store, const std::string& target) {
  require_no_store(target);
  copy_into(store.environment(), target);
  verify_or_throw(target);
}

void restore(const std::string& backup, const std::string& directory) {
  require_no_store(directory);
  {
    Environment source{backup, false};
    copy_into(source, directory);
  }
  verify_or_throw(directory);
}

std::uint64_t verify(const Snapshot& snapshot, bool events, const std::function<void(const Damage&)>& damaged) {
  std::uint64_t sound = 0;
  std::string json;
  for (const Segment& segment : snapshot.segments()) {
    try {
      segment.verify();
    } catch (const StoreError& error) {
      damaged({segment.header().number, error.what()});
    }
    for (std::uint32_t index = 0; events && index < segment.size(); ++index) {
      json.clear();
      try {
        segment.append_event(index, snapshot.hash_seed(), json);
        ++sound;
      } catch (const StoreError& error) {
        damaged({segment.header().number, error.what()});
      }
    }
    segment.forget();
  }
  return sound;
}

}  // namespace trailkeeper::store
