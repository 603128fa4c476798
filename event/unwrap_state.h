// What event/unwrap*.cpp share: where a document lies, a wrapper's members, and the buffers of a nesting level.
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "event/framer.h"
#include "event/unwrap.h"
#include "event/wrapper.h"

namespace trailkeeper::event {

/// Whether a reason says of an object only that it is no event; it may hold one.
inline bool is_vague(Reason reason) {
  return reason == Reason::no_event_name || reason == Reason::bad_event_time || reason == Reason::flattened_row;
}

/// Where a document lies.
struct Unwrapper::Place {
  std::size_t offset = 0;  ///< In the outermost document.
  int level = 0;
};

/// A member that a row names, as written.
struct Unwrapper::Member {
  std::size_t row = 0;
  std::string_view json;
  bool tried = false;   ///< What it holds was looked at as if it were taken.
  bool failed = false;  ///< As `tried`: it gave no event, and something to reject.

  /// Whether it is an array of documents, each of which counts by itself.
  [[nodiscard]] bool is_list() const { return json.starts_with('[') && wrappers()[row].certain; }
  [[nodiscard]] bool has_content() const { return json != "{}" && json != "\"\"" && json != "[]"; }
  [[nodiscard]] bool holds(std::string_view part) const {
    return part.data() >= json.data() && part.data() < json.data() + json.size();
  }
  [[nodiscard]] Place place(std::string_view document, const Place& around) const;
};

/// What a nesting level keeps while what is in it is taken.
struct Unwrapper::Level {
  std::string text;
  std::string unpacked;
  bool compressed = false;  ///< What was unpacked.
  std::vector<Frame> frames;
  std::vector<Member> members;
  simdjson::ondemand::parser parser;
};

/// What a wrapper's shape says of it; shapes may be forgotten while what it holds is taken.
struct Unwrapper::Wrapping {
  WrapperRows rows;
  bool probe = false;
  Reason if_empty = Reason::no_event_name;
  std::string_view inner;  ///< inner_event() of it.

  /// The one event in an object that isn't one, whatever its member is called.
  struct Inner {
    Unwrapper& unwrapper;
    std::string_view json;  ///< inner_event() of the object.
    [[nodiscard]] bool take(std::string_view document, const Place& place) const;
    [[nodiscard]] bool holds(std::string_view value, int level) const;
  };
};

}  // namespace trailkeeper::event
