#include "event/unwrap.h"

#include <simdjson.h>

#include <vector>

#include "event/framer.h"
#include "event/json_text.h"

namespace trailkeeper::event {

namespace ondemand = simdjson::ondemand;

namespace {

constexpr int kMaxLevels = 6;

// The value of a member, as written; empty if there is none. Keys are compared with their escapes resolved, and of a
// repeated key the last counts.
std::string_view member_json(std::string_view document, std::string_view key) {
  ondemand::parser parser;
  ondemand::document parsed;
  ondemand::object object;
  if (parser.iterate(document.data(), document.size(), document.size() + simdjson::SIMDJSON_PADDING).get(parsed) ||
      parsed.get_object().get(object)) {
    return {};
  }
  std::string_view found;
  for (auto member : object) {
    ondemand::field field;
    std::string_view name;
    if (std::move(member).get(field) || field.unescaped_key().get(name)) return {};
    if (name != key) continue;
    ondemand::value value = field.value();
    ondemand::json_type type{};
    if (value.type().get(type)) return {};
    if (type == ondemand::json_type::object) {
      ondemand::object inner;
      if (value.get_object().get(inner) || inner.raw_json().get(found)) return {};
    } else if (type == ondemand::json_type::string) {
      found = value.raw_json_token();
    }
  }
  while (!found.empty() &&
         (found.back() == ' ' || found.back() == '\n' || found.back() == '\r' || found.back() == '\t')) {
    found.remove_suffix(1);  // simdjson's raw text goes up to the next token.
  }
  return found;
}

// Whether a container is CloudWatch Logs' CONTROL_MESSAGE, which holds nothing. Its shape can't tell: a DATA_MESSAGE
// may have the same.
bool is_probe(const Record& record) {
  std::string text;
  const std::vector<Slot>& slots = record.shape->slots;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (slots[i].path != "messageType" || !is_quoted(slots[i].type)) continue;
    text.clear();
    append_unescaped(record.raw(record.leaves[i]), text);
  }
  return text == "CONTROL_MESSAGE";
}

}  // namespace

struct Unwrapper::Level {
  std::string text;
  std::vector<Frame> frames;
};

Unwrapper::Unwrapper() : levels_(std::make_unique<Level[]>(kMaxLevels + 1)) {}
Unwrapper::~Unwrapper() = default;

void Unwrapper::unwrap(std::string_view document, DocumentVisitor& visitor) { unwrap(document, 0, 0, visitor); }

void Unwrapper::unwrap(std::string_view document, std::size_t offset, int level, DocumentVisitor& visitor) {
  // Before each record, not each document: one document may hold many records of new shapes. Records of the levels
  // around this one aren't looked at any more.
  if (parser_.shape_memory() > kMaxShapeBytes) {
    parser_.reset();
    visitor.on_shapes_forgotten();
  }
  Record record;
  Reason reason = parser_.parse(document, record);
  if (reason == Reason::none && record.shape->kind != ShapeKind::event && level >= kMaxLevels) {
    reason = Reason::broken_envelope;
  }
  if (reason != Reason::none) {
    visitor.on_reject(document, offset, reason);
    return;
  }
  switch (record.shape->kind) {
    case ShapeKind::event: visitor.on_event(record, offset); return;
    case ShapeKind::event_bridge: {
      const std::string_view detail = member_json(document, "detail");
      if (detail.empty()) {
        visitor.on_reject(document, offset, Reason::broken_envelope);
      } else {
        unwrap(detail, offset + static_cast<std::size_t>(detail.data() - document.data()), level + 1, visitor);
      }
      return;
    }
    case ShapeKind::log_event: unwrap_text(document, "message", offset, level, visitor); return;
    case ShapeKind::lookup_event: unwrap_text(document, "CloudTrailEvent", offset, level, visitor); return;
    case ShapeKind::container:
      if (!is_probe(record)) unwrap_array(document, offset, level, visitor);
      return;
    case ShapeKind::rejected: visitor.on_reject(document, offset, record.shape->reason); return;
  }
}

void Unwrapper::unwrap_array(std::string_view document, std::size_t offset, int level, DocumentVisitor& visitor) {
  const auto start = find_document_array(document);
  if (!start) {
    visitor.on_reject(document, offset, Reason::broken_envelope);
    return;
  }
  const std::string_view elements = document.substr(*start);
  Framer framer{true};
  // Handing on may change the frames of deeper levels, never of this one.
  for_each_frame(framer, elements, levels_[static_cast<std::size_t>(level)].frames, [&](const Frame& frame) {
    const std::string_view element = elements.substr(frame.begin, frame.end - frame.begin);
    if (frame.reason != Reason::none) {
      visitor.on_reject(element, offset + *start + frame.begin, frame.reason);
    } else {
      unwrap(element, offset + *start + frame.begin, level + 1, visitor);
    }
  });
}

void Unwrapper::unwrap_text(std::string_view document, std::string_view key, std::size_t offset, int level,
                            DocumentVisitor& visitor) {
  std::string_view token = member_json(document, key);
  if (token.size() < 2) {
    visitor.on_reject(document, offset, Reason::broken_envelope);
    return;
  }
  std::string& text = levels_[static_cast<std::size_t>(level)].text;
  text.clear();
  append_unescaped(token.substr(1, token.size() - 2), text);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  const std::size_t size = text.size();
  text.append(kPadding, '\0');
  unwrap(std::string_view{text}.substr(0, size), offset, level + 1, visitor);
}

}  // namespace trailkeeper::event
