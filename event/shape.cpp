#include "event/shape.h"

#include <simdjson.h>

#include <algorithm>

#include "event/json_text.h"

namespace trailkeeper::event {
namespace {

namespace ondemand = simdjson::ondemand;

// What the classification needs to know of the record's first level.
struct TopLevel {
  bool detail_object = false;
  bool detail_type = false;
  bool container_array = false;
  bool message_text = false;
  bool log_event_id = false;
  bool lookup_text = false;
  bool digest = false;
  bool aggregated = false;
};

class PathWalk {
 public:
  PathWalk(Shape& shape, const std::vector<LeafType>& leaf_types) : shape_(shape), leaf_types_(leaf_types) {}

  simdjson::error_code object(ondemand::object object, int depth) {
    for (auto member : object) {
      ondemand::field field;
      if (const auto error = std::move(member).get(field)) return error;
      std::string_view key;
      if (const auto error = field.unescaped_key().get(key)) return error;
      const std::size_t length = path_.size();
      append_key(key);
      ondemand::value value = field.value();
      ondemand::json_type type{};
      if (const auto error = value.type().get(type)) return error;
      if (depth == 0) note_top_level(key, type);
      forget_at(path_);
      if (const auto error = this->value(value, type, depth + 1)) return error;
      path_.resize(length);
    }
    return simdjson::SUCCESS;
  }

  [[nodiscard]] const TopLevel& top() const { return top_; }
  [[nodiscard]] bool complete() const { return next_leaf_ == leaf_types_.size(); }

 private:
  simdjson::error_code value(ondemand::value value, ondemand::json_type type, int depth) {
    switch (type) {
      case ondemand::json_type::object: {
        ondemand::object inner;
        if (const auto error = value.get_object().get(inner)) return error;
        return object(inner, depth);
      }
      case ondemand::json_type::array: {
        ondemand::array elements;
        if (const auto error = value.get_array().get(elements)) return error;
        const std::size_t length = path_.size();
        path_ += "[]";
        for (auto element : elements) {
          ondemand::value inner;
          if (const auto error = element.get(inner)) return error;
          ondemand::json_type inner_type{};
          if (const auto error = inner.type().get(inner_type)) return error;
          if (const auto error = this->value(inner, inner_type, depth + 1)) return error;
        }
        path_.resize(length);
        return simdjson::SUCCESS;
      }
      case ondemand::json_type::boolean: return literal(value);
      case ondemand::json_type::null: return simdjson::SUCCESS;
      default: return leaf();
    }
  }

  // A repeated key: the last one counts, as in most JSON readers, and with it goes all that was inside the earlier
  // value.
  void forget_at(std::string_view path) {
    for (std::size_t i = 0; i < kFieldCount; ++i) {
      const std::string_view known = field_path(static_cast<Field>(i));
      if (known.starts_with(path) && (known.size() == path.size() || known[path.size()] == '.')) {
        forget(static_cast<Field>(i));
      }
    }
  }

  void forget(Field field) {
    const auto index = static_cast<std::size_t>(field);
    if (shape_.slot_of_field[index] >= 0) {
      shape_.slots[static_cast<std::size_t>(shape_.slot_of_field[index])].field.reset();
    }
    shape_.slot_of_field[index] = -1;
    shape_.literal_of_field[index] = {};
  }

  simdjson::error_code literal(ondemand::value value) {
    bool on = false;
    if (const auto error = value.get_bool().get(on)) return error;
    if (const auto field = field_at(path_)) {
      shape_.literal_of_field[static_cast<std::size_t>(*field)] = on ? "true" : "false";
    }
    return simdjson::SUCCESS;
  }

  simdjson::error_code leaf() {
    if (next_leaf_ >= leaf_types_.size()) return simdjson::TAPE_ERROR;
    const auto field = field_at(path_);
    if (field) {
      shape_.slot_of_field[static_cast<std::size_t>(*field)] = static_cast<std::int32_t>(shape_.slots.size());
    }
    shape_.slots.push_back({path_, leaf_types_[next_leaf_++], field});
    return simdjson::SUCCESS;
  }

  void append_key(std::string_view key) {
    if (!path_.empty()) path_.push_back('.');
    for (const char c : key) {
      if (c == '.' || c == '\\') path_.push_back('\\');
      path_.push_back(c);
    }
  }

  void note_top_level(std::string_view key, ondemand::json_type type) {
    const bool text = type == ondemand::json_type::string;
    const bool array = type == ondemand::json_type::array;
    if (key == "detail") top_.detail_object = type == ondemand::json_type::object;
    if (key == "detail-type") top_.detail_type = text;
    if (key == "message") top_.message_text = text;
    if (key == "id" || key == "timestamp") top_.log_event_id = true;
    if (key == "CloudTrailEvent") top_.lookup_text = text;
    if (key == "Records" || key == "Events" || key == "logEvents") top_.container_array = top_.container_array || array;
    if (key == "digestStartTime" || key == "digestS3Object") top_.digest = true;
    if (key == "timeWindow") top_.aggregated = type == ondemand::json_type::object;
  }

  Shape& shape_;
  const std::vector<LeafType>& leaf_types_;
  std::string path_;
  std::size_t next_leaf_ = 0;
  TopLevel top_;
};

bool has_slot(const Shape& shape, Field field) { return shape.slot_of_field[static_cast<std::size_t>(field)] >= 0; }

void adopt(Shape& shape, Field field, Field from) {
  const std::int32_t slot = shape.slot_of_field[static_cast<std::size_t>(from)];
  if (has_slot(shape, field) || slot < 0) return;
  shape.slot_of_field[static_cast<std::size_t>(field)] = slot;
  shape.slots[static_cast<std::size_t>(slot)].field = field;
}

void classify(Shape& shape, const TopLevel& top) {
  // Insight events name the API they are about in insightDetails and have no eventName of their own.
  adopt(shape, Field::event_name, Field::insight_event_name);
  adopt(shape, Field::event_source, Field::insight_event_source);
  const std::int32_t name = shape.slot_of_field[static_cast<std::size_t>(Field::event_name)];
  if (name >= 0 && is_quoted(shape.slots[static_cast<std::size_t>(name)].type)) {
    shape.kind = ShapeKind::event;
    const std::int32_t time = shape.slot_of_field[static_cast<std::size_t>(Field::event_time)];
    if (time < 0 || !is_quoted(shape.slots[static_cast<std::size_t>(time)].type)) {
      shape.kind = ShapeKind::rejected;
      shape.reason = Reason::bad_event_time;
    }
  } else if (top.detail_object && top.detail_type) {
    shape.kind = ShapeKind::event_bridge;
  } else if (top.container_array) {
    shape.kind = ShapeKind::container;
  } else if (top.lookup_text) {
    shape.kind = ShapeKind::lookup_event;
  } else if (top.message_text && top.log_event_id) {
    shape.kind = ShapeKind::log_event;
  } else {
    shape.kind = ShapeKind::rejected;
    shape.reason = top.digest ? Reason::digest_file : top.aggregated ? Reason::aggregated : Reason::no_event_name;
  }
}

}  // namespace

std::size_t Shape::memory() const {
  std::size_t bytes = sizeof(Shape) + skeleton.capacity() + slots.capacity() * sizeof(Slot);
  for (const Slot& slot : slots) bytes += slot.path.capacity();
  return bytes;
}

std::unique_ptr<Shape> make_shape(std::string_view json, std::string_view skeleton,
                                  const std::vector<LeafType>& leaf_types) {
  auto shape = std::make_unique<Shape>();
  shape->skeleton = skeleton;
  shape->slot_of_field.fill(-1);
  shape->slots.reserve(leaf_types.size());
  ondemand::parser parser;
  ondemand::document document;
  ondemand::object object;
  PathWalk walk{*shape, leaf_types};
  auto error = parser.iterate(json.data(), json.size(), json.size() + simdjson::SIMDJSON_PADDING).get(document);
  if (!error) error = document.get_object().get(object);
  if (!error) error = walk.object(object, 0);
  if (error || !walk.complete()) {
    shape->slots.clear();
    shape->slot_of_field.fill(-1);
    shape->kind = ShapeKind::rejected;
    shape->reason = Reason::broken_json;
    return shape;
  }
  classify(*shape, walk.top());
  return shape;
}

}  // namespace trailkeeper::event
