// What an unwrapper makes of a document, and documents to give it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "event/unwrap.h"
#include "tests/support/padded.h"
#include "text/json_text.h"

namespace trailkeeper::tests {

class Collector : public event::DocumentVisitor {
 public:
  void on_event(const event::Record& record, std::size_t offset) override {
    events.emplace_back(record.bytes);
    event_offsets.push_back(offset);
  }
  void on_reject(std::string_view bytes, std::size_t offset, event::Reason reason) override {
    rejects.emplace_back(bytes);
    reject_offsets.push_back(offset);
    reasons.push_back(reason);
  }

  std::vector<std::string> events;
  std::vector<std::size_t> event_offsets;
  std::vector<std::string> rejects;
  std::vector<std::size_t> reject_offsets;
  std::vector<event::Reason> reasons;
};

inline Collector unwrapped(std::string_view document) {
  event::Unwrapper unwrapper;
  Collector collector;
  unwrapper.unwrap(Padded{document}, collector);
  return collector;
}

inline std::string event(int number) {
  return R"({"eventVersion":"1.09","eventTime":"2024-05-01T10:00:00Z","eventName":"E)" + std::to_string(number) +
         R"(","requestParameters":{"text":"caf\u00e9 \"quoted\" \\ back"}})";
}

inline std::string base64(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : bytes) {
    bits = bits << 8U | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) out.push_back(kAlphabet[bits >> (count - 6) & 63U]);
  }
  if (count > 0) out.push_back(kAlphabet[bits << (6 - count) & 63U]);
  while (out.size() % 4 != 0) out.push_back('=');
  return out;
}

inline std::string json_string(std::string_view text) {
  std::string out;
  text::append_quoted(text, out);
  return out;
}

inline std::string log_message(const std::vector<std::string>& messages, const std::string& type = "DATA_MESSAGE") {
  std::string out = R"({"messageType":")" + type +
                    R"(","owner":"1","logGroup":"g","logStream":"s","subscriptionFilters":["f"],"logEvents":[)";
  for (std::size_t i = 0; i < messages.size(); ++i) {
    out += (i == 0 ? "" : ",") + std::string{R"({"id":"3","timestamp":1714557600000,"message":)"} +
           json_string(messages[i]) + "}";
  }
  return out + "]}";
}

using Texts = std::vector<std::string>;

}  // namespace trailkeeper::tests
