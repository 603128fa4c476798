// What is wrong with a document, and where.
#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <string>
#include <utility>

namespace trailkeeper::text {

/// Why a document is refused.
struct Problem {
  Problem() = default;
  Problem(std::string what, std::string where, std::size_t byte)
      : message(std::move(what)), path(std::move(where)), offset(byte) {}

  std::string message;     ///< What is wrong, for people; no full stop.
  std::string path;        ///< Where, as a JSON pointer (RFC 6901): `/Statement/0/Effect`; empty for the whole.
  std::size_t offset = 0;  ///< Where, in bytes from the document's start.
};

/// The result of reading input that may be bad: a value, or what is wrong. Check `if (result)` before `*result` or
/// `result.error()`.
template <typename T, typename Wrong = Problem>
using Result = boost::system::result<T, Wrong>;

}  // namespace trailkeeper::text
