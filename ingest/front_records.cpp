#include "ingest/front_records.h"

#include <optional>
#include <string>
#include <vector>

#include "event/framer.h"
#include "event/unwrap.h"
#include "text/ascii.h"
#include "text/json_text.h"

namespace trailkeeper::ingest {
namespace {

class EventFlag : public event::DocumentVisitor {
 public:
  void on_event(const event::Record&, std::size_t) override { raised_ = true; }
  void on_reject(std::string_view, std::size_t, event::Reason) override {}
  [[nodiscard]] bool raised() const { return raised_; }

 private:
  bool raised_ = false;
};

// JSON that was cut off, without the value in which it was and with the brackets that are open closed.
std::string closed(std::string_view json) {
  std::string brackets;   // Those that close what is open, the innermost last.
  std::size_t whole = 0;  // Up to here values are whole; no bracket follows.
  for (std::size_t at = 0; at < json.size(); ++at) {
    const char c = json[at];
    if (c == '"') {
      const std::size_t end = text::json_string_end(json, at);
      if (end == text::npos) break;
      at = end - 1;
    } else if (c == '{' || c == '[') {
      brackets.push_back(c == '{' ? '}' : ']');
      whole = at + 1;
    } else if (c == '}' || c == ']') {
      if (!brackets.empty()) brackets.pop_back();
      whole = at + 1;
    } else if (c == ',') {
      whole = at;
    }
  }
  return std::string{json.substr(0, whole)}.append(brackets.rbegin(), brackets.rend());
}

}  // namespace

bool front_has_record(std::string_view front) {
  const std::string padded = std::string{front} + std::string(event::kPadding, '\0');
  EventFlag flag;
  event::Unwrapper unwrapper{{}, event::Unwrapper::Members::listed};
  event::Framer framer;
  std::vector<event::Frame> frames;
  const std::string_view text = std::string_view{padded}.substr(0, front.size());
  event::for_each_frame(framer, text, frames, [&](const event::Frame& frame) {
    const std::string_view document = text.substr(frame.begin, frame.end - frame.begin);
    if (flag.raised() || !(document.starts_with('{') || document.starts_with('['))) return;
    if (frame.reason == event::Reason::none) {
      unwrapper.unwrap(document, flag);
    } else if (frame.reason == event::Reason::truncated) {
      const std::string whole = closed(document);
      const std::string ready = whole + std::string(event::kPadding, '\0');
      unwrapper.unwrap(std::string_view{ready}.substr(0, whole.size()), flag);
    }
  });
  return flag.raised();
}

}  // namespace trailkeeper::ingest
