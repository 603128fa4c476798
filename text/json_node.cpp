#include "text/json_node.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <numeric>

#include "text/ascii.h"
#include "text/json_number.h"
#include "text/json_text.h"

namespace trailkeeper::text {
namespace {

namespace ondemand = simdjson::ondemand;

// The offset of the first byte that isn't UTF-8.
std::size_t first_bad_byte(std::string_view bytes) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const auto lead = static_cast<unsigned char>(bytes[at]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (!valid_utf8(bytes.substr(at, length))) return at;
    at += length;
  }
  return at;
}

// The offset of the first control character between quotes.
std::size_t first_control_in_string(std::string_view bytes) {
  bool in_string = false;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const char c = bytes[at];
    if (c == '"') {
      in_string = !in_string;
    } else if (in_string && static_cast<unsigned char>(c) < 0x20) {
      return at;
    } else if (in_string && c == '\\') {
      ++at;
    }
  }
  return bytes.size();
}

// Where the reader is: written out only when there is something to say about it.
struct Place {
  const Place* parent = nullptr;
  std::string_view key;
  std::size_t index = 0;
  bool in_array = false;

  [[nodiscard]] std::string pointer() const {  // NOLINT(misc-no-recursion): kMaxJsonDepth ends it.
    if (parent == nullptr) return {};
    return in_array ? pointer_to(parent->pointer(), index) : pointer_to(parent->pointer(), key);
  }
};

class Reader {
 public:
  Reader(std::string_view json, ondemand::parser& parser) : bytes_(json), parser_(parser) {}

  Result<JsonNode> read() {
    JsonNode root;
    if (const auto error = parser_.iterate(bytes_).get(document_)) return failure(error);
    alive_ = true;
    ondemand::object object;
    if (const auto error = document_.get_object().get(object)) {
      if (error == simdjson::INCORRECT_TYPE) {
        const std::string_view json{bytes_};
        const std::size_t first = json.find_first_not_of(" \t\r\n");
        return Problem{"a JSON object is expected here", "", first == std::string_view::npos ? 0 : first};
      }
      return failure(error);
    }
    root.kind = JsonNode::Kind::object;
    root.offset = std::string_view{bytes_}.find('{');
    if (!read_object(object, root, Place{}, 1)) return error_;
    const char* behind = nullptr;
    if (document_.current_location().get(behind) != simdjson::OUT_OF_BOUNDS) {
      return Problem{"there is more after the JSON object", "", location()};
    }
    return root;
  }

 private:
  bool refuse(std::string message, const Place& place, std::size_t offset) {
    error_ = {std::move(message), place.pointer(), offset};
    return false;
  }
  bool refuse(simdjson::error_code code, const Place& place) {
    error_ = failure(code);
    error_.path = place.pointer();
    return false;
  }

  [[nodiscard]] std::size_t offset_of(const char* at) const {
    return static_cast<std::size_t>(at - std::string_view{bytes_}.data());
  }

  std::size_t location() {
    const char* at = nullptr;
    if (!alive_ || document_.current_location().get(at) != simdjson::SUCCESS) return bytes_.size();
    return std::min(offset_of(at), bytes_.size());
  }

  Problem failure(simdjson::error_code code) {
    switch (code) {
      case simdjson::UTF8_ERROR: return {"the bytes aren't UTF-8", "", first_bad_byte(bytes_)};
      case simdjson::EMPTY: return {"there is nothing to read", "", 0};
      case simdjson::UNESCAPED_CHARS:
        return {"a string has a control character in it", "", first_control_in_string(bytes_)};
      case simdjson::UNCLOSED_STRING: return {"a string isn't closed", "", bytes_.size()};
      case simdjson::INCOMPLETE_ARRAY_OR_OBJECT:
        return {"this isn't one whole JSON object: a bracket is missing, or there is more after it", "", bytes_.size()};
      case simdjson::MEMALLOC: throw std::bad_alloc{};
      default: return {"the JSON is broken here", "", location()};
    }
  }

  bool read_string(ondemand::value value, std::string& out, const Place& path) {
    std::string_view text;
    if (const auto error = value.get_string().get(text)) return refuse(error, path);
    out.assign(text);
    return true;
  }

  // NOLINTNEXTLINE(misc-no-recursion): kMaxJsonDepth ends it.
  bool read_value(ondemand::value value, JsonNode& node, const Place& path, int depth) {
    const std::string_view token = value.raw_json_token();
    node.offset = offset_of(token.data());
    if (depth > kMaxJsonDepth) return refuse("the JSON is nested too deeply", path, node.offset);
    ondemand::json_type type{};
    if (const auto error = value.type().get(type)) return refuse(error, path);
    switch (type) {
      case ondemand::json_type::object: {
        node.kind = JsonNode::Kind::object;
        ondemand::object object;
        if (const auto error = value.get_object().get(object)) return refuse(error, path);
        return read_object(object, node, path, depth + 1);
      }
      case ondemand::json_type::array: {
        node.kind = JsonNode::Kind::array;
        ondemand::array array;
        if (const auto error = value.get_array().get(array)) return refuse(error, path);
        return read_array(array, node, path, depth + 1);
      }
      case ondemand::json_type::string: node.kind = JsonNode::Kind::string; return read_string(value, node.text, path);
      case ondemand::json_type::number:
        node.kind = JsonNode::Kind::number;
        node.text = without_trailing_space(token);
        return is_json_number(node.text) || refuse("this isn't a JSON number", path, node.offset);
      case ondemand::json_type::boolean:
        node.kind = JsonNode::Kind::boolean;
        if (const auto error = value.get_bool().get(node.boolean)) return refuse(error, path);
        node.text = node.boolean ? "true" : "false";
        return true;
      default:
        node.kind = JsonNode::Kind::null;
        return without_trailing_space(token) == "null" || refuse("the JSON is broken here", path, node.offset);
    }
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  bool read_array(ondemand::array array, JsonNode& node, const Place& path, int depth) {
    for (auto element : array) {
      ondemand::value value;
      if (const auto error = element.get(value)) return refuse(error, path);
      const Place place{&path, {}, node.items.size(), true};
      if (!read_value(value, node.items.emplace_back(), place, depth)) return false;
    }
    return true;
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  bool read_object(ondemand::object object, JsonNode& node, const Place& path, int depth) {
    for (auto field_or_error : object) {
      ondemand::field field;
      if (const auto error = std::move(field_or_error).get(field)) return refuse(error, path);
      JsonMember& member = node.members.emplace_back();
      member.offset = offset_of(field.key().raw()) - 1;
      std::string_view key;
      if (const auto error = field.unescaped_key().get(key)) return refuse(error, path);
      member.key = key;
      // The key's text may move while members are added, but not while this value is read.
      const Place place{&path, member.key};
      if (!read_value(field.value(), member.value, place, depth)) return false;
    }
    return refuse_doubles(node, path);
  }

  bool refuse_doubles(const JsonNode& node, const Place& path) {
    constexpr std::size_t kFew = 16;
    if (node.members.size() <= kFew) {
      for (std::size_t i = 1; i < node.members.size(); ++i) {
        for (std::size_t k = 0; k < i; ++k) {
          if (node.members[i].key == node.members[k].key) return refuse_double(node.members[i], path);
        }
      }
      return true;
    }
    std::vector<std::size_t> order(node.members.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto key = [&](std::size_t i) -> const std::string& { return node.members[i].key; };
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
    const auto twice =
        std::adjacent_find(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) == key(b); });
    return twice == order.end() || refuse_double(node.members[*(twice + 1)], path);
  }

  bool refuse_double(const JsonMember& second, const Place& path) {
    return refuse(fmt::format("\"{}\" is there twice", second.key), Place{&path, second.key}, second.offset);
  }

  simdjson::padded_string bytes_;
  ondemand::parser& parser_;
  ondemand::document document_;
  bool alive_ = false;  // The document can be asked where it is.
  Problem error_;
};

}  // namespace

const JsonNode* JsonNode::find(std::string_view key) const {
  const auto found = std::find_if(members.begin(), members.end(), [&](const JsonMember& m) { return m.key == key; });
  return found == members.end() ? nullptr : &found->value;
}

Result<JsonNode> parse_json_object(std::string_view json) {
  // A parser's memory costs as much as a small document: it is kept for the next one.
  constexpr std::size_t kKept = std::size_t{64} << 10;
  if (json.size() > kKept) {
    ondemand::parser own;
    return Reader{json, own}.read();
  }
  static thread_local ondemand::parser kept;
  return Reader{json, kept}.read();
}

std::string pointer_to(std::string_view parent, std::string_view key) {
  std::string pointer{parent};
  pointer += '/';
  for (const char c : key) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
  return pointer;
}

std::string pointer_to(std::string_view parent, std::size_t index) { return fmt::format("{}/{}", parent, index); }

std::string_view kind_name(JsonNode::Kind kind) {
  switch (kind) {
    case JsonNode::Kind::null: return "null";
    case JsonNode::Kind::boolean: return "a boolean";
    case JsonNode::Kind::number: return "a number";
    case JsonNode::Kind::string: return "a string";
    case JsonNode::Kind::array: return "an array";
    default: return "an object";
  }
}

}  // namespace trailkeeper::text
