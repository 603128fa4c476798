// Every reason to reject a record, in words.
#pragma once

#include <span>
#include <string_view>

#include "event/reject.h"

namespace trailkeeper::event {

/// A reason's row: what reason_code(), reason_text() and reason_detail() say.
struct ReasonWord {
  Reason reason;
  std::string_view code;
  std::string_view text;
  std::string_view detail = {};
};

/// All except Reason::none, in their order.
std::span<const ReasonWord> reason_words();

}  // namespace trailkeeper::event
