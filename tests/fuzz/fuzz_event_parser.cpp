// Any bytes as one record: parsed, stored and read back the same; the text functions on whatever is JSON.
#include <cstdlib>
#include <string>

#include "event/json_equal.h"
#include "event/record.h"
#include "query/json_path.h"
#include "store/segments/segment_builder.h"
#include "tests/support/padded.h"
#include "text/json_text.h"

using namespace trailkeeper;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const tests::Padded bytes{std::string_view{reinterpret_cast<const char*>(data), size}};
  event::RecordParser parser;
  event::Record record;
  const event::Reason reason = parser.parse(bytes, record);
  // A parser that knows the shapes of all inputs before must come to the same.
  static event::RecordParser experienced;
  if (experienced.shape_memory() > (std::size_t{16} << 20)) experienced.reset();
  for (int i = 0; i < 2; ++i) {
    event::Record again;
    if (experienced.parse(bytes, again) != reason) std::abort();
    if (reason != event::Reason::none) continue;
    if (again.shape->skeleton != record.shape->skeleton || again.time != record.time ||
        again.leaves.size() != record.leaves.size()) {
      std::abort();
    }
    for (std::size_t leaf = 0; leaf < record.leaves.size(); ++leaf) {
      const event::Leaf& a = record.leaves[leaf];
      const event::Leaf& b = again.leaves[leaf];
      if (a.offset != b.offset || a.length != b.length || a.type() != b.type()) std::abort();
    }
  }
  if (reason != event::Reason::none) return 0;
  std::string scratch;
  for (std::size_t i = 0; i < event::kFieldCount; ++i)
    static_cast<void>(record.text(static_cast<event::Field>(i), scratch));
  if (record.shape->kind == event::ShapeKind::event) {
    store::SegmentBuilder builder{1};
    builder.add(record);
    std::string back;
    builder.append_event(0, back);
    if (back != bytes.view()) std::abort();
  }
  std::string minified;
  text::append_minified(bytes, minified);
  if (!event::same_json(bytes, minified)) std::abort();
  std::string pretty;
  text::append_pretty(minified, pretty);
  if (!event::same_json(pretty, minified)) std::abort();
  static_cast<void>(query::display_text(query::json_at(bytes, "requestParameters.items[].a")));
  return 0;
}
