// Figures as Prometheus reads them (text format 0.0.4).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ingest/intake.h"
#include "serve/deliver.h"

namespace trailkeeper::serve {

/// A listener's figures under its name (`http`, `https`, `syslog-tls`, …).
struct NamedFigures {
  std::string name;
  ListenerFigures figures;
};

/// The text of /metrics: for each listener its counts, then those of the intake, merging and the store's file.
std::string metrics_text(const std::vector<std::unique_ptr<NamedFigures>>& listeners, const ingest::Intake& intake,
                         std::uint64_t store_bytes, std::uint64_t queries);

}  // namespace trailkeeper::serve
