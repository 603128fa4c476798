// What a sender delivers, between the decoder of its wire format and the commit that acknowledges it.
#pragma once

#include <cassert>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "event/framer.h"
#include "event/reject.h"

namespace trailkeeper::ingest {

/// A stretch of a delivery's bytes: a JSON text (one event, or an envelope that event/unwrap.h knows).
struct Document {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::uint32_t item = 0;                      ///< Which of the sender's items it belongs to.
  event::Reason reason = event::Reason::none;  ///< Otherwise: why it isn't one; it is kept as a rejected record.
};

/// How far a file has been read with a delivery.
struct ReadSoFar {
  std::uint64_t bytes = 0;        ///< Decompressed.
  bool complete = false;          ///< Up to its end.
  std::uint64_t fingerprint = 0;  ///< As in store::SourcePosition.
};

/// Documents that are committed and acknowledged together. Items are what the wire format gives an answer for (a line
/// of a bulk request, a record of Firehose); formats without such answers put everything in item 0.
struct Delivery {
  std::string source;  ///< Names the wire format in rejected records: `http`, `syslog`, … Never the sender's address.
                       /// For a followed file its path.
  std::uint64_t offset = 0;  ///< Of bytes[0] in a file.
  std::uint64_t line = 0;    ///< Of bytes[0] in a file, from 1; 0: not from a file.
  std::string bytes;         ///< With event::kPadding bytes more than `size`, once it is sealed.
  std::size_t size = 0;
  std::vector<Document> documents;
  std::uint32_t items = 1;
  std::optional<ReadSoFar> read_so_far;  ///< Of a file: committed with the events.
  std::size_t beside = 0;                ///< Heap bytes that its decoder keeps for the answer, about.

  /// Appends a document's bytes, before seal(). For decoders that take documents out of something else. If a document
  /// is far too large for an event, only its front is kept, as the framer does in a stream.
  void add(std::string_view text, std::uint32_t item, event::Reason reason = event::Reason::none) {
    assert(bytes.size() == size);
    if (text.size() > event::Framer::kMaxUnfinished) {
      text = text.substr(0, event::Framer::kMaxUnfinished);
      reason = event::Reason::too_large;
    }
    bytes.append(text);
    documents.push_back({size, bytes.size(), item, reason});
    size = bytes.size();
  }

  /// Appends the documents of `other`, which must not be sealed, as they are: items and reasons.
  void append(Delivery&& other) {
    assert(other.bytes.size() == other.size);
    if (documents.empty()) {
      bytes = std::move(other.bytes);
      documents = std::move(other.documents);
    } else {
      for (const Document& document : other.documents) {
        documents.push_back({size + document.begin, size + document.end, document.item, document.reason});
      }
      bytes.append(other.bytes);
    }
    size = bytes.size();
  }

  /// Adds the padding that parsing needs, after the last add(). Intake::offer() calls it; call it sooner where bytes
  /// are counted.
  void seal() { bytes.resize(size + event::kPadding, '\0'); }

  /// Whether it is time to hand it over: a decoder adds no more then.
  [[nodiscard]] bool full() const { return size + documents.size() * sizeof(Document) + beside >= kPieceBytes; }
  static constexpr std::size_t kPieceBytes = std::size_t{512} << 10;

  /// Heap bytes, about: what counts against the bytes in flight.
  [[nodiscard]] std::size_t memory() const;
};

/// What became of an item.
struct ItemResult {
  std::uint32_t events = 0;                    ///< Newly stored.
  std::uint32_t duplicates = 0;                ///< Known before.
  std::uint32_t rejected = 0;                  ///< Kept as rejected records.
  event::Reason reason = event::Reason::none;  ///< Of the first that was rejected.
};

inline std::size_t Delivery::memory() const {
  constexpr std::size_t kAround = 512;  // For the delivery itself, and for whoever waits for it.
  return kAround + source.size() + bytes.capacity() + documents.capacity() * sizeof(Document) +
         items * sizeof(ItemResult) + beside;
}

/// What became of a delivery.
struct Receipt {
  /// Only `durable` may be acknowledged; in every other case the sender has to try again later.
  enum class Status : std::uint8_t { durable, busy, store_full, store_failed, shutting_down };
  Status status = Status::durable;
  std::string problem;  ///< For the log, if it isn't durable. Without content of events.
  std::vector<ItemResult> items;
  std::uint64_t events = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t rewritten = 0;  ///< Among `duplicates`: copies that a shipper rewrote.
  std::uint64_t rejected = 0;
  std::map<event::Reason, std::uint64_t> reasons;  ///< How many of `rejected` have each reason.
};

}  // namespace trailkeeper::ingest
