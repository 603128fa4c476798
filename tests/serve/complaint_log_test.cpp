// What others make the server say: rarely enough, and visibly.
#include "serve/complaint_log.h"

#include <doctest/doctest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <sstream>

using namespace trailkeeper::serve;

namespace {

struct Heard {
  std::ostringstream text;
  std::shared_ptr<spdlog::logger> logger =
      std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text));
  ComplaintLog log{logger};
  ComplaintLog::Clock::time_point now{};

  Heard() { logger->set_pattern("%l %v"); }
  [[nodiscard]] long lines() const {
    const std::string all = text.str();
    return std::count(all.begin(), all.end(), '\n');
  }
};

}  // namespace

TEST_CASE("complaints: of each kind and listener some in ten seconds, then how many more there were") {
  Heard heard;
  for (int i = 0; i < 1000; ++i) heard.log.say(Complaint::crowded, "http", "", "refused", heard.now);
  CHECK(heard.lines() == ComplaintLog::kMost);
  heard.log.say(Complaint::crowded, "syslog", "", "refused", heard.now);
  heard.log.say(Complaint::handshake, "http", "1.2.3.4:5", "failed", heard.now);
  CHECK(heard.lines() == ComplaintLog::kMost + 2);
  heard.log.catch_up(false, heard.now);
  CHECK(heard.lines() == ComplaintLog::kMost + 2);
  heard.now += ComplaintLog::kEvery;
  heard.log.catch_up(false, heard.now);
  CHECK(heard.lines() == ComplaintLog::kMost + 3);
  CHECK(heard.text.str().find("listener=http 990 more lines") != std::string::npos);
  heard.log.say(Complaint::crowded, "http", "", "refused", heard.now);
  CHECK(heard.lines() == ComplaintLog::kMost + 4);
}

TEST_CASE("complaints: at the end nothing was left out without being counted") {
  Heard heard;
  for (int i = 0; i < 13; ++i) heard.log.say(Complaint::request, "http", "", "failed", heard.now);
  heard.log.catch_up(true, heard.now);
  CHECK(heard.text.str().find("3 more lines") != std::string::npos);
}

TEST_CASE("complaints: what acts on terminals is made visible, and long texts are cut") {
  Heard heard;
  heard.log.say(Complaint::protocol, "http", "1.2.3.4:5", "a\nb\x1b[2J\xc2\x9b\xe2\x80\xae" + std::string(5000, 'x'),
                heard.now);
  CHECK(heard.lines() == 1);
  CHECK(heard.text.str().find("listener=http peer=1.2.3.4:5 a\\x0ab\\x1b[2J\\u009b\\u202ex") != std::string::npos);
  CHECK(heard.text.str().size() < 1200);
}
