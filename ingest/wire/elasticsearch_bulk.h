// Elasticsearch's bulk API, as far as log shippers use it.
// https://www.elastic.co/guide/en/elasticsearch/reference/8.17/docs-bulk.html
#pragma once

#include <algorithm>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ingest/wire/body_decoder.h"
#include "text/json_writer.h"

namespace trailkeeper::ingest {

/// An action of a bulk request, for its answer.
struct BulkAction {
  std::string operation;  ///< `index`, `create`, `update` or `delete`.
  std::string index;
  std::string id;       ///< As sent; otherwise one is made up for the answer.
  bool stored = false;  ///< It has a document; update and delete haven't: a trail is only added to.
};

/// Takes a body apart: pairs of an action line and a source line. Action i of a piece is item i. A source is an event,
/// or a shipper's object around one (event/wrapper.h), as Filebeat sends.
class BulkDecoder : public BodyDecoder {
 public:
  /// `path_index` is the index of the path, for actions that name none.
  explicit BulkDecoder(std::string path_index) : path_index_(std::move(path_index)) {}

  /// A problem has Elasticsearch's type of the error as its code.
  WireResult<std::size_t> decode(std::string_view window, bool last, Delivery& piece) override;
  /// The actions of the piece that was just made.
  [[nodiscard]] std::vector<BulkAction> take_actions() { return std::exchange(actions_, {}); }

 private:
  /// Takes an action with its source from the front of `rest`; returns their length, 0 if they aren't complete.
  WireResult<std::size_t> take_action(std::string_view rest, bool last, Delivery& piece);

  std::string path_index_;
  std::vector<BulkAction> actions_;
  std::size_t lines_ = 0;
  std::size_t count_ = 0;
};

/// Most actions of a request.
constexpr std::size_t kMaxBulkActions = 100'000;

/// The answer, HTTP status 200, put together piece by piece: for each action 201 (created), of a known event 200
/// (noop) for `index` and 409 (version_conflict_engine_exception) for `create`, 400 (mapper_parsing_exception: kept as
/// a rejected record; also update and delete, which are refused), or, where the receipt isn't durable, 429
/// (es_rejected_execution_exception: try again).
///
/// A few bytes are kept for each item, and the names that it was sent with; its text, fifty times as large, is made
/// when it is sent.
class BulkAnswer {
 public:
  /// Adds what became of the next piece.
  void add(const std::vector<BulkAction>& actions, const Receipt& receipt);
  /// Heap bytes, with those of a piece of text.
  [[nodiscard]] std::size_t memory() const {
    return full_ + (blocks_.empty() ? 0 : blocks_.back().capacity()) + std::min(3 * kPiece, kMostGrowth * size_);
  }

  static constexpr std::size_t kPiece = std::size_t{64} << 10;  ///< A piece of text, but for its last item.

 private:
  friend class BulkAnswerText;
  std::string& block_with_room();
  static constexpr std::size_t kMostGrowth = 128;  // How much larger than an item its text may be, about.
  static constexpr std::size_t kBlock = std::size_t{64} << 10;
  std::deque<std::string> blocks_;  // Whole items; never copied as they become more.
  std::size_t full_ = 0;            // Heap bytes of all blocks but the last.
  std::size_t size_ = 0;            // Bytes of all items.
  std::string last_index_;
  bool errors_ = false;
};

/// The text of an answer, piece by piece.
class BulkAnswerText {
 public:
  BulkAnswerText(BulkAnswer answer, std::uint64_t took_milliseconds);
  /// The next piece; empty at the end.
  std::string next();
  /// Whether that was the last one.
  [[nodiscard]] bool at_end() const { return ended_; }

 private:
  void write_item(text::JsonWriter& json);

  BulkAnswer answer_;
  std::string head_;  // What stands before the items.
  std::string index_;
  std::size_t at_ = 0;  // In the first block that is left.
  std::uint32_t count_ = 0;
  bool ended_ = false;
};

/// What a path that takes a single document does: `/{index}/_doc`, `/{index}/_doc/{id}` (`index`) and
/// `/{index}/_create/{id}`; nothing for another.
std::optional<BulkAction> document_action(std::string_view path);

/// HTTP status and body for a single document: as BulkAnswer has them for an item.
struct DocumentAnswer {
  int status = 201;
  std::string body;
};
DocumentAnswer document_response(const BulkAction& action, const Receipt& receipt);

/// An Elasticsearch error body.
std::string elasticsearch_error(int status, std::string_view type, std::string_view reason);
std::string elasticsearch_error(const WireProblem& problem);

/// Answers to what clients ask before they send: GET / and HEAD /, _license, _xpack, _cluster/health, _nodes,
/// templates, pipelines, ILM policies, index existence; and _refresh.
struct ProbeAnswer {
  int status = 200;
  std::string body;  ///< JSON; empty for HEAD.
};
std::optional<ProbeAnswer> elasticsearch_probe(std::string_view method, std::string_view path);

}  // namespace trailkeeper::ingest
