// Writes JSON (RFC 8259), value by value.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include "text/json_text.h"

namespace trailkeeper::text {

/// Appends one JSON value to a text, with the commas and colons between its parts. What the caller appends to the text
/// itself counts as a value that was written: after name(), say. Brackets are the caller's to match.
///
///     JsonWriter json{out};
///     json.open('{').member("name", name).list("ports", ports).close('}');
class JsonWriter {
 public:
  /// Writes to the end of `out`, which must outlive the writer. What is there already stays as it is; if it is an
  /// object or array that is open, `inside` continues it.
  explicit JsonWriter(std::string& out) : JsonWriter(out, out.size()) {}
  static JsonWriter inside(std::string& open) { return JsonWriter{open, 0}; }

  JsonWriter& open(char bracket) {
    separate();
    out_.push_back(bracket);
    return *this;
  }
  JsonWriter& close(char bracket) {
    out_.push_back(bracket);
    return *this;
  }
  /// A member's name; its value comes next.
  JsonWriter& name(std::string_view name) {
    value(name);
    out_.push_back(':');
    return *this;
  }
  /// A text (by append_quoted), an integer or a bool.
  template <typename Value>
  JsonWriter& value(const Value& value) {
    separate();
    if constexpr (std::is_same_v<Value, bool>) {
      out_ += value ? "true" : "false";
    } else if constexpr (std::is_integral_v<Value>) {
      static_assert(sizeof(Value) > 1, "a character is no number");
      out_ += std::to_string(value);
    } else {
      append_quoted(value, out_);
    }
    return *this;
  }
  /// Text that is JSON already.
  JsonWriter& raw(std::string_view json) {
    separate();
    out_ += json;
    return *this;
  }

  template <typename Value>
  JsonWriter& member(std::string_view key, const Value& of) {
    return name(key).value(of);
  }
  JsonWriter& raw_member(std::string_view key, std::string_view json) { return name(key).raw(json); }
  /// An empty text becomes null.
  JsonWriter& member_or_null(std::string_view key, std::string_view text) {
    return text.empty() ? raw_member(key, "null") : member(key, text);
  }
  /// An empty text leaves the member out.
  JsonWriter& member_if_any(std::string_view key, std::string_view text) {
    return text.empty() ? *this : member(key, text);
  }

  /// An array of what value() takes.
  template <typename Values>
  JsonWriter& values(const Values& values) {
    open('[');
    for (const auto& one : values) value(one);
    return close(']');
  }
  template <typename Values>
  JsonWriter& list(std::string_view key, const Values& of) {
    return name(key).values(of);
  }
  /// An array of objects under a name: `write(row)` writes the members of each.
  template <typename Rows, typename Write>
  JsonWriter& table(std::string_view key, const Rows& rows, const Write& write) {
    name(key).open('[');
    for (const auto& row : rows) {
      open('{');
      write(row);
      close('}');
    }
    return close(']');
  }

 private:
  JsonWriter(std::string& out, std::size_t begin) : out_(out), begin_(begin) {}

  // No value ends in one of these characters, so the text itself shows whether one stands before the next.
  void separate() {
    if (out_.size() == begin_) return;
    const char last = out_.back();
    if (last != '{' && last != '[' && last != ':') out_.push_back(',');
  }

  std::string& out_;
  std::size_t begin_;
};

}  // namespace trailkeeper::text
