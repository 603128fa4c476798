#include "event/shape_trie.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "event/guid.h"
#include "text/ascii.h"
#include "text/json_number.h"
#include "text/timestamp.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace trailkeeper::event {
namespace {

bool is_plain_integer(std::string_view text) {
  if (text.empty() || text.size() > 18 || (text.front() == '0' && text.size() > 1)) return false;
  return std::all_of(text.begin(), text.end(), text::is_digit);
}

bool begins_value(char c) { return c == '"' || c == '-' || text::is_digit(c); }

// The first quote at or after `at`; may look at the padding behind `end`.
const char* find_quote(const char* at, const char* end) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  for (; at < end; at += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(block, quote)));
    if (mask != 0) {
      at += std::countr_zero(mask);
      return at < end ? at : nullptr;
    }
  }
  return nullptr;
#else
  return static_cast<const char*>(std::memchr(at, '"', static_cast<std::size_t>(end - at)));
#endif
}

}  // namespace

bool is_plain_ascii(std::string_view bytes) {
  std::size_t at = 0;
#if defined(__SSE2__)
  const __m128i last_control = _mm_set1_epi8(0x1F);
  const __m128i backslash = _mm_set1_epi8('\\');
  // As signed numbers, bytes from 0x80 on are below zero: one comparison excludes them and the control characters.
  __m128i good = _mm_set1_epi8(-1);
  for (; at + 16 <= bytes.size(); at += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes.data() + at));
    good = _mm_and_si128(good, _mm_andnot_si128(_mm_cmpeq_epi8(block, backslash), _mm_cmpgt_epi8(block, last_control)));
  }
  if (_mm_movemask_epi8(good) != 0xFFFF) return false;
#endif
  for (; at < bytes.size(); ++at) {
    const auto c = static_cast<unsigned char>(bytes[at]);
    if (c < 0x20 || c >= 0x80 || c == '\\') return false;
  }
  return true;
}

LeafType plain_text_type(std::string_view text) {
  if (text.size() == kGuidTextLength && parse_guid(text)) return LeafType::guid;
  if (text.size() == 20 && text::parse_plain_seconds(text)) return LeafType::time;
  return LeafType::text;
}

bool number_type(std::string_view text, LeafType& type) {
  if (is_plain_integer(text)) {
    type = LeafType::integer;
    return true;
  }
  type = LeafType::number;
  return text::is_json_number(text);
}

void ShapeTrie::clear() {
  nodes_.assign(1, Node{});
  gaps_.clear();
}

std::uint32_t ShapeTrie::follow(std::uint32_t node, LeafType type, std::string_view gap, const Shape* end) {
  for (const Edge& edge : nodes_[node]) {
    if (edge.type == type && (edge.node == kEnd) == (end != nullptr) &&
        std::string_view{gaps_}.substr(edge.gap, edge.length) == gap) {
      return edge.node;
    }
  }
  const std::uint32_t next = end != nullptr ? kEnd : static_cast<std::uint32_t>(nodes_.size());
  Edge edge{type, static_cast<std::uint32_t>(gaps_.size()), static_cast<std::uint32_t>(gap.size()), next, 0, 0, end};
  const std::size_t head = std::min<std::size_t>(gap.size(), sizeof edge.head);
  std::memcpy(&edge.head, gap.data(), head);
  std::memset(&edge.head_mask, 0xFF, head);
  nodes_[node].push_back(edge);
  gaps_.append(gap);
  if (next != kEnd) nodes_.emplace_back();
  return next;
}

void ShapeTrie::insert(const Shape& shape) {
  const std::string_view skeleton = shape.skeleton;
  if (skeleton.find(static_cast<char>(LeafType::escaped)) != std::string_view::npos) return;
  std::uint32_t node = 0;
  auto type = LeafType{};
  std::size_t begin = 0;
  for (std::size_t at = 0; at < skeleton.size(); ++at) {
    if (!is_leaf_mark(skeleton[at])) continue;
    node = follow(node, type, skeleton.substr(begin, at - begin), nullptr);
    type = static_cast<LeafType>(skeleton[at]);
    begin = at + 1;
  }
  follow(node, type, skeleton.substr(begin), &shape);
}

// Of two gaps that begin alike, the one is meant behind which a value begins, or the record ends: no gap goes on with
// what could begin a value.
const ShapeTrie::Edge* ShapeTrie::choose(std::uint32_t number, LeafType type, std::string_view rest) {
  Node& node = nodes_[number];
  std::uint64_t head = 0;
  std::memcpy(&head, rest.data(), sizeof head);  // Of the padding, perhaps.
  for (std::size_t i = 0; i < node.size(); ++i) {
    const Edge& edge = node[i];
    if (edge.type != type || (head & edge.head_mask) != edge.head || edge.length > rest.size()) continue;
    if (edge.node == kEnd ? edge.length != rest.size()
                          : edge.length == rest.size() || !begins_value(rest[edge.length])) {
      continue;
    }
    if (edge.length > sizeof head && std::memcmp(gaps_.data() + edge.gap, rest.data(), edge.length) != 0) continue;
    // What came last is likely to come next.
    if (i > 0) std::swap(node[i], node[i - 1]);
    return &node[i > 0 ? i - 1 : 0];
  }
  return nullptr;
}

const Shape* ShapeTrie::match(std::string_view json, std::vector<Leaf>& leaves) {
  leaves.clear();
  const char* const end = json.data() + json.size();
  const Edge* edge = choose(0, LeafType{}, json);
  const char* at = json.data();
  while (edge != nullptr) {
    at += edge->length;
    if (edge->node == kEnd) return edge->shape;
    auto type = LeafType::text;
    std::string_view text;
    if (*at == '"') {
      const char* const close = find_quote(at + 1, end);
      if (close == nullptr) return nullptr;
      text = {at + 1, static_cast<std::size_t>(close - at - 1)};
      type = plain_text_type(text);
      at = close + 1;
    } else {
      const char* const begin = at;
      while (at < end && *at != ',' && *at != '}' && *at != ']' && *at != ' ') ++at;
      text = {begin, static_cast<std::size_t>(at - begin)};
      if (!number_type(text, type)) return nullptr;
    }
    leaves.push_back({static_cast<std::uint32_t>(text.data() - json.data()),
                      static_cast<std::uint32_t>(text.size()) & 0xFFFFFFU, static_cast<std::uint8_t>(type)});
    edge = choose(edge->node, type, {at, static_cast<std::size_t>(end - at)});
  }
  return nullptr;
}

}  // namespace trailkeeper::event
