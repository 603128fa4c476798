// Finds the JSON documents in a stream of bytes, whatever they are wrapped in, and goes on after broken ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "event/reject.h"
#include "event/text_line.h"

namespace trailkeeper::event {

/// A stretch of a window. With Reason::none it is a document for event/unwrap.h: a JSON object, array or string, or a
/// line that may have one in it; otherwise it is a record that will be rejected.
struct Frame {
  std::size_t begin;
  std::size_t end;
  Reason reason;
};

/// An array of documents inside an object.
struct DocumentArray {
  std::size_t begin = 0;   ///< Just after its `[`.
  std::int64_t depth = 1;  ///< Objects around it.
};

/// Cuts a stream into frames. It knows: documents one a line (NDJSON), one after the other, or laid out over lines; an
/// array of documents; an object whose first member is the array `Records` or `Events`; byte order marks; CRLF; lines
/// with a document in them (event/text_line.h). It only counts brackets and quotes; whether a frame is JSON is the
/// parser's to say.
///
/// Whatever follows the array in such an object is a frame, too, from the array's `]` to the object's end;
/// event/unwrap.h treats it as the object without the array.
///
/// Text before the first document is one frame, its first kKeptText bytes: a file that is something else altogether
/// isn't taken apart into lines. Rows of a query without the original records are one frame, too, to the stream's end.
///
/// Broken input costs only itself: a line feed inside a string, or a line that begins a new object before the
/// previous record is finished, ends the broken record there; in an array the next `{"eventVersion"` does, and where
/// very much of an array is broken, it isn't asked for each element whether it might be whole after all.
///
/// A line on which a document stands, and words too (`{…} is no user`), reports what somebody sent: all of it is one
/// rejected record. Up to kMaxLine bytes are looked ahead for that, so a document becomes a frame when its line has
/// ended, or the stream has.
///
/// Memory: none beyond the window. The caller gives the unconsumed rest again, followed by more bytes.
class Framer {
 public:
  /// An unfinished record longer than this is given up as too large. A window must be able to grow beyond it.
  static constexpr std::size_t kMaxUnfinished = std::size_t{4} << 20;

  /// How much is kept of text before the first document.
  static constexpr std::size_t kKeptText = 4096;

  /// A longer line is no log's: its documents are frames as they come.
  static constexpr std::size_t kMaxLine = std::size_t{1} << 20;

  /// How a stream ends.
  enum class Ends : std::uint8_t {
    cut_off,  ///< Perhaps in a document: those before it on its line stay what they are.
    whole,    ///< A document that has no end makes words of its line.
  };

  /// Starts between documents or, with `in_array`, inside an object's array of documents.
  explicit Framer(bool in_array = false, Ends ends = Ends::cut_off)
      : mode_(in_array ? Mode::elements : Mode::top), ends_(ends), array_depth_(in_array ? 1 : 0) {}

  /// Makes it go on as behind `front`, the beginning of a stream up to where it was left, between documents: it knows
  /// the header and whether a document came. `front` must be followed by kPadding readable bytes.
  void go_on_behind(std::string_view front);

  /// Appends the frames found in `window`, which must be followed by kPadding readable bytes, up to `most` of them,
  /// since a frame takes more memory than the shortest document. Returns how many bytes are done with. `last` says that
  /// the stream ends with this window. Then all of it is done with, unless `most` frames were found: give the rest
  /// again.
  std::size_t split(std::string_view window, bool last, std::vector<Frame>& frames, std::size_t most = kMostFrames);

  /// More frames than a window of real records has; what comes after them waits for the next split().
  static constexpr std::size_t kMostFrames = std::size_t{1} << 15;

  /// Bytes of records that were given up as too large, apart from what became a frame.
  [[nodiscard]] std::uint64_t passed_over() const { return passed_over_; }

  /// Whether the bytes that are done with end between documents: a new framer may start there.
  [[nodiscard]] bool between_documents() const {
    return mode_ != Mode::elements && mode_ != Mode::behind && mode_ != Mode::skip;
  }

 private:
  enum class Mode : std::uint8_t {
    top,       // Between documents.
    elements,  // In an array of documents.
    behind,    // At the `]` of an array of documents that has an object around it.
    skip,      // In a value of which no frame is made (any more).
    text,      // In text before the first document, of which a frame was made.
    rest,      // In bytes of which no frame is made, up to the stream's end.
  };

  /// Where a scan of one bracketed value stands.
  struct Scan {
    std::size_t at = 0;
    std::int64_t depth = 0;
    bool in_string = false;
    bool escaped = false;  // The next byte follows a backslash.
    char before = '\0';    // The last byte before `at` that isn't white space, if it is no longer in the window.
  };
  class LineProbe;
  enum class Line : std::uint8_t {
    begins,  // What comes next may be the first document of a line.
    clean,   // In a line that was looked at.
    words,   // As `clean`, and words were found, while it was looked at.
  };
  enum class ScanEnd : std::uint8_t { complete, more, line_feed_in_string, line_begins_object };

  static ScanEnd scan_value(std::string_view window, Scan& scan, bool watch_lines);
  std::size_t next_event_start(std::string_view window, std::size_t from);
  bool swallowed_event(std::string_view window, std::size_t begin, std::size_t end);

  bool step(std::string_view window, bool last, std::vector<Frame>& frames);
  bool check_line(std::string_view window, bool last, std::vector<Frame>& frames);
  [[nodiscard]] bool may_end_line(std::string_view window, bool last) const;
  bool step_line(std::string_view window, bool last, std::vector<Frame>& frames);
  bool step_text(std::string_view window, bool last);
  void note_header(std::string_view line, LineKind kind);
  bool take_first_text(std::string_view window, bool last, std::vector<Frame>& frames);
  bool step_top(std::string_view window, bool last, std::vector<Frame>& frames);
  bool step_elements(std::string_view window, bool last, std::vector<Frame>& frames);
  bool step_behind(std::string_view window, bool last, std::vector<Frame>& frames);
  bool step_skip(std::string_view window, bool last);
  bool take_line(std::string_view window, std::vector<Frame>& frames);
  bool take_value(std::string_view window, bool last, std::vector<Frame>& frames);
  std::size_t limit_of_element(std::string_view window);
  bool end_before_next_event(std::string_view window, std::size_t seen_at, std::vector<Frame>& frames);
  bool give_up(std::string_view window, bool last, const Scan& scan, std::vector<Frame>& frames);
  void enter_array(std::string_view window, const DocumentArray& array, std::vector<Frame>& frames);
  bool take_scalar(std::string_view window, bool last, std::vector<Frame>& frames);
  void add(std::string_view window, std::size_t begin, std::size_t end, Reason reason, std::vector<Frame>& frames);

  Mode mode_;
  Ends ends_;
  Line line_ = Line::begins;
  bool probing_ = false;         // It only looks at a line.
  std::size_t looked_at_ = 0;    // Bytes of a line that were looked at in vain: more are needed.
  std::size_t looked_over_ = 0;  // The same, added up over all looks at it.
  std::int64_t array_depth_;     // Objects around the array being read; 0: it is itself the document.
  bool document_seen_ = false;   // Something that may be a document has come.
  unsigned lines_in_a_row_ = 0;  // Consecutive documents of one line each.
  SentCells sent_;               // By the header of the rows that are being read.
  std::size_t at_ = 0;
  Scan skipping_;
  bool gave_up_ = false;  // What is skipped is the rest of a record.
  std::uint64_t passed_over_ = 0;
  std::size_t in_vain_ = 0;  // Bytes that were looked at for the ends of elements that turned out to be broken.
  // In this window: the next `{"eventVersion"` at or behind a place, so that it is looked for once.
  std::size_t searched_from_ = 0;
  std::size_t next_start_ = 0;
  Mode after_skip_ = Mode::top;
};

/// Calls `visit` with every frame of `bytes`, which are complete (and followed by kPadding readable bytes); `frames` is
/// used meanwhile. Whatever the bytes are, few frames are in memory at once.
template <typename Visit>
void for_each_frame(Framer& framer, std::string_view bytes, std::vector<Frame>& frames, Visit&& visit) {
  constexpr std::size_t kAtOnce = 1024;
  std::size_t done = 0;
  do {
    frames.clear();
    const std::size_t begin = done;
    done += framer.split(bytes.substr(begin), true, frames, kAtOnce);
    for (Frame& frame : frames) {
      frame.begin += begin;
      frame.end += begin;
      visit(frame);
    }
  } while (done < bytes.size());
}

/// The first array of the object that starts at json[0] whose member's name says that it holds documents
/// (names_documents), also inside of objects that are known to hold such; or its first member, if its name says that it
/// may (may_name_documents) and a record comes first. Nothing if it has none (as far as `json`
/// goes).
std::optional<DocumentArray> find_document_array(std::string_view json);

/// Whether text that begins with `[` begins an array of documents, rather than a line of some log.
enum class ArrayStart : std::uint8_t { yes, no, more_needed };
ArrayStart begins_array(std::string_view text);

}  // namespace trailkeeper::event
