// What a set of events consists of: calls, addresses, keys, each with how often and between when.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "query/filter.h"
#include "store/store.h"

namespace trailkeeper::query {

/// How many events, and the times of the first and last; the times count only if there are any.
struct Seen {
  std::uint64_t events = 0;
  text::Timestamp first = 0;
  text::Timestamp last = 0;

  void add(text::Timestamp time);
  void add(const Seen& other);
};

/// A value and the events that have it.
struct Trait {
  std::string value;
  Seen seen;            ///< Within the time that was asked about.
  bool is_new = false;  ///< No event before ActivityRequest::new_since had it.
};

/// The values of one kind, by descending count.
struct Traits {
  std::vector<Trait> rows;
  /// Events whose value isn't among the rows, as there were too many different ones.
  std::uint64_t other_events = 0;
};

/// The outcome of a call.
enum class CallKind { read, write, refused };

/// Calls of one name that ended alike.
struct Call {
  CallKind kind = CallKind::read;
  std::string source;  ///< eventSource.
  std::string name;    ///< eventName.
  std::string error;   ///< errorCode; empty unless refused.
  Seen seen;
  bool is_new = false;
};

struct ActivityRequest {
  Filter filter;  ///< Its `since` bounds what is shown; what came before decides what is new.
  /// What occurs first at or after this time is new.
  std::optional<text::Timestamp> new_since;
};

/// Everything about the events that pass a filter.
struct Activity {
  Seen seen;
  std::vector<Call> calls;  ///< By descending count.
  std::uint64_t other_calls = 0;
  Traits principals;  ///< ARN, else principalId, else the service that called.
  Traits access_keys;
  Traits addresses;
  Traits user_agents;
  Traits regions;
  Traits accounts;
};

/// If there are more different values of a kind, or calls, than this, the rest are summed up as others: so an
/// investigation's memory is bounded whatever the store holds.
constexpr std::size_t kMostTraits = 20'000;

/// Reads columns only, on all cores; no event is put together (unless a filter asks for a path). A call is a write
/// unless its event says readOnly; it is refused if it has an errorCode.
Activity collect_activity(const store::Snapshot& snapshot, const ShownEvents& shown, const ActivityRequest& request);

}  // namespace trailkeeper::query
