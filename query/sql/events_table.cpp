#include "query/sql/events_table.h"

#include <fmt/format.h>

#include <cstring>
#include <unordered_map>

#include "query/event_list.h"
#include "query/segment_filter.h"
#include "query/sql/functions/call.h"
#include "query/sql/leaf_column.h"
#include "query/sql/pushed_filter.h"
#include "query/sql/run.h"
#include "query/sql/sql_time.h"
#include "query/verdicts/verdict_filter.h"
#include "store/read_limit.h"

namespace trailkeeper::query::sql {
namespace {

/// What SQLite holds of the table. The first member is SQLite's.
struct EventsTable {
  sqlite3_vtab base{};
  TableSource* source = nullptr;
  const EventsUse* use = nullptr;
};

struct EventsSetup {
  TableSource* source;
  const EventsUse* use;
};

/// The events that pass, in no order: segment by segment.
class SegmentWalk {
 public:
  SegmentWalk(TableSource& source, const Filter& filter)
      : segments_(source.snapshot->segments()), uses_(source.uses), filter_(filter) {}

  std::optional<ListedEvent> next() {
    while (at_ == selected_.size()) {
      if (!compiled_ || block_ == compiled_->blocks().size()) {
        if (segment_ == segments_.size()) return std::nullopt;
        const store::Segment& segment = segments_[segment_++];
        if (segment.size() == 0) continue;
        if (filter_.since && segment.header().max_time < *filter_.since) continue;
        if (filter_.until && segment.header().min_time >= *filter_.until) continue;
        current_ = &segment;
        compiled_.reset();
        use_.emplace(uses_, segment);
        compiled_ = std::make_unique<SegmentFilter>(segment, filter_);
        block_ = 0;
        selected_.clear();
        at_ = 0;
        continue;
      }
      store::check_read_limit();
      compiled_->select(compiled_->blocks()[block_++], selected_);
      at_ = 0;
    }
    return ListedEvent{current_, selected_[at_++]};
  }

 private:
  const std::vector<store::Segment>& segments_;
  SegmentUses& uses_;
  const Filter& filter_;
  std::optional<SegmentUse> use_;
  std::unique_ptr<SegmentFilter> compiled_;
  const store::Segment* current_ = nullptr;
  std::size_t segment_ = 0;
  std::size_t block_ = 0;
  std::vector<std::uint32_t> selected_;
  std::size_t at_ = 0;
};

/// The events that pass, in order of time: some at once, more as they are needed.
class OrderedWalk {
 public:
  OrderedWalk(const TableSource& source, const Filter& filter, Order order)
      : source_(source), filter_(filter), order_(order) {}

  std::optional<ListedEvent> next() {
    if (at_ == events_.size() && !read_more()) return std::nullopt;
    return events_[at_++];
  }

 private:
  bool read_more() {
    if (ended_) return false;
    std::optional<Position> after;
    if (!events_.empty()) after = position_of(events_.back());
    events_.clear();
    at_ = 0;
    list_events(
        *source_.snapshot, filter_, order_, size_,
        [this](const ListedEvent& event) { return events_.push_back(event), true; }, after);
    source_.uses.close_unused(*source_.snapshot);
    ended_ = events_.size() < size_;
    constexpr std::size_t kMost = std::size_t{1} << 16;
    size_ = std::min(size_ * 4, kMost);
    return !events_.empty();
  }

  const TableSource& source_;
  const Filter& filter_;
  Order order_;
  std::vector<ListedEvent> events_;
  std::size_t at_ = 0;
  std::size_t size_ = 64;
  bool ended_ = false;
};

/// What is read of one segment's events.
struct SegmentColumns {
  SegmentColumns(SegmentUses& uses, const store::Segment& segment) : use(uses, segment) {}
  SegmentUse use;
  std::vector<std::unique_ptr<LeafColumn>> leaves;
};

/// SQLite's place in the table. The first member is SQLite's.
struct EventsCursor {
  sqlite3_vtab_cursor base{};
  TableSource* source = nullptr;
  const EventsUse* use = nullptr;
  Filter filter = {};
  std::optional<SegmentWalk> any = {};
  std::optional<OrderedWalk> ordered = {};
  std::optional<ListedEvent> event = {};
  std::unordered_map<const store::Segment*, SegmentColumns> columns = {};
  std::optional<JudgedFields> judged = {};

  void advance() {
    if (ordered) {
      event = ordered->next();
      source->figures->events_matched += event ? 1 : 0;
      return;
    }
    const store::Segment* const before = event ? event->segment : nullptr;
    event = any ? any->next() : std::nullopt;
    source->figures->events_matched += event ? 1 : 0;
    if (!event || event->segment != before) columns.clear();
  }

  void give(sqlite3_context* context, std::size_t number) {
    const NamedType& column = use->columns[number];
    const auto [segment, index] = *event;
    if (column.name == "eventTime") {
      const std::string time = timestamp_text(segment->time(index));
      return sqlite3_result_text64(context, time.data(), time.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    }
    SegmentColumns& open = columns.try_emplace(segment, source->uses, *segment).first->second;
    if (column.name == "eventJson") {
      std::string json;
      source->shown->append(*segment, index, json);
      return sqlite3_result_text64(context, json.data(), json.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    }
    if (column.name == "verdict") {
      if (!judged) judged.emplace(*source->snapshot);
      if (const auto text = judged->text(*event, "verdict")) give_shown(context, *text, column.type);
      return;
    }
    std::vector<std::unique_ptr<LeafColumn>>& leaves = open.leaves;
    leaves.resize(use->columns.size());
    if (!leaves[number]) leaves[number] = std::make_unique<LeafColumn>(*segment, column.name, source->shown);
    if (const auto text = leaves[number]->text(index)) give_shown(context, *text, column.type);
  }
};

int connect_events(sqlite3* database, void* setup, int /*count*/, const char* const* /*words*/, sqlite3_vtab** table,
                   char** /*error*/) {
  const auto& given = *static_cast<EventsSetup*>(setup);
  std::string columns;
  for (std::size_t i = 0; i < given.use->columns.size(); ++i) columns += fmt::format("c{}, ", i);
  const int code = sqlite3_declare_vtab(database, fmt::format("CREATE TABLE x({}_ HIDDEN)", columns).c_str());
  if (code != SQLITE_OK) return code;
  auto* const made = new EventsTable{{}, given.source, given.use};
  *table = &made->base;
  return SQLITE_OK;
}

int disconnect_events(sqlite3_vtab* table) {
  delete reinterpret_cast<EventsTable*>(table);
  return SQLITE_OK;
}

void choose_plan(const EventsTable& table, sqlite3_index_info& info) {
  choose_conditions(*table.use, info);
  if (info.nOrderBy != 1 || info.aOrderBy[0].iColumn < 0) return;
  const auto column = static_cast<std::size_t>(info.aOrderBy[0].iColumn);
  if (column >= table.use->columns.size() || table.use->columns[column].name != "eventTime") return;
  info.idxNum = info.aOrderBy[0].desc != 0 ? kNewestFirst : kOldestFirst;
  info.orderByConsumed = 1;
}

int best_events_index(sqlite3_vtab* table, sqlite3_index_info* info) {
  auto& events = *reinterpret_cast<EventsTable*>(table);
  return guarded(*events.source, [&] { choose_plan(events, *info); });
}

int open_events(sqlite3_vtab* table, sqlite3_vtab_cursor** cursor) {
  auto& events = *reinterpret_cast<EventsTable*>(table);
  return guarded(*events.source, [&] {
    auto made = std::make_unique<EventsCursor>();
    made->source = events.source;
    made->use = events.use;
    *cursor = &made.release()->base;
  });
}

int close_events(sqlite3_vtab_cursor* cursor) {
  delete reinterpret_cast<EventsCursor*>(cursor);
  return SQLITE_OK;
}

void start_events(EventsCursor& cursor, int plan, const char* text, sqlite3_value** values) {
  cursor.filter = cursor.source->base;
  cursor.any.reset();
  cursor.ordered.reset();
  cursor.event.reset();
  cursor.columns.clear();
  if (!push_conditions(*cursor.use, decode_conditions(text), values, cursor.filter)) return;
  cursor.filter = with_verdicts(*cursor.source->snapshot, cursor.filter);
  count_scanned(*cursor.source, cursor.filter);
  if (plan == kAnyOrder) {
    cursor.any.emplace(*cursor.source, cursor.filter);
  } else {
    cursor.ordered.emplace(*cursor.source, cursor.filter, plan == kOldestFirst ? Order::oldest : Order::newest);
  }
  cursor.advance();
}

int filter_events(sqlite3_vtab_cursor* cursor, int plan, const char* text, int /*count*/, sqlite3_value** values) {
  auto& events = *reinterpret_cast<EventsCursor*>(cursor);
  return guarded(*events.source, [&] { start_events(events, plan, text, values); });
}

int next_event(sqlite3_vtab_cursor* cursor) {
  auto& events = *reinterpret_cast<EventsCursor*>(cursor);
  return guarded(*events.source, [&] { events.advance(); });
}

int at_events_end(sqlite3_vtab_cursor* cursor) { return reinterpret_cast<EventsCursor*>(cursor)->event ? 0 : 1; }

int give_event_column(sqlite3_vtab_cursor* cursor, sqlite3_context* context, int number) {
  auto& events = *reinterpret_cast<EventsCursor*>(cursor);
  if (static_cast<std::size_t>(number) >= events.use->columns.size()) return SQLITE_OK;
  return guarded(*events.source, [&] { events.give(context, static_cast<std::size_t>(number)); });
}

int give_event_number(sqlite3_vtab_cursor* cursor, sqlite3_int64* number) {
  const auto& events = *reinterpret_cast<EventsCursor*>(cursor);
  const auto place = static_cast<sqlite3_int64>(events.event->segment - events.source->snapshot->segments().data());
  *number = place << 32 | events.event->index;
  return SQLITE_OK;
}

int find_function(sqlite3_vtab* /*table*/, int count, const char* name,
                  void (**function)(sqlite3_context*, int, sqlite3_value**), void** data) {
  if (count != 2) return 0;
  const bool like = std::strcmp(name, "t_like") == 0;
  if (!like && std::strcmp(name, "t_regexp_like") != 0) return 0;
  *function = like ? like_pointer(data) : regexp_like_pointer(data);
  return like ? kLikeConstraint : kRegexConstraint;
}

sqlite3_module make_events_module() {
  sqlite3_module module{};
  module.iVersion = 2;
  module.xConnect = &connect_events;
  module.xBestIndex = &best_events_index;
  module.xDisconnect = &disconnect_events;
  module.xOpen = &open_events;
  module.xClose = &close_events;
  module.xFilter = &filter_events;
  module.xNext = &next_event;
  module.xEof = &at_events_end;
  module.xColumn = &give_event_column;
  module.xRowid = &give_event_number;
  module.xFindFunction = &find_function;
  return module;
}

}  // namespace

void add_events_table(sqlite3* database, TableSource& source, const EventsUse& use) {
  static const sqlite3_module kModule = make_events_module();
  sqlite3_create_module_v2(database, use.table.c_str(), &kModule, new EventsSetup{&source, &use},
                           [](void* setup) { delete static_cast<EventsSetup*>(setup); });
}

}  // namespace trailkeeper::query::sql
