// From one JSON document to the events in it: takes envelopes off.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "event/record.h"

namespace trailkeeper::event {

/// Receives what a document holds. `offset` is where the bytes begin in the document that was given to unwrap(); for
/// what came out of a string (a CloudWatch Logs message), where that document begins.
class DocumentVisitor {
 public:
  virtual ~DocumentVisitor() = default;

  /// An event; `record` is valid during the call.
  virtual void on_event(const Record& record, std::size_t offset) = 0;

  /// A record that isn't one. `bytes` are valid during the call.
  virtual void on_reject(std::string_view bytes, std::size_t offset, Reason reason) = 0;

  /// The shapes of all records up to now are gone: ever new ones had taken too much memory.
  virtual void on_shapes_forgotten() {}
};

/// Takes these envelopes off: none; EventBridge (`detail`); `{"Records":[…]}`; a CloudWatch Logs subscription
/// (`logEvents[].message`, and its probe, the CONTROL_MESSAGE, which holds nothing); the output of LookupEvents
/// (`Events[].CloudTrailEvent`); and these inside each other, up to a few levels.
class Unwrapper {
 public:
  Unwrapper();
  ~Unwrapper();
  Unwrapper(const Unwrapper&) = delete;
  Unwrapper& operator=(const Unwrapper&) = delete;

  /// `document` must be followed by kPadding readable bytes.
  void unwrap(std::string_view document, DocumentVisitor& visitor);

  RecordParser& parser() { return parser_; }

  /// Heap bytes that remembered shapes may have, about.
  static constexpr std::size_t kMaxShapeBytes = std::size_t{24} << 20;

 private:
  struct Level;
  void unwrap(std::string_view document, std::size_t offset, int level, DocumentVisitor& visitor);
  void unwrap_array(std::string_view document, std::size_t offset, int level, DocumentVisitor& visitor);
  void unwrap_text(std::string_view document, std::string_view key, std::size_t offset, int level,
                   DocumentVisitor& visitor);

  RecordParser parser_;
  std::unique_ptr<Level[]> levels_;  // Text taken out of strings, one buffer a nesting level.
};

}  // namespace trailkeeper::event
