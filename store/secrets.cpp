#include "store/secrets.h"

#include <algorithm>

#include "store/byte_codec.h"
#include "store/store.h"

namespace trailkeeper::store {
namespace {

// A phrase's key is the hash of all of it; its value those of its beginnings.
constexpr std::size_t kPhraseKey = sizeof(std::uint64_t);
constexpr std::string_view kPaths = "paths";
constexpr std::string_view kLookedFor = "looked-for";

std::string key_of(const std::vector<std::uint64_t>& marks) {
  std::string key;
  put_fixed(marks.back(), key);
  return key;
}

std::vector<std::uint64_t> decode_marks(std::string_view value) {
  std::vector<std::uint64_t> marks;
  for (ByteReader reader{value}; !reader.empty();) marks.push_back(reader.fixed<std::uint64_t>());
  return marks;
}

std::vector<std::string> decode_paths(std::string_view value) {
  std::vector<std::string> paths;
  for (ByteReader reader{value}; !reader.empty();) paths.emplace_back(reader.string());
  return paths;
}

std::uint64_t looked_for(const Transaction& transaction) {
  const auto value = transaction.get(TableId::secrets, kLookedFor);
  return value ? ByteReader{*value}.fixed<std::uint64_t>() : 0;
}

Secrets read_secrets(const Transaction& transaction, std::uint64_t seed) {
  Secrets secrets{event::PhraseSet{seed}, {}, 0};
  transaction.scan(TableId::secrets, {}, [&](std::string_view key, std::string_view value) {
    if (key.size() == kPhraseKey) {
      secrets.words.add(decode_marks(value));
    } else if (key == kPaths) {
      secrets.paths = decode_paths(value);
    } else if (key == kLookedFor) {
      secrets.looked_for = ByteReader{value}.fixed<std::uint64_t>();
    }
    return true;
  });
  return secrets;
}

}  // namespace

void check_secret(std::string_view key, std::string_view value) {
  if (key.size() == kPhraseKey) {
    static_cast<void>(decode_marks(value));
  } else if (key == kPaths) {
    static_cast<void>(decode_paths(value));
  } else {
    static_cast<void>(ByteReader{value}.fixed<std::uint64_t>());
  }
}

// Entries are only ever added; what was looked for is an entry that changes.
std::shared_ptr<const Secrets> SecretCache::open(const Transaction& transaction, std::uint64_t seed) {
  const std::uint64_t rows = transaction.count(TableId::secrets);
  const std::uint64_t now = rows == 0 ? 0 : looked_for(transaction);
  const text::Lock lock{mutex_};
  if (!secrets_ || rows != rows_ || now != looked_for_) {
    secrets_ = std::make_shared<const Secrets>(read_secrets(transaction, seed));
    rows_ = rows;
    looked_for_ = now;
  }
  return secrets_;
}

void put_secrets(Transaction& transaction, std::uint64_t seed, std::span<const std::string> phrases) {
  const event::PhraseSet set{seed};
  for (const std::string& phrase : phrases) {
    const std::vector<std::uint64_t> marks = set.marks(phrase);
    if (marks.empty()) continue;
    const std::string key = key_of(marks);
    if (transaction.get(TableId::secrets, key) || transaction.count(TableId::secrets) >= kMostSecrets) continue;
    std::string value;
    for (const std::uint64_t mark : marks) put_fixed(mark, value);
    transaction.put(TableId::secrets, key, value);
  }
}

void put_secret_paths(Transaction& transaction, std::span<const std::string> paths) {
  std::vector<std::string> all = decode_paths(transaction.get(TableId::secrets, kPaths).value_or(""));
  const std::size_t before = all.size();
  all.insert(all.end(), paths.begin(), paths.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  if (all.size() == before) return;
  std::string value;
  for (const std::string& path : all) put_string(path, value);
  transaction.put(TableId::secrets, kPaths, value);
}

void put_marks(Transaction& transaction, std::uint64_t segment, const SegmentMarks& marks) {
  transaction.put(TableId::marks, segment_key(segment), encode_marks(marks));
}

void put_looked_for(Transaction& transaction, std::uint64_t looked_for) {
  if (store::looked_for(transaction) == looked_for) return;
  std::string value;
  put_fixed(looked_for, value);
  transaction.put(TableId::secrets, kLookedFor, value);
}

}  // namespace trailkeeper::store
