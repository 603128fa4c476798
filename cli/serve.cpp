// trailkeeper serve: takes events from log shippers, and answers queries over HTTP.
#include <malloc.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <systemd/sd-daemon.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <thread>

#include "cli/command.h"
#include "query/upkeep.h"
#include "serve/server.h"
#include "store/store.h"
#include "text/json_text.h"
#include "text/visible_text.h"

namespace trailkeeper::cli {
namespace {

using serve::ListenerOptions;
using serve::Protocol;

/// A kind of listener and its option.
struct ListenerFlag {
  const char* option;
  Protocol protocol;
  bool tls;
  const char* help;
  const char* example;
};

constexpr ListenerFlag kListenerFlags[] = {
    {"--http", Protocol::http, false, "HTTP: JSON, Elasticsearch bulk, Splunk HEC, Firehose, AWS APIs, queries",
     "127.0.0.1:8417"},
    {"--https", Protocol::http, true, "HTTP with TLS", "0.0.0.0:8443"},
    {"--syslog", Protocol::syslog, false, "Syslog over TCP (RFC 5424, RFC 6587)", "127.0.0.1:6601"},
    {"--syslog-tls", Protocol::syslog, true, "Syslog over TLS (RFC 5425)", "0.0.0.0:6514"},
    {"--forward", Protocol::forward, false, "Fluentd's Forward protocol", "127.0.0.1:24224"},
    {"--forward-tls", Protocol::forward, true, "Fluentd's Forward protocol with TLS", "0.0.0.0:24225"},
    {"--ndjson", Protocol::ndjson, false, "JSON documents over TCP", "127.0.0.1:8418"},
    {"--ndjson-tls", Protocol::ndjson, true, "JSON documents over TLS", "0.0.0.0:8419"},
};

enum class LogFormat { text, json };

struct ServeArguments {
  serve::ServerOptions server;
  std::vector<std::vector<std::string>> addresses = std::vector<std::vector<std::string>>(std::size(kListenerFlags));
  std::string shared_key_file;
  LogFormat log_format = LogFormat::text;
  std::string log_level = "info";
  std::string ports_file;
  std::string config;
};

/// A log line's text for a terminal, on one line.
class VisibleMessage : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    const std::string text = text::visible({message.payload.data(), message.payload.size()});
    out.append(text.data(), text.data() + text.size());
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<VisibleMessage>();
  }
};

/// A log line's text as a JSON string.
class JsonMessage : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    std::string quoted;
    text::append_quoted({message.payload.data(), message.payload.size()}, quoted);
    out.append(quoted.data(), quoted.data() + quoted.size());
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<JsonMessage>();
  }
};

std::shared_ptr<spdlog::logger> make_log(const ServeArguments& arguments) {
  auto log = std::make_shared<spdlog::logger>("trailkeeper", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  formatter->add_flag<JsonMessage>('*').add_flag<VisibleMessage>('~');
  formatter->set_pattern(arguments.log_format == LogFormat::json
                             ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":%*})"
                             : "%Y-%m-%dT%H:%M:%S.%eZ %l %~");
  log->set_formatter(std::move(formatter));
  log->set_level(spdlog::level::from_str(arguments.log_level));
  log->flush_on(spdlog::level::info);
  return log;
}

serve::ServerOptions options_of(const ServeArguments& arguments) {
  serve::ServerOptions options = arguments.server;
  const auto listen = [&](Protocol protocol, bool tls, const std::string& address) {
    const auto listener = ListenerOptions::parse(protocol, tls, address);
    if (!listener) throw UsageError(listener.error().message);
    options.listeners.push_back(*listener);
  };
  for (std::size_t i = 0; i < std::size(kListenerFlags); ++i) {
    for (const std::string& address : arguments.addresses[i]) {
      listen(kListenerFlags[i].protocol, kListenerFlags[i].tls, address);
    }
  }
  if (options.listeners.empty() && options.follow.empty()) listen(Protocol::http, false, "127.0.0.1:8417");
  if (!arguments.shared_key_file.empty()) {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen(arguments.shared_key_file.c_str(), "re"),
                                                         &std::fclose};
    char line[1024] = {};
    if (!file || std::fgets(line, sizeof line, file.get()) == nullptr) {
      throw std::runtime_error("cannot read the shared key from " + arguments.shared_key_file);
    }
    options.forward_shared_key = line;
    while (!options.forward_shared_key.empty() &&
           std::isspace(static_cast<unsigned char>(options.forward_shared_key.back())) != 0) {
      options.forward_shared_key.pop_back();
    }
    if (options.forward_shared_key.empty()) throw UsageError("the shared key file's first line is empty");
  }
  return options;
}

// Scripts learn the ports that were chosen: a line `NAME HOST PORT` each, under the file's name only once it is whole.
void write_ports(const std::string& path, const std::vector<serve::BoundListener>& listeners) {
  const std::string unfinished = path + ".new";
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen(unfinished.c_str(), "we"), &std::fclose};
  if (!file) throw std::runtime_error("cannot write " + unfinished);
  for (const serve::BoundListener& listener : listeners) {
    std::fprintf(file.get(), "%s %s %u\n", listener.name.c_str(), listener.host.c_str(), unsigned{listener.port});
  }
  file.reset();
  if (std::rename(unfinished.c_str(), path.c_str()) != 0) throw std::runtime_error("cannot write " + path);
}

// What is freed goes back to the system: glibc keeps up to 64 MiB for each arena, of which there are eight a core, once
// large blocks were freed. But not at once: a megabyte that is mapped anew for each body costs more than reading it.
void keep_little_memory() {
#ifdef __GLIBC__
  constexpr int kLarge = 8 << 20;
  constexpr int kKept = 4 << 20;
  const int threads = static_cast<int>(std::min(std::thread::hardware_concurrency(), 64U));
  mallopt(M_MMAP_THRESHOLD, kLarge);
  mallopt(M_TRIM_THRESHOLD, kKept);
  mallopt(M_ARENA_MAX, threads + 2);
#endif
}

int run_serve(const GlobalOptions& global, const ServeArguments& arguments) {
  // A client that goes away is an error of its connection, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  // A file size limit is a full disk: senders are told to come back.
  std::signal(SIGXFSZ, SIG_IGN);
  keep_little_memory();
  const std::shared_ptr<spdlog::logger> log = make_log(arguments);
  const serve::ServerOptions options = options_of(arguments);
  query::KeptStore store{global.store_directory()};
  std::string fatal;
  try {
    serve::Server server{store, options, log};
    server.run([&] {
      for (const serve::BoundListener& listener : server.listeners()) {
        log->info("listening: {} on {}:{}", listener.name, listener.host, listener.port);
      }
      for (const std::string& folder : options.follow) log->info("following: {}", folder);
      if (!arguments.ports_file.empty()) write_ports(arguments.ports_file, server.listeners());
      ::sd_notify(0, "READY=1");
    });
    fatal = server.fatal();
  } catch (const serve::WrongOptions& error) {
    throw UsageError(error.what());
  }
  ::sd_notify(0, "STOPPING=1");
  log->info("stopped: everything that was {} is durable", fatal.empty() ? "taken" : "acknowledged");
  return fatal.empty() ? kDone : kFailed;
}

void add_limits(const Command& command, serve::ServerOptions& server) {
  const auto seconds = [&](const char* option, std::chrono::seconds& value, const char* help) {
    command
        .on_number(
            option, [&value](unsigned number) { value = std::chrono::seconds{number}; }, help)
        .preset(std::to_string(value.count()))
        .tells_preset()
        .type_name("SECONDS")
        .range(1U, 86400U);
  };
  command.add_option("--max-connections", server.max_connections, "Connections at once")
      .type_name("N")
      .tells_preset()
      .range(1, 1000000);
  const auto size = [&](const char* option, std::size_t& value, const char* help) {
    command.add_option(option, value, help).bytes().tells_preset();
  };
  size("--max-body", server.max_body, "Bytes of an HTTP body");
  size("--max-in-flight", server.max_in_flight, "Bytes taken in but not yet durable; over it senders wait or get 429");
  size("--max-receiving", server.max_receiving,
       "Bytes of requests that are still arriving, bodies being taken apart, and bulk answers");
  size("--max-query-memory", server.max_query_memory, "Bytes of counts and answers that are being made or sent");
  seconds("--header-timeout", server.header_timeout, "For an HTTP header or a TLS handshake");
  seconds("--body-timeout", server.body_timeout, "For an HTTP body");
  seconds("--idle-timeout", server.idle_timeout, "Of an HTTP connection without a request");
  seconds("--stream-timeout", server.stream_timeout, "Of a syslog, forward or NDJSON connection without a byte");
  seconds("--query-timeout", server.query_timeout, "For a query, or each piece of a long answer");
  seconds("--drain-timeout", server.drain_timeout, "For what is in flight when stopping");
  command.add_flag("--strict-variants", server.strict_variants,
                   "Keep copies apart that differ in what shippers add at the top, or in nulls");
  command.add_option("--workers", server.workers, "Parsing threads (0, the default: one a core)")
      .type_name("N")
      .range(0, 256);
}

void add_access(const Command& command, ServeArguments& arguments) {
  serve::ServerOptions& server = arguments.server;
  const Option certificate =
      command.add_option("--tls-cert", server.tls.certificate, "Certificate with its chain (PEM)")
          .type_name("FILE")
          .example("/etc/trailkeeper/server.pem");
  const Option key = command.add_option("--tls-key", server.tls.key, "Its key (PEM)")
                         .type_name("FILE")
                         .example("/etc/trailkeeper/server.key");
  certificate.needs(key);
  key.needs(certificate);
  command
      .add_option("--tls-client-ca", server.tls.client_ca,
                  "Clients must show a certificate signed by one of these (PEM)")
      .type_name("FILE")
      .example("/etc/trailkeeper/clients.pem")
      .needs(certificate);
  command
      .add_option("--tls-client-name", server.tls.client_names,
                  "Common or DNS name of client certificates to let in (default: all; repeatable)")
      .type_name("NAME")
      .example("shipper.example.com")
      .repeatable();
  command
      .add_option("--host-name", server.host_names,
                  "Name that HTTP requests may ask for, beside localhost and the certificate's (repeatable)")
      .type_name("NAME")
      .example("trailkeeper.example.com")
      .repeatable();
  command
      .add_option("--forward-shared-key-file", arguments.shared_key_file,
                  "Forward clients must know the key on this file's first line")
      .type_name("FILE")
      .example("/etc/trailkeeper/forward.key");
  command.add_flag("--allow-plaintext", server.allow_plaintext, "Listen beyond this machine without TLS");
  command.add_flag("--allow-unauthenticated", server.allow_unauthenticated,
                   "Take syslog, forward and NDJSON from beyond this machine without client certificates");
}

}  // namespace

void add_serve(const Command& app, const GlobalOptions& global) {
  Command command = app.add_subcommand("serve", "Take events from log shippers; answer queries over HTTP");
  const auto arguments = std::make_shared<ServeArguments>();
  for (std::size_t i = 0; i < std::size(kListenerFlags); ++i) {
    command.add_option(kListenerFlags[i].option, arguments->addresses[i], kListenerFlags[i].help)
        .type_name("[ADDRESS:]PORT")
        .example(kListenerFlags[i].example)
        .repeatable();
  }
  command
      .add_option("--queries", arguments->server.queries,
                  "A folder of saved queries (*.sql), for CloudTrail Lake's API")
      .type_name("DIR")
      .example("/etc/trailkeeper/queries");
  command.add_option("--follow", arguments->server.follow, "Take in files as they appear in this folder (repeatable)")
      .type_name("DIR")
      .example("/var/spool/cloudtrail")
      .repeatable();
  add_access(command, *arguments);
  add_limits(command, arguments->server);
  command
      .add_choice<LogFormat>("--log-format", arguments->log_format,
                             {{"text", LogFormat::text}, {"json", LogFormat::json}},
                             "text (default) or json, on stderr")
      .type_name("FORMAT");
  command.add_option("--log-level", arguments->log_level, "debug, info (default), warn or error")
      .type_name("LEVEL")
      .one_of({"debug", "info", "warn", "error"});
  command
      .add_option("--ports-file", arguments->ports_file,
                  "Write `NAME HOST PORT` lines there once everything listens (port 0: any free one)")
      .type_name("FILE")
      .example("/run/trailkeeper/ports");
  command.name_environment_variables("TRAILKEEPER_SERVE");
  command
      .add_config_file("--config", arguments->config,
                       "Options from a TOML file, without their dashes (command line and environment win)")
      .environment_variable("TRAILKEEPER_SERVE_CONFIG")
      .type_name("FILE");
  command.footer(
      "Without a listener: HTTP on 127.0.0.1:8417. Beyond this machine a token (`trailkeeper token create`) or client\n"
      "certificates, and TLS, are needed. SIGTERM ends it with everything durable; SIGHUP reads certificates and "
      "tokens\n"
      "again. Every option is also an environment variable, such as TRAILKEEPER_SERVE_HTTP.\n\n"
      "Examples:\n"
      "  trailkeeper serve\n"
      "  trailkeeper serve --http 8417 --syslog 6601 --forward 24224 --follow /var/spool/cloudtrail\n"
      "  trailkeeper serve --https 0.0.0.0:8443 --tls-cert server.pem --tls-key server.key\n"
      "  trailkeeper serve --config /etc/trailkeeper/serve.toml");
  command.runs([&global, arguments] { return run_serve(global, *arguments); });
}

}  // namespace trailkeeper::cli
