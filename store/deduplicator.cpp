#include "store/deduplicator.h"

#include <algorithm>
#include <string>

#include "event/json_equal.h"
#include "store/event_order.h"
#include "store/store.h"

namespace trailkeeper::store {

/// One batch's comparison.
class Deduplicator::Run {
 public:
  Run(const SegmentBuilder& batch, VariantRule rule)
      : batch_(batch), rule_(rule), by_key_(order_by_key(batch.keys())), states_(batch.size(), State::fresh) {}

  [[nodiscard]] const std::vector<std::uint32_t>& by_key() const { return by_key_; }

  // Among the batch's own events the first to come is kept.
  void compare_with_itself() {
    const auto keys = batch_.keys();
    std::vector<std::uint32_t> kept;
    for (std::size_t begin = 0; begin < by_key_.size();) {
      std::size_t end = begin + 1;
      while (end < by_key_.size() && keys[by_key_[end]] == keys[by_key_[begin]]) ++end;
      kept.assign(1, by_key_[begin]);
      for (std::size_t i = begin + 1; i < end; ++i) {
        const std::uint32_t index = by_key_[i];
        Copy copy = Copy::none;
        for (std::size_t k = 0; k < kept.size() && copy == Copy::none; ++k) {
          const bool equal = batch_.hashes()[index] == batch_.hashes()[kept[k]];
          copy = equal ? Copy::same : compared(text_of(index), other_text_of(kept[k]));
        }
        states_[index] = state_of(copy);
        if (copy == Copy::none) kept.push_back(index);
      }
      begin = end;
    }
  }

  // Segment after segment, in the order of keys: filters are read from front to back.
  void compare_with(const Snapshot& snapshot) {
    std::vector<EventKey> keys;
    keys.reserve(by_key_.size());
    for (const std::uint32_t index : by_key_) keys.push_back(batch_.keys()[index]);
    for (const Segment& segment : snapshot.segments()) {
      std::size_t looked_up = 0;
      for (std::size_t i = 0; i < keys.size(); ++i) {
        if (segment.may_contain(keys[i]) && !is_known(by_key_[i])) {
          compare_with(segment, by_key_[i], snapshot.hash_seed());
          if (++looked_up % kLookUpsKept == 0 && keys.size() >= kLargeBatch) segment.forget();
        }
      }
      // A large store's filters and keys would fill the memory, batch after batch.
      if (keys.size() >= kLargeBatch) segment.forget();
    }
  }

  // Whether an event has the key of a pending one: only its commit can tell.
  [[nodiscard]] bool shares_key_with(const Pending& pending) const {
    auto other = pending.keys.begin();
    for (const std::uint32_t index : by_key_) {
      if (is_known(index)) continue;
      while (other != pending.keys.end() && *other < batch_.keys()[index]) ++other;
      if (other == pending.keys.end()) return false;
      if (*other == batch_.keys()[index]) return true;
    }
    return false;
  }

  Deduplicated result() {
    Deduplicated result;
    result.duplicate.assign(states_.size(), 0);
    std::vector<std::uint32_t> kept;
    kept.reserve(by_key_.size());
    for (const std::uint32_t index : by_key_) {
      if (is_known(index)) {
        const bool rewritten = states_[index] == State::rewritten;
        ++result.duplicates;
        if (rewritten) ++result.rewritten;
        result.duplicate[index] = static_cast<std::uint8_t>(rewritten ? Copy::rewritten : Copy::same);
        continue;
      }
      if (states_[index] == State::variant) ++result.variants;
      kept.push_back(index);
    }
    result.order = order_by_time(kept, batch_.times());
    if (result.variants > 0) order_variants(result.order);
    return result;
  }

 private:
  enum class State : std::uint8_t { fresh, variant, duplicate, rewritten };
  static constexpr std::size_t kLargeBatch = 16384;
  // Each touches a dozen pages, and the kernel maps 16 for one.
  static constexpr std::size_t kLookUpsKept = 64;

  void compare_with(const Segment& segment, std::uint32_t index, std::uint64_t hash_seed) {
    for (const std::uint32_t stored : segment.find(batch_.keys()[index])) {
      Copy copy = Copy::same;
      if (segment.hash(stored) != batch_.hashes()[index]) {
        other_text_.clear();
        segment.append_event(stored, hash_seed, other_text_);
        copy = compared(text_of(index), other_text_);
      }
      states_[index] = state_of(copy);
      if (copy != Copy::none) return;
    }
  }

  // Variants of one time: by their bytes, so that the order in which they came shows nowhere.
  void order_variants(std::vector<std::uint32_t>& order) {
    const auto same_place = [&](std::uint32_t a, std::uint32_t b) {
      return batch_.times()[a] == batch_.times()[b] && batch_.keys()[a] == batch_.keys()[b];
    };
    for (auto begin = order.begin(); begin != order.end();) {
      auto end = begin + 1;
      while (end != order.end() && same_place(*begin, *end)) ++end;
      std::sort(begin, end, [&](std::uint32_t a, std::uint32_t b) { return text_of(a) < other_text_of(b); });
      begin = end;
    }
  }

  [[nodiscard]] Copy compared(const std::string& a, const std::string& b) const {
    if (event::same_json(a, b)) return Copy::same;
    return rule_ == VariantRule::essence && event::same_essence(a, b) ? Copy::rewritten : Copy::none;
  }

  static State state_of(Copy copy) {
    if (copy == Copy::none) return State::variant;
    return copy == Copy::same ? State::duplicate : State::rewritten;
  }

  [[nodiscard]] bool is_known(std::uint32_t index) const { return states_[index] >= State::duplicate; }

  const std::string& text_of(std::uint32_t index) {
    text_.clear();
    batch_.append_event(index, text_);
    return text_;
  }
  const std::string& other_text_of(std::uint32_t index) {
    other_text_.clear();
    batch_.append_event(index, other_text_);
    return other_text_;
  }

  const SegmentBuilder& batch_;
  VariantRule rule_;
  std::vector<std::uint32_t> by_key_;
  std::vector<State> states_;
  std::string text_;
  std::string other_text_;
};

Deduplicated Deduplicator::run(const SegmentBuilder& batch) {
  Run run{batch, rule_};
  run.compare_with_itself();
  auto own = std::make_shared<Pending>();
  for (const std::uint32_t index : run.by_key()) own->keys.push_back(batch.keys()[index]);
  // What isn't in the snapshot is in `earlier`: a batch leaves pending_ only after its commit.
  std::vector<std::shared_ptr<const Pending>> earlier;
  std::optional<Snapshot> snapshot;
  {
    const std::lock_guard lock{mutex_};
    // First what may throw: a ticket that nobody gives back would hold up all others.
    snapshot.emplace(store_.snapshot());
    earlier = pending_;
    pending_.reserve(pending_.size() + 1);
    own->ticket = next_ticket_++;
    pending_.push_back(own);
  }
  try {
    run.compare_with(*snapshot);
    snapshot.reset();
    bool waited = false;
    for (const auto& pending : earlier) {
      if (run.shares_key_with(*pending)) {
        wait_for(pending->ticket);
        waited = true;
      }
    }
    if (waited) run.compare_with(store_.snapshot());
    Deduplicated result = run.result();
    result.ticket = own->ticket;
    return result;
  } catch (...) {
    finished(own->ticket);  // Others may wait for it.
    throw;
  }
}

void Deduplicator::wait_for(std::uint64_t ticket) {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [&] {
    return std::none_of(pending_.begin(), pending_.end(), [&](const auto& p) { return p->ticket == ticket; });
  });
}

void Deduplicator::finished(std::uint64_t ticket) {
  {
    const std::lock_guard lock{mutex_};
    std::erase_if(pending_, [&](const auto& p) { return p->ticket == ticket; });
  }
  changed_.notify_all();
}

}  // namespace trailkeeper::store
