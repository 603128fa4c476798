// Where events go.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "generate/workload.h"

namespace trailkeeper::generate {

class Output {
 public:
  Output() = default;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  virtual ~Output() = default;

  virtual void put(std::string_view event, const Placement& placement) = 0;
  /// Writes what is still held. Throws std::system_error, as put does, when something can't be written.
  virtual void finish() = 0;

  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t files() const { return files_; }

 protected:
  std::uint64_t bytes_ = 0;  ///< Of JSON, before compression.
  std::uint64_t files_ = 0;
};

/// Standard output if `path` is empty or "-".
std::unique_ptr<Output> make_ndjson_output(const std::string& path);
/// One {"Records":[…]} document.
std::unique_ptr<Output> make_records_output(const std::string& path);
/// S3's folder tree below `folder`, `events_per_file` events in each file.
std::unique_ptr<Output> make_s3_output(const std::string& folder, unsigned events_per_file, int level,
                                       const Workload& workload, std::uint64_t seed);

/// Writes a file whole, and the folders above it. Throws std::system_error.
void write_file(const std::string& path, std::string_view content);

}  // namespace trailkeeper::generate
