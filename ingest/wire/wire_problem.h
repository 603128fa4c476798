// Why a sender's input can't be understood: what every wire format's decoder returns instead of its result.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "text/result.h"

namespace trailkeeper::ingest {

/// With a request as a whole, or with a connection from some place on. Each format makes its own answer from it.
struct WireProblem {
  WireProblem() = default;
  WireProblem(std::string what, std::string word, int http_status = 400, std::optional<std::uint32_t> of_item = {})
      : message(std::move(what)), code(std::move(word)), status(http_status), item(of_item) {}

  std::string message;                ///< What is wrong, for people; no full stop, unless the format has one.
  std::string code;                   ///< The format's own word or number for it; empty: it has none.
  int status = 400;                   ///< HTTP's, in answers that name it.
  std::optional<std::uint32_t> item;  ///< Where, if it is about one of the sender's items.
};

template <typename T>
using WireResult = text::Result<T, WireProblem>;

}  // namespace trailkeeper::ingest
