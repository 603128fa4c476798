#include "store/store.h"

#include <sys/random.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <random>

#include "store/actor.h"
#include "store/byte_codec.h"
#include "store/damage.h"
#include "store/rejects.h"
#include "store/segments/mapped_parts.h"
#include "text/json_writer.h"

namespace trailkeeper::store {
namespace {

constexpr std::string_view kSeedKey = "hash-seed";
constexpr std::string_view kPseudonymKey = "pseudonym-key";
constexpr std::string_view kNextSegmentKey = "next-segment";

// Keys sort as numbers.
template <typename Number>
void put_big_endian(Number value, std::string& out) {
  for (int shift = static_cast<int>(sizeof(Number)) * 8 - 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(value >> shift & 0xFF));
  }
}

std::uint64_t stored_number(const Transaction& transaction, std::string_view key, std::uint64_t otherwise) {
  const auto value = transaction.get(TableId::meta, key);
  return value ? ByteReader{*value}.fixed<std::uint64_t>() : otherwise;
}

std::string random_key() {
  constexpr std::size_t kBytes = 32;
  std::string key(kBytes, '\0');
  if (::getrandom(key.data(), key.size(), 0) != static_cast<ssize_t>(key.size())) {
    throw StoreError(StoreErrorKind::io, std::string{"the system gives no random bytes: "} + std::strerror(errno));
  }
  return key;
}

}  // namespace

Store::Store(const std::string& directory, Mode mode) : environment_(directory, mode == Mode::write) {
  if (mode == Mode::write && leaves_out_damage()) {
    throw StoreError(StoreErrorKind::io, "--skip-damaged is for reading: this command writes to the store");
  }
  std::uint64_t format = 0;
  bool lacks_key = false;
  {
    const Transaction transaction = environment_.read();
    format = transaction.format();
    hash_seed_ = stored_number(transaction, kSeedKey, 0);
    lacks_key = !transaction.get(TableId::meta, kPseudonymKey);
  }
  if (mode == Mode::read || (format == kFormatVersion && !lacks_key)) return;
  Transaction transaction = environment_.write();
  if (format != kFormatVersion) transaction.raise_format();
  if (format == 0) {
    std::random_device device;
    hash_seed_ = static_cast<std::uint64_t>(device()) << 32 | device();
    std::string value;
    put_fixed(hash_seed_, value);
    transaction.put(TableId::meta, kSeedKey, value);
  }
  if (lacks_key) transaction.put(TableId::meta, kPseudonymKey, random_key());
  transaction.commit();
}

std::string Snapshot::pseudonym_key() const {
  return std::string{transaction_.get(TableId::meta, kPseudonymKey).value_or("")};
}

std::shared_ptr<const OpenedHeader> HeaderCache::open(std::uint64_t number, std::string_view encoded) {
  const text::Lock lock{mutex_};
  Entry& entry = entries_[number];
  if (!entry.header || entry.encoded != encoded) {
    entry.header.reset();
    entry.header = std::make_shared<const OpenedHeader>(decode_header(encoded));
    entry.encoded = encoded;
  }
  return entry.header;
}

void HeaderCache::keep_only(const std::vector<std::uint64_t>& numbers) {
  assert(std::is_sorted(numbers.begin(), numbers.end()));
  const text::Lock lock{mutex_};
  // Merging removes segments one after the other: looking once in a while is enough.
  if (entries_.size() < 2 * numbers.size() + 16) return;
  std::erase_if(entries_,
                [&](const auto& entry) { return !std::binary_search(numbers.begin(), numbers.end(), entry.first); });
}

// Where damage is left out of answers, a segment is whole or isn't there.
Segment Snapshot::open_segment(HeaderCache& headers, std::uint64_t number, std::string_view encoded) const {
  auto header = headers.open(number, encoded);
  if (header->header.number != number) throw_corrupt("segment " + std::to_string(number) + " has another's header");
  const SegmentHeader& facts = header->header;
  Segment segment{header, MappedParts{transaction_.tables(), number, facts.parts}, true};
  segment.set_marks(transaction_.get(TableId::marks, segment_key(number)).value_or(""));
  if (!leaves_out_damage()) return segment;
  try {
    segment.verify();
  } catch (const StoreError& error) {
    throw StoreError(error.kind(), std::string{error.what()} + "; left out: " + std::to_string(facts.events) +
                                       " events from " + text::format_timestamp(facts.min_time) + " to " +
                                       text::format_timestamp(facts.max_time));
  }
  return segment;
}

Snapshot::Snapshot(Environment& environment, HeaderCache& headers, SecretCache& secrets)
    : transaction_(environment.read()), secrets_(&secrets) {
  hash_seed_ = stored_number(transaction_, kSeedKey, 0);
  std::vector<std::uint64_t> numbers;
  transaction_.scan(TableId::segments, {}, [&](std::string_view key, std::string_view value) {
    const std::uint64_t number = number_of_key(key);
    try {
      segments_.push_back(open_segment(headers, number, value));
    } catch (const StoreError& error) {
      left_out_or_throw(error);
    }
    numbers.push_back(number);
    return true;
  });
  headers.keep_only(numbers);
}

std::shared_ptr<const Secrets> Snapshot::secrets() const {
  return secrets_->open(transaction_, secret_seed_of(transaction_));
}

void Snapshot::rejects(const std::function<bool(const KeptReject&)>& visit) const {
  visit_rejects(transaction_, true, visit);
}

std::uint64_t Snapshot::reject_count() const { return store::reject_count(transaction_); }

text::Timestamp Snapshot::first_arrival() const {
  text::Timestamp first = 0;
  for (const Segment& segment : segments_) {
    const text::Timestamp own = segment.header().first_arrival;
    if (own != 0 && (first == 0 || own < first)) first = own;
  }
  return first;
}

void Snapshot::sources(const std::function<void(const SourcePosition&)>& visit) const {
  transaction_.scan(TableId::sources, {}, [&](std::string_view, std::string_view value) {
    ByteReader reader{value};
    SourcePosition position;
    position.bytes = reader.varint();
    position.complete = reader.varint() != 0;
    position.source = reader.string();
    // Older versions wrote none.
    if (!reader.empty()) position.fingerprint = reader.fixed<std::uint64_t>();
    visit(position);
    return true;
  });
}

std::vector<PolicyFile> Snapshot::policy_files() const {
  std::vector<PolicyFile> files;
  transaction_.scan(TableId::policies, {}, [&](std::string_view, std::string_view value) {
    files.push_back(decode_policy_file(value));
    return true;
  });
  return files;
}

std::optional<std::string_view> Snapshot::verdicts(std::uint64_t segment) const {
  return transaction_.get(TableId::verdicts, segment_key(segment));
}

void Snapshot::journal(const std::function<void(const JournalEntry&)>& visit) const {
  transaction_.scan(TableId::journal, {}, [&](std::string_view, std::string_view value) {
    ByteReader reader{value};
    JournalEntry entry;
    entry.time = reader.fixed<std::int64_t>();
    entry.text = reader.string();
    visit(entry);
    return true;
  });
}

std::vector<LegalHold> Snapshot::holds() const {
  std::vector<LegalHold> holds;
  transaction_.scan(TableId::holds, {}, [&](std::string_view key, std::string_view value) {
    holds.push_back({std::string{key}, std::string{value}});
    return true;
  });
  return holds;
}

std::uint64_t hash_seed_of(const Transaction& transaction) { return stored_number(transaction, kSeedKey, 0); }

std::uint64_t secret_seed_of(const Transaction& transaction) {
  const auto key = transaction.get(TableId::meta, kPseudonymKey);
  return key ? XXH3_64bits(key->data(), key->size()) : 0;
}

// Whoever makes an entry, it tells who did it, and from where.
std::string encode_journal(const JournalEntry& entry) {
  std::string text = entry.text;
  if (text.ends_with('}')) {
    text.pop_back();
    text::JsonWriter::inside(text).raw_member("by", entry.by.empty() ? process_actor() : entry.by).close('}');
  }
  std::string value;
  put_fixed(entry.time, value);
  put_string(text, value);
  return value;
}

std::uint64_t number_of_key(std::string_view key) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < sizeof number && i < key.size(); ++i)
    number = number << 8 | static_cast<unsigned char>(key[i]);
  return number;
}

std::string segment_key(std::uint64_t number) {
  std::string key;
  put_big_endian(number, key);
  return key;
}

// Earlier versions didn't count: what is there counts as well, also parts of a merge that isn't done.
std::uint64_t take_segment_number(Transaction& transaction) {
  std::uint64_t number = stored_number(transaction, kNextSegmentKey, 1);
  for (const TableId table : {TableId::segments, TableId::parts}) {
    if (const auto last = transaction.last_key(table)) number = std::max(number, number_of_key(*last) + 1);
  }
  std::string next;
  put_fixed(number + 1, next);
  transaction.put(TableId::meta, kNextSegmentKey, next);
  return number;
}

std::string part_key(std::uint64_t number, std::uint32_t part) {
  std::string key = segment_key(number);
  put_big_endian(part, key);
  return key;
}

std::string encode_source(const SourcePosition& position) {
  std::string value;
  put_varint(position.bytes, value);
  put_varint(position.complete ? 1 : 0, value);
  put_string(position.source, value);
  if (position.fingerprint != 0) put_fixed(position.fingerprint, value);
  return value;
}

// LMDB's keys have at most 511 bytes: a longer name is cut and told apart by its hash.
std::string source_key(std::string_view source) {
  constexpr std::size_t kLongest = 480;
  if (source.size() <= kLongest) return std::string{source};
  std::string key{source.substr(0, kLongest)};
  put_big_endian(XXH3_64bits(source.data(), source.size()), key);
  return key;
}

}  // namespace trailkeeper::store
