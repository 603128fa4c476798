#include "store/segments/merge_order.h"

#include <algorithm>
#include <cassert>
#include <queue>
#include <tuple>

#include "store/odd_arrivals.h"

namespace trailkeeper::store {
namespace {

/// The next event of each input, whose bytes are put together only if they decide.
class Heads {
 public:
  explicit Heads(const std::vector<MergeInput>& inputs) : inputs_(inputs), bytes_(inputs.size()) {}

  MergeOrder run() {
    const auto later = [this](const Head& a, const Head& b) { return is_later(a, b); };
    std::priority_queue<Head, std::vector<Head>, decltype(later)> heads{later};
    const auto push = [&](std::uint32_t input, std::uint32_t index) {
      const auto& [segment, keep] = inputs_[input];
      while (!keep.empty() && index < segment->size() && keep[index] == 0) ++index;
      bytes_[input].clear();
      if (index < segment->size()) heads.push({segment->time(index), segment->key(index), {input, index}});
    };
    std::size_t total = 0;
    for (std::uint32_t input = 0; input < inputs_.size(); ++input) {
      total += inputs_[input].segment->size();
      push(input, 0);
    }
    order_.origins.reserve(total);
    order_.times.reserve(total);
    order_.keys.reserve(total);
    while (!heads.empty()) {
      const Head head = heads.top();
      heads.pop();
      order_.origins.push_back(head.origin);
      order_.times.push_back(head.time);
      order_.keys.push_back(head.key);
      push(head.origin.input, head.origin.index + 1);
    }
    return std::move(order_);
  }

 private:
  struct Head {
    text::Timestamp time;
    EventKey key;
    Origin origin;
  };

  [[nodiscard]] bool is_later(const Head& a, const Head& b) {
    if (a.time != b.time || a.key != b.key) return std::tie(a.time, a.key) > std::tie(b.time, b.key);
    return bytes_of(a.origin) > bytes_of(b.origin);
  }

  const std::string& bytes_of(Origin head) {
    std::string& bytes = bytes_[head.input];
    if (bytes.empty()) {
      inputs_[head.input].segment->append_unchecked(head.index, bytes);
      ++order_.decoded;
    }
    return bytes;
  }

  const std::vector<MergeInput>& inputs_;
  std::vector<std::string> bytes_;  // Of each input's next event; empty until it is asked for.
  MergeOrder order_;
};

/// What the inputs' sections of shared contents say, by event.
class InputContents {
 public:
  explicit InputContents(const std::vector<MergeInput>& inputs) {
    for (const MergeInput& input : inputs) {
      by_event_.push_back(input.segment->shared_contents());
      std::sort(by_event_.back().begin(), by_event_.back().end(),
                [](const SharedContent& a, const SharedContent& b) { return a.event < b.event; });
    }
  }

  [[nodiscard]] const ContentHash* find(Origin origin) const {
    const auto& contents = by_event_[origin.input];
    const auto found = std::lower_bound(contents.begin(), contents.end(), origin.index,
                                        [](const SharedContent& a, std::uint32_t event) { return a.event < event; });
    return found == contents.end() || found->event != origin.index ? nullptr : &found->hash;
  }

 private:
  std::vector<std::vector<SharedContent>> by_event_;
};

}  // namespace

MergeOrder order_of_merge(const std::vector<MergeInput>& inputs) { return Heads{inputs}.run(); }

std::vector<SharedContent> contents_of_merge(const std::vector<MergeInput>& inputs, MergeOrder& order,
                                             std::span<const std::uint32_t> by_key, std::uint64_t hash_seed) {
  assert(by_key.size() == order.keys.size());
  const InputContents known{inputs};
  std::vector<SharedContent> contents;
  std::string json;
  for (std::size_t i = 0; i < by_key.size(); ++i) {
    const EventKey& key = order.keys[by_key[i]];
    const bool shared =
        (i > 0 && order.keys[by_key[i - 1]] == key) || (i + 1 < by_key.size() && order.keys[by_key[i + 1]] == key);
    const Origin origin = order.origins[by_key[i]];
    if (const ContentHash* const hash = known.find(origin)) {
      contents.push_back({by_key[i], *hash});
    } else if (shared) {
      json.clear();
      inputs[origin.input].segment->append_unchecked(origin.index, json);
      ++order.decoded;
      contents.push_back({by_key[i], content_hash(json, hash_seed)});
    }
  }
  return contents;
}

std::vector<OddArrival> arrivals_of_merge(const std::vector<MergeInput>& inputs, const MergeOrder& order) {
  std::vector<std::vector<OddArrival>> known;
  for (const MergeInput& input : inputs) known.push_back(input.segment->odd_arrivals());
  std::vector<std::size_t> next(inputs.size(), 0);
  std::vector<OddArrival> arrivals;
  for (std::uint32_t i = 0; i < order.origins.size(); ++i) {
    const Origin origin = order.origins[i];
    // An input's events keep their order.
    std::size_t& at = next[origin.input];
    const auto& entries = known[origin.input];
    while (at < entries.size() && entries[at].event < origin.index) ++at;
    const SegmentHeader& header = inputs[origin.input].segment->header();
    if (at < entries.size() && entries[at].event == origin.index) {
      arrivals.push_back({i, entries[at].arrival});
    } else if (header.has_one_arrival() && is_odd_time(order.times[i], header.first_arrival)) {
      arrivals.push_back({i, header.first_arrival});
    }
  }
  return arrivals;
}

}  // namespace trailkeeper::store
