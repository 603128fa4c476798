#include "ingest/wire/forward.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "event/wrapper.h"
#include "ingest/decompressor.h"
#include "text/ascii.h"

namespace trailkeeper::ingest {
namespace {

// Why a message can't be understood; null if it can.
using Problem = const char*;

constexpr Problem kNotEntries = "an entry of a Forward message isn't an array of a time and a record";
constexpr Problem kLongChunk = "the chunk of a Forward message has more than 1024 bytes";
static_assert(ForwardDecoder::kMaxChunk == 1024);
constexpr Problem kTooMuch = "the events of a Forward message are too large together";

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
    text = take_item(value, item) && item.is_text() ? text::trimmed(item.bytes) : std::string_view{};
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
  return nullptr;
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

Problem compression_named(std::string_view name, Compression& compression) {
  compression = Compression::none;
  if (name == "gzip") compression = Compression::gzip;
  if (name == "zstd") compression = Compression::zstd;  // Fluentd since 1.19.
  const bool known = compression != Compression::none || name.empty() || name == "text";
  return known ? nullptr : "a Forward message's compression is unknown";
}

constexpr Problem kNotAMessage = "what was sent isn't a message of the Forward protocol";

}  // namespace

/// A message whose entries are being taken: places are offsets in its bytes, which may move from call to call.
struct ForwardDecoder::InProgress {
  std::size_t length = 0;  // Of the message.
  std::size_t at = 0;      // Its entries, or what they are compressed to, as far as they aren't taken.
  std::size_t end = 0;
  std::string chunk;
  std::unique_ptr<DecompressionStream> stream;
  std::string entries;  // Decompressed, and not taken from `next` on.
  std::size_t next = 0;
  std::size_t out = 0;  // Bytes that were decompressed.
  PackScanner scanner{kMaxEntry};
  bool finished = false;

  Problem take_part(std::string_view message, Delivery& delivery) {
    while (!delivery.full() && !finished) {
      const Problem problem = stream ? take_compressed(message, delivery) : take_plain(message, delivery);
      if (problem != nullptr) return problem;
    }
    return nullptr;
  }

  [[nodiscard]] std::size_t memory() const { return entries.capacity() + (stream ? stream->memory() : 0); }

 private:
  static constexpr std::size_t kMaxEntry = std::size_t{8} << 20;
  static constexpr std::size_t kRoom = std::size_t{256} << 10;

  Problem take_plain(std::string_view message, Delivery& delivery) {
    finished = at == end;
    if (finished) return nullptr;
    std::string_view rest = message.substr(at, end - at);
    const std::string_view entry = take_value(rest);
    at += entry.size();
    return entry.empty() ? kNotEntries : add_entry(entry, delivery);
  }

  Problem take_compressed(std::string_view message, Delivery& delivery) {
    const std::string_view ready = std::string_view{entries}.substr(next);
    const PackStatus status = ready.empty() ? PackStatus::incomplete : scanner.scan(ready);
    if (status == PackStatus::complete) {
      const Problem problem = add_entry(ready.substr(0, scanner.size()), delivery);
      next += scanner.size();
      scanner.reset();
      return problem;
    }
    return status == PackStatus::incomplete ? decompress(message) : kNotEntries;
  }

  Problem decompress(std::string_view message) {
    entries.erase(0, next);
    next = 0;
    std::string_view in = message.substr(at, end - at);
    const std::size_t had = entries.size();
    if (!stream->step(in, kRoom, entries)) return "the compressed entries of a Forward message are damaged";
    out += entries.size() - had;
    if (out > kMaxDecompressed) return kTooMuch;
    const bool progress = entries.size() > had || end - in.size() > at;
    at = end - in.size();
    if (progress) return nullptr;
    finished = in.empty() && stream->complete() && entries.empty();
    return finished ? nullptr : "the compressed entries of a Forward message are cut short";
  }
};

ForwardDecoder::ForwardDecoder() = default;
ForwardDecoder::~ForwardDecoder() = default;

std::size_t ForwardDecoder::memory() const { return current_ ? current_->memory() : 0; }

WireResult<std::size_t> ForwardDecoder::decode(std::string_view window, std::vector<ForwardMessage>& messages) {
  std::string_view rest = window;
  std::size_t taken = 0;
  stopped_early_ = false;
  while (taken < kEnough && !rest.empty()) {
    const std::size_t before = messages.size();
    Problem problem = nullptr;
    if (!current_) {
      const PackStatus status = scanner_.scan(rest);
      if (status == PackStatus::incomplete) return window.size() - rest.size();
      problem = problem_of(status);
      if (problem == nullptr) problem = begin_message(rest.substr(0, scanner_.size()), messages);
    }
    if (problem == nullptr && current_) problem = take_parts(rest, taken, messages);
    if (problem != nullptr) {
      messages.resize(before);
      dropped_ += rest.size();
      return WireProblem{problem, ""};
    }
    for (std::size_t i = before; i < messages.size(); ++i) {
      taken += messages[i].delivery.memory() + messages[i].chunk.size();
    }
    if (current_) continue;
    rest.remove_prefix(scanner_.size());
    scanner_.reset();
  }
  stopped_early_ = !rest.empty() && taken >= kEnough;
  return window.size() - rest.size();
}

// A message of one event is taken at once; of others the entries are found.
ForwardDecoder::Problem ForwardDecoder::begin_message(std::string_view bytes, std::vector<ForwardMessage>& messages) {
  PackItem item;
  if (read_item(bytes, item) == PackStatus::complete && item.type == PackType::nil) return nullptr;  // A heartbeat.
  Elements elements;
  const std::optional<Option> option =
      parse_elements(bytes, elements) ? parse_option(elements.values[elements.single() ? 3 : 2]) : std::nullopt;
  if (!option) return kNotAMessage;
  if (option->chunk.size() > kMaxChunk) return kLongChunk;
  if (elements.single()) {
    ForwardMessage& message = messages.emplace_back();
    message.delivery.source = "forward";
    message.chunk = option->chunk;
    add_record(elements.values[2], message.delivery);
    return nullptr;
  }
  auto begun = std::make_unique<InProgress>();
  std::string_view entries = elements.values[1];
  if (elements.second.is_text()) {
    entries = elements.second.bytes;
    Compression compression = Compression::none;
    if (const Problem problem = compression_named(option->compressed, compression)) return problem;
    if (compression != Compression::none) {
      begun->stream = make_decompression_stream(compression, WindowLimit::of_a_request);
    }
  } else {
    take_item(entries, item);  // The array's head.
  }
  begun->length = bytes.size();
  begun->at = static_cast<std::size_t>(entries.data() - bytes.data());
  begun->end = begun->at + entries.size();
  begun->chunk = option->chunk;
  current_ = std::move(begun);
  return nullptr;
}

ForwardDecoder::Problem ForwardDecoder::take_parts(std::string_view rest, std::size_t taken,
                                                   std::vector<ForwardMessage>& messages) {
  const std::string_view bytes = rest.substr(0, current_->length);
  while (current_ && taken < kEnough) {
    ForwardMessage part;
    part.delivery.source = "forward";
    part.whole = false;
    if (const Problem problem = current_->take_part(bytes, part.delivery)) return problem;
    taken += part.delivery.memory();
    if (current_->finished) {
      part.chunk = std::move(current_->chunk);
      part.whole = true;
      current_.reset();
    }
    messages.push_back(std::move(part));
  }
  return nullptr;
}

std::string forward_ack(std::string_view chunk) {
  std::string out;
  pack_map(1, out);
  pack_string("ack", out);
  pack_string(chunk, out);
  return out;
}

}  // namespace trailkeeper::ingest
