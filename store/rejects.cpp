#include "store/rejects.h"

#define XXH_INLINE_ALL
#include <xxhash.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <tuple>
#include <vector>

#include "store/byte_codec.h"
#include "store/error.h"
#include "store/segments/segment_parts.h"

namespace trailkeeper::store {
namespace {

constexpr std::string_view kLimitKey = "reject-limit";
// How many more records there are than entries: an entry that counts is one.
constexpr std::string_view kExtraKey = "reject-extra";

/// How a record's bytes are kept; the number is stored.
enum class Form : std::uint8_t {
  plain = 0,
  compressed = 1,
  left_out = 2,
  counted = 3,  ///< Several records of a source; instead of bytes the offset of the last.
};

/// A stored record before its bytes are unpacked.
struct Stored {
  KeptReject record;
  Form form = Form::left_out;
  std::string_view packed;
};

using Hash = std::array<std::uint8_t, 16>;

Hash hash_of(std::string_view bytes) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), bytes.size()));
  Hash hash;
  std::memcpy(hash.data(), canonical.digest, hash.size());
  return hash;
}

void put_ascending(std::uint64_t value, std::string& out) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift & 0xFF));
}

// Source, offset, hash: in this order they are listed. LMDB's keys have at most 511 bytes: a longer name is cut and
// told apart by its hash.
std::string place_key(std::string_view source, std::uint64_t offset, const Hash& hash) {
  constexpr std::size_t kLongest = 400;
  std::string key{source.substr(0, kLongest)};
  if (source.size() > kLongest) put_ascending(XXH3_64bits(source.data(), source.size()), key);
  key.push_back('\0');
  put_ascending(offset, key);
  key.append(reinterpret_cast<const char*>(hash.data()), hash.size());
  return key;
}

// Behind all records of the source.
std::string count_key(std::string_view source) { return place_key(source, ~std::uint64_t{0}, Hash{}); }

std::string encode(const KeptReject& record, Form form, std::string_view packed) {
  std::string value;
  put_varint(static_cast<std::uint64_t>(record.reason), value);
  put_varint(record.offset, value);
  put_varint(record.line, value);
  put_string(record.source, value);
  put_fixed(record.arrival, value);
  put_varint(record.records, value);
  put_varint(record.length, value);
  put_fixed(record.hash, value);
  value.push_back(static_cast<char>(form));
  put_string(packed, value);
  put_fixed(checksum(value), value);
  return value;
}

std::string_view checked(std::string_view value) {
  const std::string_view content = value.substr(0, value.size() - std::min<std::size_t>(value.size(), 8));
  if (ByteReader{value.substr(content.size())}.fixed<std::uint64_t>() != checksum(content)) {
    throw_corrupt("a rejected record's checksum is wrong");
  }
  return content;
}

void read_place(ByteReader& reader, KeptReject& record) {
  record.reason = static_cast<event::Reason>(reader.varint());
  record.offset = reader.varint();
  record.line = reader.varint();
  record.source = reader.string();
}

Stored decode(std::string_view value) {
  ByteReader reader{checked(value)};
  Stored stored;
  KeptReject& record = stored.record;
  read_place(reader, record);
  record.arrival = reader.fixed<text::Timestamp>();
  record.records = reader.varint();
  record.length = reader.varint();
  record.hash = reader.fixed<Hash>();
  stored.form = static_cast<Form>(reader.bytes(1).front());
  stored.packed = reader.string();
  record.has_bytes = stored.form == Form::plain || stored.form == Form::compressed;
  return stored;
}

void unpack(Stored& stored) {
  KeptReject& record = stored.record;
  if (stored.form == Form::plain) record.bytes = stored.packed;
  if (stored.form != Form::compressed) return;
  // Never more than the frame itself says that it has: a wrong length must not take memory.
  if (ZSTD_getFrameContentSize(stored.packed.data(), stored.packed.size()) != record.length) {
    throw_corrupt("a rejected record's length is wrong");
  }
  record.bytes.resize(static_cast<std::size_t>(record.length));
  const std::size_t size =
      ZSTD_decompress(record.bytes.data(), record.bytes.size(), stored.packed.data(), stored.packed.size());
  if (ZSTD_isError(size) != 0U || size != record.length) throw_corrupt("a rejected record can't be decompressed");
}

// But for its hash.
Stored decode_former_place(std::string_view value) {
  ByteReader reader{checked(value)};
  Stored stored;
  KeptReject& record = stored.record;
  read_place(reader, record);
  stored.packed = reader.string();
  stored.form = Form::plain;
  record.has_bytes = true;
  record.length = stored.packed.size();
  return stored;
}

Stored decode_former(std::string_view value) {
  Stored stored = decode_former_place(value);
  stored.record.hash = hash_of(stored.packed);
  return stored;
}

// Empty if that isn't shorter.
std::string compressed(std::string_view bytes) {
  constexpr std::size_t kWorthwhile = 64;
  constexpr int kLevel = 3;
  std::string out;
  if (bytes.size() < kWorthwhile) return out;
  out.resize(ZSTD_compressBound(bytes.size()));
  const std::size_t size = ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), kLevel);
  out.resize(ZSTD_isError(size) != 0U || size >= bytes.size() ? 0 : size);
  return out;
}

std::uint64_t meta_number(const Transaction& transaction, std::string_view key, std::uint64_t otherwise) {
  const auto value = transaction.get(TableId::meta, key);
  return value ? ByteReader{*value}.fixed<std::uint64_t>() : otherwise;
}

void set_meta_number(Transaction& transaction, std::string_view key, std::uint64_t number) {
  std::string value;
  put_fixed(number, value);
  transaction.put(TableId::meta, key, value);
}

// One more of a source: of the first its place, of all their number, length and hash.
void count_reject(Transaction& transaction, const KeptReject& record, RejectFigures& figures) {
  const std::string key = count_key(record.source);
  KeptReject sum = record;
  if (const auto value = transaction.get(TableId::rejected, key)) {
    const Stored before = decode(*value);
    // Files are replayed from their beginning.
    if (record.line != 0 && record.offset <= ByteReader{before.packed}.fixed<std::uint64_t>()) return;
    sum = before.record;
    sum.arrival = std::max(sum.arrival, record.arrival);
    sum.length += record.length;
    ++sum.records;
    std::string both(reinterpret_cast<const char*>(sum.hash.data()), sum.hash.size());
    both.append(reinterpret_cast<const char*>(record.hash.data()), record.hash.size());
    sum.hash = hash_of(both);
    set_meta_number(transaction, kExtraKey, meta_number(transaction, kExtraKey, 0) + 1);
  }
  std::string last;
  put_fixed(record.offset, last);
  transaction.put(TableId::rejected, key, encode(sum, Form::counted, last));
  ++figures.only_counted;
}

/// Those of the former table, by place: only where they lie is in memory.
class FormerRejects {
 public:
  explicit FormerRejects(const Transaction& transaction) : transaction_(transaction) {
    transaction.scan(TableId::rejects, {}, [&](std::string_view key, std::string_view value) {
      const Stored stored = decode_former_place(value);
      places_.push_back({stored.record.source, stored.record.offset, std::string{key}});
      return true;
    });
    std::sort(places_.begin(), places_.end());
  }

  // Visits those before a place; all, if there is none.
  template <typename Visit>
  bool up_to(const KeptReject* end, Visit&& visit) {
    for (; next_ < places_.size(); ++next_) {
      const auto& [source, offset, key] = places_[next_];
      if (end != nullptr && std::tie(source, offset) >= std::tie(end->source, end->offset)) break;
      Stored stored = decode_former(*transaction_.get(TableId::rejects, key));
      if (!visit(stored)) return false;
    }
    return true;
  }

 private:
  using Place = std::tuple<std::string, std::uint64_t, std::string>;
  const Transaction& transaction_;
  std::vector<Place> places_;
  std::size_t next_ = 0;
};

// Removes from one table, some at a time: a table may hold more keys than should be in memory.
template <typename Decode>
void remove_from(Transaction& transaction, TableId table, Decode&& decode_value,
                 const std::function<bool(const KeptReject&)>& which, bool dry_run, RemovedRejects& removed) {
  constexpr std::size_t kAtOnce = 4096;
  std::string from;
  bool more = true;
  while (more) {
    more = false;
    std::vector<std::string> keys;
    std::string last;
    transaction.scan(table, from, [&](std::string_view key, std::string_view value) {
      if (keys.size() == kAtOnce) {
        more = true;
        last = key;
        return false;
      }
      const Stored stored = decode_value(value);
      if (!which(stored.record)) return true;
      keys.emplace_back(key);
      removed.records += stored.record.records;
      removed.extra += stored.record.records - std::min<std::uint64_t>(stored.record.records, 1);
      removed.bytes += stored.record.length;
      return true;
    });
    if (!dry_run) {
      for (const std::string& key : keys) transaction.erase(table, key);
    }
    from = last;
  }
}

}  // namespace

std::uint64_t reject_limit(const Transaction& transaction) {
  return meta_number(transaction, kLimitKey, kDefaultRejectLimit);
}

void set_reject_limit(Transaction& transaction, std::uint64_t bytes) { set_meta_number(transaction, kLimitKey, bytes); }

std::uint64_t reject_bytes(const Transaction& transaction) {
  return transaction.page_bytes(TableId::rejected) + transaction.page_bytes(TableId::rejects);
}

std::uint64_t reject_count(const Transaction& transaction) {
  return transaction.count(TableId::rejected) + meta_number(transaction, kExtraKey, 0) +
         transaction.count(TableId::rejects);
}

void put_reject(Transaction& transaction, const RejectedRecord& record, text::Timestamp arrival,
                RejectFigures& figures) {
  KeptReject kept;
  static_cast<RejectedRecord&>(kept) = record;
  kept.bytes.clear();
  kept.arrival = arrival;
  kept.length = record.bytes.size();
  kept.hash = hash_of(record.bytes);
  const std::string key = place_key(record.source, record.offset, kept.hash);
  const auto known = transaction.get(TableId::rejected, key);
  if (known) {
    const Stored stored = decode(*known);
    if (stored.record.has_bytes) return;
    kept.arrival = stored.record.arrival;  // Perhaps there is room for its bytes now.
  } else if (transaction.get(TableId::rejects, former_reject_key(record))) {
    return;
  }
  const std::uint64_t limit = reject_limit(transaction);
  const std::uint64_t used = reject_bytes(transaction);
  constexpr std::uint64_t kPage = 4096;
  if (used + kPage < limit / 4 * 3) {
    const std::string packed = compressed(record.bytes);
    const std::string_view bytes = packed.empty() ? std::string_view{record.bytes} : std::string_view{packed};
    if (used + kPage + bytes.size() < limit / 4 * 3) {
      kept.has_bytes = true;
      transaction.put(TableId::rejected, key, encode(kept, packed.empty() ? Form::plain : Form::compressed, bytes));
      return;
    }
  }
  if (known) return;
  if (used + kPage < limit) {
    transaction.put(TableId::rejected, key, encode(kept, Form::left_out, {}));
    ++figures.without_bytes;
    return;
  }
  count_reject(transaction, kept, figures);
}

void visit_rejects(const Transaction& transaction, bool with_bytes,
                   const std::function<bool(const KeptReject&)>& visit) {
  FormerRejects former{transaction};
  const auto show = [&](Stored& stored) {
    if (with_bytes) unpack(stored);
    return visit(stored.record);
  };
  bool more = true;
  transaction.scan(TableId::rejected, {}, [&](std::string_view, std::string_view value) {
    Stored stored = decode(value);
    more = former.up_to(&stored.record, show) && show(stored);
    return more;
  });
  if (more) former.up_to(nullptr, show);
}

RemovedRejects remove_rejects(Transaction& transaction, const std::function<bool(const KeptReject&)>& which,
                              bool dry_run) {
  RemovedRejects removed;
  remove_from(transaction, TableId::rejected, decode, which, dry_run, removed);
  remove_from(transaction, TableId::rejects, decode_former_place, which, dry_run, removed);
  if (!dry_run && removed.extra > 0) {
    const std::uint64_t extra = meta_number(transaction, kExtraKey, 0);
    set_meta_number(transaction, kExtraKey, extra - std::min(extra, removed.extra));
  }
  return removed;
}

std::string former_reject_key(const RejectedRecord& record) {
  std::string identity;
  put_string(record.source, identity);
  put_varint(record.offset, identity);
  put_string(record.bytes, identity);
  const XXH128_hash_t hash = XXH3_128bits(identity.data(), identity.size());
  std::string key;
  put_ascending(hash.high64, key);
  put_ascending(hash.low64, key);
  return key;
}

std::string encode_former_reject(const RejectedRecord& record) {
  std::string value;
  put_varint(static_cast<std::uint64_t>(record.reason), value);
  put_varint(record.offset, value);
  put_varint(record.line, value);
  put_string(record.source, value);
  put_string(record.bytes, value);
  put_fixed(checksum(value), value);
  return value;
}

}  // namespace trailkeeper::store
