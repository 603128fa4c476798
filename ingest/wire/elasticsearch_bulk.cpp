#include "ingest/wire/elasticsearch_bulk.h"

#include <simdjson.h>

#include "event/json_text.h"
#include "ingest/wire/wrapped_event.h"

namespace trailkeeper::ingest {
namespace {

constexpr std::string_view kShards = R"("_shards":{"total":1,"successful":1,"failed":0})";

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

std::string bad_action(std::size_t line, std::string_view why) {
  return elasticsearch_error(400, "illegal_argument_exception",
                             "Malformed action/metadata line [" + std::to_string(line) + "]: " + std::string{why});
}

// `{"create":{"_index":…,"_id":…}}`; false if it is none.
bool parse_action(std::string_view line, std::string_view path_index, BulkAction& action) {
  thread_local simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(simdjson::padded_string{line}).get(object) != simdjson::SUCCESS || object.size() != 1) return false;
  const auto [operation, metadata] = *object.begin();
  if (operation != "index" && operation != "create" && operation != "update" && operation != "delete") return false;
  action.operation = operation;
  action.stored = operation == "index" || operation == "create";
  std::string_view text;
  action.index = metadata["_index"].get(text) == simdjson::SUCCESS ? text : path_index;
  if (metadata["_id"].get(text) == simdjson::SUCCESS) action.id = text;
  return action.index.size() <= kMaxIndex && action.id.size() <= kMaxId;
}

void append_member(std::string_view name, std::string_view text, std::string& out) {
  event::append_quoted(name, out);
  out += ":";
  event::append_quoted(text, out);
}

void append_result(const BulkAction& action, std::uint32_t item, const ItemResult& result, bool durable,
                   std::string& out, bool& errors) {
  out += "{";
  event::append_quoted(action.operation, out);
  out += ":{";
  append_member("_index", action.index, out);
  out += ",";
  append_member("_id", action.id.empty() ? "trailkeeper-" + std::to_string(item) : action.id, out);
  const auto error = [&](int status, std::string_view type, std::string_view reason) {
    errors = true;
    out += ",\"status\":" + std::to_string(status) + ",\"error\":{";
    append_member("type", type, out);
    out += ",";
    append_member("reason", reason, out);
    out += "}}}";
  };
  if (!action.stored) {
    error(400, "illegal_argument_exception", "a trail is only added to: use create or index");
  } else if (!durable) {
    error(429, "es_rejected_execution_exception", "not stored: try again later");
  } else if (result.rejected > 0) {
    error(400, "mapper_parsing_exception", event::reason_text(result.reason));
  } else if (result.events == 0 && result.duplicates > 0) {
    error(409, "version_conflict_engine_exception", "the event is known");
  } else {
    out += R"(,"_version":1,"result":"created",)";
    out += kShards;
    out += R"(,"_seq_no":0,"_primary_term":1,"status":201}})";
  }
}

}  // namespace

std::string elasticsearch_error(int status, std::string_view type, std::string_view reason) {
  std::string cause = "{";
  append_member("type", type, cause);
  cause += ",";
  append_member("reason", reason, cause);
  std::string body = "{\"error\":{\"root_cause\":[" + cause + "}],";
  body += cause.substr(1) + "},\"status\":" + std::to_string(status) + "}";
  return body;
}

std::size_t BulkDecoder::fail(std::string error) {
  error_ = std::move(error);
  return 0;
}

std::size_t BulkDecoder::take_action(std::string_view rest, bool last, Delivery& piece) {
  const auto action_line = line_of(rest, last);
  if (!action_line) return 0;
  if (action_line->text.empty()) {
    ++lines_;
    return action_line->length;
  }
  if (count_ == kMaxBulkActions) {
    return fail(elasticsearch_error(413, "illegal_argument_exception", "more than 100000 actions in a request"));
  }
  BulkAction action;
  if (action_line->text.size() > kMaxActionLine || !parse_action(action_line->text, path_index_, action)) {
    return fail(bad_action(lines_ + 1, "expected one action"));
  }
  std::size_t length = action_line->length;
  if (action.operation != "delete") {
    const auto source = line_of(rest.substr(length), last);
    if (!source && !last) return 0;
    if (!source) return fail(bad_action(lines_ + 2, "expected a source behind it"));
    if (action.stored) add_wrapped_event(source->text, static_cast<std::uint32_t>(actions_.size()), piece);
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

std::size_t BulkDecoder::decode(std::string_view window, bool last, Delivery& piece) {
  if (last && window.empty() && lines_ == 0) {
    return fail(elasticsearch_error(400, "parse_exception", "request body is required"));
  }
  if (last && !window.empty() && !window.ends_with('\n')) {
    return fail(elasticsearch_error(400, "illegal_argument_exception",
                                    "The bulk request must be terminated by a newline [\\n]"));
  }
  std::size_t done = 0;
  while (!piece.full()) {
    const std::size_t length = take_action(window.substr(done), last, piece);
    if (length == 0) break;
    done += length;
  }
  if (last && done == window.size() && count_ == 0 && error_.empty()) {
    error_ = elasticsearch_error(400, "parse_exception", "no requests added");
  }
  return done;
}

void BulkAnswer::add(const std::vector<BulkAction>& actions, const Receipt& receipt) {
  const bool durable = receipt.status == Receipt::Status::durable;
  for (std::size_t i = 0; i < actions.size(); ++i) {
    if (count_ > 0) items_ += ",";
    const ItemResult result = i < receipt.items.size() ? receipt.items[i] : ItemResult{};
    append_result(actions[i], count_++, result, durable, items_, errors_);
  }
}

std::string BulkAnswer::finish(std::uint64_t took_milliseconds) const {
  return "{\"took\":" + std::to_string(took_milliseconds) + ",\"errors\":" + (errors_ ? "true" : "false") +
         ",\"items\":[" + items_ + "]}";
}

std::optional<ProbeAnswer> elasticsearch_probe(std::string_view method, std::string_view path) {
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
