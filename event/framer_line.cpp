// The framer's look at a line before it makes frames of the documents on it.
#include <algorithm>
#include <optional>
#include <string>

#include "event/framer.h"
#include "event/wrapped_text.h"
#include "text/ascii.h"
#include "text/json_value.h"

namespace trailkeeper::event {
namespace {

enum class LineIs : std::uint8_t { documents, words, more_needed };

}  // namespace

/// Goes on with a copy of a framer from the first document of a line to the line's end. Frames aren't kept: a line may
/// have very many.
class Framer::LineProbe {
 public:
  LineProbe(const Framer& framer, std::string_view window, bool last)
      : framer_(framer), window_(window), last_(last), begin_(framer.at_), feed_(window.find('\n', framer.at_)) {
    framer_.probing_ = true;
    framer_.line_ = Line::clean;
  }

  LineIs look() {
    bool progress = true;
    while (progress && !words_ && framer_.at_ - begin_ <= kMaxLine) {
      frames_.clear();
      const std::size_t at = framer_.at_;
      const bool top = framer_.mode_ == Mode::top;
      progress = framer_.step(window_, last_, frames_);
      if (framer_.line_ == Line::begins) return LineIs::documents;
      if (framer_.line_ == Line::words) words_ = at;
      if (top && framer_.mode_ != Mode::top) note_value(framer_.at_, framer_.at_);
      for (const Frame& frame : frames_) judge(frame, top);
      // What is broken in an array costs only itself, if the array goes on.
      if (broken_ && feed_ < framer_.at_ && framer_.mode_ != Mode::top) words_ = begin_;
    }
    if (!words_ && window_.size() - begin_ > kMaxLine) return LineIs::documents;
    if (!words_ && !last_) return LineIs::more_needed;
    if (framer_.mode_ != Mode::top && broken_) words_ = begin_;
    return words_ ? LineIs::words : LineIs::documents;
  }

  // Of a line with words; npos: it isn't in the window.
  [[nodiscard]] std::size_t end() const {
    const std::size_t feed = window_.find('\n', *words_);
    return feed == std::string_view::npos && last_ ? window_.size() : feed;
  }

 private:
  void judge(const Frame& frame, bool top) {
    const bool cut = frame.reason == Reason::truncated && framer_.ends_ == Ends::cut_off && frame.end < feed_;
    if (frame.reason == Reason::none) {
      if (top) note_value(frame.begin, frame.end);
      if (!top && window_[frame.begin] == ']' && !is_rest(frame)) words_ = frame.begin;
    } else if (frame.reason != Reason::too_large && !cut && frame.begin < feed_) {
      const bool rest = !top && window_[frame.begin] == ']' && elements_ > 0;
      if (rest || (top && values_ > 0)) words_ = frame.begin;
      broken_ = broken_ || (!top && (values_ > 1 || elements_ > 0));
    }
    if (!top) ++elements_;
  }

  // Of several values on a line each is to be whole JSON; one by itself is the parser's to look at.
  void note_value(std::size_t begin, std::size_t end) {
    if (++values_ == 1) {
      first_ = {begin, end, Reason::none};
      return;
    }
    if (values_ == 2 && !is_whole(first_.begin, first_.end)) words_ = first_.end;
    if (!is_whole(begin, end)) words_ = begin;
  }

  [[nodiscard]] bool is_whole(std::size_t begin, std::size_t end) const {
    return begin == end || text::json_value_end(window_.substr(0, end), begin) == end;
  }

  // Whether what stands behind an array of documents ends the objects around it.
  [[nodiscard]] bool is_rest(const Frame& frame) const {
    const std::string_view rest = window_.substr(frame.begin, frame.end - frame.begin);
    std::string whole;
    for (std::int64_t depth = framer_.array_depth_; depth > 0; --depth) whole += "{\"\":";
    whole.append("[").append(rest);
    return text::json_value_end(whole, 0) == whole.size();
  }

  Framer framer_;
  std::string_view window_;
  bool last_;
  std::size_t begin_;
  std::size_t feed_;  // The first line feed.
  std::vector<Frame> frames_;
  Frame first_{};
  std::size_t values_ = 0;
  std::size_t elements_ = 0;
  bool broken_ = false;               // An element on the first line is, behind others.
  std::optional<std::size_t> words_;  // Where they were found.
};

// Whether there may be more to see on a line than when it was looked at before. Whoever sends a line byte by byte, or a
// document of line feeds, isn't looked at each time: all looks together cost a few times the line.
bool Framer::may_end_line(std::string_view window, bool last) const {
  constexpr std::size_t kTimes = 8;
  const std::size_t size = window.size() - at_;
  if (last || looked_at_ == 0 || size > kMaxLine) return true;
  return looked_over_ <= kTimes * size && window.find('\n', at_ + looked_at_) != std::string_view::npos;
}

// At the first document of a line: makes a frame of the line if there are words on it. False: more bytes are needed.
bool Framer::check_line(std::string_view window, bool last, std::vector<Frame>& frames) {
  if (!may_end_line(window, last)) return false;
  LineProbe probe{*this, window, last};
  const LineIs line = probe.look();
  const std::size_t end = line == LineIs::words ? probe.end() : 0;
  const bool endless = end == std::string_view::npos && window.size() - at_ <= kMaxLine;
  if (line == LineIs::more_needed || endless) {
    looked_at_ = window.size() - at_;
    looked_over_ += looked_at_;
    return false;
  }
  looked_at_ = looked_over_ = 0;
  if (line == LineIs::documents) {
    line_ = Line::clean;
    return true;
  }
  add(window, at_, std::min(end, window.size()), Reason::not_an_object, frames);
  at_ = std::min(end, window.size());
  document_seen_ = true;
  lines_in_a_row_ = 0;
  return true;
}

}  // namespace trailkeeper::event
