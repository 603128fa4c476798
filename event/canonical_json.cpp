#include "event/canonical_json.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "event/canonical_number.h"
#include "event/record_member.h"
#include "text/json_text.h"

namespace trailkeeper::event {
namespace {

// Beyond what the parser of events accepts (128): bytes that are no JSON must not exhaust the stack.
constexpr unsigned kDeepest = 1024;

/// One value of the text, or one member with its key; those inside it follow, up to `end`.
struct Node {
  enum class Kind : std::uint8_t { scalar, string, array, object };
  Kind kind = Kind::scalar;
  std::size_t end = 0;    // The number of the next node that isn't inside.
  std::string_view text;  // Of a scalar as written, of a string what stands between its quotes.
  std::string_view key;   // Of a member, what stands between the key's quotes.
};

/// Splits valid JSON into nodes, in the order of the text.
class Splitter {
 public:
  explicit Splitter(std::string_view json) : rest_(json) {}

  std::vector<Node> run() {
    value({}, 0);
    return std::move(nodes_);
  }

 private:
  void skip_space() {
    const std::size_t end = rest_.find_first_not_of(" \n\r\t");
    rest_.remove_prefix(std::min(end, rest_.size()));
  }

  // Removes the next byte that isn't white space if it is `c`.
  bool take(char c) {
    skip_space();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // What stands between the quotes.
  std::string_view string() {
    std::size_t end = 1;
    while (end < rest_.size() && rest_[end] != '"') end += rest_[end] == '\\' ? 2 : 1;
    const std::string_view text = rest_.substr(std::min<std::size_t>(1, rest_.size()), end - 1);
    rest_.remove_prefix(std::min(rest_.size(), end + 1));
    return text;
  }

  void value(std::string_view key, unsigned depth) {
    skip_space();
    const std::size_t number = nodes_.size();
    nodes_.push_back({Node::Kind::scalar, 0, {}, key});
    const char first = rest_.empty() ? '\0' : rest_.front();
    if (first == '{' && depth < kDeepest) {
      nodes_[number].kind = Node::Kind::object;
      members(depth + 1);
    } else if (first == '[' && depth < kDeepest) {
      nodes_[number].kind = Node::Kind::array;
      elements(depth + 1);
    } else if (first == '"') {
      nodes_[number].kind = Node::Kind::string;
      nodes_[number].text = string();
    } else {
      const std::size_t end = std::max<std::size_t>(std::min(rest_.find_first_of(" \n\r\t,]}"), rest_.size()), 1);
      nodes_[number].text = rest_.substr(0, end);
      rest_.remove_prefix(std::min(end, rest_.size()));
    }
    nodes_[number].end = nodes_.size();
  }

  void members(unsigned depth) {
    take('{');
    while (!take('}') && !rest_.empty()) {
      take(',');
      skip_space();
      const std::string_view key = string();
      take(':');
      value(key, depth);
    }
  }

  void elements(unsigned depth) {
    take('[');
    while (!take(']') && !rest_.empty()) {
      take(',');
      value({}, depth);
    }
  }

  std::string_view rest_;
  std::vector<Node> nodes_;
};

/// Writes nodes with a mark for their kind and a length where their end doesn't show.
class Form {
 public:
  /// `essential`: leaves out what append_essential_json says.
  Form(const std::vector<Node>& nodes, bool essential, std::string& out)
      : nodes_(nodes), essential_(essential), out_(out) {}

  void append(std::size_t number) {
    const Node& node = nodes_[number];
    switch (node.kind) {
      case Node::Kind::object: members(number); break;
      case Node::Kind::array:
        out_.push_back('[');
        for (std::size_t i = number + 1; i < node.end; i = nodes_[i].end) append(i);
        out_.push_back(']');
        break;
      case Node::Kind::string: string(node.text); break;
      case Node::Kind::scalar: scalar(node.text); break;
    }
  }

 private:
  void members(std::size_t number) {
    std::vector<std::pair<std::string, std::size_t>> members;
    for (std::size_t i = number + 1; i < nodes_[number].end; i = nodes_[i].end) {
      members.emplace_back(std::string{}, i);
      text::append_unescaped_exactly(nodes_[i].key, members.back().first);
      if (essential_ && is_inessential(nodes_[i], members.back().first, number == 0)) members.pop_back();
    }
    // Members with one key keep their order: most readers take the last.
    std::stable_sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    out_.push_back('{');
    for (const auto& [key, value] : members) {
      sized('k', key);
      append(value);
    }
    out_.push_back('}');
  }

  static bool is_inessential(const Node& member, std::string_view key, bool at_top) {
    return (member.kind == Node::Kind::scalar && member.text == "null") || (at_top && !is_record_member(key));
  }

  void string(std::string_view between_quotes) {
    scratch_.clear();
    text::append_unescaped_exactly(between_quotes, scratch_);
    sized('s', scratch_);
  }

  void scalar(std::string_view text) {
    const bool number = !text.empty() && (text.front() == '-' || (text.front() >= '0' && text.front() <= '9'));
    scratch_.clear();
    if (number) append_canonical_number(text, scratch_);
    sized(number ? 'n' : 'l', number ? std::string_view{scratch_} : text);
  }

  void sized(char mark, std::string_view bytes) {
    out_.push_back(mark);
    out_ += std::to_string(bytes.size());
    out_.push_back(':');
    out_ += bytes;
  }

  const std::vector<Node>& nodes_;
  bool essential_;
  std::string& out_;
  std::string scratch_;
};

}  // namespace

void append_canonical_json(std::string_view json, std::string& out) {
  const std::vector<Node> nodes = Splitter{json}.run();
  Form{nodes, false, out}.append(0);
}

void append_essential_json(std::string_view json, std::string& out) {
  const std::vector<Node> nodes = Splitter{json}.run();
  Form{nodes, true, out}.append(0);
}

}  // namespace trailkeeper::event
