// The framer's way through lines that aren't JSON.
#include <algorithm>

#include "event/framer.h"
#include "event/text_line.h"
#include "event/wrapped_text.h"
#include "text/ascii.h"
#include "text/utf8.h"

namespace trailkeeper::event {
namespace {

// Whether a line of text may begin a document.
bool begins_document(std::string_view line) {
  if (line.starts_with('{') || line.starts_with(text::kByteOrderMark)) return true;
  if (line.starts_with('[')) return begins_array(line) != ArrayStart::no;
  return line_kind(line) == LineKind::holds_json;
}

}  // namespace

// A line that begins with neither `{` nor an array.
bool Framer::step_line(std::string_view window, bool last, std::vector<Frame>& frames) {
  const std::size_t feed = window.find('\n', at_);
  const bool enough = window.size() - at_ > kMaxUnfinished;
  if (feed == std::string_view::npos && !last && !enough) return false;
  const std::size_t end = feed == std::string_view::npos ? window.size() : feed;
  const std::string_view line = window.substr(at_, end - at_);
  const LineKind kind = line_kind(line);
  note_header(line, kind);
  switch (kind) {
    case LineKind::text: break;
    case LineKind::label: at_ = end; return true;
    case LineKind::holds_json:
      document_seen_ = true;
      add(window, at_, end, sent_record(line, sent_) ? Reason::not_an_object : Reason::none, frames);
      at_ = end;
      return true;
    case LineKind::header:
    case LineKind::flattened:
      if (document_seen_) break;
      document_seen_ = true;
      if (kind == LineKind::flattened) {
        add(window, at_, end, Reason::flattened_row, frames);
        mode_ = Mode::rest;
      }
      at_ = end;
      return true;
  }
  if (!document_seen_) return take_first_text(window, last, frames);
  add(window, at_, end, Reason::not_an_object, frames);
  at_ = end;
  return true;
}

void Framer::note_header(std::string_view line, LineKind kind) {
  if (kind == LineKind::holds_json || document_seen_) return;
  if (const SentCells cells = sent_cells(line); cells.columns != 0) sent_ = cells;
}

void Framer::go_on_behind(std::string_view front) {
  Framer before{false, ends_};
  std::vector<Frame> frames;
  before.split(front, false, frames);
  sent_ = before.sent_;
  document_seen_ = document_seen_ || before.document_seen_;
  if (before.mode_ == Mode::rest || before.mode_ == Mode::text) mode_ = before.mode_;
}

// Text before any document: lines up to one that may be a document, or enough of them.
bool Framer::take_first_text(std::string_view window, bool last, std::vector<Frame>& frames) {
  std::size_t line = at_;
  std::size_t end = at_;
  while (line < window.size() && line - at_ < kKeptText) {
    const std::size_t begin = text::skip_json_space(window, line);
    const std::size_t feed = window.find('\n', begin);
    if (feed == std::string_view::npos && !last && window.size() - at_ <= kMaxUnfinished) return false;
    const std::string_view words = window.substr(begin, std::min(feed, window.size()) - begin);
    if (line != at_ && begins_document(words)) break;
    note_header(words, LineKind::text);
    end = std::min(feed, window.size());
    line = std::min(end + 1, window.size());
  }
  if (line >= window.size() && line - at_ < kKeptText && !last) return false;
  const std::size_t kept = std::min(end, at_ + kKeptText);
  add(window, at_, kept, Reason::not_an_object, frames);
  at_ = end;
  mode_ = Mode::text;
  return true;
}

// Behind the text that was kept: passes over lines up to one that may be a document.
bool Framer::step_text(std::string_view window, bool last) {
  at_ = text::skip_json_space(window, at_);
  if (at_ >= window.size()) return false;
  const std::size_t feed = window.find('\n', at_);
  const bool ends = feed != std::string_view::npos || last || window.size() - at_ > kMaxUnfinished;
  if (!ends) return false;
  const std::size_t end = std::min(feed, window.size());
  if (begins_document(window.substr(at_, end - at_))) {
    document_seen_ = true;
    mode_ = Mode::top;
    return true;
  }
  at_ = end;
  return true;
}

}  // namespace trailkeeper::event
