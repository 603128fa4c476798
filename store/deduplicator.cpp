#include "store/deduplicator.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

#include "event/json_equal.h"
#include "store/byte_order.h"
#include "store/segments/event_order.h"
#include "store/store.h"

namespace trailkeeper::store {

/// One batch's comparison. Every event is put together a few times at most, however many share a key: contents are
/// compared by their hashes, and texts only with that of the one that has the same.
class Deduplicator::Run {
 public:
  Run(const SegmentBuilder& batch, VariantRule rule, KnownContents& known, std::uint64_t hash_seed)
      : batch_(batch),
        rule_(rule),
        known_(known),
        hash_seed_(hash_seed),
        by_key_(order_by_key(batch.keys())),
        states_(batch.size(), State::fresh) {}

  [[nodiscard]] const std::vector<std::uint32_t>& by_key() const { return by_key_; }

  // Among the batch's own events the first to come is kept.
  void compare_with_itself() {
    for_each_key([&](std::size_t begin, std::size_t end) {
      if (end - begin > 1) compare_group(begin, end);
    });
  }

  // Segment after segment, in the order of keys: filters are read from front to back.
  void compare_with(const Snapshot& snapshot) {
    for (const Segment& segment : snapshot.segments()) {
      std::size_t looked_up = 0;
      for_each_key([&](std::size_t begin, std::size_t end) {
        if (!segment.may_contain(key_at(begin)) || all_known(begin, end)) return;
        compare_with(segment, begin, end);
        if (++looked_up % kLookUpsKept == 0 && by_key_.size() >= kLargeBatch) segment.forget();
      });
      // A large store's filters and keys would fill the memory, batch after batch.
      if (by_key_.size() >= kLargeBatch) segment.forget();
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
    for_each_key([&](std::size_t begin, std::size_t end) {
      const std::size_t first = kept.size();
      for (std::size_t i = begin; i < end; ++i) {
        const std::uint32_t index = by_key_[i];
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
      // What the next ones with this key are compared with.
      for (std::size_t i = first; i < kept.size(); ++i) {
        if (kept.size() - first > 1 || states_[kept[i]] == State::variant) {
          result.contents.push_back({kept[i], content_of(kept[i])});
        }
      }
    });
    result.order = order_by_time(kept, batch_.times());
    if (result.variants > 0) order_variants(result.order);
    result.decoded = decoded_;
    return result;
  }

 private:
  enum class State : std::uint8_t { fresh, variant, duplicate, rewritten };
  static constexpr std::size_t kLargeBatch = 16384;
  // Each touches a dozen pages, and the kernel maps 16 for one.
  static constexpr std::size_t kLookUpsKept = 64;

  [[nodiscard]] const EventKey& key_at(std::size_t place) const { return batch_.keys()[by_key_[place]]; }

  // Calls visit(begin, end) for the places in by_key_ of each key's events.
  template <typename Visit>
  void for_each_key(Visit&& visit) {
    for (std::size_t begin = 0; begin < by_key_.size();) {
      std::size_t end = begin + 1;
      while (end < by_key_.size() && key_at(end) == key_at(begin)) ++end;
      visit(begin, end);
      begin = end;
    }
  }

  [[nodiscard]] bool all_known(std::size_t begin, std::size_t end) const {
    return std::all_of(by_key_.begin() + static_cast<std::ptrdiff_t>(begin),
                       by_key_.begin() + static_cast<std::ptrdiff_t>(end),
                       [this](std::uint32_t index) { return is_known(index); });
  }

  // Sorted by hash, copies stand side by side, the first to come first: by the bytes' hash, then the contents'.
  void compare_group(std::size_t begin, std::size_t end) {
    std::vector<std::pair<std::uint64_t, std::uint32_t>> by_bytes;
    for (std::size_t i = begin; i < end; ++i) by_bytes.emplace_back(batch_.hashes()[by_key_[i]], by_key_[i]);
    std::sort(by_bytes.begin(), by_bytes.end());
    std::vector<std::uint32_t> distinct;
    for (std::size_t i = 0; i < by_bytes.size(); ++i) {
      if (i > 0 && by_bytes[i].first == by_bytes[i - 1].first) {
        states_[by_bytes[i].second] = State::duplicate;
      } else {
        distinct.push_back(by_bytes[i].second);
      }
    }
    if (distinct.size() == 1) return;
    std::vector<std::pair<ContentHash, std::uint32_t>> by_content;
    for (const std::uint32_t index : distinct) by_content.emplace_back(content_of(index), index);
    std::sort(by_content.begin(), by_content.end());
    const std::uint32_t first_to_come = *std::min_element(distinct.begin(), distinct.end());
    std::vector<std::uint32_t> kept;  // Of one hash: one, unless the rule tells what a shipper rewrote apart.
    for (std::size_t i = 0; i < by_content.size(); ++i) {
      const auto& [hash, index] = by_content[i];
      if (i == 0 || hash != by_content[i - 1].first) kept.clear();
      Copy copy = Copy::none;
      for (std::size_t k = 0; k < kept.size() && copy == Copy::none; ++k) {
        copy = compared(text_of(index), other_text_of(kept[k]));
      }
      if (copy == Copy::none && kept.size() >= kMostOfOneHash) copy = Copy::rewritten;
      if (copy == Copy::none) kept.push_back(index);
      if (copy != Copy::none || index != first_to_come) states_[index] = state_of(copy);
    }
  }

  // The batch's events of one key with those of a segment.
  void compare_with(const Segment& segment, std::size_t begin, std::size_t end) {
    const EventKey& key = key_at(begin);
    const Segment::KeyMatch stored = segment.match(key);
    if (stored.events == 0) return;
    const bool contents_known = segment.knows_contents(key);
    for (std::size_t i = begin; i < end; ++i) {
      const std::uint32_t index = by_key_[i];
      if (is_known(index)) continue;
      Copy copy = Copy::none;
      if (contents_known) {
        copy = copy_of_any(segment, segment.find_content(key, content_of(index)), index);
      } else if (stored.events == 1 && segment.hash(stored.one) == batch_.hashes()[index]) {
        copy = Copy::same;  // Most events that come twice: nothing has to be put together.
      } else {
        copy = copy_of_any(segment, made_contents(segment, index), index);
      }
      states_[index] = state_of(copy);
    }
  }

  // The events of a segment with the content of one of the batch, where the segment doesn't say.
  std::vector<std::uint32_t> made_contents(const Segment& segment, std::uint32_t index) {
    const auto contents = known_.of(segment, batch_.keys()[index], hash_seed_, decoded_);
    const ContentHash hash = content_of(index);
    auto at = std::lower_bound(contents->begin(), contents->end(), hash,
                               [](const SharedContent& a, const ContentHash& b) { return a.hash < b; });
    std::vector<std::uint32_t> found;
    for (; at != contents->end() && at->hash == hash && found.size() < kMostOfOneHash; ++at) found.push_back(at->event);
    return found;
  }

  // What an event of the batch is of one of a segment's.
  Copy copy_of_any(const Segment& segment, const std::vector<std::uint32_t>& candidates, std::uint32_t index) {
    Copy copy = Copy::none;
    for (std::size_t i = 0; i < candidates.size() && copy == Copy::none; ++i) {
      if (segment.hash(candidates[i]) == batch_.hashes()[index]) return Copy::same;
      other_text_.clear();
      segment.append_event(candidates[i], hash_seed_, other_text_);
      ++decoded_;
      copy = compared(text_of(index), other_text_);
    }
    // Not all were looked at: an event that says the same as this many isn't kept once more, or the next copy would be.
    return copy == Copy::none && candidates.size() >= kMostOfOneHash ? Copy::rewritten : copy;
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

  // Variants of one time: by their bytes, so that the order in which they came shows nowhere.
  void order_variants(std::vector<std::uint32_t>& order) {
    const auto same_place = [&](std::uint32_t a, std::uint32_t b) {
      return batch_.times()[a] == batch_.times()[b] && batch_.keys()[a] == batch_.keys()[b];
    };
    for (auto begin = order.begin(); begin != order.end();) {
      auto end = begin + 1;
      while (end != order.end() && same_place(*begin, *end)) ++end;
      if (end - begin > 1) {
        const std::vector<std::uint32_t> run(begin, end);
        const auto sorted = order_by_bytes(static_cast<std::uint32_t>(run.size()),
                                           [&](std::uint32_t i, std::string& out) { append(run[i], out); });
        std::transform(sorted.begin(), sorted.end(), begin, [&](std::uint32_t i) { return run[i]; });
      }
      begin = end;
    }
  }

  const ContentHash& content_of(std::uint32_t index) {
    const auto [entry, added] = contents_.try_emplace(index);
    if (added) entry->second = content_hash(text_of(index), hash_seed_);
    return entry->second;
  }

  void append(std::uint32_t index, std::string& out) {
    batch_.append_event(index, out);
    ++decoded_;
  }
  const std::string& text_of(std::uint32_t index) {
    text_.clear();
    append(index, text_);
    return text_;
  }
  const std::string& other_text_of(std::uint32_t index) {
    other_text_.clear();
    append(index, other_text_);
    return other_text_;
  }

  const SegmentBuilder& batch_;
  VariantRule rule_;
  KnownContents& known_;
  std::uint64_t hash_seed_;
  std::vector<std::uint32_t> by_key_;
  std::vector<State> states_;
  std::unordered_map<std::uint32_t, ContentHash> contents_;  // As far as they were asked for.
  std::uint64_t decoded_ = 0;
  std::string text_;
  std::string other_text_;
};

Deduplicated Deduplicator::run(const SegmentBuilder& batch) {
  Run run{batch, rule_, known_, store_.hash_seed()};
  run.compare_with_itself();
  auto own = std::make_shared<Pending>();
  for (const std::uint32_t index : run.by_key()) own->keys.push_back(batch.keys()[index]);
  // What isn't in the snapshot is in `earlier`: a batch leaves pending_ only after its commit.
  std::vector<std::shared_ptr<const Pending>> earlier;
  std::optional<Snapshot> snapshot;
  {
    const text::Lock lock{mutex_};
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
  const text::Lock lock{mutex_};
  const auto is_it = [ticket](const auto& pending) { return pending->ticket == ticket; };
  while (std::any_of(pending_.begin(), pending_.end(), is_it)) changed_.wait(mutex_);
}

void Deduplicator::finished(std::uint64_t ticket) {
  {
    const text::Lock lock{mutex_};
    std::erase_if(pending_, [&](const auto& p) { return p->ticket == ticket; });
  }
  changed_.notify_all();
}

}  // namespace trailkeeper::store
