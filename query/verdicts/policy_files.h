// Taking files of policies into a store.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/writer.h"
#include "text/result.h"
#include "text/timestamp.h"

namespace trailkeeper::query {

/// Bytes a file of policies may have.
constexpr std::size_t kMaxPolicyFileBytes = std::size_t{64} << 20;

struct LoadedPolicies {
  store::PolicyFile file;
  bool is_new = false;  ///< False: the same file was there for the same time.
  std::string what;     ///< `account 111122223333: 3 users, 1 group, 4 roles, 12 policies`.
  /// Documents that can't be read: their holders' verdicts are unknown.
  std::vector<std::string> broken;
};

/// Checks a file (what `aws iam get-account-authorization-details` prints, an organisation's file, a catalogue of
/// requirements) and keeps it as of `time`. The error says what is wrong, and where.
text::Result<LoadedPolicies> load_policies(store::Writer& writer, std::string bytes, std::string source,
                                           text::Timestamp time, text::Timestamp now);

/// The key's last part in hexadecimal, by which people name a loaded file.
std::string policy_file_id(const store::PolicyFile& file);

/// Removes the loaded file of that ID. False if there is none.
bool forget_policies(store::Store& store, store::Writer& writer, std::string_view id, text::Timestamp now);

}  // namespace trailkeeper::query
