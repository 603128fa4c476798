#include "serve/metrics.h"

#include <fmt/format.h>

#include <iterator>

namespace trailkeeper::serve {
namespace {

/// Writes one metric after the other.
class Text {
 public:
  void metric(std::string_view name, std::string_view type, std::string_view help) {
    fmt::format_to(std::back_inserter(out_), "# HELP trailkeeper_{} {}\n# TYPE trailkeeper_{} {}\n", name, help, name,
                   type);
  }
  void value(std::string_view name, std::string_view labels, double number) {
    fmt::format_to(std::back_inserter(out_), "trailkeeper_{}{} {}\n", name, labels, number);
  }
  void value(std::string_view name, std::string_view labels, std::uint64_t number) {
    fmt::format_to(std::back_inserter(out_), "trailkeeper_{}{} {}\n", name, labels, number);
  }
  void one(std::string_view name, std::string_view type, std::string_view help, std::uint64_t number) {
    metric(name, type, help);
    value(name, "", number);
  }
  void histogram(std::string_view name, std::string_view help, const ingest::LatencyHistogram& histogram) {
    metric(name, "histogram", help);
    const auto counts = histogram.counts();
    for (std::size_t i = 0; i < histogram.kBounds.size(); ++i) {
      value(fmt::format("{}_bucket", name), fmt::format("{{le=\"{}\"}}", histogram.kBounds[i]), counts[i]);
    }
    value(fmt::format("{}_bucket", name), "{le=\"+Inf\"}", counts.back());
    value(fmt::format("{}_sum", name), "", histogram.sum());
    value(fmt::format("{}_count", name), "", counts.back());
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

struct ListenerMetric {
  std::string_view name;
  std::string_view type;
  std::string_view help;
  std::atomic<std::uint64_t> ListenerFigures::*number;
};

constexpr ListenerMetric kListenerMetrics[] = {
    {"connections_total", "counter", "Connections accepted.", &ListenerFigures::connections},
    {"connections_open", "gauge", "Connections open now.", &ListenerFigures::open},
    {"deliveries_total", "counter", "Requests or messages whose events are durable.", &ListenerFigures::requests},
    {"events_total", "counter", "Events newly stored.", &ListenerFigures::events},
    {"bytes_total", "counter", "Bytes of documents taken in.", &ListenerFigures::bytes},
    {"duplicates_total", "counter", "Events that were known.", &ListenerFigures::duplicates},
    {"rejected_total", "counter", "Records kept that are no events.", &ListenerFigures::rejected},
    {"dropped_bytes_total", "counter", "Bytes of raw protocols that are neither stored nor kept.",
     &ListenerFigures::dropped},
    {"refused_total", "counter", "Deliveries that the sender was told to try again.", &ListenerFigures::refused},
};

}  // namespace

std::string metrics_text(const std::vector<std::unique_ptr<NamedFigures>>& listeners, const ingest::Intake& intake,
                         std::uint64_t store_bytes, std::uint64_t queries) {
  Text text;
  for (const ListenerMetric& metric : kListenerMetrics) {
    text.metric(metric.name, metric.type, metric.help);
    for (const auto& listener : listeners) {
      text.value(metric.name, fmt::format("{{listener=\"{}\"}}", listener->name),
                 std::uint64_t{listener->figures.*metric.number});
    }
  }
  const ingest::IntakeFigures& figures = intake.figures();
  text.one("queue_deliveries", "gauge", "Deliveries not answered yet.", figures.deliveries_in_flight);
  text.one("queue_bytes", "gauge", "Bytes of deliveries not answered yet.", figures.bytes_in_flight);
  text.one("commits_total", "counter", "Transactions made durable.", figures.commits);
  text.one("store_failing", "gauge", "1 if the last commit failed.", figures.failing ? 1 : 0);
  text.histogram("commit_seconds", "How long transactions took, with their fdatasync.", figures.commit_seconds);
  text.histogram("acknowledge_seconds", "From a complete delivery to its receipt.", figures.acknowledge_seconds);
  const store::RejectFigures rejects = intake.reject_figures();
  text.one("rejects_without_bytes_total", "counter", "Rejected records whose bytes the limit left no room for.",
           rejects.without_bytes);
  text.one("rejects_only_counted_total", "counter", "Rejected records of which the limit left but a count.",
           rejects.only_counted);
  const store::MergeCost merges = intake.merge_cost();
  text.one("merges_total", "counter", "Merges of segments.", merges.merges);
  text.one("merged_events_total", "counter", "Events rewritten by merges.", merges.events);
  text.metric("merge_seconds_total", "counter", "Time spent in merges.");
  text.value("merge_seconds_total", "", merges.seconds);
  text.one("queries", "gauge", "Queries that run or wait for a thread.", queries);
  text.one("store_bytes", "gauge", "Bytes of the store's file.", store_bytes);
  return text.take();
}

}  // namespace trailkeeper::serve
