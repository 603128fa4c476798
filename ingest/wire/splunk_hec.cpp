#include "ingest/wire/splunk_hec.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "event/framer.h"
#include "text/ascii.h"
#include "text/hex.h"
#include "text/json_writer.h"

namespace trailkeeper::ingest {
namespace {

namespace ondemand = simdjson::ondemand;

struct Code {
  int code;
  int status;
  std::string_view text;
};

constexpr std::array<Code, 11> kCodes{{
    {0, 200, "Success"},
    {2, 401, "Token is required"},
    {4, 403, "Invalid token"},
    {5, 400, "No data"},
    {6, 400, "Invalid data format"},
    {9, 503, "Server is busy"},
    {10, 400, "Data channel is missing"},
    {11, 400, "Invalid data channel"},
    {12, 400, "Event field is required"},
    {13, 400, "Event field cannot be blank"},
    {17, 200, "HEC is healthy"},
}};

constexpr int kSuccess = 0;
constexpr int kNoData = 5;
constexpr int kInvalid = 6;
constexpr int kRequired = 12;
constexpr int kBlankEvent = 13;

const Code& row_of(int code) {
  return *std::find_if(kCodes.begin(), kCodes.end(), [code](const Code& row) { return row.code == code; });
}

// An answer without its end.
text::JsonWriter begin_answer(const Code& row, HecAnswer& answer) {
  answer.status = row.status;
  text::JsonWriter json{answer.body};
  json.open('{').member("text", row.text).member("code", row.code);
  return json;
}

WireProblem problem_of(int code) {
  const Code& row = row_of(code);
  return {std::string{row.text}, std::to_string(code), row.status, std::nullopt};
}

// The event that `value` is: an object as written, or a string's text.
WireResult<std::string> event_of(ondemand::value value, std::string_view object_text) {
  ondemand::json_type type{};
  if (value.type().get(type) != simdjson::SUCCESS) return problem_of(kInvalid);
  std::string_view text;
  ondemand::object inner;
  bool is_null = false;
  switch (type) {
    case ondemand::json_type::null:
      return problem_of(!value.is_null().get(is_null) && is_null ? kBlankEvent : kInvalid);
    case ondemand::json_type::string:
      if (value.get_string().get(text) != simdjson::SUCCESS) return problem_of(kInvalid);
      if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return problem_of(kBlankEvent);
      break;
    case ondemand::json_type::object:
      if (value.get_object().get(inner) != simdjson::SUCCESS || inner.raw_json().get(text) != simdjson::SUCCESS) {
        return problem_of(kInvalid);
      }
      break;
    default: text = object_text;  // Numbers and the like are no events: kept as rejected records.
  }
  return std::string{text};
}

// The event of one object, which is read to its end, so that broken JSON behind it is noticed.
WireResult<std::string> event_of(std::string_view object_text) {
  thread_local ondemand::parser parser;
  const simdjson::padded_string padded{object_text};
  ondemand::document document;
  ondemand::object object;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS || document.get_object().get(object) != 0) {
    return problem_of(kInvalid);
  }
  std::optional<std::string> event;
  for (auto field : object) {
    std::string_view key;
    ondemand::value value;
    if (field.error() != simdjson::SUCCESS || field.unescaped_key().get(key) != simdjson::SUCCESS) {
      return problem_of(kInvalid);
    }
    const bool wanted = key == "event" && !event;
    if (field.value().get(value) != simdjson::SUCCESS) return problem_of(kInvalid);
    if (!wanted) continue;
    WireResult<std::string> found = event_of(value, object_text);
    if (!found) return found;
    event = std::move(*found);
  }
  if (!event) return problem_of(kRequired);
  return std::move(*event);
}

// A GUID in lower case; nothing for anything else.
std::optional<std::string> channel_key(std::string_view channel) {
  constexpr std::size_t kLength = 36;
  if (channel.size() != kLength) return std::nullopt;
  std::string key;
  for (std::size_t i = 0; i < kLength; ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = channel[i];
    if (dash ? c != '-' : text::hex_value(c) < 0) return std::nullopt;
    key.push_back(text::lower(c));
  }
  return key;
}

}  // namespace

WireResult<std::size_t> HecDecoder::decode(std::string_view window, bool last, Delivery& piece) {
  std::size_t done = 0;
  while (!piece.full()) {
    frames_.clear();
    const std::string_view rest = window.substr(done);
    done += framer_.split(rest, last, frames_, 1);
    if (frames_.empty()) break;
    const event::Frame& frame = frames_.front();
    // What isn't JSON is the sender's to know.
    WireResult<std::string> event = problem_of(kInvalid);
    if (frame.reason == event::Reason::none) event = event_of(rest.substr(frame.begin, frame.end - frame.begin));
    if (!event) {
      WireProblem problem = event.error();
      problem.item = objects_;
      return problem;
    }
    piece.add(*event, 0);
    ++objects_;
  }
  if (last && objects_ == 0) return problem_of(kNoData);
  return done;
}

HecAnswer hec_refusal(const WireProblem& problem) {
  HecAnswer answer;
  answer.status = problem.status;
  text::JsonWriter json{answer.body};
  json.open('{').member("text", problem.message).raw_member("code", problem.code);
  if (problem.item) json.member("invalid-event-number", *problem.item);
  json.close('}');
  return answer;
}

HecAnswer hec_success(std::optional<std::uint64_t> ack_id) {
  HecAnswer answer;
  text::JsonWriter json = begin_answer(row_of(kSuccess), answer);
  if (ack_id) json.member("ackId", *ack_id);
  json.close('}');
  return answer;
}

HecAnswer hec_code(int code) {
  HecAnswer answer;
  begin_answer(row_of(code), answer).close('}');
  return answer;
}

AckChannels::Channels::iterator AckChannels::oldest() {
  return std::min_element(channels_.begin(), channels_.end(),
                          [](const auto& a, const auto& b) { return a.second.used < b.second.used; });
}

std::optional<std::uint64_t> AckChannels::next(std::string_view channel) {
  const auto key = channel_key(channel);
  if (!key) return std::nullopt;
  const text::Lock lock{mutex_};
  if (!channels_.contains(*key) && channels_.size() >= kMaxChannels) {
    const auto gone = oldest();
    ids_ -= gone->second.open.size();
    channels_.erase(gone);
  }
  Channel& open = channels_[*key];
  open.used = ++clock_;
  open.open.push_back(open.next);
  ++ids_;
  if (open.open.size() > kMaxIds) {
    open.open.pop_front();
    --ids_;
  }
  if (ids_ > kMaxAllIds) {
    const auto longest = oldest();
    ids_ -= longest->second.open.size();
    std::deque<std::uint64_t>{}.swap(longest->second.open);
    longest->second.used = clock_;  // It has nothing left to lose.
  }
  return open.next++;
}

HecAnswer AckChannels::answer(std::string_view channel, std::string_view body) {
  const auto key = channel_key(channel);
  if (!key) return hec_code(11);
  simdjson::dom::parser parser;
  simdjson::dom::array asked;
  if (parser.parse(simdjson::padded_string{body})["acks"].get(asked) != simdjson::SUCCESS) return hec_code(kInvalid);
  HecAnswer answer;
  text::JsonWriter json{answer.body};
  json.open('{').name("acks").open('{');
  const text::Lock lock{mutex_};
  const auto found = channels_.find(*key);
  for (const simdjson::dom::element element : asked) {
    std::uint64_t id = 0;
    if (element.get(id) != simdjson::SUCCESS) return hec_code(kInvalid);
    bool known = false;
    if (found != channels_.end()) {
      std::deque<std::uint64_t>& open = found->second.open;
      const auto place = std::lower_bound(open.begin(), open.end(), id);
      known = place != open.end() && *place == id;
      if (known) {
        open.erase(place);
        --ids_;
      }
    }
    json.member(std::to_string(id), known);
  }
  json.close('}').close('}');
  return answer;
}

}  // namespace trailkeeper::ingest
