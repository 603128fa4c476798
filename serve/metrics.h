// Figures as Prometheus reads them (text format 0.0.4).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/intake.h"
#include "serve/deliver.h"

namespace trailkeeper::serve {

/// A listener's figures under its name (`http`, `https`, `syslog-tls`, …).
struct NamedFigures {
  std::string name;
  ListenerFigures figures;
};

/// A metric, without the `trailkeeper_` before its name.
struct MetricWord {
  std::string_view name;
  std::string_view type;  ///< `counter`, `gauge`, `histogram`.
  std::string_view help;
  bool of_listener = false;  ///< It has the label `listener`.
};
/// All metrics, in the order of /metrics.
std::vector<MetricWord> metric_words();

/// The text of /metrics: for each listener its counts, then those of the intake, merging and the store's file.
std::string metrics_text(const std::vector<std::unique_ptr<NamedFigures>>& listeners, const ingest::Intake& intake,
                         std::uint64_t store_bytes, std::uint64_t queries);

}  // namespace trailkeeper::serve
