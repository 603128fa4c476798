// What happens when mapped bytes of a store can't be read: the file was cut short, or its disk has a bad sector. The
// kernel says so with a signal, which by itself would end the process without a word.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace trailkeeper::store {

/// Where a file is mapped, for as long as this lives. A page of it that can't be read counts as zeros, which fit no
/// checksum, and is counted: the read fails, the process goes on.
class FaultyRegion {
 public:
  FaultyRegion(const void* begin, std::size_t bytes);
  ~FaultyRegion();
  FaultyRegion(const FaultyRegion&) = delete;
  FaultyRegion& operator=(const FaultyRegion&) = delete;

 private:
  std::size_t slot_;
};

/// How many mapped pages couldn't be read since the process began. If it rose during an answer, that isn't an answer.
/// Any thread.
std::uint64_t unreadable_pages();

/// Throws StoreError(corrupt) if unreadable_pages() isn't `before` any more.
void require_readable_since(std::uint64_t before);

/// While it lives, this thread is in LMDB's code for writing, which trusts the file: if it meets bytes that it can't
/// read, the process ends with exit code 3 and a message that names the store. Nothing else can be done there, because
/// the transaction's pages are half changed. What was acknowledged before stays as it is.
class TrustingCall {
 public:
  /// `directory` must outlive it.
  explicit TrustingCall(const std::string& directory);
  ~TrustingCall();
  TrustingCall(const TrustingCall&) = delete;
  TrustingCall& operator=(const TrustingCall&) = delete;

 private:
  const char* outer_;
};

/// Ends the process as TrustingCall says, because of `reason`.
[[noreturn]] void end_for_damage(const char* directory, const char* reason);

}  // namespace trailkeeper::store
