#include "ingest/wire/forward.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "event/wrapper.h"
#include "ingest/decompressor.h"

namespace trailkeeper::ingest {
namespace {

// Why a message can't be understood; null if it can.
using Problem = const char*;

constexpr Problem kNotEntries = "an entry of a Forward message isn't an array of a time and a record";
constexpr Problem kTooMuch = "the events of a Forward message are too large together";

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

// The text that event/unwrap.h would take out of the record, where that is plain to see: then it needn't be written as
// JSON first.
std::optional<std::string_view> wrapped_event(std::string_view pairs, std::uint64_t count) {
  std::size_t best = event::wrappers().size();
  std::string_view text;
  for (; count > 0; --count) {
    std::string_view key = take_value(pairs);
    std::string_view value = take_value(pairs);
    PackItem item;
    if (!take_item(key, item) || !item.is_text()) continue;
    if (item.bytes == "eventName") return {};
    const auto row = event::wrapper_row(item.bytes);
    if (!row || *row >= best) continue;
    best = *row;
    text = take_item(value, item) && item.is_text() ? trimmed(item.bytes) : std::string_view{};
  }
  if (!text.starts_with('{')) return {};
  return text;
}

void add_record(std::string_view record, Delivery& delivery) {
  if (record.size() > ForwardDecoder::kMaxRecord) {
    delivery.add(record.substr(0, ForwardDecoder::kKeptOfTooLarge), 0, event::Reason::too_large);
    return;
  }
  std::string_view content = record;
  PackItem item;
  const bool map = take_item(content, item) && item.type == PackType::map;
  if (map) {
    if (const auto text = wrapped_event(content, item.number)) return delivery.add(*text, 0);
  }
  std::string json;
  append_json(record, json);
  delivery.add(json, 0, map ? event::Reason::none : event::Reason::not_an_object);
}

// [time, record]. The time isn't looked at (since version 1.5 it may be an array with metadata): events have their own.
Problem add_entry(std::string_view entry, Delivery& delivery) {
  PackItem item;
  if (!take_item(entry, item) || item.type != PackType::array || item.number != 2) return kNotEntries;
  take_value(entry);
  add_record(entry, delivery);
  const std::size_t memory = delivery.size + delivery.documents.size() * sizeof(Document);
  return memory > ForwardDecoder::kMaxDecompressed ? kTooMuch : nullptr;
}

// Forward mode: `entries` is an array of them.
Problem add_entries(std::string_view entries, Delivery& delivery) {
  PackItem item;
  take_item(entries, item);
  Problem problem = nullptr;
  for (std::uint64_t i = 0; i < item.number && problem == nullptr; ++i) {
    problem = add_entry(take_value(entries), delivery);
  }
  return problem;
}

// PackedForward mode: entries one after the other.
Problem add_packed(std::string_view packed, Delivery& delivery) {
  Problem problem = nullptr;
  while (!packed.empty() && problem == nullptr) {
    const std::string_view entry = take_value(packed);
    problem = entry.empty() ? kNotEntries : add_entry(entry, delivery);
  }
  return problem;
}

Problem decompress(std::string_view in, Compression compression, std::string& out) {
  const auto stream = make_decompression_stream(compression);
  constexpr std::size_t kRoom = std::size_t{256} << 10;
  std::size_t progress = 1;
  while (progress > 0) {
    const std::size_t left = in.size();
    const std::size_t had = out.size();
    if (!stream->step(in, kRoom, out)) return "the compressed entries of a Forward message are damaged";
    if (out.size() > ForwardDecoder::kMaxDecompressed) return kTooMuch;
    progress = (left - in.size()) + (out.size() - had);
  }
  return in.empty() && stream->complete() ? nullptr : "the compressed entries of a Forward message are cut short";
}

// The members of a message's last element that are of interest.
struct Option {
  std::string_view chunk;
  std::string_view compressed;
};

// Nothing if it isn't a map (or nil).
std::optional<Option> parse_option(std::string_view bytes) {
  Option option;
  PackItem head;
  if (bytes.empty() || !take_item(bytes, head) || head.type == PackType::nil) return option;
  if (head.type != PackType::map) return {};
  for (std::uint64_t i = 0; i < head.number; ++i) {
    std::string_view key = take_value(bytes);
    std::string_view value = take_value(bytes);
    PackItem name;
    PackItem item;
    if (!take_item(key, name) || !name.is_text() || !take_item(value, item) || !item.is_text()) continue;
    if (name.bytes == "chunk") option.chunk = item.bytes;
    if (name.bytes == "compressed") option.compressed = item.bytes;
  }
  return option;
}

Problem add_packed(std::string_view packed, const Option& option, Delivery& delivery) {
  if (option.compressed.empty() || option.compressed == "text") return add_packed(packed, delivery);
  Compression compression = Compression::none;
  if (option.compressed == "gzip") compression = Compression::gzip;
  if (option.compressed == "zstd") compression = Compression::zstd;  // Fluentd since 1.19.
  if (compression == Compression::none) return "a Forward message's compression is unknown";
  std::string entries;
  const Problem problem = decompress(packed, compression, entries);
  return problem != nullptr ? problem : add_packed(entries, delivery);
}

// The elements of a message, whose modes are told apart by the second:
// [tag, time, record, option?], [tag, [entry…], option?], [tag, packed entries, option?].
struct Elements {
  static constexpr std::size_t kMost = 4;
  std::array<std::string_view, kMost> values;
  std::size_t count = 0;
  PackItem second;

  [[nodiscard]] bool single() const { return !second.is_text() && !second.is_container(); }
};

bool parse_elements(std::string_view message, Elements& elements) {
  PackItem item;
  if (!take_item(message, item) || item.type != PackType::array) return false;
  if (item.number < 2 || item.number > Elements::kMost) return false;
  elements.count = item.number;
  for (std::size_t i = 0; i < elements.count; ++i) elements.values[i] = take_value(message);
  read_item(elements.values[0], item);
  read_item(elements.values[1], elements.second);
  if (!item.is_text() || elements.second.type == PackType::map) return false;
  return elements.single() ? elements.count >= 3 : elements.count <= 3;
}

Problem parse_message(std::string_view bytes, ForwardMessage& message) {
  Elements elements;
  constexpr Problem kNotAMessage = "what was sent isn't a message of the Forward protocol";
  if (!parse_elements(bytes, elements)) return kNotAMessage;
  const std::optional<Option> option = parse_option(elements.values[elements.single() ? 3 : 2]);
  if (!option) return kNotAMessage;
  message.delivery.source = "forward";
  message.chunk = option->chunk;
  if (elements.single()) {
    add_record(elements.values[2], message.delivery);
    return nullptr;
  }
  if (elements.second.is_text()) return add_packed(elements.second.bytes, *option, message.delivery);
  return add_entries(elements.values[1], message.delivery);
}

Problem problem_of(PackStatus status) {
  switch (status) {
    case PackStatus::malformed: return "what was sent isn't MessagePack";
    case PackStatus::too_deep: return "a Forward message is nested too deep";
    case PackStatus::too_large: return "a Forward message is too large";
    case PackStatus::complete:
    case PackStatus::incomplete: break;
  }
  return nullptr;
}

}  // namespace

std::size_t ForwardDecoder::decode(std::string_view window, std::vector<ForwardMessage>& messages) {
  std::string_view rest = window;
  std::size_t taken = 0;
  stopped_early_ = false;
  while (broken_.empty() && !rest.empty() && taken < kEnough) {
    const PackStatus status = scanner_.scan(rest);
    if (status == PackStatus::incomplete) return window.size() - rest.size();
    if (const Problem problem = problem_of(status)) {
      broken_ = problem;
      break;
    }
    const std::size_t before = messages.size();
    take_message(rest.substr(0, scanner_.size()), messages);
    if (messages.size() > before) taken += messages.back().delivery.memory();
    if (!broken_.empty()) break;
    rest.remove_prefix(scanner_.size());
    scanner_.reset();
  }
  stopped_early_ = broken_.empty() && !rest.empty() && taken >= kEnough;
  if (broken_.empty()) return window.size() - rest.size();
  dropped_ += rest.size();
  return window.size();
}

void ForwardDecoder::take_message(std::string_view bytes, std::vector<ForwardMessage>& messages) {
  PackItem item;
  if (read_item(bytes, item) == PackStatus::complete && item.type == PackType::nil) return;  // A heartbeat.
  ForwardMessage message;
  if (const Problem problem = parse_message(bytes, message)) {
    broken_ = problem;
  } else {
    messages.push_back(std::move(message));
  }
}

std::string forward_ack(std::string_view chunk) {
  std::string out;
  pack_map(1, out);
  pack_string("ack", out);
  pack_string(chunk, out);
  return out;
}

}  // namespace trailkeeper::ingest
