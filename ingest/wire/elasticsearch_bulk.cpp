#include "ingest/wire/elasticsearch_bulk.h"

#include <simdjson.h>

#include <algorithm>
#include <array>

#include "text/json_writer.h"

namespace trailkeeper::ingest {
namespace {

constexpr std::string_view kShards = R"({"total":1,"successful":1,"failed":0})";

// Elasticsearch's own limits for names; an action line of more than some kilobytes has no use.
constexpr std::size_t kMaxActionLine = std::size_t{16} << 10;
constexpr std::size_t kMaxIndex = 255;
constexpr std::size_t kMaxId = 512;

/// A line without its end; `length` with it.
struct Line {
  std::string_view text;
  std::size_t length;
};

// Nothing if the line isn't complete.
std::optional<Line> line_of(std::string_view rest, bool last) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos && (!last || rest.empty())) return std::nullopt;
  Line line{rest.substr(0, end), end == std::string_view::npos ? rest.size() : end + 1};
  if (line.text.ends_with('\r')) line.text.remove_suffix(1);
  return line;
}

constexpr const char* kIllegalArgument = "illegal_argument_exception";
constexpr const char* kParseError = "parse_exception";

WireProblem bad_action(std::size_t line, std::string_view why) {
  return {"Malformed action/metadata line [" + std::to_string(line) + "]: " + std::string{why}, kIllegalArgument};
}

constexpr std::array<std::string_view, 4> kOperations{"index", "create", "update", "delete"};

bool is_operation(std::string_view word) {
  return std::find(kOperations.begin(), kOperations.end(), word) != kOperations.end();
}

// `{"create":{"_index":…,"_id":…}}`; false if it is none, or several. Other members are passed over, as Elasticsearch 8
// does.
bool parse_action(std::string_view line, std::string_view path_index, BulkAction& action) {
  thread_local simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(simdjson::padded_string{line}).get(object) != simdjson::SUCCESS) return false;
  for (const auto& [operation, metadata] : object) {
    if (!is_operation(operation)) continue;
    if (!action.operation.empty()) return false;
    action.operation = operation;
    action.stored = operation == "index" || operation == "create";
    std::string_view text;
    action.index = metadata["_index"].get(text) == simdjson::SUCCESS ? text : path_index;
    if (metadata["_id"].get(text) == simdjson::SUCCESS) action.id = text;
  }
  return !action.operation.empty() && action.index.size() <= kMaxIndex && action.id.size() <= kMaxId;
}

// What became of an action, for an answer that is made later.
enum class Fate : std::uint8_t { created, known, conflict, no_operation, not_stored, rejected };

// How an answer tells it.
struct Outcome {
  int status = 201;
  std::string_view type = {};  // Of the error; empty: none.
  std::string_view reason = {};
};

Fate fate_of(const BulkAction& action, const ItemResult& result, bool durable) {
  if (!action.stored) return Fate::no_operation;
  if (!durable) return Fate::not_stored;
  if (result.rejected > 0) return Fate::rejected;
  if (result.events > 0 || result.duplicates == 0) return Fate::created;
  return action.operation == "create" ? Fate::conflict : Fate::known;
}

Outcome outcome_of(Fate fate, event::Reason reason) {
  switch (fate) {
    case Fate::no_operation: return {400, kIllegalArgument, "a trail is only added to: use create or index"};
    case Fate::not_stored: return {429, "es_rejected_execution_exception", "not stored: try again later"};
    case Fate::rejected: return {400, "mapper_parsing_exception", event::reason_text(reason)};
    case Fate::conflict: return {409, "version_conflict_engine_exception", "the event is known"};
    case Fate::known: return {200};
    case Fate::created: break;
  }
  return {};
}

// An item as it is kept: its operation with flags, its fate, the reason, then the names that it has, each behind its
// length.
constexpr unsigned kOperationBits = 3;
constexpr unsigned kNamesIndex = 4;  // Another index than the item before.
constexpr unsigned kNamesId = 8;
constexpr std::size_t kLengthBytes = 2;

void keep_name(std::string_view name, std::string& out) {
  out.push_back(static_cast<char>(name.size() & 0xFFU));
  out.push_back(static_cast<char>(name.size() >> 8U));
  out += name;
}

std::string_view kept_name(std::string_view kept, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return std::size_t{static_cast<unsigned char>(kept[at + i])}; };
  const std::size_t length = byte(0) | byte(1) << 8U;
  const std::string_view name = kept.substr(at + kLengthBytes, length);
  at += kLengthBytes + length;
  return name;
}

// `"_index":…,"_id":…` and, unless it is an error, what Elasticsearch says of a stored document.
void write_document(const BulkAction& action, std::uint32_t item, const Outcome& outcome, text::JsonWriter& json) {
  json.member("_index", action.index);
  json.member("_id", action.id.empty() ? "trailkeeper-" + std::to_string(item) : action.id);
  if (!outcome.type.empty()) return;
  json.member("_version", 1).member("result", outcome.status == 201 ? "created" : "noop");
  json.raw_member("_shards", kShards).member("_seq_no", 0).member("_primary_term", 1);
}

void write_result(const BulkAction& action, std::uint32_t item, const Outcome& outcome, text::JsonWriter& json) {
  json.open('{').name(action.operation).open('{');
  write_document(action, item, outcome, json);
  json.member("status", outcome.status);
  if (!outcome.type.empty()) {
    json.name("error").open('{').member("type", outcome.type).member("reason", outcome.reason).close('}');
  }
  json.close('}').close('}');
}

}  // namespace

std::string elasticsearch_error(int status, std::string_view type, std::string_view reason) {
  std::string body;
  text::JsonWriter json{body};
  json.open('{').name("error").open('{').name("root_cause").open('[').open('{');
  json.member("type", type).member("reason", reason).close('}').close(']');
  json.member("type", type).member("reason", reason).close('}').member("status", status).close('}');
  return body;
}

std::string elasticsearch_error(const WireProblem& problem) {
  return elasticsearch_error(problem.status, problem.code, problem.message);
}

WireResult<std::size_t> BulkDecoder::take_action(std::string_view rest, bool last, Delivery& piece) {
  const auto action_line = line_of(rest, last);
  if (!action_line) return 0;
  if (action_line->text.empty()) {
    ++lines_;
    return action_line->length;
  }
  if (count_ == kMaxBulkActions) {
    return WireProblem{"more than 100000 actions in a request", kIllegalArgument, 413};
  }
  BulkAction action;
  if (action_line->text.size() > kMaxActionLine || !parse_action(action_line->text, path_index_, action)) {
    return bad_action(lines_ + 1, "expected one action");
  }
  std::size_t length = action_line->length;
  if (action.operation != "delete") {
    const auto source = line_of(rest.substr(length), last);
    if (!source && !last) return 0;
    if (!source) return bad_action(lines_ + 2, "expected a source after it");
    if (action.stored) piece.add(source->text, static_cast<std::uint32_t>(actions_.size()));
    length += source->length;
    ++lines_;
  }
  ++lines_;
  ++count_;
  piece.beside += sizeof action + action.index.size() + action.id.size() + sizeof(ItemResult);
  actions_.push_back(std::move(action));
  piece.items = static_cast<std::uint32_t>(actions_.size());
  return length;
}

WireResult<std::size_t> BulkDecoder::decode(std::string_view window, bool last, Delivery& piece) {
  if (last && window.empty() && lines_ == 0) {
    return WireProblem{"request body is required", kParseError};
  }
  if (last && !window.empty() && !window.ends_with('\n')) {
    return WireProblem{"The bulk request must be terminated by a newline [\\n]", kIllegalArgument};
  }
  std::size_t done = 0;
  while (!piece.full()) {
    const WireResult<std::size_t> length = take_action(window.substr(done), last, piece);
    if (!length) return length.error();
    if (*length == 0) break;
    done += *length;
  }
  if (last && done == window.size() && count_ == 0) return WireProblem{"no requests added", kParseError};
  return done;
}

std::string& BulkAnswer::block_with_room() {
  if (blocks_.empty() || blocks_.back().size() >= kBlock) {
    if (!blocks_.empty()) full_ += blocks_.back().capacity();
    blocks_.emplace_back();
  }
  return blocks_.back();
}

void BulkAnswer::add(const std::vector<BulkAction>& actions, const Receipt& receipt) {
  const bool durable = receipt.status == Receipt::Status::durable;
  for (std::size_t i = 0; i < actions.size(); ++i) {
    const BulkAction& action = actions[i];
    const ItemResult result = i < receipt.items.size() ? receipt.items[i] : ItemResult{};
    const Fate fate = fate_of(action, result, durable);
    errors_ = errors_ || (fate != Fate::created && fate != Fate::known);
    const auto* const operation = std::find(kOperations.begin(), kOperations.end(), action.operation);
    const bool other_index = size_ == 0 || action.index != last_index_;
    const unsigned flags = static_cast<unsigned>(operation - kOperations.begin()) | (other_index ? kNamesIndex : 0) |
                           (action.id.empty() ? 0 : kNamesId);
    std::string& block = block_with_room();
    const std::size_t before = block.size();
    block.push_back(static_cast<char>(flags));
    block.push_back(static_cast<char>(fate));
    block.push_back(static_cast<char>(result.reason));
    if (other_index) keep_name(last_index_ = action.index, block);
    if (!action.id.empty()) keep_name(action.id, block);
    size_ += block.size() - before;
  }
}

BulkAnswerText::BulkAnswerText(BulkAnswer answer, std::uint64_t took_milliseconds) : answer_(std::move(answer)) {
  text::JsonWriter json{head_};
  json.open('{').member("took", took_milliseconds).member("errors", answer_.errors_).name("items").open('[');
}

void BulkAnswerText::write_item(text::JsonWriter& json) {
  const std::string& kept = answer_.blocks_.front();
  const auto flags = static_cast<unsigned char>(kept[at_]);
  const auto fate = static_cast<Fate>(kept[at_ + 1]);
  const auto reason = static_cast<event::Reason>(kept[at_ + 2]);
  at_ += 3;
  BulkAction action;
  action.operation = kOperations[flags & kOperationBits];
  if ((flags & kNamesIndex) != 0) index_ = kept_name(kept, at_);
  action.index = index_;
  if ((flags & kNamesId) != 0) action.id = kept_name(kept, at_);
  write_result(action, count_++, outcome_of(fate, reason), json);
  if (at_ < kept.size()) return;
  answer_.blocks_.pop_front();
  at_ = 0;
}

std::string BulkAnswerText::next() {
  if (ended_) return {};
  std::string piece = std::exchange(head_, {});
  if (count_ > 0) piece = ",";  // The piece before ended with an item, and there are more.
  text::JsonWriter json{piece};
  while (!answer_.blocks_.empty() && piece.size() < BulkAnswer::kPiece) write_item(json);
  ended_ = answer_.blocks_.empty();
  if (ended_) json.close(']').close('}');
  return piece;
}

std::optional<BulkAction> document_action(std::string_view path) {
  if (path.empty() || path.front() != '/' || !simdjson::validate_utf8(path.data(), path.size())) return std::nullopt;
  path.remove_prefix(1);
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos || slash == 0) return std::nullopt;
  BulkAction action;
  action.index = path.substr(0, slash);
  action.stored = true;
  const std::string_view rest = path.substr(slash + 1);
  const std::size_t end = std::min(rest.find('/'), rest.size());
  const std::string_view verb = rest.substr(0, end);
  if (end < rest.size()) action.id = rest.substr(end + 1);
  if (action.id.find('/') != std::string::npos) return std::nullopt;
  if (verb != "_doc" && verb != "_create") return std::nullopt;
  action.operation = verb == "_doc" ? "index" : "create";
  return action;
}

DocumentAnswer document_response(const BulkAction& action, const Receipt& receipt) {
  const ItemResult result = receipt.items.empty() ? ItemResult{} : receipt.items.front();
  const bool durable = receipt.status == Receipt::Status::durable;
  if (durable && result.events + result.duplicates + result.rejected == 0) {
    return {400, elasticsearch_error(400, kParseError, "request body is required: it holds no event")};
  }
  const Outcome outcome = outcome_of(fate_of(action, result, durable), result.reason);
  if (!outcome.type.empty()) {
    return {outcome.status, elasticsearch_error(outcome.status, outcome.type, outcome.reason)};
  }
  std::string body;
  text::JsonWriter json{body};
  json.open('{');
  write_document(action, 0, outcome, json);
  json.close('}');
  return {outcome.status, body};
}

std::optional<ProbeAnswer> elasticsearch_probe(std::string_view method, std::string_view path) {
  // What was acknowledged is found at once: there is nothing to refresh.
  if (path == "/_refresh" || path.ends_with("/_refresh")) {
    ProbeAnswer answer;
    text::JsonWriter{answer.body}.open('{').raw_member("_shards", kShards).close('}');
    return answer;
  }
  const bool head = method == "HEAD";
  if (!head && method != "GET" && method != "PUT") return std::nullopt;
  const auto answer = [&](std::string_view body) { return ProbeAnswer{200, head ? "" : std::string{body}}; };
  if (path == "/" && method != "PUT") {
    return answer(
        R"({"name":"trailkeeper","cluster_name":"trailkeeper","cluster_uuid":"trailkeeper","version":{"number":"8.17.0","build_flavor":"default","build_type":"deb","build_snapshot":false,"lucene_version":"9.12.0","minimum_wire_compatibility_version":"7.17.0","minimum_index_compatibility_version":"7.0.0"},"tagline":"You Know, for Search"})");
  }
  if (path == "/_license") return answer(R"({"license":{"status":"active","type":"basic","mode":"basic"}})");
  if (path == "/_xpack") {
    return answer(
        R"({"build":{},"features":{"ilm":{"available":true,"enabled":true}},"license":{"type":"basic","mode":"basic","status":"active"}})");
  }
  if (path.starts_with("/_cluster/health")) {
    return answer(R"({"cluster_name":"trailkeeper","status":"green","timed_out":false,"number_of_nodes":1})");
  }
  if (path.starts_with("/_nodes")) return answer(R"({"cluster_name":"trailkeeper","nodes":{}})");
  // What shippers set up before they send, and look for: it is taken note of, and changes nothing.
  for (const std::string_view setup : {"/_index_template/", "/_template/", "/_component_template/", "/_ilm/policy/",
                                       "/_ingest/pipeline/", "/_data_stream/", "/_alias/"}) {
    if (path.starts_with(setup)) return answer(R"({"acknowledged":true})");
  }
  const bool one_name = path.size() > 1 && path.find('/', 1) == std::string_view::npos && path[1] != '_';
  if (one_name && (head || method == "PUT")) return answer(R"({"acknowledged":true})");
  return std::nullopt;
}

}  // namespace trailkeeper::ingest
