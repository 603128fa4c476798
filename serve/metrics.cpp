#include "serve/metrics.h"

#include <fmt/format.h>

#include <iterator>

namespace trailkeeper::serve {
namespace {

struct Figures {
  const ingest::IntakeFigures& intake;
  store::RejectFigures rejects;
  store::MergeCost merges;
  std::uint64_t store_bytes;
  std::uint64_t queries;
};

/// Writes one metric after the other.
class Text {
 public:
  void title(const MetricWord& metric) {
    name_ = metric.name;
    fmt::format_to(std::back_inserter(out_), "# HELP trailkeeper_{} {}\n# TYPE trailkeeper_{} {}\n", name_, metric.help,
                   name_, metric.type);
  }
  template <typename Number>
  void value(Number number, std::string_view labels = {}, std::string_view part = {}) {
    fmt::format_to(std::back_inserter(out_), "trailkeeper_{}{}{} {}\n", name_, part, labels, number);
  }
  void histogram(const ingest::LatencyHistogram& histogram) {
    const auto counts = histogram.counts();
    for (std::size_t i = 0; i < histogram.kBounds.size(); ++i) {
      value(counts[i], fmt::format("{{le=\"{}\"}}", histogram.kBounds[i]), "_bucket");
    }
    value(counts.back(), "{le=\"+Inf\"}", "_bucket");
    value(histogram.sum(), {}, "_sum");
    value(counts.back(), {}, "_count");
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
  std::string_view name_;
};

struct ListenerMetric {
  MetricWord word;
  std::atomic<std::uint64_t> ListenerFigures::*number;
};

constexpr ListenerMetric kListenerMetrics[] = {
    {{"connections_total", "counter", "Connections accepted.", true}, &ListenerFigures::connections},
    {{"connections_open", "gauge", "Connections open now.", true}, &ListenerFigures::open},
    {{"deliveries_total", "counter", "Requests or messages whose events are durable.", true},
     &ListenerFigures::requests},
    {{"events_total", "counter", "Events newly stored.", true}, &ListenerFigures::events},
    {{"bytes_total", "counter", "Bytes of documents taken in.", true}, &ListenerFigures::bytes},
    {{"duplicates_total", "counter", "Events that were known.", true}, &ListenerFigures::duplicates},
    {{"rejected_total", "counter", "Records kept that aren't events.", true}, &ListenerFigures::rejected},
    {{"dropped_bytes_total", "counter", "Bytes of raw protocols that are neither stored nor kept.", true},
     &ListenerFigures::dropped},
    {{"refused_total", "counter", "Deliveries that the sender was told to try again, and connections over the limit.",
      true},
     &ListenerFigures::refused},
};

struct ServerMetric {
  MetricWord word;
  void (*write)(const Figures& figures, Text& text);
};

constexpr ServerMetric kServerMetrics[] = {
    {{"queue_deliveries", "gauge", "Deliveries not answered yet."},
     [](const Figures& figures, Text& text) { text.value(std::uint64_t{figures.intake.deliveries_in_flight}); }},
    {{"queue_bytes", "gauge", "Bytes of deliveries not answered yet."},
     [](const Figures& figures, Text& text) { text.value(std::uint64_t{figures.intake.bytes_in_flight}); }},
    {{"commits_total", "counter", "Transactions made durable."},
     [](const Figures& figures, Text& text) { text.value(std::uint64_t{figures.intake.commits}); }},
    {{"store_failing", "gauge", "1 if the last commit failed."},
     [](const Figures& figures, Text& text) { text.value(figures.intake.failing ? 1 : 0); }},
    {{"commit_seconds", "histogram", "How long transactions took, with their fdatasync."},
     [](const Figures& figures, Text& text) { text.histogram(figures.intake.commit_seconds); }},
    {{"acknowledge_seconds", "histogram", "From a complete delivery to its receipt."},
     [](const Figures& figures, Text& text) { text.histogram(figures.intake.acknowledge_seconds); }},
    {{"rejects_without_bytes_total", "counter", "Rejected records whose bytes the limit left no room for."},
     [](const Figures& figures, Text& text) { text.value(figures.rejects.without_bytes); }},
    {{"rejects_only_counted_total", "counter", "Rejected records of which the limit left but a count."},
     [](const Figures& figures, Text& text) { text.value(figures.rejects.only_counted); }},
    {{"merges_total", "counter", "Merges of segments."},
     [](const Figures& figures, Text& text) { text.value(figures.merges.merges); }},
    {{"merged_events_total", "counter", "Events rewritten by merges."},
     [](const Figures& figures, Text& text) { text.value(figures.merges.events); }},
    {{"merge_seconds_total", "counter", "Time spent in merges."},
     [](const Figures& figures, Text& text) { text.value(figures.merges.seconds); }},
    {{"queries", "gauge", "Queries that run or wait for a thread."},
     [](const Figures& figures, Text& text) { text.value(figures.queries); }},
    {{"store_bytes", "gauge", "Bytes of the store's file."},
     [](const Figures& figures, Text& text) { text.value(figures.store_bytes); }},
};

}  // namespace

std::vector<MetricWord> metric_words() {
  std::vector<MetricWord> words;
  for (const ListenerMetric& metric : kListenerMetrics) words.push_back(metric.word);
  for (const ServerMetric& metric : kServerMetrics) words.push_back(metric.word);
  return words;
}

std::string metrics_text(const std::vector<std::unique_ptr<NamedFigures>>& listeners, const ingest::Intake& intake,
                         std::uint64_t store_bytes, std::uint64_t queries) {
  Text text;
  for (const ListenerMetric& metric : kListenerMetrics) {
    text.title(metric.word);
    for (const auto& listener : listeners) {
      text.value(std::uint64_t{listener->figures.*metric.number}, fmt::format("{{listener=\"{}\"}}", listener->name));
    }
  }
  const Figures figures{intake.figures(), intake.reject_figures(), intake.merge_cost(), store_bytes, queries};
  for (const ServerMetric& metric : kServerMetrics) {
    text.title(metric.word);
    metric.write(figures, text);
  }
  return text.take();
}

}  // namespace trailkeeper::serve
