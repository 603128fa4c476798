#include "serve/complaint_log.h"

#include <spdlog/spdlog.h>

#include "text/visible_text.h"

namespace trailkeeper::serve {
namespace {

spdlog::level::level_enum level_of(Complaint kind) {
  if (kind == Complaint::handshake) return spdlog::level::info;
  return kind == Complaint::request ? spdlog::level::err : spdlog::level::warn;
}

std::string line_of(std::string_view listener, std::string_view peer, std::string_view text) {
  std::string line = "listener=" + std::string{listener};
  if (!peer.empty()) line += " peer=" + std::string{peer};
  line += " " + text::visible(text.substr(0, ComplaintLog::kLongest));
  if (text.size() > ComplaintLog::kLongest) line += "…";
  return line;
}

}  // namespace

void ComplaintLog::say(Complaint kind, std::string_view listener, std::string_view peer, std::string_view text,
                       Clock::time_point now) {
  const text::Lock lock{mutex_};
  const Key key{kind, std::string{listener}};
  Recent& recent = recent_[key];
  if (recent.said > 0 && now - recent.begin >= kEvery) summarize(key, recent);
  if (recent.said == 0) recent.begin = now;
  std::string line = line_of(listener, peer, text);
  if (recent.said == kMost) {
    ++recent.left_out;
    recent.last = std::move(line);
    return;
  }
  ++recent.said;
  log_->log(level_of(kind), "{}", line);
}

void ComplaintLog::catch_up(bool all, Clock::time_point now) {
  const text::Lock lock{mutex_};
  for (auto& [key, recent] : recent_) {
    if (recent.said > 0 && (all || now - recent.begin >= kEvery)) summarize(key, recent);
  }
}

void ComplaintLog::summarize(const Key& key, Recent& recent) {
  if (recent.left_out > 0) {
    log_->log(level_of(key.first), "listener={} {} more lines like this were left out; the last: {}", key.second,
              recent.left_out, recent.last);
  }
  recent = {};
}

}  // namespace trailkeeper::serve
