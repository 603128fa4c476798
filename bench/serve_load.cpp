// Sends a trail to a server as fast as it takes it, or at a steady rate, over many connections.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace asio = boost::asio;
using asio::use_awaitable;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;

struct Arguments {
  std::string protocol = "http";
  std::uint16_t port = 8417;
  std::string file;
  unsigned connections = 1;
  std::size_t body_bytes = std::size_t{1} << 20;  // 0: one event a request.
  std::uint64_t events = 0;                       // 0: the whole file.
  double rate = 0;                                // Requests a second; 0: as fast as they are answered.
};

/// The trail, cut into requests.
class Trail {
 public:
  Trail(const Arguments& arguments) {
    std::ifstream in{arguments.file, std::ios::binary};
    bytes_.assign(std::istreambuf_iterator<char>{in}, {});
    if (bytes_.empty()) throw std::runtime_error("cannot read " + arguments.file);
    std::size_t begin = 0;
    std::size_t lines = 0;
    for (std::size_t at = 0; at < bytes_.size();) {
      const std::size_t end = bytes_.find('\n', at);
      at = end == std::string::npos ? bytes_.size() : end + 1;
      ++lines;
      ++events_;
      const bool last = at == bytes_.size() || (arguments.events != 0 && events_ == arguments.events);
      if (at - begin >= arguments.body_bytes || last) {
        pieces_.push_back({std::string_view{bytes_}.substr(begin, at - begin), lines});
        begin = at;
        lines = 0;
      }
      if (last) break;
    }
  }

  struct Piece {
    std::string_view lines;
    std::size_t count;
  };
  [[nodiscard]] const Piece* next() { return next_ < pieces_.size() ? &pieces_[next_++] : nullptr; }
  [[nodiscard]] std::size_t index() const { return next_; }
  [[nodiscard]] std::uint64_t events() const { return events_; }
  [[nodiscard]] std::uint64_t bytes() const {
    return static_cast<std::uint64_t>(pieces_.back().lines.data() + pieces_.back().lines.size() - bytes_.data());
  }

 private:
  std::string bytes_;
  std::vector<Piece> pieces_;
  std::size_t next_ = 0;
  std::uint64_t events_ = 0;
};

void put_big_endian(std::uint64_t value, int bytes, std::string& out) {
  for (int shift = bytes * 8 - 8; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift & 0xFF));
}

template <typename Visit>
void for_each_line(std::string_view lines, Visit&& visit) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size() - 1);
    visit(lines.substr(0, end));
    lines.remove_prefix(end + 1);
  }
}

std::string http_head(std::string_view body) {
  return "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n";
}

// PackedForward with an option `chunk`, as Fluent Bit sends it.
std::string forward_message(std::string_view lines, std::size_t number) {
  std::string entries;
  for_each_line(lines, [&](std::string_view line) {
    entries += "\x92\xCE";
    put_big_endian(1714557600, 4, entries);
    entries += "\x81\xA7message\xDB";
    put_big_endian(line.size(), 4, entries);
    entries += line;
  });
  std::string message = "\x93\xA5trail\xC6";
  put_big_endian(entries.size(), 4, message);
  message += entries;
  const std::string chunk = std::to_string(number);
  message +=
      "\x81\xA5"
      "chunk";
  message.push_back(static_cast<char>(0xA0 | chunk.size()));
  return message + chunk;
}

// Message mode without acknowledgement, as Fluentd's and Docker's loggers send: each event a message.
std::string forward_messages(std::string_view lines) {
  std::string out;
  for_each_line(lines, [&](std::string_view line) {
    out += "\x93\xA5trail\xCE";
    put_big_endian(1714557600, 4, out);
    out += "\x81\xA7message\xDB";
    put_big_endian(line.size(), 4, out);
    out += line;
  });
  return out;
}

std::string syslog_messages(std::string_view lines) {
  std::string out;
  for_each_line(lines, [&](std::string_view line) {
    const std::string head = "<134>1 2024-05-01T10:00:00Z host cloudtrail - - - ";
    out += std::to_string(head.size() + line.size()) + " " + head;
    out += line;
  });
  return out;
}

class Load {
 public:
  explicit Load(Arguments arguments) : arguments_(std::move(arguments)), trail_(arguments_) {}

  int run() {
    for (unsigned i = 0; i < arguments_.connections; ++i) {
      asio::co_spawn(io_, connection(), [](std::exception_ptr failed) {
        if (failed) std::rethrow_exception(failed);
      });
    }
    begin_ = Clock::now();
    const double began = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    io_.run();
    const double seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
    std::sort(latencies_.begin(), latencies_.end());
    std::printf(
        R"({"events":%llu,"bytes":%llu,"requests":%zu,"retries":%zu,"began":%.6f,"seconds":%.6f,"p50":%.6f,"p99":%.6f,"p999":%.6f})"
        "\n",
        static_cast<unsigned long long>(trail_.events()), static_cast<unsigned long long>(trail_.bytes()),
        latencies_.size(), retries_, began, seconds, quantile(0.5), quantile(0.99), quantile(0.999));
    return 0;
  }

 private:
  [[nodiscard]] double quantile(double part) const {
    if (latencies_.empty()) return 0;
    return latencies_[std::min(latencies_.size() - 1,
                               static_cast<std::size_t>(part * static_cast<double>(latencies_.size())))];
  }

  asio::awaitable<void> connection() {
    tcp::socket socket{io_};
    co_await connect(socket);
    asio::steady_timer timer{io_};
    while (const Trail::Piece* const piece = trail_.next()) {
      const std::size_t number = trail_.index() - 1;
      Clock::time_point due = Clock::now();
      if (arguments_.rate > 0) {
        // From when it should have been sent: a server that stalls makes all that come later late, too.
        due = begin_ + std::chrono::duration_cast<Clock::duration>(
                           std::chrono::duration<double>(static_cast<double>(number) / arguments_.rate));
        timer.expires_at(due);
        co_await timer.async_wait(use_awaitable);
      }
      co_await send(socket, *piece, number);
      latencies_.push_back(std::chrono::duration<double>(Clock::now() - due).count());
    }
    boost::system::error_code ignored;
    socket.shutdown(tcp::socket::shutdown_send, ignored);
    char rest[64];
    co_await socket.async_read_some(asio::buffer(rest), asio::redirect_error(use_awaitable, ignored));
  }

  asio::awaitable<void> connect(tcp::socket& socket) {
    socket = tcp::socket{io_};
    co_await socket.async_connect({asio::ip::address_v4::loopback(), arguments_.port}, use_awaitable);
    socket.set_option(tcp::no_delay{true});
  }

  asio::awaitable<void> send(tcp::socket& socket, const Trail::Piece& piece, std::size_t number) {
    if (arguments_.protocol == "syslog") {
      const std::string messages = syslog_messages(piece.lines);
      co_await asio::async_write(socket, asio::buffer(messages), use_awaitable);
    } else if (arguments_.protocol == "forward-message") {
      const std::string messages = forward_messages(piece.lines);
      co_await asio::async_write(socket, asio::buffer(messages), use_awaitable);
    } else if (arguments_.protocol == "ndjson") {
      co_await asio::async_write(socket, asio::buffer(piece.lines), use_awaitable);
    } else if (arguments_.protocol == "forward") {
      const std::string message = forward_message(piece.lines, number);
      co_await asio::async_write(socket, asio::buffer(message), use_awaitable);
      std::string answer(std::string_view{"\x81\xA3"
                                          "ack\xA0"}
                                 .size() +
                             std::to_string(number).size(),
                         '\0');
      co_await asio::async_read(socket, asio::buffer(answer), use_awaitable);
    } else {
      const std::string head = http_head(piece.lines);
      while (!co_await post(socket, head, piece.lines)) ++retries_;
    }
  }

  // False: to be sent again.
  asio::awaitable<bool> post(tcp::socket& socket, const std::string& request_head, std::string_view body) {
    const std::array<asio::const_buffer, 2> request{asio::buffer(request_head), asio::buffer(body)};
    co_await asio::async_write(socket, request, use_awaitable);
    std::string answer;
    const std::size_t head =
        co_await asio::async_read_until(socket, asio::dynamic_buffer(answer), "\r\n\r\n", use_awaitable);
    const std::size_t field = answer.find("Content-Length: ");
    if (field == std::string::npos) throw std::runtime_error("an answer without a length");
    const std::size_t whole = head + std::stoul(answer.substr(field + 16));
    if (answer.size() < whole) {
      const std::size_t have = answer.size();
      answer.resize(whole);
      co_await asio::async_read(socket, asio::buffer(answer.data() + have, whole - have), use_awaitable);
    }
    if (answer.compare(9, 3, "200") == 0) co_return true;
    if (answer.compare(9, 3, "429") != 0 && answer.compare(9, 3, "503") != 0) {
      throw std::runtime_error("refused: " + answer.substr(0, 200));
    }
    asio::steady_timer timer{io_, std::chrono::milliseconds{20}};
    co_await timer.async_wait(use_awaitable);
    // Refused before its body was read: the server closes.
    if (answer.find("\r\nConnection: close\r\n") != std::string::npos) co_await connect(socket);
    co_return false;
  }

  Arguments arguments_;
  Trail trail_;
  asio::io_context io_{1};
  Clock::time_point begin_;
  std::vector<double> latencies_;
  std::size_t retries_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app{"Sends a trail to `trailkeeper serve` and says how fast it was taken, as JSON."};
  app.add_option("--protocol", arguments.protocol)
      ->check(CLI::IsMember({"http", "forward", "forward-message", "syslog", "ndjson"}));
  app.add_option("--port", arguments.port)->required();
  app.add_option("--connections", arguments.connections);
  app.add_option("--body-bytes", arguments.body_bytes, "Of a request or message; 0: one event each");
  app.add_option("--events", arguments.events, "So many of the file only");
  app.add_option("--rate", arguments.rate, "Requests a second (default: as fast as they are answered)");
  app.add_option("file", arguments.file)->required();
  try {
    app.parse(argc, argv);
    return Load{arguments}.run();
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "serve_load: %s\n", error.what());
    return 1;
  }
}
