// From one document to the events in it: takes envelopes off.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "event/record.h"

namespace trailkeeper::event {

/// Receives what a document holds. `offset` is where the bytes begin in the document that was given to unwrap(); for
/// what came out of a string (a CloudWatch Logs message), where the object with the string begins.
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

/// Takes off what event/wrapper.h lists, in each other up to kMaxWrappers: objects around a record or around an array
/// of them, JSON text in strings, base64 of it, also compressed; arrays (in an array inside an array, what isn't a
/// record beside one that is, is a column); JSON strings; lines with a record in them (event/text_line.h).
///
/// Of a wrapper, each member counts that holds an event, and each array of documents. Everything that holds no record
/// is given to on_reject once: where a wrapper is certain, what it holds; else the object. So nothing of a document is
/// passed over but what stands beside an event, and an envelope's members around an empty array. What isn't an event
/// beside more than kMaxRejects others in one document isn't given one by one: the document is, once.
class Unwrapper {
 public:
  /// Takes compression off `bytes`, of which up to `limit` may come out, and appends the result to `out`; false if it
  /// is damaged or larger. What isn't compressed is appended as it is.
  using Unpack = std::function<bool(std::string_view bytes, std::size_t limit, std::string& out)>;

  /// Which members of an object may hold an event.
  enum class Members : std::uint8_t { any, listed };

  /// Without `unpack`, compressed data is rejected. With Members::listed only those of event/wrapper.h hold events, and
  /// not the only candidate in an object, whatever its name.
  explicit Unwrapper(Unpack unpack = {}, Members members = Members::any);
  ~Unwrapper();
  Unwrapper(const Unwrapper&) = delete;
  Unwrapper& operator=(const Unwrapper&) = delete;

  /// `document` must be followed by kPadding readable bytes. If it begins with `]` it is what stands behind an array of
  /// documents in an object (event/framer.h).
  void unwrap(std::string_view document, DocumentVisitor& visitor);

  RecordParser& parser() { return parser_; }

  /// Heap bytes that remembered shapes may have, about.
  static constexpr std::size_t kMaxShapeBytes = std::size_t{12} << 20;

  static constexpr int kMaxWrappers = 10;
  static constexpr std::size_t kMaxUnpacked = std::size_t{16} << 20;  ///< Of one string, with those it is in.
  static constexpr std::size_t kMaxRejects = 1000;                    ///< Inside of one document.

 private:
  struct Level;
  struct Member;
  struct Place;
  struct Wrapping;

  void take(std::string_view document, const Place& place);
  void take_other(std::string_view document, const Place& place);
  Reason parse(std::string_view json, Record& record);
  void take_parsed(std::string_view document, Reason reason, const Record& record, const Place& place);
  void take_rest(std::string_view document);
  void take_wrapper(std::string_view document, const Wrapping& wrapping, const Place& place);
  void take_lists(std::string_view document, const Wrapping& wrapping, const Place& place);
  void take_vague(std::string_view document, const Wrapping& wrapping, const Place& place);
  bool is_beside(const Member& member, int level);
  void take_failed(std::string_view document, const Place& place, std::string_view taken);
  void take_line(std::string_view line, const Place& place);
  bool gives_event(Member& member, const Place& place);
  bool take_member(std::string_view json, bool certain, const Place& place);
  void take_elements(std::string_view array, const Place& place);
  void take_row(std::string_view array, const Place& place);
  void take_text(std::string_view text, const Place& place);
  void take_documents(std::string_view text, const Place& place);
  bool holds_record(std::string_view json, int level);
  bool is_column(std::string_view json);
  bool has_fields_only(std::string_view json);
  bool is_flattened(std::string_view json);
  bool text_holds_record(std::string_view text);
  std::string_view text_of(std::string_view token, int level);
  void release(int level);
  static void add_lists(std::string_view object, std::size_t row, std::vector<Member>& members);
  std::vector<Member>& find_members(std::string_view document, const WrapperRows& rows, int level);
  bool is_taken(std::string_view bytes);
  void emit(const Record& record, std::size_t offset);
  void reject(std::string_view bytes, std::size_t offset, Reason reason);

  RecordParser parser_;
  Unpack unpack_;
  Members members_;
  std::unique_ptr<Level[]> levels_;  // Text taken out of strings, one buffer a nesting level.
  DocumentVisitor* visitor_ = nullptr;
  std::size_t unpacked_around_ = 0;  // Bytes of what was unpacked around what is being taken.
  std::size_t shift_ = 0;            // Bytes that were put before the document.
  std::size_t events_ = 0;
  std::size_t rejects_ = 0;
  bool trial_ = false;              // What is found is counted, and not handed on.
  bool several_ = false;            // It is one of several members that hold events.
  std::vector<std::string> taken_;  // Events of such members: loggers write one twice.
  std::vector<bool> sent_columns_;  // Of the rows that are being taken.
  Reason reason_of_rest_ = Reason::none;
};

}  // namespace trailkeeper::event
