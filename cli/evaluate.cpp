// trailkeeper evaluate: IAM's decision on requests, from a file or standard input.
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/file_argument.h"
#include "cli/output.h"
#include "event/framer.h"
#include "event/reject.h"
#include "ingest/decompressor.h"
#include "ingest/layer_stream.h"
#include "rules/iam/evaluation_request.h"
#include "text/json_writer.h"
#include "text/utf8.h"

namespace trailkeeper::cli {
namespace {

namespace iam = rules::iam;

constexpr std::size_t kRequestReadBytes = std::size_t{1} << 20;

std::string error_json(std::string_view message, std::string_view path, std::size_t offset) {
  const std::string place = path.empty() ? fmt::format("byte {}", offset) : fmt::format("{} (byte {})", path, offset);
  std::string out;
  text::JsonWriter json{out};
  json.open('{').name("error").open('{').member("message", message).member("place", place).close('}').close('}');
  return out;
}

// Prints results in the form asked for.
class Results {
 public:
  Results(Out& out, bool array) : out_(out), array_(array) {
    if (array_) out_.write("[");
  }
  void add(std::string_view json) {
    if (array_) out_.write(count_ == 0 ? "\n" : ",\n");
    out_.write(json);
    if (!array_) out_.write("\n");
    ++count_;
  }
  void finish() {
    if (array_) out_.write(count_ == 0 ? "]\n" : "\n]\n");
    out_.flush();
  }

 private:
  Out& out_;
  bool array_;
  std::size_t count_ = 0;
};

// The input's bytes that aren't done with, followed by the bytes that the framer wants readable.
class Window {
 public:
  explicit Window(std::istream& in) : in_(in), stored_(kRequestReadBytes, '\0') {}

  // Reads more, and takes compression and UTF-16 off; false if there is no more. Throws std::runtime_error if it is
  // damaged.
  bool grow() {
    const std::size_t before = size_;
    bytes_.resize(size_);
    for (bool more = true; more && bytes_.size() == before;) {
      in_.read(stored_.data(), static_cast<std::streamsize>(kRequestReadBytes));
      std::string_view read{stored_.data(), static_cast<std::size_t>(in_.gcount())};
      more = !read.empty();
      do {
        if (!layers_.step(read, kRequestReadBytes, bytes_))
          throw std::runtime_error("the requests' compressed data is damaged");
      } while (!read.empty());
    }
    size_ = bytes_.size();
    bytes_.resize(size_ + event::kPadding);
    return size_ > before;
  }
  void drop(std::size_t count) {
    bytes_.erase(0, count);
    size_ -= count;
    dropped_ += count;
  }
  [[nodiscard]] std::string_view view() const { return std::string_view{bytes_}.substr(0, size_); }
  [[nodiscard]] std::size_t dropped() const { return dropped_; }

 private:
  std::istream& in_;
  std::string stored_;
  ingest::LayerStream layers_;
  std::string bytes_;
  std::size_t size_ = 0;
  std::size_t dropped_ = 0;
};

bool starts_with_array(std::string_view text) {
  if (text.substr(0, 3) == text::kByteOrderMark) text.remove_prefix(3);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '[';
}

// Decides every request of `in`, and prints an error in the place of one that can't be decided. False if there was one.
bool decide_all(std::istream& in, bool array, Out& out) {
  Window window{in};
  bool more = window.grow();
  Results results{out, array && starts_with_array(window.view())};
  event::Framer framer;
  iam::Evaluator evaluator;
  std::vector<event::Frame> frames;
  bool all = true;
  const auto refuse = [&](std::string_view message, std::string_view path, std::size_t offset) {
    all = false;
    results.add(error_json(message, path, offset));
  };
  for (;;) {
    frames.clear();
    const std::size_t done = framer.split(window.view(), !more, frames);
    for (const event::Frame& frame : frames) {
      const std::size_t offset = window.dropped() + frame.begin;
      if (frame.reason != event::Reason::none) {
        refuse(event::reason_text(frame.reason), "", offset);
        continue;
      }
      const auto decision = iam::evaluate_json(window.view().substr(frame.begin, frame.end - frame.begin), evaluator);
      if (decision) {
        results.add(*decision);
      } else {
        refuse(decision.error().message, decision.error().path, offset + decision.error().offset);
      }
    }
    if (!more && done == window.view().size()) break;
    window.drop(done);
    more = more && window.grow();
  }
  results.finish();
  return all;
}

int run_evaluate(const GlobalOptions& global, const std::string& path) {
  if (global.format == Format::csv) throw UsageError("evaluate prints JSON: choose json or ndjson");
  std::ifstream file;
  if (path != "-") {
    file.open(path, std::ios::binary);
    if (!file) throw UnreadableFile(path + " can't be read: " + std::strerror(errno));
  }
  std::istream& in = path == "-" ? std::cin : file;
  Out out{global};
  const bool all = decide_all(in, global.format == Format::json, out);
  if (in.bad())
    throw UnreadableFile((path == "-" ? std::string{"standard input"} : path) + " can't be read to its end");
  return all ? kDone : kRefused;
}

}  // namespace

void add_evaluate(const Command& app, const GlobalOptions& global) {
  const Command command = app.add_subcommand("evaluate", "Say how IAM decides requests, from given policies");
  const auto path = std::make_shared<std::string>();
  command.add_option("FILE", *path, "Requests as JSON: one object, an array, or one a line; - is standard input")
      .required();
  command.footer(
      "Each request has its policies with it; docs/permissions.md says how. For each, one line of JSON is printed:\n"
      "decision, by (the statements that decided) and why; with --output json an array, if the input is one. A "
      "request\n"
      "or policy that is broken gives an error with its place, and exit code 1.\n\n"
      "Examples:\n"
      "  trailkeeper evaluate samples/tour/request.json\n"
      "  jq -c . requests/*.json | trailkeeper evaluate - --output ndjson");
  command.runs([&global, path] { return run_evaluate(global, *path); });
}

}  // namespace trailkeeper::cli
