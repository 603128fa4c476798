#include "event/record.h"

#define XXH_INLINE_ALL
#include <simdjson.h>
#include <xxhash.h>

#include <cstring>
#include <random>

#include "event/wrapper.h"
#include "text/ascii.h"
#include "text/json_text.h"

namespace trailkeeper::event {

namespace ondemand = simdjson::ondemand;

namespace {

// What services tell Lambda has members of CloudTrail's names, but never CloudTrail's source, `SERVICE.amazonaws.com`.
bool is_notification(const Record& record, std::string& scratch) {
  const auto source = record.text(Field::event_source, scratch);
  return source && source->starts_with("aws:");
}

}  // namespace

// Walks a record once with simdjson's on-demand API and splits it into skeleton and leaves.
struct RecordParser::Scanner {
  ondemand::parser parser;
  std::vector<Leaf> leaves;
  std::vector<LeafType> types;
  std::string skeleton_buffer;
  char* skeleton_end = nullptr;
  const char* begin = nullptr;
  const char* copied_to = nullptr;  // The bytes before it are in the skeleton, or are leaves.
  bool has_escapes = false;
  Reason reason = Reason::none;

  [[nodiscard]] std::string_view skeleton() const {
    return {skeleton_buffer.data(), static_cast<std::size_t>(skeleton_end - skeleton_buffer.data())};
  }

  Reason scan(std::string_view json) {
    leaves.clear();
    reason = Reason::none;
    // A mark replaces at least one byte, so a skeleton never outgrows its record; copy_gap may write 16 bytes more.
    if (skeleton_buffer.size() < json.size() + 32) skeleton_buffer.resize(json.size() + json.size() / 2 + 32);
    skeleton_end = skeleton_buffer.data();
    begin = copied_to = json.data();
    has_escapes = std::memchr(json.data(), '\\', json.size()) != nullptr;
    ondemand::document document;
    ondemand::object object;
    auto error = parser.iterate(json.data(), json.size(), json.size() + simdjson::SIMDJSON_PADDING).get(document);
    if (!error) error = document.get_object().get(object);
    if (!error && !walk_object(object, 1)) return reason == Reason::none ? Reason::broken_json : reason;
    if (!error && document.current_location().error() != simdjson::OUT_OF_BOUNDS) return Reason::broken_json;
    if (error) return reason_of(error);
    copy_gap(json.data() + json.size());
    return Reason::none;
  }

  static Reason reason_of(simdjson::error_code error) {
    switch (error) {
      case simdjson::UTF8_ERROR: return Reason::invalid_utf8;
      case simdjson::DEPTH_ERROR: return Reason::too_deep;
      case simdjson::INCORRECT_TYPE: return Reason::not_an_object;
      default: return Reason::broken_json;
    }
  }

 private:
  bool walk_object(ondemand::object& object, int depth) {
    if (depth > kMaxDepth) return fail(Reason::too_deep);
    for (auto member : object) {
      ondemand::field field;
      if (std::move(member).get(field)) return false;
      if (!walk_value(field.value(), depth)) return false;
    }
    return true;
  }

  bool walk_value(ondemand::value value, int depth) {
    ondemand::json_type type{};
    if (value.type().get(type)) return false;
    switch (type) {
      case ondemand::json_type::object: {
        ondemand::object object;
        return !value.get_object().get(object) && walk_object(object, depth + 1);
      }
      case ondemand::json_type::array: {
        if (depth + 1 > kMaxDepth) return fail(Reason::too_deep);
        ondemand::array array;
        if (value.get_array().get(array)) return false;
        for (auto element : array) {
          ondemand::value inner;
          if (element.get(inner) || !walk_value(inner, depth + 1)) return false;
        }
        return true;
      }
      case ondemand::json_type::string: {
        // simdjson takes a string that isn't asked for, and has a colon behind it, for a key, and skips what follows.
        const std::string_view token = value.raw_json_token();
        ondemand::raw_json_string consumed;
        return !value.get_raw_json_string().get(consumed) && take_string(token);
      }
      case ondemand::json_type::number: return take_number(value.raw_json_token());
      case ondemand::json_type::boolean: {
        const std::string_view token = text::without_trailing_space(value.raw_json_token());
        bool ignored = false;
        return (token == "true" || token == "false") && !value.get_bool().get(ignored);
      }
      case ondemand::json_type::null: {
        bool is_null = false;
        return text::without_trailing_space(value.raw_json_token()) == "null" && !value.is_null().get(is_null) &&
               is_null;
      }
    }
    return false;
  }

  bool fail(Reason why) {
    reason = why;
    return false;
  }

  bool take_string(std::string_view token) {
    token = text::without_trailing_space(token);
    if (token.size() < 2 || token.back() != '"') return false;
    const std::string_view text = token.substr(1, token.size() - 2);
    LeafType type = LeafType::escaped;
    if (has_escapes && text.find('\\') != std::string_view::npos) {
      if (!text::valid_escapes(text)) return false;
    } else {
      type = plain_text_type(text);
    }
    add_leaf(token, text, type);
    return true;
  }

  bool take_number(std::string_view token) {
    token = text::without_trailing_space(token);
    auto type = LeafType::number;
    if (!number_type(token, type)) return false;
    add_leaf(token, token, type);
    return true;
  }

  void add_leaf(std::string_view token, std::string_view text, LeafType type) {
    copy_gap(token.data());
    *skeleton_end++ = static_cast<char>(type);
    copied_to = token.data() + token.size();
    leaves.push_back({static_cast<std::uint32_t>(text.data() - begin),
                      static_cast<std::uint32_t>(text.size()) & 0xFFFFFFU, static_cast<std::uint8_t>(type)});
  }

  // Gaps are short: 16 bytes at a time beats a call of memcpy. Reads are within the record's padding.
  void copy_gap(const char* end) {
    const char* from = copied_to;
    while (from < end) {
      std::memcpy(skeleton_end, from, 16);
      const auto step = end - from < 16 ? end - from : 16;
      skeleton_end += step;
      from += step;
    }
  }
};

RecordParser::RecordParser() : scanner_(std::make_unique<Scanner>()) {
  std::random_device device;
  seed_ = static_cast<std::uint64_t>(device()) << 32 | device();
}

RecordParser::~RecordParser() = default;

void RecordParser::reset() {
  trie_.clear();
  shapes_.clear();
  shape_memory_ = 0;
}

const Shape* RecordParser::shape_of(std::string_view json) {
  const std::string_view skeleton = scanner_->skeleton();
  const XXH128_hash_t hash = XXH3_128bits_withSeed(skeleton.data(), skeleton.size(), seed_);
  const SkeletonHash key{hash.low64, hash.high64};
  if (const auto found = shapes_.find(key); found != shapes_.end()) return found->second.get();
  scanner_->types.clear();
  for (const Leaf& leaf : scanner_->leaves) scanner_->types.push_back(leaf.type());
  auto shape = make_shape(json, skeleton, scanner_->types);
  if (shape->slots.size() > kMostRememberedLeaves) {
    passing_ = std::move(shape);
    return passing_.get();
  }
  shape_memory_ += shape->memory();
  if (shape->kind == ShapeKind::event) trie_.insert(*shape);
  return shapes_.emplace(key, std::move(shape)).first->second.get();
}

Reason RecordParser::parse(std::string_view json, Record& out) {
  out = Record{json, {}, nullptr, 0};
  if (json.size() > kMaxRecordBytes) return Reason::too_large;
  if (is_plain_ascii(json)) {
    if (const Shape* known = trie_.match(json, scanner_->leaves)) {
      out.leaves = scanner_->leaves;
      out.shape = known;
      return finish_event(out);
    }
  }
  if (const Reason reason = scanner_->scan(json); reason != Reason::none) return reason;
  out.leaves = scanner_->leaves;
  out.shape = shape_of(json);
  if (out.shape->kind == ShapeKind::rejected) {
    const bool vague = out.shape->reason == Reason::no_event_name || out.shape->reason == Reason::bad_event_time;
    return vague && is_notification(out, scratch_) ? Reason::service_notification : out.shape->reason;
  }
  if (out.shape->kind == ShapeKind::event) return finish_event(out);
  // What services tell Lambda has an eventName, and no time; only by what is certain it is a wrapper.
  const bool named = out.shape->reason == Reason::bad_event_time;
  if (named && (out.shape->wrappers & certain_wrappers()).none() && is_notification(out, scratch_)) {
    return Reason::service_notification;
  }
  return Reason::none;
}

Reason RecordParser::finish_event(Record& record) {
  if (is_notification(record, scratch_)) return Reason::service_notification;
  const Shape& shape = *record.shape;
  const auto name = static_cast<std::size_t>(shape.slot_of_field[static_cast<std::size_t>(Field::event_name)]);
  if (record.leaves[name].length == 0) return Reason::no_event_name;
  const auto slot = static_cast<std::size_t>(shape.slot_of_field[static_cast<std::size_t>(Field::event_time)]);
  if (shape.slots[slot].type == LeafType::time) {
    record.time = *text::parse_plain_seconds(record.raw(record.leaves[slot])) * text::kSecond;
    return Reason::none;
  }
  const auto time = text::parse_timestamp(*record.text(Field::event_time, scratch_));
  if (!time) return Reason::bad_event_time;
  record.time = *time;
  return Reason::none;
}

std::optional<std::string_view> Record::text(Field field, std::string& scratch) const {
  const auto index = static_cast<std::size_t>(field);
  const std::int32_t slot = shape->slot_of_field[index];
  if (slot < 0) {
    if (shape->literal_of_field[index].empty()) return std::nullopt;
    return shape->literal_of_field[index];
  }
  const Leaf& leaf = leaves[static_cast<std::size_t>(slot)];
  if (leaf.type() != LeafType::escaped) return raw(leaf);
  scratch.clear();
  text::append_unescaped(raw(leaf), scratch);
  return scratch;
}

}  // namespace trailkeeper::event
