#include "event/shape.h"

#include <simdjson.h>

#include <algorithm>
#include <array>

#include "event/record_member.h"
#include "event/sent_member.h"
#include "event/wrapper.h"

namespace trailkeeper::event {
namespace {

namespace ondemand = simdjson::ondemand;

// What the classification needs to know of the record's first level.
struct TopLevel {
  WrapperRows wrappers;
  bool detail_type = false;
  bool request_context = false;
  bool request = false;  // It is, or logs, one.
  bool event_json = false;
  bool event_version = false;
  bool digest = false;
  bool aggregated = false;
  bool s3_object = false;
  bool lower_case_name = false;  // As Athena writes `eventname`.
  bool structured = false;       // A record's member that is an object or an array: `userIdentity`.
  bool flat_path = false;        // A member named by a path into one of these: `userIdentity.arn`.
  // Of an S3 test event, of CloudTrail's notification of a file, and of EventBridge's about an object.
  unsigned notification_members = 0;
  unsigned subscription_members = 0;  // Of SNS's SubscriptionConfirmation and UnsubscribeConfirmation.
};

constexpr unsigned kNotificationMembers = 2;
constexpr unsigned kSubscriptionMembers = 3;

std::uint8_t wrapper_value(ondemand::json_type type) {
  switch (type) {
    case ondemand::json_type::object: return kObjectValue | kListsValue;
    case ondemand::json_type::array: return kArrayValue;
    case ondemand::json_type::string: return kTextValue;
    default: return 0;
  }
}

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
    append_path_key(key, path_);
  }

  void note_top_level(std::string_view key, ondemand::json_type type) {
    const bool text = type == ondemand::json_type::string;
    const bool object = type == ondemand::json_type::object;
    if (const auto row = wrapper_row(key)) {
      // Each of a repeated key counts: none of them may be passed over.
      if ((wrappers()[*row].values & wrapper_value(type)) != 0) top_.wrappers.set(*row);
    }
    if (key == "detail-type") top_.detail_type = text;
    if (key == "requestContext") top_.request_context = true;
    top_.request = top_.request || tells_request(key);
    if (key == "eventJson") top_.event_json = text;
    if (key == "eventVersion") top_.event_version = true;
    if (key == "digestStartTime" || key == "digestS3Object") top_.digest = true;
    if (key == "timeWindow") top_.aggregated = object;
    if (key == "s3") top_.s3_object = object;
    if (key == "eventname") top_.lower_case_name = text;
    // Splunk writes `userIdentity.arn`, and `resources{}.ARN` for what is in arrays.
    if (is_structured_member(key.substr(0, key.find_first_of(".{[")))) {
      const bool array = type == ondemand::json_type::array;
      if (!is_structured_member(key)) top_.flat_path = true;
      if (is_structured_member(key) && (object || array)) top_.structured = true;
    }
    if ((key == "Service" && text) || (key == "Event" && text) || (key == "s3Bucket" && text) ||
        (key == "s3ObjectKey" && type == ondemand::json_type::array) || (key == "bucket" && object) ||
        (key == "object" && object)) {
      ++top_.notification_members;
    }
    if (text && (key == "SubscribeURL" || key == "Token" || key == "TopicArn")) ++top_.subscription_members;
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

// Whether the object is about a file in S3. What S3 sends looks like an event of CloudTrail: it has an eventName and an
// eventTime, but never an eventID.
bool is_s3_notification(const Shape& shape, const TopLevel& top) {
  if (has_slot(shape, Field::event_id)) return false;
  return top.s3_object || (!has_slot(shape, Field::event_name) && top.notification_members >= kNotificationMembers);
}

// Whether a record's levels were put side by side.
bool is_flattened(const TopLevel& top) { return top.flat_path && !top.structured; }

Reason reason_without_name(const TopLevel& top) {
  if (top.subscription_members >= kSubscriptionMembers) return Reason::sns_subscription;
  return top.lower_case_name || is_flattened(top) ? Reason::flattened_row : Reason::no_event_name;
}

// The rows whose members it has, with what must stand beside them, and without what was sent.
WrapperRows wrapper_rows(const TopLevel& top) {
  WrapperRows rows = top.wrappers;
  for (std::size_t row = 0; row < wrappers().size(); ++row) {
    const Wrapper& wrapper = wrappers()[row];
    const bool alone = (wrapper.beside == "detail-type" && !top.detail_type) ||
                       (wrapper.beside == "requestContext" && !top.request_context);
    if (alone || (top.request && may_be_sent(wrapper.member))) rows.reset(row);
  }
  return rows;
}

// An object that isn't an event.
void classify_other(Shape& shape, const TopLevel& top) {
  const WrapperRows rows = wrapper_rows(top);
  if (rows.any()) {
    shape.kind = ShapeKind::wrapper;
    shape.wrappers = rows;
    shape.reason = reason_without_name(top);
    return;
  }
  shape.kind = ShapeKind::rejected;
  if (top.digest) {
    shape.reason = Reason::digest_file;
  } else if (top.aggregated) {
    shape.reason = Reason::aggregated;
  } else {
    shape.reason = reason_without_name(top);
  }
}

void classify(Shape& shape, const TopLevel& top) {
  // Insight events name the API they are about in insightDetails and have no eventName of their own.
  adopt(shape, Field::event_name, Field::insight_event_name);
  adopt(shape, Field::event_source, Field::insight_event_source);
  // Who signs in to IAM Identity Center has no other name.
  if (!has_slot(shape, Field::arn) && !has_slot(shape, Field::principal_id)) {
    adopt(shape, Field::user_name, Field::on_behalf_of_user_id);
  }
  const std::int32_t name = shape.slot_of_field[static_cast<std::size_t>(Field::event_name)];
  const bool named = name >= 0 && is_quoted(shape.slots[static_cast<std::size_t>(name)].type);
  // A row of CloudTrail Lake may have columns of the record beside the record.
  const bool lake_row = top.event_json && !top.event_version;
  const bool row = lake_row || is_flattened(top);
  if (is_s3_notification(shape, top)) {
    shape.kind = ShapeKind::rejected;
    shape.reason = Reason::s3_notification;
  } else if (!named || row) {
    classify_other(shape, top);
  } else {
    const std::int32_t time = shape.slot_of_field[static_cast<std::size_t>(Field::event_time)];
    const bool timed = time >= 0 && is_quoted(shape.slots[static_cast<std::size_t>(time)].type);
    // Lambda's events of Kinesis have an eventName of their own, and so have columns that a shipper made of the record.
    shape.wrappers = timed ? WrapperRows{} : wrapper_rows(top);
    shape.kind = timed ? ShapeKind::event : shape.wrappers.any() ? ShapeKind::wrapper : ShapeKind::rejected;
    if (!timed) shape.reason = Reason::bad_event_time;
  }
}

}  // namespace

std::size_t Shape::memory() const {
  // A node of the tree with its edge, the heap's own share, and the path.
  constexpr std::size_t kOfTrie = 112;
  constexpr std::size_t kOfHeap = 16;
  std::size_t bytes = sizeof(Shape) + 2 * skeleton.capacity() + slots.capacity() * (sizeof(Slot) + kOfTrie);
  for (const Slot& slot : slots) bytes += slot.path.capacity() + kOfHeap;
  return bytes;
}

void append_path_key(std::string_view key, std::string& path) {
  for (const char c : key) {
    if (c == '.' || c == '\\') path.push_back('\\');
    path.push_back(c);
  }
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
